#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace linchpin {
namespace {

class OpenFile {
 public:
  // O_NONBLOCK: opening a pipe would wait for its writer.
  explicit OpenFile(const std::filesystem::path& path)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
  ~OpenFile() {
    if (number_ >= 0) ::close(number_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int number() const { return number_; }

 private:
  const int number_;
};

std::string size_text(std::size_t bytes) {
  constexpr std::size_t mebi = 1u << 20;
  return bytes % mebi == 0 ? std::to_string(bytes / mebi) + " MiB" : std::to_string(bytes) + " bytes";
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_most) {
  const auto refused = [&](std::string what, std::string fix) {
    return fail(Code::FileUnreadable, std::move(what), std::move(fix), Place{path.string(), 0, 0});
  };
  const auto unreadable = [&](int error) {
    return refused("the file cannot be read: " + std::generic_category().message(error),
                   "It must be there, and readable by the user who runs this");
  };
  const OpenFile file(path);
  struct stat status{};
  // A socket cannot be opened at all; what it is says more than why not.
  if (file.number() < 0 && (errno != ENXIO || ::stat(path.c_str(), &status) != 0)) return unreadable(errno);
  if (file.number() >= 0 && ::fstat(file.number(), &status) != 0) return unreadable(errno);
  if (S_ISDIR(status.st_mode)) return refused("it is a folder, and not a regular file", "Put a file there");
  if (!S_ISREG(status.st_mode))
    return refused("it is not a regular file, but a pipe, a socket or a device", "Put a file there, or remove it");

  std::string bytes;
  std::array<char, 1u << 16> part;
  for (;;) {
    const ssize_t count = ::read(file.number(), part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unreadable(errno);
    if (count == 0) return bytes;
    // Asked of what was read, not of the file's size: it may grow meanwhile, and some under /proc have none.
    if (bytes.size() + static_cast<std::size_t>(count) > bytes_most)
      return refused("the file is larger than " + size_text(bytes_most), "Make it smaller, or split it");
    bytes.append(part.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace linchpin
