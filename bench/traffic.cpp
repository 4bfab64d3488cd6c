#include "bench/traffic.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <mutex>
#include <unordered_map>

#include "base/crypto.hpp"

namespace linchpin::bench {
namespace {

using Ticks = std::chrono::steady_clock;
using std::chrono::duration;

constexpr std::int64_t first_phone = 400'000'000;
constexpr std::size_t events_most = 10, page = 500;
constexpr std::string_view path = "/webhooks/crm";

std::uint32_t us_between(Ticks::time_point a, Ticks::time_point b) {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(b - a).count());
}

// Names in which no two records look alike to a rule that compares them: letters of the record's number.
std::string family_name(std::int64_t record) {
  constexpr std::string_view syllables[] = {"ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru"};
  std::string name = "Van";
  for (std::int64_t rest = record + 1000; rest > 0; rest /= 10) name += syllables[rest % 10];
  return name;
}

std::string phone_text(std::int64_t number) {
  const std::string digits = std::to_string(first_phone + number);
  return "+61 " + digits.substr(0, 3) + " " + digits.substr(3, 3) + " " + digits.substr(6);
}

std::string_view header(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    const std::string_view line = head.substr(at + 2, name.size());
    if (line.size() == name.size() && ::strncasecmp(line.data(), name.data(), name.size()) == 0) {
      std::size_t begin = at + 2 + name.size();
      while (begin < head.size() && head[begin] == ' ') ++begin;
      return head.substr(begin, head.find("\r\n", begin) - begin);
    }
  }
  return {};
}

struct Peer {
  enum class Kind { Sender, Source, Sink } kind = Kind::Sender;
  int number = 0;  // of a sender, of a sink
  std::string in, out;
};

struct Event {
  std::int64_t record = 0;
  Ticks::time_point sent;
  bool acknowledged = false;
  std::array<Ticks::time_point, 2> arrived{};
  std::array<std::uint8_t, 2> times{};
};
struct Webhook {
  std::size_t first = 0, count = 0;  // events
  Ticks::time_point sent;
  bool under_way = false;
};

}  // namespace

std::string source_record(std::int64_t record, std::int64_t phone, std::int64_t at_ms) {
  const std::string number = std::to_string(record);
  std::string text = "{\"id\":\"" + number + "\",\"updated\":" + std::to_string(at_ms);
  text.append(",\"first_name\":\"Kim\",\"last_name\":\"").append(family_name(record)).append("\",\"email\":\"person");
  text.append(number).append("@example.com\",\"phone\":");
  return text.append(phone < 0 ? "null" : "\"" + phone_text(phone) + "\"").append("}");
}

struct Traffic::World {
  World(std::string secret, std::string url, std::int64_t records)
      : hmac(secret), url(std::move(url)), phones(static_cast<std::size_t>(records), -1) {}

  int loop = ::epoll_create1(EPOLL_CLOEXEC), wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  std::array<int, 3> listeners{};
  std::array<std::uint16_t, 3> ports{};
  std::atomic<bool> ending = false;

  mutable std::mutex mutex;  // the thread holds it but while it waits
  Hmac hmac;
  std::string url;
  std::vector<std::int64_t> phones;  // of each record of the source, by the last event about it; -1 = none yet
  std::int64_t next_record = 0;
  std::unordered_map<int, Peer> peers;
  Load load;
  std::uint16_t target = 0;
  std::vector<Event> events;
  std::vector<Webhook> under_way;  // by sender
  std::vector<int> senders;
  std::int64_t made = 0, answered = 0, gone = 0, acknowledged_events = 0, complete = 0, posts = 0, created = 0;
  std::int64_t numbers = 0;  // events of earlier loads: their phones are not used again
  Ticks::time_point began, last_answer, last_arrival;
  std::vector<std::uint32_t> acknowledged_us;
  std::string body, request;

