// For tests: a client that sends exactly the bytes it is given, right or wrong, and reads one answer at a time.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace linchpin::server {

struct RawAnswer {
  int status = 0;    // 0: the connection ended without an answer
  std::string head;  // with the empty line
  std::string body;
};

class RawClient {
 public:
  explicit RawClient(const std::string& address) {  // "127.0.0.1:4711" or a socket's path
    if (address.front() == '/') {
      fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_un to{};
      to.sun_family = AF_UNIX;
      address.copy(to.sun_path, sizeof to.sun_path - 1);
      connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
    } else {
      fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(static_cast<std::uint16_t>(std::atoi(address.c_str() + address.rfind(':') + 1)));
      to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
      const int on = 1;
      ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    const timeval patience{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // The next answer, its body as long as Content-Length says (none for an answer to HEAD).
  RawAnswer answer(bool to_head = false) {
    std::size_t end;
    while ((end = rest_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return {};
    RawAnswer answer;
    answer.head = rest_.substr(0, end + 4);
    rest_.erase(0, end + 4);
    answer.status = std::atoi(answer.head.c_str() + 9);
    const std::size_t at = answer.head.find("\r\nContent-Length: ");
    const std::size_t length =
        at == std::string::npos || to_head ? 0 : std::strtoul(answer.head.c_str() + at + 18, nullptr, 10);
    while (rest_.size() < length)
      if (!more()) return {};
    answer.body = rest_.substr(0, length);
    rest_.erase(0, length);
    return answer;
  }
  RawAnswer ask(std::string_view bytes) {
    send(bytes);
    return answer();
  }
  // Whether the server ends the connection, with nothing more to say (false after ten seconds).
  bool ended() { return rest_.empty() && !more() && at_end_; }

 private:
  bool more() {
    char bytes[16384];
    const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
    if (got > 0) rest_.append(bytes, static_cast<std::size_t>(got));
    at_end_ = got == 0 || (got < 0 && errno == ECONNRESET);
    return got > 0;
  }

  int fd_ = -1;
  bool connected_ = false, at_end_ = false;
  std::string rest_;
};

}  // namespace linchpin::server
