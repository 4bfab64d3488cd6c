#include "bench/all.hpp"

#include <iomanip>
#include <sstream>

#include "bench/calls.hpp"
#include "bench/end_to_end.hpp"
#include "bench/intake.hpp"
#include "bench/line.hpp"
#include "bench/merge_commit.hpp"
#include "bench/scale.hpp"
#include "bench/several.hpp"

namespace linchpin::bench {
namespace {

struct Measurement {
  std::string name;
  std::function<Result<Json>()> measure;
  std::string (*table)(const Json&);
};

template <class Options>
Measurement brief(std::string name, Options options, Result<Json> (*measure)(const Options&),
                  std::string (*table)(const Json&)) {
  return {std::move(name), [options = std::move(options), measure] { return measure(options); }, table};
}

std::vector<Measurement> measurements(const AllOptions& given) {
  std::vector<Measurement> all;
  IntakeOptions intake{given.program, given.folder, given.peers};
  intake.seconds = 1;
  all.push_back(brief("intake", std::move(intake), measure_intake, intake_table));

  EndToEndOptions end{given.program, given.folder, given.peers};
  end.webhooks = 600, end.turns = 1, end.gentle_seconds = 4;
  all.push_back(brief("end-to-end", std::move(end), measure_end_to_end, end_to_end_table));

  MergeCommitOptions merges{given.folder};
  merges.records = 5'000, merges.seconds = 1;
  all.push_back(brief("merge-commit", std::move(merges), measure_merge_commit, merge_commit_table));

  ScaleOptions scale{given.program, given.folder};
  scale.few = 2'000, scale.records = 20'000, scale.webhooks = 300, scale.turns = 1, scale.gentle_seconds = 4;
  all.push_back(brief("scale", std::move(scale), measure_scale, scale_table));

  CallsOptions calls;
  calls.contacts = 1'000;
  all.push_back(brief("calls", calls, measure_calls, calls_table));

  LineOptions line;
  line.people = 200, line.edits = 400;
  all.push_back(brief("line", line, measure_line, line_table));

  SeveralOptions several{given.program, given.folder, given.store};
  several.seconds = 1;
  if (!given.store.empty()) all.push_back(brief("several", std::move(several), measure_several, several_table));
  return all;
}

}  // namespace

Result<Json> measure_all(const AllOptions& options) {
  Json found = Json(Json::Object{});
  Json::List bars, left_out, failed;
  for (const Measurement& one : measurements(options)) {
    options.progress("\n== " + one.name);
    const Result<Json> measured = one.measure();
    if (!measured) {
      failed.push_back(one.name + ": " + to_text(measured.error()));
      continue;
    }
    options.progress(one.table(*measured));
    found = found.with(one.name, *measured);
    for (const Json& bar : (*measured)["bars"].items()) bars.push_back(bar.with("measurement", one.name));
    for (const Json& what : (*measured)["left_out"].items()) left_out.push_back(one.name + ": " + what.text());
  }
  if (options.peers.empty()) left_out.push_back("end-to-end: its peers: no --peers (`./dev bench` gives it)");
  if (options.store.empty()) left_out.push_back("several: no --store (`./dev bench` gives it)");
  return Json::object({{"measured", std::move(found)},
                       {"bars", std::move(bars)},
                       {"left_out", std::move(left_out)},
                       {"failed", std::move(failed)}});
}

std::string all_table(const Json& measured) {
  std::ostringstream out;
  const auto row = [&](std::string_view name, std::string_view what, std::string_view figure, std::string_view limit,
                       std::string_view is, std::string_view bar, std::string_view holds) {
    out << std::left << std::setw(14) << name << std::setw(56) << what << std::right << std::setw(10) << figure
        << std::setw(10) << limit << std::setw(9) << is << std::setw(13) << bar << "  " << holds << "\n";
  };
  row("measurement", "", "figure", "limit", "is", "bar", "");
  for (const Json& b : measured["bars"].items()) {
    const bool part = b.find("figure") != nullptr;
    const std::string unit = b["unit"].text().empty() ? "" : " " + b["unit"].text();
    row(b["measurement"].text(), b["what"].text(), part ? b["figure"].number_text() : "",
        part ? b["limit"].number_text() : "", b["measured"].number_text(),
        (b["at_least"].boolean() ? ">= " : "<= ") + std::string(b["bar"].number_text()) + unit,
        b["met"].boolean() ? "holds" : "falls short");
  }
  for (const Json& what : measured["left_out"].items()) out << "left out: " << what.text() << "\n";
  for (const Json& what : measured["failed"].items()) out << "failed: " << what.text() << "\n";
  return out.str();
}

}  // namespace linchpin::bench
