#include "cli/private_file.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace linchpin::cli {
namespace {

int open_private(const std::string& path, int flags) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
}

Result<void> outcome(bool written, const std::string& path) {
  if (written) return {};
  return fail(Code::StoreUnavailable, "the file cannot be written", "Check the folder, its rights and the disk.",
              {path, 0, 0});
}

}  // namespace

Result<void> may_write(const std::string& path) {
  const int file = open_private(path, 0);
  return outcome(file >= 0 && ::close(file) == 0, path);
}

Result<void> write_private(const std::string& path, const std::string& text) {
  const int file = open_private(path, O_TRUNC);
  std::size_t written = 0;
  while (file >= 0 && written < text.size()) {
    const ssize_t some = ::write(file, text.data() + written, text.size() - written);
    if (some <= 0) break;
    written += static_cast<std::size_t>(some);
  }
  return outcome(file >= 0 && ::close(file) == 0 && written == text.size(), path);
}

}  // namespace linchpin::cli
