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

#include <CLI/CLI.hpp>

namespace linchpin::cli {
namespace {

constexpr const char* this_program = "/proc/self/exe";
constexpr const char* default_folder = "/var/tmp";  // file-hierarchy(7): on a disk, as /tmp need not be

void add_folder(CLI::App& command, std::filesystem::path& folder) {
  folder = default_folder;
  command.add_option("--folder", folder, "on the disk to measure; what is made in it is removed")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
}

void add_peers(CLI::App& command, std::filesystem::path& peers) {
  command
      .add_option("--peers", peers,
                  "bench/peers after `npm ci` (`./dev bench` makes it); without: the peers of Node are left out")
      ->check(CLI::ExistingDirectory);
}

// What the command does: measures, and prints a table, or JSON.
template <class Options>
void add_measuring(CLI::App& command, int& status, std::shared_ptr<Options> options,
                   Result<Json> (*measure)(const Options&), std::string (*table)(const Json&)) {
  auto json = std::make_shared<bool>(false);
  command.add_flag("--json", *json, "for machines");
  command.callback([=, &status] {
    const Result<Json> measured = measure(*options);
    status = measured ? 0 : failed(measured.error());
    if (measured) std::cout << (*json ? canonical(*measured) + "\n" : table(*measured));
  });
}

void add_intake(CLI::App& bench, int& status) {
  auto options = std::make_shared<bench::IntakeOptions>();
  options->program = this_program;
  CLI::App& command = *bench.add_subcommand(
      "intake", "signed webhooks a second, sealed and durable, beside a bare server, a Node script and the disk");
  command.add_option("--seconds", options->seconds, "a turn: there are two of each server for each count of senders")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  command.add_option("--senders", options->senders, "how many send at once, one count or several")
      ->check(CLI::Range(1, 2000))
      ->capture_default_str();
  add_peers(command, options->peers);
  add_folder(command, options->folder);
  add_measuring(command, status, options, bench::measure_intake, bench::intake_table);
}

void add_end_to_end(CLI::App& bench, int& status) {
  auto options = std::make_shared<bench::EndToEndOptions>();
  options->program = this_program;
  CLI::App& command = *bench.add_subcommand(
      "end-to-end", "signed webhooks to two sinks: the hub beside a Node script with SQLite and Node-RED, in turns");
  add_peers(command, options->peers);
  command.add_option("--webhooks", options->webhooks, "of a turn, of 1 to 10 events each")
      ->check(CLI::Range(100, 1'000'000))
      ->capture_default_str();
  command.add_option("--turns", options->turns)->check(CLI::Range(1, 100))->capture_default_str();
  command.add_option("--gentle", options->gentle_seconds, "seconds at 50 events a second; 0: not")
      ->check(CLI::Range(0, 600))
      ->capture_default_str();
  command.add_flag("!--no-red", options->red, "without Node-RED");
  command.add_flag("!--no-kill", options->kill, "without kill -9");
  command.add_flag("!--no-batches", options->batches, "without the sinks that take batches");
  add_folder(command, options->folder);
  add_measuring(command, status, options, bench::measure_end_to_end, bench::end_to_end_table);
}

void add_several(CLI::App& bench, int& status) {
  auto options = std::make_shared<bench::SeveralOptions>();
  options->program = this_program;
  CLI::App& command =
      *bench.add_subcommand("several", "signed webhooks a second into one PostgreSQL, by one, two and three processes");
  command.add_option("--seconds", options->seconds, "a turn: there are two for each count of processes")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  command.add_option("--senders", options->senders, "how many send at once, over all processes")
      ->check(CLI::Range(6, 2000))
      ->capture_default_str();
  command.add_option("--store", options->store, "an empty database: postgresql://…")->required();
  add_folder(command, options->folder);
  add_measuring(command, status, options, bench::measure_several, bench::several_table);
}

void add_line(CLI::App& bench, int& status) {
  auto options = std::make_shared<bench::LineOptions>();
  CLI::App& command =
      *bench.add_subcommand("line", "what a change costs in the engine alone, without disk and network");
  command.add_option("--people", options->people, "in the client book")
      ->check(CLI::Range(20, 100'000))
      ->capture_default_str();
  command.add_option("--edits", options->edits, "phones changed in one system")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command.add_option("--seed", options->seed)->capture_default_str();
  add_measuring(command, status, options, bench::measure_line, bench::line_table);
}

void add_merge_commit(CLI::App& bench, int& status) {
  auto options = std::make_shared<bench::MergeCommitOptions>();
  CLI::App& command =
      *bench.add_subcommand("merge-commit", "what merges leave, committed in groups, beside bare SQLite");
  command.add_option("--records", options->records, "golden records that are there before")
      ->check(CLI::Range(1'000, 1'000'000))
      ->capture_default_str();
  command.add_option("--groups", options->groups, "merges in one commit, one size or several")
      ->check(CLI::Range(1, 500))
      ->capture_default_str();
  command.add_option("--seconds", options->seconds, "a turn of each: there are two for each size of group")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  add_folder(command, options->folder);
  add_measuring(command, status, options, bench::measure_merge_commit, bench::merge_commit_table);
}

void add_scale(CLI::App& bench, int& status) {
  auto options = std::make_shared<bench::ScaleOptions>();
  options->program = this_program;
  options->progress = [](const std::string& what) { std::cerr << "linchpin: " << what << std::endl; };
  CLI::App& command = *bench.add_subcommand(
      "scale", "events and starts with a million golden records, beside the same with ten thousand");
  command.add_option("--records", options->records, "golden records of the large hub")
      ->check(CLI::Range(1'000, 100'000'000))
      ->capture_default_str();
  command.add_option("--few", options->few, "golden records of the small hub")
      ->check(CLI::Range(1'000, 100'000'000))
      ->capture_default_str();
  command.add_option("--webhooks", options->webhooks, "of a burst, of 1 to 10 events each")
      ->check(CLI::Range(100, 1'000'000))
      ->capture_default_str();
  command.add_option("--turns", options->turns)->check(CLI::Range(1, 100))->capture_default_str();
  command.add_option("--gentle", options->gentle_seconds, "seconds at 50 events a second; 0: not")
      ->check(CLI::Range(0, 600))
      ->capture_default_str();
  add_folder(command, options->folder);
  add_measuring(command, status, options, bench::measure_scale, bench::scale_table);
}

void add_calls(CLI::App& bench, int& status) {
  auto options = std::make_shared<bench::CallsOptions>();
  CLI::App& command = *bench.add_subcommand(
      "calls", "calls of HubSpot and Xero for 10,000 changed contacts, beside the least possible");
  command.add_option("--contacts", options->contacts, "that are changed")
      ->check(CLI::Range(100, 100'000))
      ->capture_default_str();
  command.add_option("--seed", options->seed)->capture_default_str();
  add_measuring(command, status, options, bench::measure_calls, bench::calls_table);
}

void add_match_bench(CLI::App& bench, int& status) {
  auto options = std::make_shared<bench::MatchOptions>();
  CLI::App& command =
      *bench.add_subcommand("match", "comparisons and records a second of the likely matcher, and memory");
  command.add_option("--records", options->records, "in the book")
      ->check(CLI::Range(100, 5'000'000))
      ->capture_default_str();
  command.add_option("--seed", options->seed)->capture_default_str();
  command.add_option("--write", options->write, "also writes the book, and who is who in it, to this folder");
  add_measuring(command, status, options, bench::measure_match, bench::match_table);
}

void add_all(CLI::App& bench, int& status) {
  auto options = std::make_shared<bench::AllOptions>();
  options->program = this_program;
  options->progress = [](const std::string& what) { std::cerr << what << std::endl; };
  CLI::App& command = *bench.add_subcommand("all", "each of them once, briefly, and one table of all bars");
  add_peers(command, options->peers);
  command.add_option("--store", options->store, "an empty database for `several`: postgresql://…");
  add_folder(command, options->folder);
  add_measuring(command, status, options, bench::measure_all, bench::all_table);
}

void print_names(const CLI::App& bench) {
  for (const CLI::App* one : bench.get_subcommands([](const CLI::App*) { return true; }))
    std::cout << std::left << std::setw(14) << one->get_name() << one->get_description() << "\n";
}

}  // namespace

void add_bench(CLI::App& app, int& status) {
  CLI::App& bench = *app.add_subcommand("bench", "Measure. Example: linchpin bench intake --seconds 5");
  bench.require_subcommand(0, 1);
  bench.callback([&bench] {
    if (bench.get_subcommands().empty()) print_names(bench);
  });
  add_intake(bench, status);
  add_end_to_end(bench, status);
  add_merge_commit(bench, status);
  add_scale(bench, status);
  add_calls(bench, status);
  add_line(bench, status);
  add_match_bench(bench, status);
  add_several(bench, status);
  add_all(bench, status);
}

}  // namespace linchpin::cli
