#include "bench/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace linchpin::bench {
namespace {

tl::unexpected<Error> no_process() { return fail(Code::Internal, "a process cannot be started"); }

// A child that outlives the measurement would distort the next one.
void end_with_parent() { ::prctl(PR_SET_PDEATHSIG, SIGKILL); }

}  // namespace

Result<Process> Process::start(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                               const std::vector<std::pair<std::string, std::string>>& environment,
                               const std::filesystem::path& log) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return no_process();
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  Process process;
  process.pid_ = ::fork();
  if (process.pid_ == 0) {
    end_with_parent();
    const int errors = ::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    ::dup2(pipe[1], STDOUT_FILENO);
    ::dup2(errors, STDERR_FILENO);
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::execv(program.c_str(), argv.data());
    ::_exit(127);
  }
  ::close(pipe[1]);
  process.output_ = pipe[0];
  if (process.pid_ < 0) return no_process();
  return process;
}

Result<Process> Process::fork(const std::function<void()>& work) {
  Process process;
  process.pid_ = ::fork();
  if (process.pid_ == 0) {
    end_with_parent();
    work();
    ::_exit(3);
  }
  if (process.pid_ < 0) return no_process();
  return process;
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), output_(std::exchange(other.output_, -1)) {}
Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(output_, other.output_);
  return *this;
}
Process::~Process() {
  if (pid_ > 0) stop(SIGKILL);
  if (output_ >= 0) ::close(output_);
}

Result<std::string> Process::read_line() {
  std::string line;
  for (char c = 0; ::read(output_, &c, 1) == 1;) {
    if (c == '\n') return line;
    line += c;
  }
  return fail(Code::SystemUnavailable, "a process that is measured has ended");
}

int Process::wait() {
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
int Process::stop(int signal) {
  ::kill(pid_, signal);
  return wait();
}
void Process::hold() { ::kill(pid_, SIGSTOP); }
void Process::go_on() { ::kill(pid_, SIGCONT); }

std::size_t Process::status_kib(const char* field) const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field)) return std::strtoul(line.c_str() + std::string(field).size(), nullptr, 10);
  return 0;
}
std::size_t Process::resident_bytes() const { return status_kib("VmRSS:") * 1024; }
std::size_t Process::resident_bytes_most() const { return status_kib("VmHWM:") * 1024; }

double Process::processor_seconds() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // The name in parentheses may hold anything; from the state on, which is field 3, utime and stime are 14 and 15.
  std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  double user = 0, kernel = 0;
  fields >> user >> kernel;
  return (user + kernel) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace linchpin::bench
