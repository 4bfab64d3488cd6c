#include "bench/scale.hpp"

#include <signal.h>

#include <chrono>
#include <iomanip>
#include <numeric>
#include <sstream>
#include <thread>

#include "bench/disk.hpp"
#include "bench/hub.hpp"
#include "bench/job_hub.hpp"
#include "bench/people.hpp"
#include "bench/report.hpp"
#include "bench/senders.hpp"
#include "bench/traffic.hpp"

namespace linchpin::bench {
namespace {

namespace fs = std::filesystem;
using Ticks = std::chrono::steady_clock;

constexpr int senders = 16;
constexpr std::int64_t stride = 7'919;  // a prime: the records of events lie anywhere in the file
constexpr milliseconds patience{8'000}, look_time{500}, disk_time{1'000};
constexpr double busy_part = 0.1;  // of a processor: a hub at rest takes less
constexpr int looks_at_rest = 3;   // one after the other
constexpr std::chrono::minutes rest_most{60};
constexpr double part_bar = 0.7, ready_bar_ms = 2'000, memory_bar_mb = 200;
constexpr const char* public_address = "http://127.0.0.1";

// One hub with its world.
struct Side {
  std::int64_t records = 0;
  std::unique_ptr<Traffic> traffic;
  std::optional<Hub> hub;
  double fill_seconds = 0, files_bytes = 0, idle_bytes = 0, load_bytes = 0, ready_ms = 0, ready_after_kill_ms = 0;
  double rest_seconds = 0;        // from ready until what a start asks for is done: each record listed and looked at
  std::int64_t acknowledged = 0;  // webhooks, of all loads
  std::int64_t lost = 0;          // acknowledged before kill -9, and not at both sinks when nothing more came
  std::vector<double> events_per_second;
  std::vector<std::uint32_t> burst_us, gentle_us;  // of each event, until it is at both sinks

  double rate() const {
    return std::accumulate(events_per_second.begin(), events_per_second.end(), 0.0) /
           static_cast<double>(std::max<std::size_t>(1, events_per_second.size()));
  }
};

double bytes_below(const fs::path& folder) {
  std::error_code failed;
  double sum = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder, failed))
    if (entry.is_regular_file(failed)) sum += static_cast<double>(entry.file_size(failed));
  return sum;
}

Result<Side> make_side(const ScaleOptions& options, const fs::path& home, std::int64_t records) {
  Side side;
  side.records = records;
  const JobKeys keys = JobKeys::make();
  side.traffic = TRY(Traffic::start(keys.webhook_secret, public_address, records));
  side.hub = TRY(Hub::over(
      options.program, home,
      job_hub_files(
          {side.traffic->source_url(), {side.traffic->sink_url(0), side.traffic->sink_url(1)}, public_address, 1}),
      keys.environment(home)));
  const std::shared_ptr<const model::Hub> hub = model::check(side.hub->folder().string(), "").hub;
  if (!hub) return fail(Code::Internal, "the hub files of the end-to-end job are not valid");
  const auto from = Ticks::now();
  TRY(fill(*hub, keys, side.hub->data(), records, [&](std::int64_t there) {
    options.progress(std::to_string(there) + " of " + std::to_string(records) + " golden records are there");
  }));
  side.fill_seconds = std::chrono::duration<double>(Ticks::now() - from).count();
  side.files_bytes = bytes_below(side.hub->data());
  return side;
}

Result<Outcome> load(Side& side, const Load& load) {
  side.hub->process().go_on();
  side.traffic->begin(side.hub->port(), load);
  side.traffic->settle(patience);
  Outcome out = side.traffic->outcome();
  side.load_bytes = std::max(side.load_bytes, static_cast<double>(side.hub->process().resident_bytes_most()));
  side.hub->process().hold();
  if (out.webhooks < load.webhooks || out.lost > 0)
    return fail(Code::AnswerUnusable, "the hub with " + std::to_string(side.records) + " golden records took " +
                                          std::to_string(out.webhooks) + " of " + std::to_string(load.webhooks) +
                                          " webhooks and lost " + std::to_string(out.lost) + " events");
  if (side.traffic->created() > 0)
    return fail(Code::Internal, "the hub does not know the people that its store was filled with");
  side.acknowledged += out.webhooks;
  return out;
}

