#include "bench/hub.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <thread>

#include "base/json.hpp"
#include "bench/signed_webhook.hpp"
#include "store/open.hpp"

namespace linchpin::bench {
namespace {

namespace fs = std::filesystem;
using Ticks = std::chrono::steady_clock;

constexpr milliseconds patience{30'000};
// Port 1 is tcpmux (IANA), which no machine serves.
constexpr std::string_view environment_yaml = R"(environment: staging
listen: 127.0.0.1:0
public_url: URL
store: sqlite:data
keys:
  master: file:~/.config/linchpin/accounting-practice.staging.master.key
  match: file:~/.config/linchpin/accounting-practice.staging.match.key
  log: file:~/.config/linchpin/accounting-practice.staging.log.key
connections:
  hubspot:
    base_url: http://127.0.0.1:1
    auth: { token: env:BENCH_TOKEN }
    webhook: { secret: env:BENCH_WEBHOOK_SECRET }
  xero:
    base_url: http://127.0.0.1:1
    auth: { client: env:BENCH_CLIENT, refresh_token: env:BENCH_TOKEN }
    webhook: { key: env:BENCH_TOKEN }
    tenant: env:BENCH_TENANT
  idcheck:
    base_url: http://127.0.0.1:1
    auth: { token: env:BENCH_TOKEN }
    webhook: { secret: env:BENCH_WHSEC }
)";

// What is answered to `request`, on a connection of its own: to the end of that, or of the head of the answer.
std::string exchange(std::uint16_t port, std::string_view request, bool head_only) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    std::array<char, 16384> piece{};
    for (ssize_t got = 0; (got = ::recv(socket, piece.data(), piece.size(), 0)) > 0;) {
      answer.append(piece.data(), static_cast<std::size_t>(got));
      if (head_only && answer.find("\r\n\r\n") != std::string::npos) break;
    }
  }
  ::close(socket);
  return answer;
}

// GET `path`: the body of a 200.
Result<std::string> get(std::uint16_t port, const std::string& path) {
  const std::string answer =
      exchange(port, "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", false);
  const std::size_t end = answer.find("\r\n\r\n");
  if (answer.starts_with("HTTP/1.1 200") && end != std::string::npos) return answer.substr(end + 4);
  return fail(Code::SystemUnavailable, "the hub does not answer " + path + " with 200");
}

// One that nothing listens at now.
Result<std::uint16_t> free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool found = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                     ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(socket);
  if (!found) return fail(Code::Internal, "no port is free on 127.0.0.1");
  return ntohs(address.sin_port);
}

}  // namespace

Result<Hub> Hub::make(const fs::path& program, const fs::path& home, std::string_view webhook_secret,
                      const std::string& store) {
  Hub hub;
  hub.program_ = program;
  hub.home_ = home;
  hub.environment_ = {{"HOME", home.string()},
                      {"BENCH_TOKEN", to_hex(random_bytes(16))},
                      {"BENCH_CLIENT", "bench:" + to_hex(random_bytes(16))},
                      {"BENCH_TENANT", "00000000-0000-4000-8000-000000000000"},
                      {"BENCH_WHSEC", "whsec_" + to_base64(random_bytes(24))},
                      {"BENCH_WEBHOOK_SECRET", std::string(webhook_secret)}};
  const fs::path folder = home / "hub", log = home / "init.log";
  Process init = TRY(Process::start(program, {"init", folder.string()}, hub.environment_, log));
  while (init.read_line()) continue;
  if (init.wait() != 0) return fail(Code::Internal, "`linchpin init` failed", "Its log is " + log.string() + ".");
  std::string yaml(environment_yaml);
  yaml.replace(yaml.find("URL"), 3, public_url);
  yaml.replace(yaml.find("sqlite:data"), std::string_view("sqlite:data").size(), store);
  std::ofstream out(folder / "environments" / "staging.yaml", std::ios::trunc);
  out << yaml;
  out.close();
  if (!out) return fail(Code::FileUnreadable, "the hub's environment cannot be written");
  return hub;
}

