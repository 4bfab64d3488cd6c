#include "sim/workload.hpp"

#include <algorithm>

#include "sim/typed.hpp"

namespace linchpin::sim {
namespace {

Json rate(double p) { return Json(Json::Number{std::to_string(p)}); }

bool agree(const Held& a, const Held& b, Field field) {
  if (field == Field::Given || field == Field::Family)
    return a.values.at(Field::Given) == b.values.at(Field::Given) &&
           a.values.at(Field::Family) == b.values.at(Field::Family);
  return a.values.at(field) == b.values.at(field);
}

}  // namespace

Workload::Workload(World& world, Ledger& ledger, Swarm& swarm, std::size_t hub_kind)
    : world_(world),
      ledger_(ledger),
      swarm_(swarm),
      app_(world, "ava"),
      chance_(swarm.workload()),
      hub_kind_(hub_kind) {
  world_.meanwhile = [this](const engine::Send& send) { return enter_meanwhile(send); };
}

// Two in three are in both systems, the rest in one; and some organisations in Xero.
Result<void> Workload::plant(int people) {
  Json::List contacts, xero;
  for (int i = 0; i < people; ++i) {
    Person& person = ledger_.add();
    const Values values{{Field::Given, fresh(Field::Given)},
                        {Field::Family, fresh(Field::Family)},
                        {Field::Email, fresh(Field::Email)},
                        {Field::Phone, fresh(Field::Phone)}};
    const std::uint64_t where = chance_.below(9);  // 0 to 5: both; 6, 7: HubSpot; 8: Xero
    const std::string stage = where < 6 || chance_.chance(0.4) ? "customer" : "lead";
    const Instant at = world_.now() - std::chrono::hours(24 + 24 * static_cast<std::int64_t>(chance_.below(300)));
    for (const Site site : all_sites) {
      if ((site == Site::Xero && (where == 6 || where == 7)) || (site == Site::Hubspot && where == 8)) continue;
      const std::string record = site == Site::Hubspot
                                     ? std::to_string(50'000'000'000 + person.number)
                                     : "00000000-0000-4000-8000-" + std::to_string(100'000'000'000 + person.number);
      if (site == Site::Hubspot)
        contacts.push_back(Json::object({{"id", record},
                                         {"properties", in_hubspot(values, stage)},
                                         {"createdAt", rfc3339(at)},
                                         {"updatedAt", rfc3339(at)}}));
      else
        xero.push_back(in_xero(values)
                           .with("ContactID", record)
                           .with("ContactStatus", "ACTIVE")
                           .with("UpdatedDateUTC", "/Date(" + std::to_string(ms_since_epoch(at)) + "+0000)/"));
      ledger_.made(person, site, record);
      for (const auto& [field, value] : values) ledger_.say(person, field, {site, comparable(field, value), at, true});
    }
    if (where != 8) ledger_.say(person, Field::Stage, {Site::Hubspot, stage, at, true});
    person.was_client = where == 8 || stage == "customer";
  }
  for (std::uint64_t i = 0; i < 1 + chance_.below(3); ++i) {
    Person& firm = ledger_.add();
    firm.organisation = true;
    const std::string record = "00000000-0000-4000-8000-" + std::to_string(100'000'000'000 + firm.number);
    const std::string name = fresh(Field::Family) + " Pty Ltd";
    xero.push_back(Json::object({{"ContactID", record}, {"Name", name}, {"ContactStatus", "ACTIVE"}}));
    ledger_.made(firm, Site::Xero, record);
  }
  TRY(world_.vendor("hubspot").seed(Json::object({{"objects", Json::object({{"contacts", std::move(contacts)}})}}),
                                    world_.now_at("hubspot")));
  TRY(world_.vendor("xero").seed(Json::object({{"objects", Json::object({{"Contacts", std::move(xero)}})}}),
                                 world_.now_at("xero")));
  retune();
  return {};
}

void Workload::retune() {
  ledger_.coarse = swarm_.on(Fault::coarse_time);
  const auto of = [&](Fault f, double factor) { return rate(factor * swarm_.rate(f)); };
  for (const char* name : {"hubspot", "xero", "idcheck"}) {
    Json faults = Json::object({{"error_500", of(Fault::error_500, 1)},
                                {"reject_429", of(Fault::reject_429, 1)},
                                {"left_out", of(Fault::left_out, 1)},
                                {"webhook_drop", of(Fault::webhook_drop, 2)},
                                {"webhook_double", of(Fault::webhook_double, 2)},
                                {"webhook_reorder", of(Fault::webhook_reorder, 2)}});
    if (swarm_.on(Fault::webhook_late) && swarm_.chance(Fault::webhook_late).chance(0.3))
      faults = faults.with("webhook_delay_s",
                           static_cast<std::int64_t>(60 + swarm_.chance(Fault::webhook_late).below(10'000)));
    if (swarm_.on(Fault::index_lag) && swarm_.chance(Fault::index_lag).chance(0.5))
      faults = faults.with("index_lag_s", 30);
    if (swarm_.on(Fault::coarse_time) && name == std::string_view("xero")) faults = faults.with("whole_seconds", 1);
    (void)world_.vendor(name).set_faults(faults, world_.now_at(name));
  }
}

const Holdings& Workload::held(Site site) {
  const std::string name(to_text(site));
  if (!held_.contains(site)) held_[site] = holdings(site, world_.vendor(name).state(world_.now_at(name)));
  return held_.at(site);
}

std::vector<std::string> Workload::records_of(const Person& person, Site site) {
  std::vector<std::string> live;
  for (const std::map<Site, std::set<std::string>>* all : {&person.given, &person.records})
    if (const auto ids = all->find(site); ids != all->end())
      for (const std::string& id : ids->second)
        if (const auto at = held(site).find(id);
            at != held(site).end() && at->second.merged_into.empty() && (site == Site::Xero || !at->second.away))
          live.push_back(id);
  return live;
}

std::string Workload::record_of(const Person& person, Site site) {
  const std::vector<std::string> live = records_of(person, site);
  return live.empty() ? "" : live.front();
}

Person* Workload::somebody(Site site) {
  std::vector<Person>& people = ledger_.people();
  for (int tries = 0; tries < 8; ++tries) {
    Person& person = people[chance_.below(people.size())];
    if (!person.organisation && !record_of(person, site).empty()) return &person;
  }
  return nullptr;
}

std::string Workload::fresh(Field field) {
  switch (field) {
    case Field::Given:
      return ledger_.given_name(chance_);
    case Field::Family:
      return ledger_.family_name(chance_);
    case Field::Email:
      return ledger_.email(chance_);
    case Field::Phone:
      return ledger_.phone(chance_);
    case Field::Stage:
      break;
  }
  return {};
}

// One field as the vendor's screen takes it, now and then as people write it.
Json Workload::form(Site site, Field field, const std::string& value) {
  std::string text = value;
  if (swarm_.strikes(Fault::odd_forms) || swarm_.strikes(Fault::odd_forms)) {
    Random& chance = swarm_.chance(Fault::odd_forms);
    if (field == Field::Phone) text = odd_phone(text, chance.below(4));
    if (field == Field::Email) text = capitals(text);
    if (field == Field::Given) text = " " + text;
    if (field == Field::Family) text = text + " ";
  }
  return typed_in(site, field, text);
}

Result<void> Workload::say(Person& person, Site site, Field field, const std::string& value) {
  const std::string record = record_of(person, site), there = record_of(person, other(site));
  bool settled = true, foreign = false;
  if (field != Field::Stage) {
    const Rule rule = rules_of(hub_kind_).at(field);
    foreign = rule == (site == Site::Hubspot ? Rule::XeroOwns : Rule::HubspotOwns);
  }
  // What is put away there may hold something else, and come back with it.
  if (there.empty() && person.removed.contains(other(site))) settled = false;
  if (!there.empty() && field != Field::Stage)
    settled = agree(held(site).at(record), held(other(site)).at(there), field);
  const std::string name(to_text(site));
  const Instant at = world_.now_at(name);
  const auto done =
      world_.edit(name, site == Site::Hubspot ? "contacts" : "Contacts", record, form(site, field, value));
  held_.erase(site);
  note("edit " + name + " " + record + " " + std::string(to_text(field)) + (done ? "" : " (refused)"));
  if (!done) return {};  // the vendor refuses it as it would a person's
  ledger_.say(person, field, {site, comparable(field, value), at, settled, foreign});
  // A name is one thing of two parts: who writes one of them has the other before their eyes.
  if (field == Field::Given || field == Field::Family) {
    const Field rest = field == Field::Given ? Field::Family : Field::Given;
    ledger_.say(person, rest, {site, held(site).at(record).values.at(rest), at, settled, foreign, true});
  }
  if (field == Field::Stage && value == "customer") {
    person.was_client = true;
    ++person.clients;
  }
  return {};
}

Result<void> Workload::edit(Field field, Site site, bool foreign) {
  const Rule rule = rules_of(hub_kind_).at(field);
  const Site owner = rule == Rule::HubspotOwns ? Site::Hubspot : rule == Rule::XeroOwns ? Site::Xero : site;
  Person* person = somebody(foreign ? other(owner) : owner);
  if (!person) return {};
  return say(*person, foreign ? other(owner) : owner, field, fresh(field));
}

// The same field of one person in both systems, moments apart.
Result<void> Workload::edit_both() {
  const Field field = shared_fields[chance_.below(std::size(shared_fields))];
  Person* person = somebody(Site::Hubspot);
  if (!person || record_of(*person, Site::Xero).empty()) return {};
  const Site first = chance_.chance(0.5) ? Site::Hubspot : Site::Xero;
  TRY(say(*person, first, field, fresh(field)));
  if (chance_.chance(0.5)) TRY(world_.step());
  held_.clear();
  if (record_of(*person, other(first)).empty()) return {};
  return say(*person, other(first), field, fresh(field));
}

// A list that somebody imports: everyone's phone at one instant.
Result<void> Workload::edit_many() {
  const Site site = chance_.chance(0.5) ? Site::Hubspot : Site::Xero;
  const double share = chance_.chance(0.5) ? 1.0 : 0.3;
  for (Person& person : ledger_.people())
    if (!person.organisation && !record_of(person, site).empty() && chance_.chance(share))
      TRY(say(person, site, Field::Phone, fresh(Field::Phone)));
  return {};
}

Result<void> Workload::newcomer(Site site) {
  if (full()) return {};
  const Values values{{Field::Given, fresh(Field::Given)},
                      {Field::Family, fresh(Field::Family)},
                      {Field::Email, fresh(Field::Email)},
                      {Field::Phone, fresh(Field::Phone)}};
  return enter(site, values, chance_.chance(0.7) ? "customer" : "lead");
}

// Somebody who is in no system yet. Whom only the accounts know is a client.
Result<void> Workload::enter(Site site, const Values& values, const std::string& stage) {
  const std::string name(to_text(site));
  const Instant at = world_.now_at(name);
  const Json made = TRY(site == Site::Hubspot ? world_.edit(name, "contacts", "", in_hubspot(values, stage))
                                              : world_.edit(name, "Contacts", "", in_xero(values)));
  held_.erase(site);
  Person& person = ledger_.add();
  ledger_.made(person, site, made[site == Site::Hubspot ? "id" : "ContactID"].text());
  for (const auto& [field, value] : values) ledger_.say(person, field, {site, comparable(field, value), at, true});
  if (site == Site::Hubspot) ledger_.say(person, Field::Stage, {site, stage, at, true});
  person.was_client = site == Site::Xero || stage == "customer";
  person.clients = person.was_client;
  note("newcomer " + name + " " + *person.records[site].begin());
  return {};
}

Result<void> Workload::stage() {
  Person* person = somebody(Site::Hubspot);
  if (!person) return {};
  const std::string& now = held(Site::Hubspot).at(record_of(*person, Site::Hubspot)).values.at(Field::Stage);
  return say(*person, Site::Hubspot, Field::Stage,
             now == "lead"       ? "customer"
             : now == "customer" ? (chance_.chance(0.7) ? "other" : "lead")
                                 : "customer");
}

// A record is put away, or taken out again: in HubSpot deleted and restored, in Xero archived.
Result<void> Workload::put_away() {
  Person& person = ledger_.people()[chance_.below(ledger_.people().size())];
  if (person.organisation) return {};
  const Site site = chance_.chance(0.6) ? Site::Hubspot : Site::Xero;
  for (const std::map<Site, std::set<std::string>>* all : {&person.records, &person.given}) {
    const auto ids = all->find(site);
    if (ids == all->end()) continue;
    for (const std::string& id : ids->second) {
      const auto at = held(site).find(id);
      if (at == held(site).end() || !at->second.merged_into.empty()) continue;
      const bool away = !at->second.away;
      const Json fields = site == Site::Hubspot ? Json::object({{"archived", away}})
                                                : Json::object({{"ContactStatus", away ? "ARCHIVED" : "ACTIVE"}});
      const auto done =
          world_.edit(std::string(to_text(site)), site == Site::Hubspot ? "contacts" : "Contacts", id, fields);
      held_.erase(site);
      if (done) person.removed.insert(site);
      note(std::string(away ? "put away " : "take out ") + std::string(to_text(site)) + " " + id +
           (done ? "" : " (refused)"));
      return {};
    }
  }
  return {};
}

Result<void> Workload::poison() {
  if (swarm_.chance(Fault::poison_value).chance(0.4)) return without_mailbox();
  Person* person = somebody(Site::Hubspot);
  if (!person) return {};
  person->poisoned.insert(Field::Phone);
  const auto done = world_.edit("hubspot", "contacts", record_of(*person, Site::Hubspot),
                                Json::object({{"phone", "ask at the desk"}}));
  held_.erase(Site::Hubspot);
  note("poison hubspot " + record_of(*person, Site::Hubspot) + (done ? "" : " (refused)"));
  return {};
}

// A client of whom nobody has written down an e-mail: no check can be made of them until somebody has (tidy_up).
Result<void> Workload::without_mailbox() {
  if (full()) return {};
  const Values values{{Field::Given, fresh(Field::Given)},
                      {Field::Family, fresh(Field::Family)},
                      {Field::Email, ""},
                      {Field::Phone, fresh(Field::Phone)}};
  TRY(enter(Site::Hubspot, values, "customer"));
  sharing_mailbox_.insert(ledger_.people().back().number);
  note("without an e-mail");
  return {};
}

// A reviewer at the identity service decides, or a check runs out.
Result<void> Workload::review_check() {
  const Json state = world_.vendor("idcheck").state(world_.now_at("idcheck"));
  const Json::List& checks = state["objects"]["verifications"].items();
  if (checks.empty()) return {};
  const Json& check = checks[chance_.below(checks.size())];
  const bool ends = chance_.chance(0.3);
  (void)world_.edit("idcheck", "verifications", check["id"].text(),
                    ends ? Json::object({{"status", "expired"}})
                         : Json::object({{"outcome", chance_.chance(0.7) ? "verified" : "rejected"}}));
  note("idcheck " + check["id"].text());
  return {};
}

Result<void> Workload::act() {
  held_.clear();
  ++acts_;
  if (acts_ % 32 == 0) retune();
  if (swarm_.strikes(Fault::standstill)) {
    world_.sleep(milliseconds(static_cast<std::int64_t>(swarm_.chance(Fault::standstill).below(900'000))));
    note("standstill");
  }
  if (swarm_.strikes(Fault::clock_jump)) {
    const auto by = static_cast<std::int64_t>(swarm_.chance(Fault::clock_jump).below(40'000)) - 20'000;
    world_.turn_clock(milliseconds(by));
    note("clock " + std::to_string(by));
  }
  if (swarm_.on(Fault::hub_change) && swarm_.chance(Fault::hub_change).chance(0.02)) return change_hub();
  if (swarm_.on(Fault::paused) && world_.up() && swarm_.chance(Fault::paused).chance(paused_.empty() ? 0.02 : 0.1)) {
    if (paused_.empty())
      pause();
    else
      resume();
    return {};
  }
  if (swarm_.strikes(Fault::both_edit)) return edit_both();
  if (swarm_.strikes(Fault::foreign_edit)) {
    const Field field = shared_fields[swarm_.chance(Fault::foreign_edit).below(std::size(shared_fields))];
    if (rules_of(hub_kind_).at(field) != Rule::Latest) return edit(field, Site::Hubspot, true);
  }
  if (swarm_.strikes(Fault::archive)) return put_away();
  if (swarm_.strikes(Fault::merge)) return double_and_merge();
  if (swarm_.on(Fault::bulk_edit) && swarm_.chance(Fault::bulk_edit).chance(0.02)) return edit_many();
  if (swarm_.on(Fault::same_name) && swarm_.chance(Fault::same_name).chance(0.03)) return twin();
  if (swarm_.on(Fault::shared_phone) && swarm_.chance(Fault::shared_phone).chance(0.03)) return namesake();
  if (swarm_.on(Fault::shared_mailbox) && swarm_.chance(Fault::shared_mailbox).chance(0.03)) return share_mailbox();
  if (swarm_.on(Fault::poison_value) && swarm_.chance(Fault::poison_value).chance(0.03)) return poison();
  const std::uint64_t what = chance_.below(20);
  const Site site = chance_.chance(0.5) ? Site::Hubspot : Site::Xero;
  if (what < 11) return edit(shared_fields[chance_.below(std::size(shared_fields))], site, false);
  if (what < 14) return newcomer(site);
  if (what < 17) return stage();
  if (what < 18) return review_check();
  return operate();
}

void Workload::vanish() {
  for (Person& person : ledger_.people()) {
    const std::vector<std::string> ids = records_of(person, Site::Hubspot);
    if (person.organisation || !person.removed.empty() || ids.size() != 1) continue;
    sandbox::Vendor& hubspot = world_.vendor("hubspot");
    (void)hubspot.set_faults(Json::object({{"webhook_drop", 1}}), world_.now_at("hubspot"));
    if (world_.edit("hubspot", "contacts", ids.front(), Json::object({{"archived", true}})))
      person.removed.insert(Site::Hubspot);
    (void)hubspot.set_faults(Json::object({}), world_.now_at("hubspot"));
    held_.erase(Site::Hubspot);
    note("put away hubspot " + ids.front() + ", and nobody tells");
    return;
  }
}

}  // namespace linchpin::sim
