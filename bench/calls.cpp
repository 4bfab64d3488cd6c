#include "bench/calls.hpp"

#include <array>
#include <iomanip>
#include <sstream>

#include "bench/report.hpp"
#include "sandbox/client_book.hpp"
#include "sim/world.hpp"

namespace linchpin::bench {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr milliseconds load_most = hours(24 * 60), agree_most = hours(24 * 60);  // Xero's day has 1,000 calls
constexpr milliseconds told_late = minutes(10);                                  // events of the hub's own writes
constexpr double bar_at = 1.2;

enum class Kind { Read, Written, Swept, Other };

// By their addresses, as connectors/ has them. A sweep lists page by page; the rest is tokens and properties.
Kind kind_of(const Request& request) {
  const auto has = [&](std::string_view part) { return request.url.find(part) != std::string::npos; };
  if (has("/batch/read") || has("IDs=")) return Kind::Read;
  if (has("/batch/update") || has("/batch/upsert") || (has("/Contacts") && request.method != "GET"))
    return Kind::Written;
  return has("/search") || has("page=") || has("/contacts?") ? Kind::Swept : Kind::Other;
}

struct Calls {
  std::int64_t read = 0, written = 0, swept = 0, other = 0;
  std::int64_t all() const { return read + written + swept + other; }
};

class Counter : public sim::Onlooker {
 public:
  void sent(const engine::Send& send, Instant) override {
    Calls& calls = by_system[send.system.text];
    switch (kind_of(send.request)) {
      case Kind::Read:
        ++calls.read;
        break;
      case Kind::Written:
        ++calls.written;
        break;
      case Kind::Swept:
        ++calls.swept;
        break;
      case Kind::Other:
        ++calls.other;
        break;
    }
  }
  std::map<std::string, Calls> by_system;
};

std::int64_t calls_for(std::int64_t records, int most) { return (records + most - 1) / most; }

// What one change of every contact at `from` cost, until the other system has it and everything is silent.
struct Round {
  std::string from, to;
  std::int64_t read_least = 0, written_least = 0;  // at `from`, at `to`
  Calls at_from, at_to;
  double minutes = 0;
};

const model::ObjectSpec& contacts_of(sim::World& world, const std::string& system) {
  return *world.connector(system).manifest().object(ObjectName(system == "xero" ? "Contacts" : "contacts"));
}

Json new_phone(const std::string& system, int number) {
  const std::string digits = std::to_string(10'000'000 + number);
  const std::string phone = "04" + digits.substr(0, 2) + " " + digits.substr(2, 3) + " " + digits.substr(5);
  if (system == "hubspot") return Json::object({{"phone", phone}});
  return Json::object(
      {{"Phones",
        Json::list({Json::object(
            {{"PhoneType", "MOBILE"}, {"PhoneNumber", phone}, {"PhoneAreaCode", ""}, {"PhoneCountryCode", ""}})})}});
}

Result<Round> change_all(sim::World& world, Counter& counter, const std::vector<sandbox::ClientPair>& contacts,
                         const std::string& from, int first_phone) {
  Round round;
  round.from = from, round.to = from == "xero" ? "hubspot" : "xero";
  const auto count = static_cast<std::int64_t>(contacts.size());
  round.read_least = calls_for(count, contacts_of(world, from).fetch_most);
  round.written_least = calls_for(count, contacts_of(world, round.to).update_most);
  counter.by_system.clear();
  const Instant began = world.now();
  int phone = first_phone;
  for (const sandbox::ClientPair& pair : contacts)
    TRY(world.edit(from, from == "xero" ? "Contacts" : "contacts", from == "xero" ? pair.xero : pair.hubspot,
                   new_phone(from, phone++)));
  TRY(world.run_until_quiet(agree_most));
  round.minutes = static_cast<double>((world.now() - began).count()) / 60'000;
  TRY(world.run_for(told_late));
  TRY(world.run_until_quiet(agree_most));
  round.at_from = counter.by_system[from], round.at_to = counter.by_system[round.to];
  return round;
}

Result<Json> discrepant(sim::World& world) {
  std::int64_t fields = 0;
  const Json table = TRY(world.ask(Json::object({{"command", "table"}})));
  for (const Json& row : table["rows"].items()) fields += row["discrepant_fields"].integer().value_or(0);
  return Json(fields);
}

Json calls_json(const Calls& calls, std::int64_t least) {
  return Json::object({{"read", calls.read},
                       {"written", calls.written},
                       {"swept", calls.swept},
                       {"other", calls.other},
                       {"all", calls.all()},
                       {"least", least}});
}

}  // namespace

