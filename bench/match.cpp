#include "bench/match.hpp"

#include <sys/resource.h>

#include <chrono>
#include <iomanip>
#include <sstream>
#include <unordered_map>

#include "bench/labelled_book.hpp"
#include "bench/report.hpp"
#include "matching/partition.hpp"

namespace linchpin::bench {
namespace {

double seconds_of(const std::function<void()>& work) {
  timespec before{}, after{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
  work();
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
  return static_cast<double>(after.tv_sec - before.tv_sec) + static_cast<double>(after.tv_nsec - before.tv_nsec) * 1e-9;
}

double resident_mib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace

Result<Json> measure_match(const MatchOptions& options) {
  using namespace matching;
  const LabelledBook labelled = make_labelled_book(options.seed, options.records);
  if (!options.write.empty()) TRY(write_labelled_book(labelled, options.write));
  const double before = resident_mib();
  const Model& model = built_in_model();
  std::unique_ptr<Book> book;
  std::vector<Pair> pairs;
  std::vector<float> first, second;
  Partition found;
  const double preparing = seconds_of([&] { book = std::make_unique<Book>(labelled.records); });
  const double finding = seconds_of([&] { pairs = candidates(*book); });
  const double comparing = seconds_of([&] { first = first_looks(*book, pairs, model); });
  const double second_look = seconds_of([&] { second = second_looks(*book, pairs, first, model); });
  const Terms terms{.accept = model.accept, .review = model.review, .birth_vetoes = true, .decisions = {}};
  const double uniting = seconds_of([&] { found = partition(*book, pairs, second, terms); });
  const double whole = preparing + finding + comparing + second_look + uniting;
  const auto records = static_cast<double>(book->size()), compared = static_cast<double>(pairs.size());
  return Json::object(
      {{"records", book->size()},
       {"pairs", pairs.size()},
       {"pairs_a_record", rounded(compared / records, 1)},
       {"seconds", Json::object({{"preparing", rounded(preparing, 2)},
                                 {"candidates", rounded(finding, 2)},
                                 {"comparing", rounded(comparing, 2)},
                                 {"second_look", rounded(second_look, 2)},
                                 {"uniting", rounded(uniting, 2)}})},
       {"records_a_second", rounded(records / whole, 0)},
       {"mib", rounded(resident_mib() - before, 0)},
       {"bars", Json::list({bar("comparison alone, one core", compared / comparing / 1e6, 2, "M pairs/s", true, 1)})}});
}

std::string match_table(const Json& m) {
  std::ostringstream out;
  out << "records " << m["records"].number_text() << ", pairs compared " << m["pairs"].number_text() << " ("
      << m["pairs_a_record"].number_text() << " a record), " << m["records_a_second"].number_text()
      << " records/s of one core, " << m["mib"].number_text() << " MiB\n";
  for (const auto& [what, seconds] : m["seconds"].members())
    out << "  " << std::left << std::setw(14) << what << seconds.number_text() << " s\n";
  out << bars_table(m["bars"]);
  return out.str();
}

}  // namespace linchpin::bench