Result<Hub> Hub::over(const fs::path& program, const fs::path& home, const std::map<std::string, std::string>& files,
                      std::vector<std::pair<std::string, std::string>> environment) {
  Hub hub;
  hub.program_ = program;
  hub.home_ = home;
  hub.environment_ = std::move(environment);
  for (const auto& [name, text] : files) {
    const fs::path path = home / "hub" / name;
    std::error_code ignored;
    fs::create_directories(path.parent_path(), ignored);
    std::ofstream out(path);
    out << text;
    out.close();
    if (!out) return fail(Code::FileUnreadable, "the hub's folder cannot be written");
  }
  return hub;
}

Result<Hub> Hub::beside(const fs::path& home) const {
  std::error_code failed;
  fs::copy(home_ / "hub", home / "hub", fs::copy_options::recursive, failed);
  if (failed) return fail(Code::FileUnreadable, "the hub's folder cannot be copied");
  Hub hub;
  hub.program_ = program_;
  hub.home_ = home;
  hub.environment_ = environment_;
  return hub;
}

Result<milliseconds> Hub::start(const std::function<void()>& meanwhile) {
  std::vector<std::string> arguments{"run", (home_ / "hub").string()};
  if (meanwhile) {
    port_ = TRY(free_port());
    arguments.insert(arguments.end(), {"--port", std::to_string(port_)});
  }
  const auto from = Ticks::now();
  process_ = TRY(Process::start(program_, arguments, environment_, home_ / "hub.log"));
  if (!meanwhile) {
    const Result<std::string> line = process_->read_line();
    if (!line) return fail(Code::Internal, "the hub did not start", "Its log is " + (home_ / "hub.log").string() + ".");
    const std::string_view digits = std::string_view(*line).substr(line->rfind(':') + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), port_);
  }
  while (!ready()) {
    if (meanwhile) meanwhile();
    if (Ticks::now() - from > patience)
      return fail(Code::SystemUnavailable, "the hub does not become ready",
                  "Its log is " + (home_ / "hub.log").string() + ".");
    std::this_thread::sleep_for(milliseconds(1));
  }
  return std::chrono::duration_cast<milliseconds>(Ticks::now() - from);
}

bool Hub::ready() const { return get(port_, "/health/ready").has_value(); }

int Hub::ask(std::string_view request) const {
  constexpr std::string_view start = "HTTP/1.1 ";
  const std::string answer = exchange(port_, request, true);
  int status = 0;
  if (answer.starts_with(start)) std::from_chars(answer.data() + start.size(), answer.data() + answer.size(), status);
  return status;
}

Result<std::int64_t> Hub::kept() const {
  const store::Files files = TRY(store::open_files(data()));
  std::int64_t webhooks = 0;
  for (Position after;;) {
    const std::vector<engine::InboxEntry> entries = TRY(files.inbox->read(after, 1'000));
    if (entries.empty()) return webhooks;
    webhooks += std::ranges::count(entries, engine::Trigger::Webhook, &engine::InboxEntry::trigger);
    after = entries.back().position;
  }
}

Result<std::uint64_t> Hub::accepted() const {
  const std::string text = TRY(get(port_, "/metrics"));
  std::uint64_t sum = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    if (!line.starts_with("linchpin_webhooks_total{") || line.find("outcome=\"accepted\"") == std::string_view::npos)
      continue;
    double value = 0;
    const std::string_view number = line.substr(line.rfind(' ') + 1);
    std::from_chars(number.data(), number.data() + number.size(), value);
    sum += static_cast<std::uint64_t>(value);
  }
  return sum;
}

fs::path Hub::folder() const { return home_ / "hub"; }
fs::path Hub::data() const { return folder() / "data"; }

}  // namespace linchpin::bench
