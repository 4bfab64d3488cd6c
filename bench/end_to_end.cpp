#include "bench/end_to_end.hpp"

#include <signal.h>
#include <stdlib.h>

#include <iomanip>
#include <numeric>
#include <sstream>
#include <thread>

#include "base/crypto.hpp"
#include "bench/hub.hpp"
#include "bench/job_hub.hpp"
#include "bench/peer.hpp"
#include "bench/report.hpp"
#include "bench/senders.hpp"
#include "bench/traffic.hpp"

namespace linchpin::bench {
namespace {

namespace fs = std::filesystem;

constexpr int senders = 16;
constexpr milliseconds patience{8'000}, settle_time{1'500};
constexpr std::string_view public_url = "http://127.0.0.1";

// One of those that do the job: a process that can be started again over what it kept.
class Contestant {
 public:
  virtual ~Contestant() = default;
  virtual Result<milliseconds> start() = 0;
  virtual Process& process() = 0;
  virtual std::uint16_t port() const = 0;
  virtual Result<std::optional<std::int64_t>> kept() const = 0;  // webhooks, by its files; none: they cannot be counted
};

template <class Server>  // Hub, Peer
class Entrant : public Contestant {
 public:
  explicit Entrant(Server server) : server_(std::move(server)) {}
  Result<milliseconds> start() override { return server_.start(); }
  Process& process() override { return server_.process(); }
  std::uint16_t port() const override { return server_.port(); }
  Result<std::optional<std::int64_t>> kept() const override {
    if constexpr (std::is_same_v<Server, Hub>)
      return TRY(server_.kept());
    else
      return std::optional<std::int64_t>();
  }

