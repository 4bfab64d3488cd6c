#include "bench/line.hpp"

#include <time.h>

#include <iomanip>
#include <sstream>

#include "sandbox/client_book.hpp"
#include "sim/world.hpp"

namespace linchpin::bench {
namespace {

using std::chrono::hours;

// Processor time of this thread, which is all that the simulated world runs on: other programs do not count.
class Stopwatch {
 public:
  void turn(bool begins) {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    const double at = static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
    if (begins) {
      began_ = at;
    } else {
      seconds_ += at - began_;
      ++steps_;
    }
  }
  // Since the last call.
  Json lap(std::int64_t count) {
    std::ostringstream rate, each;
    rate << std::fixed << std::setprecision(0) << static_cast<double>(count) / seconds_;
    each << std::fixed << std::setprecision(1) << seconds_ * 1e6 / static_cast<double>(count);
    Json lap = Json::object({{"count", count},
                             {"steps", steps_},
                             {"per_second", Json::Number{rate.str()}},
                             {"processor_us_each", Json::Number{each.str()}}});
    seconds_ = 0, steps_ = 0;
    return lap;
  }

 private:
  double began_ = 0, seconds_ = 0;
  std::int64_t steps_ = 0;
};

std::int64_t records(const Json& book) {
  std::int64_t count = 0;
  for (const auto& [object, list] : book["objects"].members()) count += static_cast<std::int64_t>(list.items().size());
  return count;
}

}  // namespace

Result<Json> measure_line(const LineOptions& options) {
  Stopwatch watch;
  const auto world =
      TRY(sim::World::make({.seed = options.seed, .around_step = [&](bool begins) { watch.turn(begins); }}));
  const sandbox::ClientBook book =
      sandbox::make_client_book(options.seed, world->now(), sandbox::client_book_of(options.people));
  TRY(world->vendor("hubspot").seed(book.hubspot, world->now()));
  TRY(world->vendor("xero").seed(book.xero, world->now()));
  TRY(world->run_until_quiet(hours(24)));
  const Json first = watch.lap(records(book.hubspot) + records(book.xero));

  // In rounds, so that nobody's phone changes twice before the first change has gone its way.
  for (int made = 0; made < options.edits;) {
    for (std::size_t i = 0; i < book.same.size() && made < options.edits; ++i, ++made) {
      const std::string digits = std::to_string(10'000'000 + made);
      TRY(world->edit(
          "hubspot", "contacts", book.same[i].hubspot,
          Json::object({{"phone", "04" + digits.substr(0, 2) + " " + digits.substr(2, 3) + " " + digits.substr(5)}})));
    }
    TRY(world->run_until_quiet(hours(24)));
  }
  return Json::object({{"first_load", first}, {"edits", watch.lap(options.edits)}});
}

std::string line_table(const Json& measured) {
  std::ostringstream out;
  const auto row = [&](std::string_view what, const Json& lap) {
    out << std::left << std::setw(46) << what << std::right << std::setw(8) << lap["count"].number_text()
        << std::setw(10) << lap["per_second"].number_text() << std::setw(12) << lap["processor_us_each"].number_text()
        << std::setw(8) << lap["steps"].number_text() << "\n";
  };
  out << std::left << std::setw(46) << "" << std::right << std::setw(8) << "count" << std::setw(10) << "a second"
      << std::setw(12) << "us each" << std::setw(8) << "steps"
      << "\n";
  row("first load: a record read, linked and shared", measured["first_load"]);
  row("an edit, from webhook to confirmed elsewhere", measured["edits"]);
  return out.str();
}

}  // namespace linchpin::bench
