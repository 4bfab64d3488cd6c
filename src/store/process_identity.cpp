#include "store/process_identity.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>

namespace linchpin::store {
namespace {

std::string place() {
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  char name[64] = {};  // "pid:[4026531836]"
  if (boot.empty() || ::readlink("/proc/self/ns/pid", name, sizeof name - 1) <= 0) return "";
  return std::string(name) + "." + boot;
}

// "" where there is no such process, or it is only still to be waited for.
std::string started(const std::string& pid) {
  std::string stat;
  std::getline(std::ifstream("/proc/" + pid + "/stat"), stat);
  const auto after_name = stat.rfind(')');  // the second field may hold spaces and brackets
  if (after_name == std::string::npos) return "";
  std::istringstream fields(stat.substr(after_name + 1));
  std::string field;
  fields >> field;
  if (field == "Z" || field == "X") return "";
  for (int number = 4; number <= 22; ++number) fields >> field;
  return field;
}

}  // namespace

std::string process_identity() {
  const std::string pid = std::to_string(::getpid()), here = place(), start = started(pid);
  return here.empty() || start.empty() ? "" : pid + "." + start + "." + here;
}

bool has_ended(const std::string& identity) {
  std::istringstream parts(identity);
  std::string pid, start, where;
  std::getline(parts, pid, '.'), std::getline(parts, start, '.'), std::getline(parts, where);
  const bool number = !pid.empty() && pid.find_first_not_of("0123456789") == std::string::npos;
  if (!number || start.empty() || where != place() || where.empty()) return false;
  return !started(std::to_string(::getpid())).empty() && started(pid) != start;
}

}  // namespace linchpin::store
