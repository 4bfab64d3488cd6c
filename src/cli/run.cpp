// linchpin run: the whole program, wired on one page.
//
//   HTTP server ─ webhooks ─► inbox ─► engine's thread ─► HTTP client ─► systems
//        │                                 ▲
//        └─ process tier, control socket ──┘ questions
#include <atomic>
#include <csignal>
#include <iomanip>
#include <iostream>
#include <mutex>
#include <thread>

#include <unistd.h>

#include "base/log.hpp"
#include "cli/command.hpp"
#include "cli/engine_loop.hpp"
#include "cli/standstill.hpp"
#include "connect/transport.hpp"
#include "server/control.hpp"
#include "server/health.hpp"
#include "server/http.hpp"
#include "server/router.hpp"
#include "server/tier_process.hpp"
#include "server/webhooks.hpp"

#include <CLI/CLI.hpp>

namespace linchpin::cli {
namespace {

// The inbox, with the engine told of each entry once it is durable, and what stood in the way of the last one.
class HeardInbox : public engine::Inbox {
 public:
  HeardInbox(engine::Inbox& inbox, std::function<void()> heard) : inbox_(inbox), heard_(std::move(heard)) {}

  // For `trouble_for` after it, and no longer: a balancer that sends nothing to a hub in trouble would never hear that
  // it is over.
  std::optional<Error> trouble(Instant now) const {
    const std::lock_guard lock(mutex_);
    if (!trouble_ || now > troubled_ + trouble_for) return std::nullopt;
    return trouble_;
  }

  void append(engine::InboxEntry entry, std::function<void(Result<Position>)> done) override {
    inbox_.append(std::move(entry), [this, done = std::move(done)](Result<Position> position) {
      const bool stored = position.has_value();
      heard_of(position);
      done(std::move(position));
      if (stored) heard_();
    });
  }
  Result<std::vector<engine::InboxEntry>> read(Position after, std::size_t most) override {
    return inbox_.read(after, most);
  }
  Result<Position> last() override { return inbox_.last(); }
  Result<void> forget_before(const std::string& day) override { return inbox_.forget_before(day); }

 private:
  static constexpr seconds trouble_for{10};

  void heard_of(const Result<Position>& position) {
    const bool stored = position.has_value();
    if (stored && !in_trouble_) return;
    if (!stored && position.error().code == Code::TooBusy) return;  // the sender is told, and it passes
    const std::lock_guard lock(mutex_);
    trouble_ = stored ? std::nullopt : std::optional(position.error());
    troubled_ = SystemClock().now();
    in_trouble_ = !stored;
  }

  engine::Inbox& inbox_;
  std::function<void()> heard_;
  mutable std::mutex mutex_;
  std::atomic<bool> in_trouble_{false};
  std::optional<Error> trouble_;
  Instant troubled_{};
};

// How a run that should end is told of: on a terminal one line that is written anew each second, else a line now and
// then, sooner when what it waits for is another.
class Told {
 public:
  explicit Told(std::string_view what) : what_(what) {}
  ~Told() {
    if (terminal_ && !last_.empty()) std::cerr << "\r\033[K";
  }
  Told(const Told&) = delete;
  Told& operator=(const Told&) = delete;

  void tell(const std::string& waits_for) {
    const auto now = std::chrono::steady_clock::now();
    const auto every = seconds(terminal_ ? 1 : waits_for == waits_for_ ? 10 : 3);
    if (now < told_ + every) return;
    told_ = now;
    waits_for_ = waits_for;
    last_ = "linchpin: " + std::string(what_) + "… " +
            std::to_string(std::chrono::duration_cast<seconds>(now - began_).count()) + " s" +
            (waits_for.empty() ? "" : ", held up: " + waits_for);
    std::cerr << (terminal_ ? "\r" + last_ + "\033[K" : last_ + "\n") << std::flush;
  }

