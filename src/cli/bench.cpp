// linchpin bench: measures this program on this machine, beside what the machine can give.
#include <unistd.h>

#include <iostream>

#include "bench/end_to_end.hpp"
#include "bench/intake.hpp"
#include "bench/line.hpp"
#include "bench/several.hpp"
#include "cli/command.hpp"

#include <CLI/CLI.hpp>

namespace linchpin::cli {

void add_bench(CLI::App& app, int& status) {
  struct Asked {
    int seconds = 5;
    std::vector<int> senders{1, 16, 64};
    std::string folder = "/var/tmp";  // file-hierarchy(7): on a disk, as /tmp need not be
    bool json = false;
  };
  auto asked = std::make_shared<Asked>();
  CLI::App* command = app.add_subcommand("bench", "Measure. Example: linchpin bench intake --seconds 5");
  command->require_subcommand(1);

  CLI::App* intake = command->add_subcommand(
      "intake", "signed webhooks a second, sealed and durable, beside a bare server and the disk");
  intake->add_option("--seconds", asked->seconds, "a turn: there are four for each count of senders")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  intake->add_option("--senders", asked->senders, "how many send at once, one count or several")
      ->check(CLI::Range(1, 2000))
      ->capture_default_str();
  intake->add_option("--folder", asked->folder, "on the disk to measure; what is made in it is removed")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  intake->add_flag("--json", asked->json, "for machines");
  intake->callback([asked, &status] {
    const Result<Json> measured =
        bench::measure_intake({"/proc/self/exe", asked->folder, asked->seconds, asked->senders});
    status = measured ? 0 : failed(measured.error());
    if (measured) std::cout << (asked->json ? canonical(*measured) + "\n" : bench::intake_table(*measured));
  });

  auto whole = std::make_shared<bench::EndToEndOptions>();
  CLI::App* end = command->add_subcommand(
      "end-to-end", "signed webhooks to two sinks: the hub beside a Node script with SQLite and Node-RED, in turns");
  end->add_option("--peers", whole->peers,
                  "bench/peers after `npm ci` (`./dev bench end-to-end` makes it); without: the hub alone")
      ->check(CLI::ExistingDirectory);
  end->add_option("--webhooks", whole->webhooks, "of a turn, of 1 to 10 events each")
      ->check(CLI::Range(100, 1'000'000))
      ->capture_default_str();
  end->add_option("--turns", whole->turns)->check(CLI::Range(1, 100))->capture_default_str();
  end->add_option("--gentle", whole->gentle_seconds, "seconds at 50 events a second; 0: not")
      ->check(CLI::Range(0, 600))
      ->capture_default_str();
  end->add_flag("!--no-red", whole->red, "without Node-RED");
  end->add_flag("!--no-kill", whole->kill, "without kill -9");
  end->add_flag("!--no-batches", whole->batches, "without the sinks that take batches");
  end->add_option("--folder", asked->folder, "on the disk to measure; what is made in it is removed")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  end->add_flag("--json", asked->json, "for machines");
  end->callback([asked, whole, &status] {
    whole->program = "/proc/self/exe", whole->folder = asked->folder;
    const Result<Json> measured = bench::measure_end_to_end(*whole);
    status = measured ? 0 : failed(measured.error());
    if (measured) std::cout << (asked->json ? canonical(*measured) + "\n" : bench::end_to_end_table(*measured));
  });

  auto of_several = std::make_shared<bench::SeveralOptions>();
  CLI::App* several = command->add_subcommand(
      "several", "signed webhooks a second into one PostgreSQL, by one, two and three processes");
  several->add_option("--seconds", of_several->seconds, "a turn: there are two for each count of processes")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  several->add_option("--senders", of_several->senders, "how many send at once, over all processes")
      ->check(CLI::Range(6, 2000))
      ->capture_default_str();
  several->add_option("--store", of_several->store, "an empty database: postgresql://…")->required();
  several->add_option("--folder", asked->folder, "for the hub's folders; what is made in it is removed")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  several->add_flag("--json", asked->json, "for machines");
  several->callback([asked, of_several, &status] {
    of_several->program = "/proc/self/exe";
    of_several->folder = asked->folder;
    const Result<Json> measured = bench::measure_several(*of_several);
    status = measured ? 0 : failed(measured.error());
    if (measured) std::cout << (asked->json ? canonical(*measured) + "\n" : bench::several_table(*measured));
  });

  auto of_line = std::make_shared<bench::LineOptions>();
  CLI::App* line = command->add_subcommand("line", "what a change costs in the engine, without disk and network");
  line->add_option("--people", of_line->people, "in the client book")
      ->check(CLI::Range(20, 100'000))
      ->capture_default_str();
  line->add_option("--edits", of_line->edits, "phones changed in one system")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  line->add_option("--seed", of_line->seed)->capture_default_str();
  line->add_flag("--json", asked->json, "for machines");
  line->callback([asked, of_line, &status] {
    const Result<Json> measured = bench::measure_line(*of_line);
    status = measured ? 0 : failed(measured.error());
    if (measured) std::cout << (asked->json ? canonical(*measured) + "\n" : bench::line_table(*measured));
  });
}

}  // namespace linchpin::cli
