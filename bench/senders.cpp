#include "bench/senders.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>

namespace linchpin::bench {
namespace {

using Ticks = std::chrono::steady_clock;
constexpr milliseconds tick_every{100}, patience{10'000};

struct Sender {
  int socket = -1;
  Ticks::time_point sent;
  std::string answer;
};

struct Crowd {
  explicit Crowd(int count) : loop(::epoll_create1(EPOLL_CLOEXEC)), senders(static_cast<std::size_t>(count)) {}
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd() {
    for (const Sender& s : senders)
      if (s.socket >= 0) ::close(s.socket);
    ::close(loop);
  }
  int loop;
  std::vector<Sender> senders;
};

Result<void> connect(Crowd& crowd, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (std::size_t i = 0; i < crowd.senders.size(); ++i) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    crowd.senders[i].socket = socket;
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::epoll_ctl(crowd.loop, EPOLL_CTL_ADD, socket, &event) != 0)
      return fail(Code::SystemUnreachable, "the server under measurement takes no connection");
  }
  return {};
}

Result<void> send_next(Sender& sender, SignedWebhooks& webhooks) {
  const Instant now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
  const std::string_view request = webhooks.next(now);
  sender.sent = Ticks::now();
  if (::send(sender.socket, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size()))
    return {};
  return fail(Code::SystemUnavailable, "the server under measurement closed a connection");
}

// The status, when the answer is whole: its head and as many bytes as that says.
std::optional<int> status_of(std::string_view answer) {
  constexpr std::string_view start = "HTTP/1.1 ", length = "\r\nContent-Length: ";
  const std::size_t end = answer.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  std::size_t bytes = 0;
  if (const std::size_t at = answer.substr(0, end).find(length); at != std::string_view::npos)
    std::from_chars(answer.data() + at + length.size(), answer.data() + end, bytes);
  if (answer.size() < end + 4 + bytes) return std::nullopt;
  int status = 0;
  if (answer.starts_with(start)) std::from_chars(answer.data() + start.size(), answer.data() + end, status);
  return status;
}

}  // namespace

std::uint32_t quantile(std::vector<std::uint32_t>& values, double q) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

Result<Sent> send_webhooks(std::uint16_t port, int senders, milliseconds warm_up, milliseconds time,
                           SignedWebhooks& webhooks, const std::function<void()>& tick) {
  Crowd crowd(senders);
  TRY(connect(crowd, port));
  Sent sent;
  const auto from = Ticks::now() + warm_up, until = from + time;
  int in_flight = senders;
  for (Sender& sender : crowd.senders) TRY(send_next(sender, webhooks));
  std::array<epoll_event, 256> events{};
  std::array<char, 4096> piece{};
  auto ticked = Ticks::now(), answered = ticked;
  while (in_flight > 0) {
    const int count =
        ::epoll_wait(crowd.loop, events.data(), static_cast<int>(events.size()), static_cast<int>(tick_every.count()));
    for (int i = 0; i < count; ++i) {
      Sender& sender = crowd.senders[events[static_cast<std::size_t>(i)].data.u64];
      const ssize_t got = ::recv(sender.socket, piece.data(), piece.size(), 0);
      if (got <= 0) return fail(Code::SystemUnavailable, "the server under measurement closed a connection");
      sender.answer.append(piece.data(), static_cast<std::size_t>(got));
      const std::optional<int> status = status_of(sender.answer);
      if (!status) continue;
      if (*status != 200)
        return fail(Code::AnswerUnusable, "the server under measurement answered " + std::to_string(*status),
                    "A measurement counts only where every webhook is taken.");
      sender.answer.clear();
      answered = Ticks::now();
      ++sent.acknowledged;
      if (answered >= from && answered < until)
        sent.latencies.push_back(static_cast<std::uint32_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(answered - sender.sent).count()));
      if (answered < until) {
        TRY(send_next(sender, webhooks));
      } else {
        --in_flight;
      }
    }
    const auto now = Ticks::now();
    if (now - answered > patience)
      return fail(Code::SystemUnavailable, "the server under measurement stopped answering");
    if (now - ticked < tick_every) continue;
    ticked = now;
    tick();
  }
  sent.seconds = std::chrono::duration<double>(time).count();
  return sent;
}

}  // namespace linchpin::bench