Result<Json> measure_calls(const CallsOptions& options) {
  Counter counter;
  const auto world =
      TRY(sim::World::make({.seed = options.seed, .limits = sandbox::Limits::Real, .onlooker = &counter}));
  // Some more than are changed: not every pair is one that the rules decide.
  const int people = options.contacts + options.contacts / 50 + 20;
  const sandbox::ClientBook book = sandbox::make_client_book(options.seed, world->now(), {people, people, 8, 0, 0});
  std::vector<sandbox::ClientPair> contacts = book.same;
  if (static_cast<int>(contacts.size()) < options.contacts)
    return fail(Code::Internal, "the client book has too few pairs that the rules decide");
  contacts.resize(static_cast<std::size_t>(options.contacts));
  TRY(world->vendor("hubspot").seed(book.hubspot, world->now()));
  TRY(world->vendor("xero").seed(book.xero, world->now()));
  TRY(world->run_until_quiet(load_most));
  TRY(world->run_for(told_late));
  TRY(world->run_until_quiet(load_most));

  Json::List rounds, bars;
  int phone = 0;
  for (const char* from : {"hubspot", "xero"}) {
    const Round round = TRY(change_all(*world, counter, contacts, from, phone));
    phone += options.contacts;
    rounds.push_back(Json::object({{"from", round.from},
                                   {"to", round.to},
                                   {"minutes", rounded(round.minutes, 1)},
                                   {round.from, calls_json(round.at_from, round.read_least)},
                                   {round.to, calls_json(round.at_to, round.written_least)}}));
    for (const auto& [system, calls, least] : {std::tuple(round.from, round.at_from, round.read_least),
                                               std::tuple(round.to, round.at_to, round.written_least)})
      bars.push_back(ratio_bar("calls of " + system + ", changed at " + round.from + ", of the least",
                               static_cast<double>(calls.all()), static_cast<double>(least), 0, "calls", false,
                               bar_at));
  }
  if (const Json left = TRY(discrepant(*world)); left != Json(0))
    return fail(Code::Internal, "the systems do not agree after the changes: " + canonical(left) + " fields differ");
  return Json::object({{"contacts", options.contacts}, {"rounds", std::move(rounds)}, {"bars", std::move(bars)}});
}

std::string calls_table(const Json& measured) {
  std::ostringstream out;
  out << measured["contacts"].number_text() << " changed contacts, in virtual time, under the vendors' real limits\n\n";
  const auto row = [&](auto&&... cells) {
    int column = 0;
    ((out << (column == 0 ? std::left : std::right) << std::setw(column == 0 ? 12 : 10) << cells, ++column), ...);
    out << "\n";
  };
  row("changed at", "calls of", "reads", "writes", "sweeps", "others", "all", "least", "minutes");
  for (const Json& round : measured["rounds"].items())
    for (const char* end : {"from", "to"}) {
      const std::string system = round[end].text();
      const Json& calls = round[system];
      const bool first = std::string_view(end) == "from";
      row(first ? round["from"].text() : "", system, calls["read"].number_text(), calls["written"].number_text(),
          calls["swept"].number_text(), calls["other"].number_text(), calls["all"].number_text(),
          calls["least"].number_text(), first ? round["minutes"].number_text() : "");
    }
  out << "\n" << bars_table(measured["bars"]);
  return out.str();
}

}  // namespace linchpin::bench
