#include "bench/intake.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <signal.h>

#include <cmath>
#include <cstdlib>
#include <iomanip>
#include <numeric>
#include <sstream>
#include <thread>

#include "bench/bare_server.hpp"
#include "bench/disk.hpp"
#include "bench/hub.hpp"
#include "bench/peer.hpp"
#include "bench/report.hpp"
#include "bench/senders.hpp"

namespace linchpin::bench {
namespace {

namespace fs = std::filesystem;

constexpr int turns = 2;
constexpr milliseconds warm_up{300}, disk_time{1'000}, settle_time{1'500};
constexpr double bare_bar = 0.6, p99_bar = 2, script_bar = 2.5, script_bar_of_one = 2;  // of the bare server: aim 0.75
constexpr double idle_bar = 25e6, load_bar = 70e6, ready_bar = 100, ready_pending_bar = 250;  // bytes, ms

// What one server did with one count of senders, over its turns.
struct Taken {
  std::vector<double> rates;  // a turn each
  std::vector<std::uint32_t> latencies;
  double processor = 0;  // seconds
  std::uint64_t acknowledged = 0;

  double p99_ms() { return quantile(latencies, 0.99) / 1000.0; }
  double rate() const { return std::accumulate(rates.begin(), rates.end(), 0.0) / static_cast<double>(rates.size()); }
};
struct Round {
  int senders = 0;
  std::vector<double> disk;  // fdatasync/s, before each pair of turns
  Taken hub, bare, script;
};

Result<void> turn(Taken& taken, const Process& process, std::uint16_t port, int senders, milliseconds time,
                  SignedWebhooks& webhooks) {
  const double before = process.processor_seconds();
  Sent sent = TRY(send_webhooks(port, senders, warm_up, time, webhooks, [] {}));
  taken.processor += process.processor_seconds() - before;
  taken.acknowledged += sent.acknowledged;
  taken.rates.push_back(sent.per_second());
  taken.latencies.insert(taken.latencies.end(), sent.latencies.begin(), sent.latencies.end());
  return {};
}

struct Bare {
  Process process;
  std::uint16_t port;
};
Result<Bare> start_bare(const fs::path& file, const std::string& secret) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(listener, 128) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return fail(Code::Internal, "no port is free on 127.0.0.1");
  Result<Process> process = Process::fork([&] { (void)serve_bare(listener, file, secret); });
  ::close(listener);
  return Bare{TRY(std::move(process)), ntohs(address.sin_port)};
}

Json taken_json(Taken& taken) {
  const auto ms = [&](double q) { return rounded(quantile(taken.latencies, q) / 1000.0, 2); };
  Json::List rates;
  for (const double rate : taken.rates) rates.push_back(rounded(rate, 0));
  return Json::object(
      {{"per_second", rounded(taken.rate(), 0)},
       {"turns", std::move(rates)},
       {"p50_ms", ms(0.5)},
       {"p99_ms", ms(0.99)},
       {"processor_us_each", rounded(taken.processor * 1e6 / static_cast<double>(taken.acknowledged), 1)}});
}

Json machine(const std::vector<Round>& rounds) {
  utsname system{};
  ::uname(&system);
  double disk = 0, least = 1e12, most = 0;
  std::size_t count = 0;
  for (const Round& round : rounds)
    for (const double d : round.disk) {
      disk += d, ++count;
      least = std::min(least, d), most = std::max(most, d);
    }
  return Json::object({{"processors", static_cast<std::int64_t>(std::thread::hardware_concurrency())},
                       {"system", std::string(system.sysname) + " " + system.release},
                       {"fdatasync_per_second", rounded(disk / static_cast<double>(count), 0)},
                       {"fdatasync_least", rounded(least, 0)},
                       {"fdatasync_most", rounded(most, 0)}});
}

// Webhooks that were sent while the hub started.
struct Early {
  std::int64_t sent = 0, taken = 0, too_early = 0;  // answered with 2xx; of those, while it still said: not ready
};

struct Run {
  std::vector<Round> rounds;
  std::string no_script;  // why it was left out
  Early early;
  milliseconds ready_first{}, ready_again{};
  double idle_bytes = 0, load_bytes = 0;
  std::uint64_t acknowledged = 0, accepted = 0, stored = 0;
};

// Starts the hub under webhooks. Readiness is asked for after a 2xx has come: a "no" then is later than that answer.
Result<milliseconds> start_under_fire(Hub& hub, SignedWebhooks& webhooks, Early& early) {
  return hub.start([&] {
    const int status =
        hub.ask(webhooks.next(std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now())));
    ++early.sent;
    if (status < 200 || status > 299) return;
    ++early.taken;
    if (!hub.ready()) ++early.too_early;
  });
}

