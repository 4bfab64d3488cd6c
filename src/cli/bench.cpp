// linchpin bench: measures this program on this machine, beside what the machine can give.
#include <unistd.h>

#include <iomanip>
#include <iostream>

#include "bench/all.hpp"
#include "bench/calls.hpp"
#include "bench/end_to_end.hpp"
#include "bench/intake.hpp"
#include "bench/line.hpp"
#include "bench/match.hpp"
#include "bench/merge_commit.hpp"
#include "bench/scale.hpp"
#include "bench/several.hpp"
#include "cli/command.hpp"

namespace linchpin::cli {
namespace {

constexpr const char* this_program = "/proc/self/exe";
constexpr const char* default_folder = "/var/tmp";  // file-hierarchy(7): on a disk, as /tmp need not be

void add_folder(Command& command, std::filesystem::path& folder) {
  folder = default_folder;
  command.option("--folder", folder, "on the disk to measure; what is made in it is removed")
      .existing_folder()
      .shows_default();
}

void add_peers(Command& command, std::filesystem::path& peers) {
  command
      .option("--peers", peers,
              "bench/peers after `npm ci` (`./dev bench` makes it); without: the peers of Node are left out")
      .existing_folder();
}

void add_seconds(Command& command, int& seconds, const std::string& about) {
  command.option("--seconds", seconds, about).between(1, 600).shows_default();
}

// Webhooks in bursts, in turns, and gently. `of`: what so many of them make.
template <class Options>
void add_load(Command& command, Options& options, const std::string& of) {
  command.option("--webhooks", options.webhooks, "of a " + of + ", of 1 to 10 events each")
      .between(100, 1'000'000)
      .shows_default();
  command.option("--turns", options.turns).between(1, 100).shows_default();
  command.option("--gentle", options.gentle_seconds, "seconds at 50 events a second; 0: not")
      .between(0, 600)
      .shows_default();
}

// What the command does: measures, and prints a table, or JSON.
template <class Options>
void add_measuring(Command& command, std::shared_ptr<Options> options, Result<Json> (*measure)(const Options&),
                   std::string (*table)(const Json&)) {
  auto json = std::make_shared<bool>(false);
  command.flag("--json", *json, "for machines");
  command.runs([=]() -> Result<int> {
    const Json measured = TRY(measure(*options));
    std::cout << (*json ? canonical(measured) + "\n" : table(measured));
    return measured["failed"].items().empty() ? 0 : 3;
  });
}

void add_intake(Command& bench) {
  auto options = std::make_shared<bench::IntakeOptions>();
  options->program = this_program;
  Command command = bench.command(
      "intake", "signed webhooks a second, sealed and durable, beside a bare server, a Node script and the disk");
  add_seconds(command, options->seconds, "a turn: there are two of each server for each count of senders");
  command.option("--senders", options->senders, "how many send at once, one count or several")
      .between(1, 2000)
      .shows_default();
  add_peers(command, options->peers);
  add_folder(command, options->folder);
  add_measuring(command, options, bench::measure_intake, bench::intake_table);
}

void add_end_to_end(Command& bench) {
  auto options = std::make_shared<bench::EndToEndOptions>();
  options->program = this_program;
  Command command = bench.command(
      "end-to-end", "signed webhooks to two sinks: the hub beside a Node script with SQLite and Node-RED, in turns");
  add_peers(command, options->peers);
  add_load(command, *options, "turn");
  command.flag("!--no-red", options->red, "without Node-RED");
  command.flag("!--no-kill", options->kill, "without kill -9");
  command.flag("!--no-batches", options->batches, "without the sinks that take batches");
  add_folder(command, options->folder);
  add_measuring(command, options, bench::measure_end_to_end, bench::end_to_end_table);
}

void add_several(Command& bench) {
  auto options = std::make_shared<bench::SeveralOptions>();
  options->program = this_program;
  Command command =
      bench.command("several", "signed webhooks a second into one PostgreSQL, by one, two and three processes");
  add_seconds(command, options->seconds, "a turn: there are two for each count of processes");
  command.option("--senders", options->senders, "how many send at once, over all processes")
      .between(6, 2000)
      .shows_default();
  command.option("--store", options->store, "an empty database: postgresql://…").required();
  add_folder(command, options->folder);
  add_measuring(command, options, bench::measure_several, bench::several_table);
}

void add_line(Command& bench) {
  auto options = std::make_shared<bench::LineOptions>();
  Command command = bench.command("line", "what a change costs in the engine alone, without disk and network");
  command.option("--people", options->people, "in the client book").between(20, 100'000).shows_default();
  command.option("--edits", options->edits, "phones changed in one system").between(1, 1'000'000).shows_default();
  command.option("--seed", options->seed).shows_default();
  add_measuring(command, options, bench::measure_line, bench::line_table);
}

void add_merge_commit(Command& bench) {
  auto options = std::make_shared<bench::MergeCommitOptions>();
  Command command = bench.command("merge-commit", "what merges leave, committed in groups, beside bare SQLite");
  command.option("--records", options->records, "golden records that are there before")
      .between(1'000, 1'000'000)
      .shows_default();
  command.option("--groups", options->groups, "merges in one commit, one size or several")
      .between(1, 500)
      .shows_default();
  add_seconds(command, options->seconds, "a turn of each: there are two for each size of group");
  add_folder(command, options->folder);
  add_measuring(command, options, bench::measure_merge_commit, bench::merge_commit_table);
}

void add_scale(Command& bench) {
  auto options = std::make_shared<bench::ScaleOptions>();
  options->program = this_program;
  options->progress = [](const std::string& what) { std::cerr << "linchpin: " << what << std::endl; };
  Command command =
      bench.command("scale", "events and starts with a million golden records, beside the same with ten thousand");
  command.option("--records", options->records, "golden records of the large hub")
      .between(1'000, 100'000'000)
      .shows_default();
  command.option("--few", options->few, "golden records of the small hub").between(1'000, 100'000'000).shows_default();
  add_load(command, *options, "burst");
  add_folder(command, options->folder);
  add_measuring(command, options, bench::measure_scale, bench::scale_table);
}

void add_calls(Command& bench) {
  auto options = std::make_shared<bench::CallsOptions>();
  Command command =
      bench.command("calls", "calls of HubSpot and Xero for 10,000 changed contacts, beside the least possible");
  command.option("--contacts", options->contacts, "that are changed").between(100, 100'000).shows_default();
  command.option("--seed", options->seed).shows_default();
  add_measuring(command, options, bench::measure_calls, bench::calls_table);
}

void add_match_bench(Command& bench) {
  auto options = std::make_shared<bench::MatchOptions>();
  Command command = bench.command("match", "comparisons and records a second of the likely matcher, and memory");
  command.option("--records", options->records, "in the book").between(100, 5'000'000).shows_default();
  command.option("--seed", options->seed).shows_default();
  command.option("--write", options->write, "also writes the book, and who is who in it, to this folder");
  add_measuring(command, options, bench::measure_match, bench::match_table);
}

void add_all(Command& bench) {
  auto options = std::make_shared<bench::AllOptions>();
  options->program = this_program;
  options->progress = [](const std::string& what) { std::cerr << what << std::endl; };
  Command command = bench.command("all", "each of them but match once, briefly, and one table of all bars");
  add_peers(command, options->peers);
  command.option("--store", options->store, "an empty database for `several`: postgresql://…");
  add_folder(command, options->folder);
  add_measuring(command, options, bench::measure_all, bench::all_table);
}

int print_names(const Command& bench) {
  for (const auto& [name, about] : bench.commands()) std::cout << std::left << std::setw(14) << name << about << "\n";
  return 0;
}

}  // namespace

void add_bench(Command& program) {
  Command bench = program.command("bench", "Measure. Example: linchpin bench intake --seconds 5");
  bench.runs([bench] { return print_names(bench); });
  add_intake(bench);
  add_end_to_end(bench);
  add_merge_commit(bench);
  add_scale(bench);
  add_calls(bench);
  add_line(bench);
  add_match_bench(bench);
  add_several(bench);
  add_all(bench);
}

}  // namespace linchpin::cli
