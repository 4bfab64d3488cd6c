// linchpin run: the whole program, wired on one page.
//
//   HTTP server ─ webhooks ─► inbox ─► engine's thread ─► HTTP client ─► systems
//        │                                 ▲
//        └─ process tier, control socket ──┘ questions
#include <atomic>
#include <csignal>
#include <iostream>
#include <mutex>
#include <thread>

#include "base/log.hpp"
#include "cli/command.hpp"
#include "cli/engine_loop.hpp"
#include "cli/settle.hpp"
#include "cli/table_row.hpp"
#include "connect/transport.hpp"
#include "server/control.hpp"
#include "server/health.hpp"
#include "server/http.hpp"
#include "server/router.hpp"
#include "server/tier_process.hpp"
#include "server/webhooks.hpp"

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
  Result<void> go_on_after(Position position) override { return inbox_.go_on_after(position); }
  Result<void> forget_before(const std::string& day) override { return inbox_.forget_before(day); }

 private:
  static constexpr seconds trouble_for{10};

  void heard_of(const Result<Position>& position) {
    const bool stored = position.has_value();
    if (stored && !in_trouble_) return;
    if (!stored && position.error().code == Code::TooBusy) return;  // the sender is told, and it passes
    const std::lock_guard lock(mutex_);
    if (!stored && !in_trouble_) log::error("no webhook is acknowledged", {{"error", position.error()}});
    if (stored) log::info("webhooks are acknowledged again", {});
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

void print_table(const Json& table) {
  print_row("system", "entity", "linked", "created", "updated", "dead", "in review", "discrepant");
  for (const Json& r : table["rows"].items())
    print_row(r["system"].text(), r["entity"].text(), r["linked"].number_text(), r["created"].number_text(),
              r["updated"].number_text(), r["dead"].number_text(), r["in_review"].number_text(),
              r["discrepant_fields"].number_text());
}

// Runs until every system agrees: links, shares, and reads all of it once more to compare with what systems really
// hold.
Result<int> run_once(EngineLoop& loop, Standstill& standstill, bool json, const std::atomic<bool>& stopped) {
  if (!TRY(settle(loop, standstill, "reading, linking and sharing", stopped))) return 0;
  TRY(loop.ask_and_wait(Json::object({{"command", "reconcile"}})));
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
  OpenHub hub = TRY(open_hub(where, loaded, listen));
  if (once && !hub.may_change()) return hub.standing_by();
  hub.batches_now = once;
  if (once)
    for (auto& [name, connector] : hub.connectors) connector = heard_by(standstill, std::move(connector));
  const model::Environment environment = hub.hub->environment;
  const std::string name = hub.hub->name;
  if (hub.waiting)
    std::cerr
        << "linchpin: the folder says something else than the version that was applied last, which runs. `linchpin "
           "plan` says what it would do, and `linchpin apply` switches to it."
        << std::endl;
  EngineLoop* heard_by = nullptr;
  HeardInbox inbox(*hub.files->inbox, [&] { heard_by->notify(); });
  EngineLoop loop(hub, inbox);
  heard_by = &loop;
  SystemClock clock;

  server::Router router;
  server::add_webhooks(router, [&] { return loop.webhook_systems(); }, inbox, *hub.keys, clock);
  const auto role = [&] {
    std::string text = hub.files->claim ? loop.active() ? "active" : "standing by" : "";
    if (const std::string paused = loop.paused(); !paused.empty()) text += (text.empty() ? "" : ", ") + paused;
    return text;
  };
  const auto trouble = [&] {
    const std::optional<Error> found = loop.trouble();
    return found ? found : inbox.trouble(clock.now());
  };
  server::add_health(router, trouble, role);
  server::add_metrics(router);
  server::add_tier_process(router, loop, [&] { return loop.hub(); });

  std::error_code made;
  std::filesystem::create_directories(socket_path(where.folder).parent_path(), made);  // where the store is elsewhere
  TRY(loop.start());
  const std::unique_ptr<HttpServer> control =
      TRY(server::serve_local(socket_path(where.folder).string(), server::control(loop)));
  const std::unique_ptr<HttpServer> server = TRY(server::serve(listen, ServerLimits{}, router));
  if (!once || !where.json)
    std::cout << "linchpin: " << name << " (" << environment.name << ") at http://" << server->address() << std::endl;

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

void add_run(Command& program) {
  Command command = program.command("run", "Serve. Example: linchpin run my-hub --env staging");
  auto asked = std::make_shared<Asked>();
  add_where(command, *asked);
  command.flag("--once", asked->once, "run until every system agrees, print what was moved, and stop");
  command.option("--patience", asked->patience, "--once: how long a system may fail before the run ends")
      .shows_default();
  command
      .option("--port", asked->port, "another port than the environment's listen: of several processes on one machine")
      .between(1, 65535);
  command.runs([asked] { return run(*asked); });
}

}  // namespace linchpin::cli