 private:
  Server server_;
};

struct Measured {
  std::vector<double> webhooks_per_second, events_per_second;  // a turn each
  double processor = 0, idle_bytes = 0, load_bytes = 0, ready_ms = 0;
  std::int64_t events = 0, acknowledged = 0;  // of bursts; webhooks of all loads
  std::vector<std::uint32_t> gentle;
  std::int64_t killed_events = 0, lost = 0, doubled = 0;
  double ready_after_kill_ms = 0;
};
double mean(const std::vector<double>& values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

struct Entry {
  std::string name;
  std::unique_ptr<Traffic> traffic;
  std::unique_ptr<Contestant> contestant;
  Measured measured;
};

// All of it is taken, and comes to both sinks.
Result<Outcome> load(Entry& entry, const Load& load) {
  entry.traffic->begin(entry.contestant->port(), load);
  entry.traffic->settle(patience);
  Outcome out = entry.traffic->outcome();
  if (out.webhooks < load.webhooks || out.lost > 0)
    return fail(Code::AnswerUnusable, entry.name + " took " + std::to_string(out.webhooks) + " of " +
                                          std::to_string(load.webhooks) + " webhooks and lost " +
                                          std::to_string(out.lost) + " events without a crash");
  entry.measured.acknowledged += out.webhooks;
  return out;
}

Result<void> burst(Entry& entry, std::int64_t webhooks) {
  const double before = entry.contestant->process().processor_seconds();
  const Outcome out = TRY(load(entry, {senders, webhooks, 0}));
  Measured& m = entry.measured;
  m.webhooks_per_second.push_back(static_cast<double>(out.webhooks) / out.acknowledging);
  // By POSTs, so that joining two changes of one record into one call is no faster delivery.
  m.events_per_second.push_back(static_cast<double>(out.posts) / 2 / out.delivering);
  m.processor += entry.contestant->process().processor_seconds() - before;
  m.events += out.events;
  return {};
}

Result<void> gentle(Entry& entry, int seconds) {
  const Outcome out = TRY(load(entry, {senders, seconds * 50L, 50}));
  entry.measured.gentle.insert(entry.measured.gentle.end(), out.delivered_us.begin(), out.delivered_us.end());
  return {};
}

// What was acknowledged is looked for in its files before it starts again: the source lists its records to whoever
// starts, so that an event that was lost would still come to the sinks.
Result<void> kill_once(Entry& entry, std::int64_t webhooks) {
  entry.traffic->begin(entry.contestant->port(), {senders, webhooks, 0});
  while (!entry.traffic->sent() && entry.traffic->acknowledged() < webhooks * 9 / 10)
    std::this_thread::sleep_for(milliseconds(1));
  entry.contestant->process().stop(SIGKILL);
  const std::optional<std::int64_t> kept = TRY(entry.contestant->kept());
  entry.measured.ready_after_kill_ms = static_cast<double>(TRY(entry.contestant->start()).count());
  entry.traffic->settle(patience / 2);
  const Outcome out = entry.traffic->outcome();
  if (kept) TRY(hold_acknowledged(entry.name, entry.measured.acknowledged + out.webhooks, *kept));
  entry.measured.killed_events = out.events;
  entry.measured.lost = out.lost;
  entry.measured.doubled = out.doubled;
  return {};
}

Result<Entry> hub_entry(const EndToEndOptions& options, const fs::path& home, const std::string& secret, int batch) {
  const fs::path own = home / (batch > 1 ? "batches" : "single");
  fs::create_directories(own);
  // As many records as events are under way at most: none of them is changed twice while it waits.
  Entry entry{batch > 1 ? "hub, batches" : "hub",
              TRY(Traffic::start(secret, std::string(public_url), options.webhooks * 6)),
              nullptr,
              {}};
  const std::map<std::string, std::string> files =
      job_hub_files({entry.traffic->source_url(),
                     {entry.traffic->sink_url(0), entry.traffic->sink_url(1)},
                     std::string(public_url),
                     batch});
  Hub hub = TRY(Hub::over(options.program, own, files,
                          {{"HOME", own.string()},
                           {"BENCH_TOKEN", to_hex(random_bytes(16))},
                           {"BENCH_WEBHOOK_SECRET", secret},
                           {"BENCH_MASTER", to_hex(random_bytes(32))},
                           {"BENCH_MATCH", to_hex(random_bytes(32))},
                           {"BENCH_LOG", to_hex(random_bytes(32))}}));
  entry.contestant = std::make_unique<Entrant<Hub>>(std::move(hub));
  return entry;
}

// The first load: every record read, linked and created at both sinks.
Result<void> load_first(Entry& entry, std::int64_t records) {
  for (std::int64_t last = -1; entry.traffic->created() < 2 * records;) {
    const std::int64_t now = entry.traffic->created();
    if (now == last) return fail(Code::SystemUnavailable, "the first load of the hub stands still");
    last = now;
    for (int i = 0; i < 200 && entry.traffic->created() < 2 * records; ++i)
      std::this_thread::sleep_for(milliseconds(100));
  }
  return {};
}

Entry peer_entry(const EndToEndOptions& options, const fs::path& home, const std::string& secret, bool red) {
  Entry entry{red ? "Node-RED" : "script, SQLite",
              *Traffic::start(secret, std::string(public_url), options.webhooks * 6),
              nullptr,
              {}};
  const PeerJob job{options.peers, home, secret, std::string(public_url),
                    entry.traffic->sink_url(0) + "/post," + entry.traffic->sink_url(1) + "/post"};
  entry.contestant = std::make_unique<Entrant<Peer>>(red ? Peer::red(job) : Peer::script(job));
  return entry;
}

Json entry_json(Entry& entry) {
  Measured& m = entry.measured;
  Json json =
      Json::object({{"name", entry.name},
                    {"webhooks_per_second", rounded(mean(m.webhooks_per_second), 0)},
                    {"events_per_second", rounded(mean(m.events_per_second), 0)},
                    {"processor_us_each", rounded(m.events ? m.processor * 1e6 / static_cast<double>(m.events) : 0, 0)},
                    {"idle_mb", rounded(m.idle_bytes / 1e6, 1)},
                    {"load_mb", rounded(m.load_bytes / 1e6, 1)},
                    {"ready_ms", rounded(m.ready_ms, 0)},
                    {"events", m.events}});
  if (!m.gentle.empty())
    json = json.with("gentle_p50_ms", rounded(quantile(m.gentle, 0.5) / 1000.0, 2))
               .with("gentle_p99_ms", rounded(quantile(m.gentle, 0.99) / 1000.0, 2));
  if (m.killed_events > 0)
    json = json.with("killed", Json::object({{"acknowledged", m.killed_events},
                                             {"lost", m.lost},
                                             {"doubled", m.doubled},
                                             {"ready_ms", rounded(m.ready_after_kill_ms, 0)}}));
  return json;
}

Json bars_of(std::vector<Entry>& entries) {
  const auto find = [&](std::string_view name) -> Measured* {
    for (Entry& e : entries)
      if (e.name == name) return &e.measured;
    return nullptr;
  };
  Json::List bars;
  Measured *hub = find("hub"), *batches = find("hub, batches"), *script = find("script, SQLite"),
           *red = find("Node-RED");
  const auto beside = [&](std::string_view what, const Measured* one, const Measured* other, double least) {
    if (one && other)
      bars.push_back(
          ratio_bar(what, mean(one->events_per_second), mean(other->events_per_second), 0, "events/s", true, least));
  };
  beside("events/s at both sinks, of the script's", hub, script, 0.6);
  beside("events/s at both sinks, of Node-RED's", hub, red, 5);
  beside("events/s with sinks that take batches, of the script's", batches, script, 1.5);
  if (hub && script && !hub->gentle.empty() && !script->gentle.empty())
    for (const auto& [q, limit] : {std::pair{0.5, 0.5}, std::pair{0.99, 1.0}})
      bars.push_back(ratio_bar(q < 0.9 ? "gentle, webhook to both sinks, p50, of the script's" : "the same, p99",
                               quantile(hub->gentle, q) / 1000.0, quantile(script->gentle, q) / 1000.0, 2, "ms", false,
                               limit));
  if (!hub) return bars;
  bars.push_back(bar("resident memory, idle", hub->idle_bytes / 1e6, 1, "MB", false, 25));
  bars.push_back(bar("resident memory, the most under load", hub->load_bytes / 1e6, 1, "MB", false, 70));
  bars.push_back(bar("ready after start", hub->ready_ms, 0, "ms", false, 100));
  if (hub->killed_events > 0) {
    bars.push_back(bar("ready after kill -9 in the middle of the load", hub->ready_after_kill_ms, 0, "ms", false, 250));
    bars.push_back(bar("events lost at kill -9", static_cast<double>(hub->lost), 0, "", false, 0));
    // At most what was in flight: 64 calls to each sink.
    bars.push_back(bar("events repeated at kill -9", static_cast<double>(hub->doubled), 0, "", false, 128));
  }
  return bars;
}

Result<Json> run(const EndToEndOptions& options, const fs::path& home) {
  const std::string secret = to_hex(random_bytes(16));
  std::vector<Entry> entries;
  entries.push_back(TRY(hub_entry(options, home, secret, 1)));
  if (options.batches) entries.push_back(TRY(hub_entry(options, home, secret, 100)));
  for (Entry& entry : entries) {
    entry.measured.ready_ms = static_cast<double>(TRY(entry.contestant->start()).count());
    TRY(load_first(entry, options.webhooks * 6));
    std::this_thread::sleep_for(settle_time);
    // Idle is a process that has started over what it has, not one that has just loaded it.
    entry.contestant->process().stop(SIGTERM);
    entry.measured.ready_ms =
        std::max(entry.measured.ready_ms, static_cast<double>(TRY(entry.contestant->start()).count()));
    std::this_thread::sleep_for(settle_time);
    entry.measured.idle_bytes = static_cast<double>(entry.contestant->process().resident_bytes());
    entry.contestant->process().hold();
  }
  if (!options.peers.empty())
    for (const bool red : {false, true}) {
      if (red && !options.red) continue;
      entries.push_back(peer_entry(options, home, secret, red));
      Entry& entry = entries.back();
      entry.measured.ready_ms = static_cast<double>(TRY(entry.contestant->start()).count());
      std::this_thread::sleep_for(settle_time);
      entry.measured.idle_bytes = static_cast<double>(entry.contestant->process().resident_bytes());
      entry.contestant->process().hold();
    }
  const auto each = [&](auto&& measure) -> Result<void> {
    for (Entry& entry : entries) {
      entry.contestant->process().go_on();
      TRY(measure(entry));
      entry.measured.load_bytes =
          std::max(entry.measured.load_bytes, static_cast<double>(entry.contestant->process().resident_bytes_most()));
      entry.contestant->process().hold();
    }
    return {};
  };
  // Node-RED takes a tenth of the load: it needs as long for it.
  const auto share = [&](const Entry& entry) {
    return entry.name == "Node-RED" ? options.webhooks / 10 : options.webhooks;
  };
  for (int turn = 0; turn < options.turns; ++turn) TRY(each([&](Entry& entry) { return burst(entry, share(entry)); }));
  if (options.gentle_seconds > 0) TRY(each([&](Entry& entry) { return gentle(entry, options.gentle_seconds); }));
  if (options.kill) TRY(each([&](Entry& entry) { return kill_once(entry, share(entry)); }));
  Json::List list;
  for (Entry& entry : entries) list.push_back(entry_json(entry));
  return Json::object({{"contestants", std::move(list)}, {"bars", bars_of(entries)}});
}

}  // namespace

Result<Json> measure_end_to_end(const EndToEndOptions& options) {
  const BenchFolder home = TRY(BenchFolder::make(options.folder));
  return home.keep_if_failed(run(options, home.path()));
}

std::string end_to_end_table(const Json& measured) {
  std::ostringstream out;
  const auto row = [&](auto&&... cells) {
    int column = 0;
    ((out << (column == 0 ? std::left : std::right) << std::setw(column == 0 ? 16 : 11) << cells, ++column), ...);
    out << "\n";
  };
  row("", "webhooks/s", "events/s", "CPU us/ev", "idle MB", "load MB", "p50 ms", "p99 ms", "killed", "lost", "doubled");
  for (const Json& c : measured["contestants"].items())
    row(c["name"].text(), c["webhooks_per_second"].number_text(), c["events_per_second"].number_text(),
        c["processor_us_each"].number_text(), c["idle_mb"].number_text(), c["load_mb"].number_text(),
        c["gentle_p50_ms"].number_text(), c["gentle_p99_ms"].number_text(), c["killed"]["acknowledged"].number_text(),
        c["killed"]["lost"].number_text(), c["killed"]["doubled"].number_text());
  out << "\n" << bars_table(measured["bars"]);
  return out.str();
}

}  // namespace linchpin::bench