Result<Run> run(const IntakeOptions& options, const fs::path& home) {
  const std::string secret = to_hex(random_bytes(16));
  const milliseconds time{options.seconds * 1000};
  Run run;
  const Bare bare = TRY(start_bare(home / "bodies", secret));
  run.no_script = Peer::missing(options.peers);
  std::optional<Peer> script;
  if (run.no_script.empty()) {
    script = Peer::script({options.peers, home, secret, std::string(public_url), ""});
    TRY(script->start());
  }
  SignedWebhooks webhooks(secret);
  Hub hub = TRY(Hub::make(options.program, home, secret));
  run.ready_first = TRY(start_under_fire(hub, webhooks, run.early));
  run.acknowledged = static_cast<std::uint64_t>(run.early.taken);
  std::this_thread::sleep_for(settle_time);
  run.idle_bytes = static_cast<double>(hub.process().resident_bytes());

  for (const int senders : options.senders) {
    Round& round = run.rounds.emplace_back();
    round.senders = senders;
    for (int i = 0; i < turns; ++i) {
      TRY(turn(round.hub, hub.process(), hub.port(), senders, time, webhooks));
      hub.process().hold();  // the others, and the disk, have the machine for themselves
      round.disk.push_back(TRY(fdatasyncs_per_second(home, disk_time)));
      TRY(turn(round.bare, bare.process, bare.port, senders, time, webhooks));
      if (script) TRY(turn(round.script, script->process(), script->port(), senders, time, webhooks));
      hub.process().go_on();
    }
    run.acknowledged += round.hub.acknowledged;
  }
  run.load_bytes = static_cast<double>(hub.process().resident_bytes_most());
  run.accepted = TRY(hub.accepted());

  // Killed as it is, and what it acknowledged is looked for in its files, then by the next start.
  hub.process().stop(SIGKILL);
  run.stored = static_cast<std::uint64_t>(TRY(hub.kept()));
  run.ready_again = TRY(start_under_fire(hub, webhooks, run.early));
  if (run.accepted != run.acknowledged || run.stored != run.acknowledged)
    return fail(Code::StoreCorrupt, std::to_string(run.acknowledged) + " webhooks were acknowledged, " +
                                        std::to_string(run.accepted) + " counted and " + std::to_string(run.stored) +
                                        " are in the inbox");
  return run;
}

// What is asked of one count of senders.
void add_bars(Json::List& bars, Round& round) {
  const std::string at = " at " + std::to_string(round.senders) + (round.senders == 1 ? " sender" : " senders");
  const double rate = round.hub.rate();
  if (round.senders > 1)
    bars.push_back(ratio_bar("of the bare server's rate" + at + " (aim 0.75)", rate, round.bare.rate(), 0, "webhooks/s",
                             true, bare_bar));
  bars.push_back(
      ratio_bar("p99, of the bare server's" + at, round.hub.p99_ms(), round.bare.p99_ms(), 2, "ms", false, p99_bar));
  if (!round.script.rates.empty())
    bars.push_back(ratio_bar("of the script's rate" + at, rate, round.script.rate(), 0, "webhooks/s", true,
                             round.senders == 1 ? script_bar_of_one : script_bar));
}

