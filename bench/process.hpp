// A child process, and what Linux says of it (proc_pid_status(5), proc_pid_stat(5)).
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace linchpin::bench {

// Ends with its owner: by SIGKILL, when stop() was not called.
class Process {
 public:
  // `program` with `arguments`, its standard output to a pipe that read_line() reads, its standard error to `log`, with
  // `environment` added to ours.
  static Result<Process> start(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                               const std::vector<std::pair<std::string, std::string>>& environment,
                               const std::filesystem::path& log);
  // A fork of this process, which must have one thread: runs `work` and exits.
  static Result<Process> fork(const std::function<void()>& work);
  Process(Process&&) noexcept;
  Process& operator=(Process&&) noexcept;
  ~Process();

  Result<std::string> read_line();  // the next line of its output, without the end; blocks
  int wait();                       // its exit status; 128 and the signal when one ended it
  int stop(int signal);             // sends it and waits
  void hold();                      // SIGSTOP: it takes no processor until go_on()
  void go_on();

  std::size_t resident_bytes() const;       // VmRSS
  std::size_t resident_bytes_most() const;  // VmHWM: the most so far
  double processor_seconds() const;         // of all its threads, in user and kernel

 private:
  Process() = default;
  std::size_t status_kib(const char* field) const;
  pid_t pid_ = -1;
  int output_ = -1;
};

}  // namespace linchpin::bench