  void watch(int descriptor) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    ::epoll_ctl(loop, EPOLL_CTL_ADD, descriptor, &event);
  }

  Result<void> listen() {
    for (std::size_t i = 0; i < listeners.size(); ++i) {
      listeners[i] = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      socklen_t size = sizeof address;
      if (::bind(listeners[i], reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
          ::listen(listeners[i], 256) != 0 ||
          ::getsockname(listeners[i], reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return fail(Code::Internal, "no port is free on 127.0.0.1");
      ports[i] = ntohs(address.sin_port);
      watch(listeners[i]);
    }
    watch(wake);
    return {};
  }

  void run() {
    std::array<epoll_event, 256> ready{};
    while (!ending) {
      const int count = ::epoll_wait(loop, ready.data(), static_cast<int>(ready.size()), pause());
      const std::lock_guard lock(mutex);
      for (int i = 0; i < count; ++i) on_ready(ready[static_cast<std::size_t>(i)].data.fd);
      if (load.per_second > 0) send_due();
    }
  }

  int pause() const {
    const std::lock_guard lock(mutex);
    return load.per_second > 0 && made < load.webhooks ? 1 : 200;
  }

  void on_ready(int descriptor) {
    for (std::size_t i = 0; i < listeners.size(); ++i)
      if (descriptor == listeners[i]) return accept(i);
    if (descriptor == wake) {
      std::uint64_t ignored = 0;
      [[maybe_unused]] const ssize_t woken = ::read(wake, &ignored, sizeof ignored);
      return;
    }
    std::array<char, 65536> piece{};
    const ssize_t got = ::recv(descriptor, piece.data(), piece.size(), 0);
    const auto at = peers.find(descriptor);
    if (at == peers.end()) return;
    if (got <= 0) return lose(descriptor);
    at->second.in.append(piece.data(), static_cast<std::size_t>(got));
    while (take(descriptor, at->second)) continue;
  }

  void accept(std::size_t which) {
    const int connection = ::accept4(listeners[which], nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    const int on = 1;
    ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    peers[connection] = {which == 0 ? Peer::Kind::Source : Peer::Kind::Sink, static_cast<int>(which) - 1, {}, {}};
    watch(connection);
  }

  void lose(int descriptor) {
    const Peer& peer = peers.at(descriptor);
    if (peer.kind == Peer::Kind::Sender) ++gone;
    peers.erase(descriptor);
    ::close(descriptor);
  }

  // One whole message, if there is one.
  bool take(int descriptor, Peer& peer) {
    const std::size_t end = peer.in.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::string_view head = std::string_view(peer.in).substr(0, end + 2);
    const std::string_view length = header(head, "Content-Length:");
    std::size_t bytes = 0;
    std::from_chars(length.data(), length.data() + length.size(), bytes);
    if (peer.in.size() < end + 4 + bytes) return false;
    const std::string_view content = std::string_view(peer.in).substr(end + 4, bytes);
    switch (peer.kind) {
      case Peer::Kind::Sender:
        on_answer(peer.number, head.starts_with("HTTP/1.1 200"));
        break;
      case Peer::Kind::Source:
        answer(descriptor, peer, source_answer(head.substr(0, head.find("\r\n")), content));
        break;
      case Peer::Kind::Sink:
        answer(descriptor, peer, sink_answer(peer.number, head.substr(0, head.find("\r\n")), content));
        break;
    }
    peer.in.erase(0, end + 4 + bytes);
    return !peer.in.empty();
  }

  static void answer(int descriptor, Peer& peer, const std::string& json) {
    peer.out.assign("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ");
    peer.out.append(std::to_string(json.size())).append("\r\n\r\n").append(json);
    [[maybe_unused]] const ssize_t sent = ::send(descriptor, peer.out.data(), peer.out.size(), MSG_NOSIGNAL);
  }

  // The source.
  void append_record(std::string& to, std::int64_t record, std::int64_t at) const {
    to.append(source_record(record, phones[static_cast<std::size_t>(record)], at));
  }
  static std::int64_t now_ms() {
    return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  }

  // GET /records?after=N: a page; GET /records?ids=1,2: those.
  std::string source_answer(std::string_view line, std::string_view) const {
    std::vector<std::int64_t> wanted;
    std::string next;
    const auto number_at = [&](std::string_view name) {
      const std::size_t at = line.find(name);
      std::int64_t number = 0;
      if (at != std::string_view::npos)
        std::from_chars(line.data() + at + name.size(), line.data() + line.size(), number);
      return number;
    };
    if (const std::size_t at = line.find("ids="); at != std::string_view::npos) {
      for (const char* c = line.data() + at + 4; c < line.data() + line.size() && *c != ' ';) {
        std::int64_t record = 0;
        const auto [end, bad] = std::from_chars(c, line.data() + line.size(), record);
        if (bad == std::errc() && record < static_cast<std::int64_t>(phones.size())) wanted.push_back(record);
        c = bad == std::errc() ? end : c + 1;
        if (std::string_view(c, 3) == "%2C") c += 3;
      }
    } else {
      const std::int64_t last =
          std::min(number_at("after=") + static_cast<std::int64_t>(page), static_cast<std::int64_t>(phones.size()));
      for (std::int64_t record = number_at("after="); record < last; ++record) wanted.push_back(record);
      if (last < static_cast<std::int64_t>(phones.size())) next = std::to_string(last);
    }
    std::string json = "{\"results\":[";
    const std::int64_t at = now_ms();
    for (const std::int64_t record : wanted) {
      if (json.back() == '}') json.push_back(',');
      append_record(json, record, at);
    }
    return json.append("],\"next\":\"").append(next).append("\"}");
  }

  // A sink. Every phone in the body is an event; what is asked for is answered with its ids, in order.
  std::string sink_answer(int which, std::string_view line, std::string_view content) {
    for (std::size_t at = content.find("+61"); at != std::string_view::npos; at = content.find("+61", at + 3)) {
      std::int64_t number = 0;
      int digits = 0;
      for (std::size_t i = at + 3; i < content.size() && digits < 9; ++i) {
        if (content[i] == ' ') continue;
        if (content[i] < '0' || content[i] > '9') break;
        number = number * 10 + (content[i] - '0'), ++digits;
      }
      if (digits == 9) arrived(which, number - first_phone - numbers);
    }
    if (line.find("/create") != std::string_view::npos) created += count_of(content, "\"external_id\"");
    std::string json = "{\"results\":[";
    for (std::size_t at = content.find("\"external_id\":\""); at != std::string_view::npos;
         at = content.find("\"external_id\":\"", at + 15)) {
      const std::size_t end = content.find('"', at + 15);
      if (json.back() == '}') json.push_back(',');
      json.append("{\"id\":\"").append(content.substr(at + 15, end - at - 15)).append("\"}");
    }
    return json.append("]}");
  }
  static std::int64_t count_of(std::string_view text, std::string_view what) {
    std::int64_t count = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size()))
      ++count;
    return count;
  }
  void arrived(int which, std::int64_t number) {
    if (number < 0 || number >= static_cast<std::int64_t>(events.size())) return;  // of an earlier load
    Event& event = events[static_cast<std::size_t>(number)];
    const auto sink = static_cast<std::size_t>(which);
    ++posts;
    if (event.times[sink] < 255) ++event.times[sink];
    if (event.times[sink] > 1) return;
    event.arrived[sink] = last_arrival = Ticks::now();
    if (event.times[1 - sink] > 0) ++complete;
  }

  // The senders.
  void connect_senders() {
    for (int i = 0; i < load.senders; ++i) {
      const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(target);
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      const int on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      senders.push_back(socket);
      under_way.emplace_back();
      peers[socket] = {Peer::Kind::Sender, i, {}, {}};
      if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        lose(socket);
        continue;
      }
      watch(socket);
      if (load.per_second == 0) send_next(i);
    }
  }
  void send_due() {
    const double due = duration<double>(Ticks::now() - began).count() * load.per_second;
    for (int i = 0; i < load.senders && made < load.webhooks && static_cast<double>(made) < due; ++i)
      if (!under_way[static_cast<std::size_t>(i)].under_way && peers.contains(senders[static_cast<std::size_t>(i)]))
        send_next(i);
  }
  void send_next(int sender) {
    if (made >= load.webhooks) return;
    const std::size_t count = load.per_second > 0 ? 1 : 1 + static_cast<std::size_t>(made) % events_most;
    Webhook& webhook = under_way[static_cast<std::size_t>(sender)];
    webhook = {events.size(), count, {}, true};
    ++made;
    const std::int64_t at = now_ms();
    body.assign("[");
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t number = numbers + static_cast<std::int64_t>(events.size()), record = next_record;
      next_record = (next_record + load.stride) % static_cast<std::int64_t>(phones.size());
      phones[static_cast<std::size_t>(record)] = number;
      events.push_back({record, {}, false, {}, {}});
      if (i > 0) body.push_back(',');
      body.append("{\"eventId\":").append(std::to_string(3'181'526'809 + number));
      body.append(",\"subscriptionId\":22,\"portalId\":33,\"appId\":1160452,\"occurredAt\":")
          .append(std::to_string(at));
      body.append(",\"subscriptionType\":\"object.propertyChange\",\"attemptNumber\":0,\"objectId\":");
      body.append(std::to_string(record)).append(",\"changeSource\":\"CRM_UI\",\"record\":");
      append_record(body, record, at);
      body.push_back('}');
    }
    body.push_back(']');
    const std::string time = std::to_string(at);
    request.assign("POST ").append(path).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n");
    request.append("X-HubSpot-Request-Timestamp: ").append(time).append("\r\nX-HubSpot-Signature-v3: ");
    request.append(to_base64(as_text(hmac({"POST", url, path, body, time}))));
    request.append("\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
    webhook.sent = Ticks::now();
    for (std::size_t i = 0; i < count; ++i) events[webhook.first + i].sent = webhook.sent;
    const int socket = senders[static_cast<std::size_t>(sender)];
    if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
      lose(socket);
  }
  void on_answer(int sender, bool good) {
    Webhook& webhook = under_way[static_cast<std::size_t>(sender)];
    if (!webhook.under_way) return;
    webhook.under_way = false;
    last_answer = Ticks::now();
    acknowledged_us.push_back(us_between(webhook.sent, last_answer));
    if (good) {
      ++answered;
      acknowledged_events += static_cast<std::int64_t>(webhook.count);
      for (std::size_t i = 0; i < webhook.count; ++i) events[webhook.first + i].acknowledged = true;
    }
    if (load.per_second == 0) send_next(sender);
  }
};

Result<std::unique_ptr<Traffic>> Traffic::start(std::string secret, std::string public_url, std::int64_t records) {
  std::unique_ptr<Traffic> traffic(new Traffic);
  traffic->world_ = std::make_unique<World>(std::move(secret), std::move(public_url), records);
  TRY(traffic->world_->listen());
  traffic->thread_ = std::thread([world = traffic->world_.get()] { world->run(); });
  return traffic;
}

Traffic::~Traffic() {
  world_->ending = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t told = ::write(world_->wake, &one, sizeof one);
  thread_.join();
  for (const auto& [descriptor, peer] : world_->peers) ::close(descriptor);
  for (const int listener : world_->listeners) ::close(listener);
  ::close(world_->wake);
  ::close(world_->loop);
}

std::string Traffic::source_url() const { return "http://127.0.0.1:" + std::to_string(world_->ports[0]); }
std::string Traffic::sink_url(int which) const {
  return "http://127.0.0.1:" + std::to_string(world_->ports[static_cast<std::size_t>(which) + 1]);
}
std::int64_t Traffic::created() const {
  const std::lock_guard lock(world_->mutex);
  return world_->created;
}

void Traffic::begin(std::uint16_t port, const Load& load) {
  World& w = *world_;
  const std::lock_guard lock(w.mutex);
  for (const int socket : w.senders)
    if (w.peers.erase(socket) > 0) ::close(socket);
  w.senders.clear(), w.under_way.clear();
  w.numbers += static_cast<std::int64_t>(w.events.size());
  w.events.clear(), w.acknowledged_us.clear();
  w.made = w.answered = w.gone = w.acknowledged_events = w.complete = w.posts = 0;
  w.load = load;
  w.target = port;
  w.began = w.last_answer = w.last_arrival = Ticks::now();
  w.connect_senders();
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t told = ::write(w.wake, &one, sizeof one);
}

bool Traffic::sent() const {
  const World& w = *world_;
  const std::lock_guard lock(w.mutex);
  return static_cast<std::int64_t>(w.acknowledged_us.size()) >= w.load.webhooks || w.gone >= w.load.senders;
}
bool Traffic::delivered() const {
  if (!sent()) return false;
  const World& w = *world_;
  const std::lock_guard lock(w.mutex);
  if (w.complete < w.acknowledged_events) return false;
  return std::ranges::all_of(w.events, [](const Event& e) { return !e.acknowledged || (e.times[0] && e.times[1]); });
}
std::int64_t Traffic::acknowledged() const {
  const std::lock_guard lock(world_->mutex);
  return world_->answered;
}
std::int64_t Traffic::events_at_sinks() const {
  const std::lock_guard lock(world_->mutex);
  return world_->complete;
}

void Traffic::settle(milliseconds patience) const {
  std::int64_t last = -1;
  for (auto since = Ticks::now(); !delivered() && Ticks::now() - since < patience;) {
    std::int64_t now = 0;
    {
      const std::lock_guard lock(world_->mutex);
      now = world_->posts + world_->answered;
    }
    if (now != last) last = now, since = Ticks::now();
    std::this_thread::sleep_for(milliseconds(2));
  }
}

Outcome Traffic::outcome() const {
  const World& w = *world_;
  const std::lock_guard lock(w.mutex);
  Outcome out;
  out.webhooks = w.answered, out.events = w.acknowledged_events, out.posts = w.posts;
  out.acknowledging = duration<double>(w.last_answer - w.began).count();
  out.delivering = duration<double>(w.last_arrival - w.began).count();
  out.acknowledged_us = w.acknowledged_us;
  for (const Event& e : w.events) {
    const bool there = e.times[0] > 0 && e.times[1] > 0;
    out.lost += e.acknowledged && !there;
    out.doubled += e.times[0] > 1 || e.times[1] > 1;
    if (there) out.delivered_us.push_back(us_between(e.sent, std::max(e.arrived[0], e.arrived[1])));
  }
  return out;
}

}  // namespace linchpin::bench
