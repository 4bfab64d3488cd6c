#include "sim/deletes.hpp"

#include <algorithm>

#include "sim/held_in_all.hpp"
#include "sim/typed.hpp"
#include "sim/watch.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

constexpr std::size_t deleted_most = 5;

[[noreturn]] void broken(const std::string& what, Invariant invariant = Invariant::Converged) {
  throw Broken{std::string(to_text(invariant)), what, "Deletes"};
}

}  // namespace

Result<void> Deletes::live() {
  s_.world.laze(std::chrono::seconds(2));
  TRY(s_.world.run_for(minutes(5)));
  s_.world.laze(milliseconds(100));
  s_.settle();
  return {};
}

// Other files, and a start with them.
Result<void> Deletes::files() {
  const char* rulings[] = {"propagate", "propagate", "propagate", "review", "review", "detach"};
  ruling_ = rulings[chance_.below(std::size(rulings))];
  if (chance_.chance(0.5)) brake_ = 1 + chance_.below(2);
  pauses_ = chance_.chance(0.5);
  const std::string brakes = brake_ > 0 ? "{ deletes: " + std::to_string(brake_) + " an hour }" : "";
  s_.note("on_delete: " + ruling_ + (brakes.empty() ? "" : ", brakes: " + brakes) +
          (pauses_ ? ", xero is paused" : ""));
  TRY(s_.world.change_hub(TRY(hub_of(s_.hub_kind, "live", brakes, ruling_))));
  return live();
}

// Some of those who are once in both systems, and put away in neither.
Result<void> Deletes::choose() {
  must_ = held_in_all(s_.world);
  std::vector<Told> told = TRY(app_.contacts());
  for (int tries = 0; tries < 30 && !told.empty() && people_.size() < deleted_most; ++tries) {
    const std::size_t at = chance_.below(told.size());
    const Told one = told[at];
    told.erase(told.begin() + static_cast<std::ptrdiff_t>(at));
    std::set<const Person*> owners;
    Known known{0, one.golden, {}, Act::Told};
    bool there = one.links.size() == 2;
    for (const auto& [site, records] : one.links) {
      const auto record = must_.at(site).find(records.front());
      there = there && records.size() == 1 && record != must_.at(site).end() && !record->second.away;
      known.records[site] = records.front();
      for (const std::string& id : records) owners.insert(s_.ledger.owner_of(site, id));
    }
    if (!there || owners.size() != 1 || !*owners.begin() || !(*owners.begin())->is_plain()) continue;
    known.person = (*owners.begin())->number;
    const std::uint64_t what = chance_.below(10);
    known.act = what < 5   ? Act::Told
                : what < 7 ? Act::Silent
                : !pauses_ ? Act::Told
                : what < 9 ? Act::Edited
                           : Act::Restored;
    people_.push_back(std::move(known));
  }
  return {};
}

Result<void> Deletes::remove(const Known& known) {
  sandbox::Vendor& hubspot = s_.world.vendor("hubspot");
  const std::string& record = known.records.at(Site::Hubspot);
  const bool silent = known.act == Act::Silent;
  if (silent) TRY(hubspot.set_faults(Json::object({{"webhook_drop", 1}}), s_.world.now_at("hubspot")));
  TRY(s_.world.edit("hubspot", "contacts", record, Json::object({{"archived", true}})));
  if (silent) TRY(hubspot.set_faults(Json::object({}), s_.world.now_at("hubspot")));
  s_.ledger.people()[static_cast<std::size_t>(known.person)].removed.insert(Site::Hubspot);
  must_.at(Site::Hubspot).at(record).away = true;
  s_.note("put away hubspot " + record + (silent ? ", and nobody tells" : ""));
  return {};
}

// While it waits to be put away.
Result<void> Deletes::meanwhile(const Known& known) {
  if (known.act == Act::Restored) {
    const std::string& record = known.records.at(Site::Hubspot);
    TRY(s_.world.edit("hubspot", "contacts", record, Json::object({{"archived", false}})));
    must_.at(Site::Hubspot).at(record).away = false;
    s_.note("take out hubspot " + record);
  }
  if (known.act == Act::Edited) {
    const std::string& record = known.records.at(Site::Xero);
    // What Xero has a say in: who owns the rest is gone.
    const Field field = rules_of(s_.hub_kind).at(Field::Phone) == Rule::HubspotOwns ? Field::Email : Field::Phone;
    const std::string text = field == Field::Phone ? s_.ledger.phone(chance_) : s_.ledger.email(chance_);
    TRY(s_.world.edit("xero", "Contacts", record, typed_in(Site::Xero, field, text)));
    s_.ledger.say(s_.ledger.people()[static_cast<std::size_t>(known.person)], field,
                  {.site = Site::Xero, .value = comparable(field, text), .at = s_.world.now_at("xero")});
    must_.at(Site::Xero).at(record).values[field] = comparable(field, text);
    s_.note("edit xero " + record + " " + std::string(to_text(field)));
  }
  return {};
}

// What the rule says that follows.
void Deletes::must_follow(const Known& known) {
  if (ruling_ == "detach" || known.act == Act::Restored) return;
  const std::string& deleted = known.records.at(Site::Hubspot);
  const std::string& other = known.records.at(Site::Xero);
  if (ruling_ == "review" || known.act == Act::Silent)
    questions_.insert({known.golden, deleted});
  else if (known.act == Act::Edited)
    questions_.insert({known.golden, other});
  else
    due_.insert(other);
}

