#include "bench/bare_server.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "bench/signed_webhook.hpp"

namespace linchpin::bench {
namespace {

// Bodies that wait for the disk, and connections whose body is on it.
class Journal {
 public:
  Journal(int file, int wake) : file_(file), wake_(wake), thread_([this] { work(); }) { thread_.detach(); }

  void add(int connection, std::string_view body) {
    bodies_.append(body).push_back('\n');
    connections_.push_back(connection);
  }
  // What was added since the last call goes to the disk together.
  void flush() {
    if (connections_.empty()) return;
    {
      const std::lock_guard lock(mutex_);
      waiting_bodies_ += bodies_;
      waiting_.insert(waiting_.end(), connections_.begin(), connections_.end());
    }
    bodies_.clear();
    connections_.clear();
    gathered_.notify_one();
  }
  std::vector<int> take_durable() {
    std::vector<int> durable;
    const std::lock_guard lock(mutex_);
    durable.swap(durable_);
    return durable;
  }

 private:
  void work() {
    std::string bodies;
    std::vector<int> connections;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        gathered_.wait(lock, [&] { return !waiting_.empty(); });
        bodies.swap(waiting_bodies_);
        connections.swap(waiting_);
      }
      if (::write(file_, bodies.data(), bodies.size()) != static_cast<ssize_t>(bodies.size()) ||
          ::fdatasync(file_) != 0)
        ::_exit(3);  // the senders see their connections end
      {
        const std::lock_guard lock(mutex_);
        durable_.insert(durable_.end(), connections.begin(), connections.end());
      }
      bodies.clear();
      connections.clear();
      const std::uint64_t one = 1;
      [[maybe_unused]] const ssize_t told = ::write(wake_, &one, sizeof one);
    }
  }

  int file_, wake_;
  std::string bodies_;
  std::vector<int> connections_;
  std::mutex mutex_;
  std::condition_variable gathered_;
  std::string waiting_bodies_;
  std::vector<int> waiting_, durable_;
  std::thread thread_;
};

std::string_view header(std::string_view head, std::string_view name) {
  const std::size_t at = head.find(name);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + name.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

void answer(int connection, std::string_view status) {
  std::string text("HTTP/1.1 ");
  text.append(status).append("\r\nContent-Length: 0\r\n\r\n");
  [[maybe_unused]] const ssize_t sent = ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
}

// One request in flight a connection, as its senders promise: what is behind it is not looked at.
void take(int connection, std::string& in, SignatureCheck& check, Journal& journal, Instant now) {
  const std::size_t end = in.find("\r\n\r\n");
  if (end == std::string::npos) return;
  const std::string_view head = std::string_view(in).substr(0, end + 2);
  const std::string_view length = header(head, "\r\nContent-Length: ");
  std::size_t bytes = 0;
  std::from_chars(length.data(), length.data() + length.size(), bytes);
  if (in.size() < end + 4 + bytes) return;
  const std::string_view body = std::string_view(in).substr(end + 4, bytes);
  if (check.good(body, header(head, "\r\nX-HubSpot-Request-Timestamp: "), header(head, "\r\nX-HubSpot-Signature-v3: "),
                 now)) {
    journal.add(connection, body);
  } else {
    answer(connection, "401 Unauthorized");
  }
  in.clear();
}

}  // namespace

Result<void> serve_bare(int listener, const std::filesystem::path& file, std::string_view secret) {
  const int appended = ::open(file.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  const int wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), loop = ::epoll_create1(EPOLL_CLOEXEC);
  if (appended < 0 || wake < 0 || loop < 0)
    return fail(Code::StoreUnavailable, "the bare server cannot open its file", "Choose another folder.");
  const auto watch = [&](int descriptor) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    ::epoll_ctl(loop, EPOLL_CTL_ADD, descriptor, &event);
  };
  watch(listener);
  watch(wake);
  Journal journal(appended, wake);
  SignatureCheck check(secret);
  std::unordered_map<int, std::string> connections;
  std::array<epoll_event, 256> events{};
  std::array<char, 16384> piece{};
  for (;;) {
    const int count = ::epoll_wait(loop, events.data(), static_cast<int>(events.size()), -1);
    const Instant now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
    for (int i = 0; i < count; ++i) {
      const int ready = events[static_cast<std::size_t>(i)].data.fd;
      if (ready == listener) {
        const int connection = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (connection < 0) continue;
        const int on = 1;
        ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connections.try_emplace(connection);
        watch(connection);
      } else if (ready == wake) {
        std::uint64_t ignored = 0;
        [[maybe_unused]] const ssize_t woken = ::read(wake, &ignored, sizeof ignored);
        for (const int connection : journal.take_durable()) answer(connection, "200 OK");
      } else {
        const ssize_t got = ::recv(ready, piece.data(), piece.size(), 0);
        if (got <= 0) {
          connections.erase(ready);
          ::close(ready);
          continue;
        }
        std::string& in = connections[ready].append(piece.data(), static_cast<std::size_t>(got));
        take(ready, in, check, journal, now);
      }
    }
    journal.flush();
  }
}

}  // namespace linchpin::bench