Result<void> burst(Side& side, std::int64_t webhooks) {
  const Outcome out = TRY(load(side, {senders, webhooks, 0, stride}));
  side.events_per_second.push_back(static_cast<double>(out.events) / out.delivering);
  side.burst_us.insert(side.burst_us.end(), out.delivered_us.begin(), out.delivered_us.end());
  return {};
}

// Killed in the middle of a load: all that was acknowledged is in its files, and comes to the sinks.
Result<void> kill_once(Side& side, std::int64_t webhooks) {
  side.hub->process().go_on();
  side.traffic->begin(side.hub->port(), {senders, webhooks, 0, stride});
  while (!side.traffic->sent() && side.traffic->acknowledged() < webhooks / 2)
    std::this_thread::sleep_for(milliseconds(1));
  side.hub->process().stop(SIGKILL);
  const std::int64_t kept = TRY(side.hub->kept());
  side.ready_after_kill_ms = static_cast<double>(TRY(side.hub->start()).count());
  side.traffic->settle(patience);
  const Outcome out = side.traffic->outcome();
  TRY(hold_acknowledged("the hub with " + std::to_string(side.records) + " golden records",
                        side.acknowledged + out.webhooks, kept));
  side.lost = out.lost;
  side.hub->process().hold();
  return {};
}

// A start sweeps the source, and the first one after a fill makes each match key anew: neither is the cost of an event.
Result<void> come_to_rest(Side& side, const std::function<void(const std::string&)>& progress) {
  progress("the hub with " + std::to_string(side.records) + " lists its records and looks at them");
  const auto from = Ticks::now();
  double before = side.hub->process().processor_seconds();
  for (int at_rest = 0; at_rest < looks_at_rest;) {
    std::this_thread::sleep_for(look_time);
    if (Ticks::now() - from > rest_most)
      return fail(Code::Internal,
                  "the hub with " + std::to_string(side.records) + " golden records does not come to rest");
    const double now = side.hub->process().processor_seconds(), taken = now - std::exchange(before, now);
    at_rest = taken < busy_part * std::chrono::duration<double>(look_time).count() ? at_rest + 1 : 0;
    side.rest_seconds = std::chrono::duration<double>(Ticks::now() - from - looks_at_rest * look_time).count();
  }
  return {};
}

Result<void> start(Side& side, const std::function<void(const std::string&)>& progress) {
  side.ready_ms = static_cast<double>(TRY(side.hub->start()).count());
  TRY(come_to_rest(side, progress));
  side.idle_bytes = static_cast<double>(side.hub->process().resident_bytes());
  side.hub->process().hold();
  return {};
}

Json side_json(Side& side) {
  const auto ms = [](std::vector<std::uint32_t>& of, double q) { return rounded(quantile(of, q) / 1000.0, 1); };
  return Json::object({{"golden_records", side.records},
                       {"fill_seconds", rounded(side.fill_seconds, 1)},
                       {"files_mb", rounded(side.files_bytes / 1e6, 0)},
                       {"events_per_second", rounded(side.rate(), 0)},
                       {"burst_p99_ms", ms(side.burst_us, 0.99)},
                       {"gentle_p50_ms", ms(side.gentle_us, 0.5)},
                       {"gentle_p99_ms", ms(side.gentle_us, 0.99)},
                       {"idle_mb", rounded(side.idle_bytes / 1e6, 1)},
                       {"load_mb", rounded(side.load_bytes / 1e6, 1)},
                       {"ready_ms", rounded(side.ready_ms, 0)},
                       {"rest_seconds", rounded(side.rest_seconds, 1)},
                       {"ready_after_kill_ms", rounded(side.ready_after_kill_ms, 0)},
                       {"lost_at_kill", side.lost}});
}

