#include "bench/several.hpp"

#include <signal.h>

#include <iomanip>
#include <numeric>
#include <sstream>
#include <thread>

#include "bench/disk.hpp"
#include "bench/hub.hpp"
#include "bench/senders.hpp"
#include "store/postgres_open.hpp"

namespace linchpin::bench {
namespace {

namespace fs = std::filesystem;

constexpr int processes_most = 3, turns = 2;
constexpr milliseconds warm_up{500}, disk_time{1'000};

struct Count {  // of processes that get webhooks
  std::vector<double> rates;
  std::vector<std::uint32_t> latencies;
  double rate() const { return std::accumulate(rates.begin(), rates.end(), 0.0) / static_cast<double>(rates.size()); }
};
struct Run {
  std::array<Count, processes_most> counts;
  std::vector<double> disk;
  std::uint64_t acknowledged = 0, stored = 0;
};

// All processes run; the first `used` are sent to, each by senders of its own, on a thread of their own.
Result<void> turn(Run& run, std::vector<Hub>& hubs, std::size_t used, const SeveralOptions& options,
                  const std::string& secret) {
  std::vector<std::optional<Result<Sent>>> sent(used);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < used; ++i) {
      threads.emplace_back([&, i] {
        SignedWebhooks webhooks(secret);
        sent[i] = send_webhooks(hubs[i].port(), options.senders / static_cast<int>(used), warm_up,
                                milliseconds(options.seconds * 1000), webhooks, [] {});
      });
    }
  }
  Count& count = run.counts[used - 1];
  double rate = 0;
  for (std::optional<Result<Sent>>& one : sent) {
    Sent took = TRY(*std::move(one));
    rate += took.per_second();
    run.acknowledged += took.acknowledged;
    count.latencies.insert(count.latencies.end(), took.latencies.begin(), took.latencies.end());
  }
  count.rates.push_back(rate);
  return {};
}

Result<Run> run(const SeveralOptions& options, const fs::path& home) {
  const std::string secret = to_hex(random_bytes(16));
  Run run;
  std::vector<Hub> hubs;
  hubs.push_back(TRY(Hub::make(options.program, home / "first", secret, options.store)));
  for (int i = 1; i < processes_most; ++i)
    hubs.push_back(TRY(hubs.front().beside(home / ("process-" + std::to_string(i)))));
  for (Hub& hub : hubs) TRY(hub.start());
  for (int i = 0; i < turns; ++i) {
    run.disk.push_back(TRY(fdatasyncs_per_second(home, disk_time)));
    for (std::size_t used = 1; used <= hubs.size(); ++used) TRY(turn(run, hubs, used, options, secret));
  }
  for (Hub& hub : hubs) hub.process().stop(SIGKILL);
  const store::Files files = TRY(store::open_postgres({{options.store, {}}, std::nullopt, "bench", {}}));
  run.stored = static_cast<std::uint64_t>(TRY(files.inbox->last()).number);
  if (run.stored != run.acknowledged)
    return fail(Code::StoreCorrupt, std::to_string(run.acknowledged) + " webhooks were acknowledged, and " +
                                        std::to_string(run.stored) + " are in the inbox");
  return run;
}

Json rounded(double value, int decimals) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(decimals) << value;
  return Json(Json::Number{text.str()});
}

}  // namespace

Result<Json> measure_several(const SeveralOptions& options) {
  std::string made = (options.folder / "linchpin-bench-XXXXXX").string();
  if (::mkdtemp(made.data()) == nullptr)
    return fail(Code::FileUnreadable, "no folder can be made in " + options.folder.string(),
                "Name another one with --folder.");
  for (const char* part : {"first", "process-1", "process-2"}) fs::create_directory(fs::path(made) / part);
  Run measured = TRY(run(options, made));
  std::error_code ignored;
  fs::remove_all(made, ignored);
  Json::List rows;
  for (std::size_t i = 0; i < measured.counts.size(); ++i) {
    Count& count = measured.counts[i];
    rows.push_back(Json::object({{"processes", static_cast<std::int64_t>(i + 1)},
                                 {"per_second", rounded(count.rate(), 0)},
                                 {"of_one", rounded(count.rate() / measured.counts[0].rate(), 2)},
                                 {"p50_ms", rounded(quantile(count.latencies, 0.5) / 1000.0, 2)},
                                 {"p99_ms", rounded(quantile(count.latencies, 0.99) / 1000.0, 2)}}));
  }
  const double disk = std::accumulate(measured.disk.begin(), measured.disk.end(), 0.0) / turns;
  return Json::object({{"processors", static_cast<std::int64_t>(std::thread::hardware_concurrency())},
                       {"fdatasync_per_second", rounded(disk, 0)},
                       {"senders", options.senders},
                       {"rows", std::move(rows)},
                       {"acknowledged", static_cast<std::int64_t>(measured.acknowledged)},
                       {"in_inbox_after_kill", static_cast<std::int64_t>(measured.stored)}});
}

std::string several_table(const Json& measured) {
  std::ostringstream out;
  out << measured["processors"].number_text() << " processors, " << measured["fdatasync_per_second"].number_text()
      << " fdatasync/s of a 4 KiB append, " << measured["senders"].number_text() << " senders\n\n";
  const auto row = [&](auto&&... cells) {
    ((out << std::left << std::setw(13) << cells), ...);
    out << "\n";
  };
  row("processes", "webhooks/s", "of one", "p50 ms", "p99 ms");
  for (const Json& r : measured["rows"].items())
    row(r["processes"].number_text(), r["per_second"].number_text(), r["of_one"].number_text(),
        r["p50_ms"].number_text(), r["p99_ms"].number_text());
  out << "\n"
      << measured["acknowledged"].number_text() << " acknowledged, " << measured["in_inbox_after_kill"].number_text()
      << " in the inbox after kill -9 of all\n";
  return out.str();
}

}  // namespace linchpin::bench