Json report(Run& run) {
  Json::List rounds, bars, left_out;
  for (Round& round : run.rounds) {
    double least = 1e12, most = 0;
    for (std::size_t i = 0; i < round.hub.rates.size(); ++i) {
      const double ratio = round.hub.rates[i] / round.bare.rates[i];
      least = std::min(least, ratio), most = std::max(most, ratio);
    }
    Json row = Json::object({{"senders", round.senders},
                             {"hub", taken_json(round.hub)},
                             {"bare", taken_json(round.bare)},
                             {"ratio", rounded(round.hub.rate() / round.bare.rate(), 2)},
                             {"ratio_least", rounded(least, 2)},
                             {"ratio_most", rounded(most, 2)}});
    if (!round.script.rates.empty()) row = row.with("script", taken_json(round.script));
    rounds.push_back(std::move(row));
    add_bars(bars, round);
  }
  if (!run.no_script.empty()) left_out.push_back("the script with SQLite: " + run.no_script);
  bars.push_back(
      bar("2xx while the hub said that it is not ready", static_cast<double>(run.early.too_early), 0, "", false, 0));
  bars.push_back(bar("resident memory, idle", run.idle_bytes / 1e6, 1, "MB", false, idle_bar / 1e6));
  bars.push_back(bar("resident memory, the most under load", run.load_bytes / 1e6, 1, "MB", false, load_bar / 1e6));
  bars.push_back(bar("ready after start", static_cast<double>(run.ready_first.count()), 0, "ms", false, ready_bar));
  // Its systems are absent, so nothing of what it took is done.
  bars.push_back(bar("ready after kill -9, " + std::to_string(run.stored) + " webhooks pending",
                     static_cast<double>(run.ready_again.count()), 0, "ms", false, ready_pending_bar));
  return Json::object(
      {{"machine", machine(run.rounds)},
       {"rounds", std::move(rounds)},
       {"hub", Json::object({{"ready_first_ms", run.ready_first.count()},
                             {"ready_after_kill_ms", run.ready_again.count()},
                             {"acknowledged", static_cast<std::int64_t>(run.acknowledged)},
                             {"counted", static_cast<std::int64_t>(run.accepted)},
                             {"in_inbox_after_kill", static_cast<std::int64_t>(run.stored)}})},
       {"starts",
        Json::object({{"sent", run.early.sent}, {"taken", run.early.taken}, {"too_early", run.early.too_early}})},
       {"bars", std::move(bars)},
       {"left_out", std::move(left_out)}});
}

}  // namespace

Result<Json> measure_intake(const IntakeOptions& options) {
  const BenchFolder home = TRY(BenchFolder::make(options.folder));
  Result<Run> measured = run(options, home.path());
  return home.keep_if_failed(measured ? Result<Json>(report(*measured)) : tl::unexpected(measured.error()));
}

std::string intake_table(const Json& measured) {
  std::ostringstream out;
  const Json& m = measured["machine"];
  out << m["processors"].number_text() << " processors, " << m["system"].text() << ", "
      << m["fdatasync_per_second"].number_text() << " fdatasync/s of a 4 KiB append ("
      << m["fdatasync_least"].number_text() << " to " << m["fdatasync_most"].number_text() << ")\n\n";
  const auto row = [&](auto&&... cells) {
    int column = 0;
    ((out << (column < 2 ? std::left : std::right)
          << std::setw(column == 0   ? 9
                       : column == 1 ? 8
                                     : 12)
          << cells,
      ++column),
     ...);
    out << "\n";
  };
  row("senders", "server", "webhooks/s", "p50 ms", "p99 ms", "CPU us each", "of bare");
  for (const Json& round : measured["rounds"].items())
    for (const char* server : {"hub", "bare", "script"}) {
      const Json& taken = round[server];
      if (!taken.is_object()) continue;
      const bool hub = std::string_view(server) == "hub";
      row(hub ? round["senders"].number_text() : "", server, taken["per_second"].number_text(),
          taken["p50_ms"].number_text(), taken["p99_ms"].number_text(), taken["processor_us_each"].number_text(),
          hub ? round["ratio"].number_text() : "");
    }
  const Json& hub = measured["hub"];
  out << "\n"
      << hub["acknowledged"].number_text() << " acknowledged, " << hub["counted"].number_text()
      << " counted by the hub, " << hub["in_inbox_after_kill"].number_text() << " in its inbox after kill -9; ready in "
      << hub["ready_first_ms"].number_text() << " ms when new, " << hub["ready_after_kill_ms"].number_text()
      << " ms after the kill\n"
      << measured["starts"]["sent"].number_text() << " webhooks were sent during the two starts, "
      << measured["starts"]["taken"].number_text() << " taken, " << measured["starts"]["too_early"].number_text()
      << " of them while the hub said that it is not ready\n\n";
  out << bars_table(measured["bars"]);
  for (const Json& what : measured["left_out"].items()) out << "left out     " << what.text() << "\n";
  return out.str();
}

}  // namespace linchpin::bench