Json bars_of(Side& few, Side& many) {
  const auto p99 = [](Side& side) { return quantile(side.gentle_us, 0.99) / 1000.0; };
  Json::List bars;
  bars.push_back(
      ratio_bar("events/s with many, of those with few", many.rate(), few.rate(), 0, "events/s", true, part_bar));
  // No worse than 0.7 of it: a wait may be that much longer.
  if (!many.gentle_us.empty())
    bars.push_back(
        ratio_bar("p99 at 50 events/s with many, of that with few", p99(many), p99(few), 1, "ms", false, 1 / part_bar));
  bars.push_back(bar("resident memory with many, the most", many.load_bytes / 1e6, 1, "MB", false, memory_bar_mb));
  bars.push_back(bar("ready after start with many", many.ready_ms, 0, "ms", false, ready_bar_ms));
  bars.push_back(bar("ready after kill -9 with many", many.ready_after_kill_ms, 0, "ms", false, ready_bar_ms));
  bars.push_back(bar("events lost at kill -9, of both", static_cast<double>(few.lost + many.lost), 0, "", false, 0));
  return bars;
}

Result<Json> run(const ScaleOptions& options, const fs::path& home) {
  std::vector<Side> sides;
  for (const std::int64_t records : {options.few, options.records}) {
    const fs::path own = home / (sides.empty() ? "few" : "many");
    fs::create_directories(own);
    sides.push_back(TRY(make_side(options, own, records)));
  }
  for (Side& side : sides) TRY(start(side, options.progress));
  // Nobody is changed twice in a burst: joining two changes is no faster delivery.
  const std::int64_t webhooks = std::min(options.webhooks, options.few / 6);
  std::vector<double> disk;
  for (int turn = 0; turn < options.turns; ++turn) {
    disk.push_back(TRY(fdatasyncs_per_second(home, disk_time)));
    for (Side& side : sides) {
      options.progress("a burst to the hub with " + std::to_string(side.records));
      TRY(burst(side, webhooks));
    }
  }
  if (options.gentle_seconds > 0)
    for (Side& side : sides) {
      const Outcome out = TRY(load(side, {senders, options.gentle_seconds * 50L, 50, stride}));
      side.gentle_us = out.delivered_us;
    }
  for (Side& side : sides) TRY(kill_once(side, webhooks));
  Json::List list;
  for (Side& side : sides) list.push_back(side_json(side));
  return Json::object({{"fdatasync_per_second",
                        rounded(std::accumulate(disk.begin(), disk.end(), 0.0) / static_cast<double>(disk.size()), 0)},
                       {"hubs", std::move(list)},
                       {"bars", bars_of(sides[0], sides[1])}});
}

}  // namespace

Result<Json> measure_scale(const ScaleOptions& options) {
  const BenchFolder home = TRY(BenchFolder::make(options.folder));
  return home.keep_if_failed(run(options, home.path()));
}

std::string scale_table(const Json& measured) {
  std::ostringstream out;
  out << measured["fdatasync_per_second"].number_text() << " fdatasync/s of a 4 KiB append\n\n";
  const std::pair<const char*, const char*> rows[] = {{"golden records", "golden_records"},
                                                      {"filled in, s", "fill_seconds"},
                                                      {"its files, MB", "files_mb"},
                                                      {"events/s at both sinks, bursts", "events_per_second"},
                                                      {"p99 ms, bursts", "burst_p99_ms"},
                                                      {"p50 ms, 50 events/s", "gentle_p50_ms"},
                                                      {"p99 ms, 50 events/s", "gentle_p99_ms"},
                                                      {"resident MB, idle", "idle_mb"},
                                                      {"resident MB, the most", "load_mb"},
                                                      {"ready after start, ms", "ready_ms"},
                                                      {"all listed and looked at after, s", "rest_seconds"},
                                                      {"ready after kill -9, ms", "ready_after_kill_ms"},
                                                      {"lost at kill -9", "lost_at_kill"}};
  for (const auto& [what, member] : rows) {
    out << std::left << std::setw(34) << what;
    for (const Json& hub : measured["hubs"].items()) out << std::right << std::setw(12) << hub[member].number_text();
    out << "\n";
  }
  out << "\n" << bars_table(measured["bars"]);
  return out.str();
}

}  // namespace linchpin::bench
