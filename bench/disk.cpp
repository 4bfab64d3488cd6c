#include "bench/disk.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <chrono>
#include <string>

namespace linchpin::bench {

Result<double> fdatasyncs_per_second(const std::filesystem::path& folder, milliseconds time) {
  const std::filesystem::path path = folder / "appends";
  const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  const std::string page(4096, 'x');
  const auto begin = std::chrono::steady_clock::now();
  std::chrono::duration<double> taken{};
  int count = 0;
  bool written = file >= 0;
  for (; written && taken < time; ++count) {
    written = ::write(file, page.data(), page.size()) == static_cast<ssize_t>(page.size()) && ::fdatasync(file) == 0;
    taken = std::chrono::steady_clock::now() - begin;
  }
  if (file >= 0) ::close(file);
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  if (written) return count / taken.count();
  return fail(Code::StoreUnavailable, "a file in " + folder.string() + " cannot be written", "Choose another folder.");
}

bool lies_in_memory(const std::filesystem::path& folder) {
  struct statfs info{};
  return ::statfs(folder.c_str(), &info) == 0 && (info.f_type == TMPFS_MAGIC || info.f_type == RAMFS_MAGIC);
}

}  // namespace linchpin::bench