 private:
  const std::string_view what_;
  const bool terminal_ = isatty(STDERR_FILENO) != 0;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point told_ = began_;
  std::string waits_for_, last_;
};

// Quiet for a whole second: webhooks of our own last writes come back a moment later. False when it was stopped.
Result<bool> settle(EngineLoop& loop, Standstill& standstill, std::string_view what, const std::atomic<bool>& stopped) {
  Told told(what);
  SystemClock clock;
  for (int quiet_for = 0; quiet_for < 10;) {
    if (stopped) return false;
    std::this_thread::sleep_for(milliseconds(100));
    const Result<Json> status = loop.ask_and_wait(Json::object({{"command", "status"}}));
    quiet_for = status && (*status)["quiet"].boolean() ? quiet_for + 1 : 0;
    standstill.heard(loop.trouble(), clock.now());
    if (auto over = standstill.over(clock.now())) return tl::unexpected(std::move(*over));
    told.tell(standstill.waits_for());
  }
  return true;
}

void print_table(const Json& table) {
  const auto row = [](auto&&... cells) {
    int column = 0;
    ((std::cout << (column++ < 2 ? std::left : std::right) << std::setw(column <= 2 ? 14 : 11) << cells), ...);
    std::cout << "\n";
  };
  row("system", "entity", "linked", "created", "updated", "dead", "in review", "discrepant");
  for (const Json& r : table["rows"].items())
    row(r["system"].text(), r["entity"].text(), r["linked"].number_text(), r["created"].number_text(),
        r["updated"].number_text(), r["dead"].number_text(), r["in_review"].number_text(),
        r["discrepant_fields"].number_text());
}

// Runs until every system agrees: links, shares, and reads all of it once more to compare with what systems really
// hold.
Result<int> run_once(EngineLoop& loop, Standstill& standstill, bool json, const std::atomic<bool>& stopped) {
  if (!TRY(settle(loop, standstill, "reading, linking and sharing", stopped))) return 0;
  TRY(loop.ask_and_wait(Json::object({{"command", "walk"}})));
  if (!TRY(settle(loop, standstill, "comparing with what every system holds", stopped))) return 0;
  const Json table = TRY(loop.ask_and_wait(Json::object({{"command", "table"}})));
  if (json) {
    std::cout << canonical(table) << "\n";
  } else {
    print_table(table);
  }
  std::int64_t discrepant = 0, review = 0;
  for (const Json& r : table["rows"].items()) {
    discrepant += r["discrepant_fields"].integer().value_or(0);
    review += r["in_review"].integer().value_or(0);
  }
  if (!json && review > 0)
    std::cout << "\n"
              << review << " pairs that the rules cannot decide wait for a person: `linchpin review DIR list`.\n";
  return discrepant == 0 ? 0 : 1;
}

struct Asked : Where {
  bool once = false;
  int port = 0;
  std::string patience = "5 minutes";
};

Result<int> run(const Asked& where) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // every thread inherits it; one waits for them below
  std::signal(SIGPIPE, SIG_IGN);

  const bool once = where.once;
  Standstill standstill(TRY(parse_span(where.patience)));
  const std::shared_ptr<const model::Hub> loaded = TRY(load_hub(where.folder, where.environment));
  std::string listen = loaded->environment.listen;
  if (where.port != 0) listen = listen.substr(0, listen.rfind(':') + 1) + std::to_string(where.port);
  OpenHub hub = TRY(open_hub(where.folder, loaded, listen));
  if (once && !hub.may_change()) return hub.standing_by();
  if (once)
    for (auto& [name, connector] : hub.connectors) connector = heard_by(standstill, std::move(connector));
  const model::Environment& environment = hub.hub->environment;
  connect::ClientOptions options;
  for (const auto& [name, connection] : environment.connections)
    if (connection.allow_private_address) options.private_hosts.insert(connect::url_authority(connection.base_url));
  EngineLoop* heard_by = nullptr;
  HeardInbox inbox(*hub.files->inbox, [&] { heard_by->notify(); });
  EngineLoop loop(hub, inbox, [&](std::function<bool()> may_send) {
    options.may_send = std::move(may_send);
    return connect::make_http_client(options);
  });
  heard_by = &loop;
  SystemClock clock;

  std::map<std::string, server::WebhookSystem> systems;
  for (const auto& [name, connector] : hub.connectors) {
    const auto credential = std::make_shared<const engine::Credential>(hub.credentials[name]);
    systems.emplace(name.text,
                    server::WebhookSystem{connector, [credential] { return credential; }, environment.public_url});
  }
  server::Router router;
  server::add_webhooks(router, std::move(systems), inbox, *hub.keys, clock);
  std::function<std::string()> role;
  if (hub.files->claim) role = [&] { return std::string(loop.active() ? "active" : "standing by"); };
  const auto trouble = [&] {
    const std::optional<Error> found = loop.trouble();
    return found ? found : inbox.trouble(clock.now());
  };
  server::add_health(router, trouble, role);
  server::add_metrics(router);
  server::add_tier_process(router, loop, [hub = hub.hub] { return hub; });

  std::error_code made;
  std::filesystem::create_directories(socket_path(where.folder).parent_path(), made);  // where the store is elsewhere
  TRY(loop.start());
  const std::unique_ptr<HttpServer> control =
      TRY(server::serve_local(socket_path(where.folder).string(), server::control(loop)));
  const std::unique_ptr<HttpServer> server = TRY(server::serve(listen, ServerLimits{}, router));
  if (!once || !where.json)
    std::cout << "linchpin: " << hub.hub->name << " (" << environment.name << ") at http://" << server->address()
              << std::endl;

  std::atomic<bool> stopped{false};
  std::thread ender([&] {
    int signal = 0;
    sigwait(&ends, &signal);
    stopped = true;
  });
  Result<int> status = 0;
  if (once) {
    status = run_once(loop, standstill, where.json, stopped);
    if (!stopped) pthread_kill(ender.native_handle(), SIGTERM);
  }
  ender.join();
  return status;
}

}  // namespace

void add_run(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("run", "Serve. Example: linchpin run my-hub --env staging");
  auto asked = std::make_shared<Asked>();
  add_where(*command, *asked);
  command->add_flag("--once", asked->once, "run until every system agrees, print what was moved, and stop");
  command->add_option("--patience", asked->patience, "--once: how long a system may fail before the run ends")
      ->capture_default_str();
  command
      ->add_option("--port", asked->port,
                   "another port than the environment's listen: of several processes on one machine")
      ->check(CLI::Range(1, 65535));
  command->callback([asked, &status] {
    const Result<int> done = run(*asked);
    status = done ? *done : failed(done.error());
  });
}

}  // namespace linchpin::cli