Result<void> Deletes::all_at_once() {
  if (pauses_) TRY(s_.world.ask(Json::object({{"command", "pause"}, {"system", "xero"}, {"by", "noor"}})));
  for (const Known& known : people_) TRY(remove(known));
  TRY(live());
  if (std::ranges::any_of(people_, [](const Known& known) { return known.act == Act::Silent; })) {
    s_.world.engine().walk();
    TRY(live());
    for (const Json& review : TRY(open("short_list"))) {  // many of few are not listed any more
      TRY(s_.world.ask(Json::object({{"command", "review.accept"}, {"id", review["id"]}, {"by", "noor"}})));
      s_.note("the short list is believed");
      TRY(live());
    }
  }
  for (const Known& known : people_) TRY(meanwhile(known));
  TRY(live());
  for (const Known& known : people_) must_follow(known);
  if (chance_.chance(0.3)) TRY(s_.world.crash());
  if (pauses_) {
    if (put_away(held_in_all(s_.world)) > 0) broken("what is paused was put away", Invariant::OnlyLiveIsSent);
    TRY(s_.world.ask(Json::object({{"command", "resume"}, {"system", "xero"}, {"by", "noor"}})));
    TRY(live());
  }
  return {};
}

std::size_t Deletes::put_away(const std::map<Site, Holdings>& is) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(due_, [&](const std::string& id) { return is.at(Site::Xero).at(id).away; }));
}

Result<Json::List> Deletes::open(const std::string& kind) {
  Json::List found;
  const Json all = TRY(s_.world.ask(Json::object({{"command", "review.list"}})));
  for (const Json& review : all["items"].items())
    if (review["kind"].text() == kind) found.push_back(review);
  return found;
}

// The brake's question is answered an hour later: it goes on. false: none was asked.
Result<bool> Deletes::let_go_on() {
  const Json::List brakes = TRY(open("brake"));
  if (brakes.empty()) return false;
  s_.world.laze(std::chrono::seconds(20));
  TRY(s_.world.run_for(minutes(61)));
  TRY(s_.world.ask(Json::object({{"command", "review.accept"}, {"id", brakes.front()["id"]}, {"by", "noor"}})));
  s_.note("the brake is let go");
  TRY(live());
  return true;
}

// What is due is put away, as many in an hour as the brake allows; nothing else is touched.
Result<void> Deletes::released() {
  for (std::size_t allowed = 0;;) {
    allowed = std::min(due_.size(), brake_ > 0 ? allowed + brake_ : due_.size());
    const std::map<Site, Holdings> is = held_in_all(s_.world);
    const std::size_t away = put_away(is);
    if (away != allowed)
      broken(std::to_string(away) + " records were put away since others were deleted, and must be " +
             std::to_string(allowed));
    std::map<Site, Holdings> must = must_;
    for (const std::string& id : due_)
      if (is.at(Site::Xero).at(id).away) {
        Held& record = must.at(Site::Xero).at(id);
        record.away = true, record.values[Field::Stage] = "ARCHIVED";
      }
    if (const std::string what = difference(is, must); !what.empty()) broken(what + ", by what on_delete: says");
    const bool braked = TRY(let_go_on());
    if (braked != (allowed < due_.size()))
      broken(braked ? "a brake was pulled, and nothing was over it"
                    : "what is over the brake waits, and nobody is asked");
    if (!braked) {
      must_ = std::move(must), due_.clear();
      return {};
    }
  }
}

// What waits for a person is what the reviews list, and nothing else.
Result<void> Deletes::asks_exactly() {
  std::set<std::pair<std::string, std::string>> asked;
  for (const Json& review : TRY(open("deleted"))) asked.insert({review["golden"].text(), review["record"].text()});
  for (const auto& [golden, record] : questions_)
    if (!asked.contains({golden, record})) broken("nobody is asked what follows of record " + record);
  for (const auto& [golden, record] : asked)
    if (!questions_.contains({golden, record}))
      broken("it is asked what follows of record " + record + ", which is said");
  return {};
}

Result<void> Deletes::answers() {
  for (const Json& review : TRY(open("deleted"))) {
    const bool yes = chance_.chance(0.5);
    TRY(s_.world.ask(
        Json::object({{"command", yes ? "review.accept" : "review.reject"}, {"id", review["id"]}, {"by", "noor"}})));
    s_.note(std::string("review ") + review["id"].text() + (yes ? " accepted" : " rejected"));
    for (const Known& known : people_)
      if (yes && known.golden == review["golden"].text()) due_.insert(known.records.at(Site::Xero));
  }
  questions_.clear();
  return live();
}

Result<bool> Deletes::go() {
  TRY(files());
  TRY(choose());
  if (people_.empty()) return false;
  TRY(all_at_once());
  TRY(asks_exactly());
  TRY(released());
  TRY(asks_exactly());
  // The brake of before has been let go, or its hour is over.
  s_.world.laze(std::chrono::seconds(20));
  TRY(s_.world.run_for(minutes(61)));
  s_.world.laze(milliseconds(100));
  TRY(answers());
  TRY(released());
  TRY(asks_exactly());
  return true;
}

}  // namespace linchpin::sim
