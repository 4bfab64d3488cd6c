// Acts of the workload that make it hard to tell who is who: two people with one name, one person with two records.
#include "sim/deed.hpp"
#include "sim/typed.hpp"
#include "sim/workload.hpp"

namespace linchpin::sim {
namespace {

constexpr int merges_most = 2;

}  // namespace

// Somebody new who has the name of somebody known: another person, as the review is told.
Result<void> Workload::twin() {
  Person* known = full() ? nullptr : somebody(Site::Hubspot);
  if (!known) return {};
  const Held& like = held(Site::Hubspot).at(record_of(*known, Site::Hubspot));
  const Values values{{Field::Given, like.values.at(Field::Given)},
                      {Field::Family, like.values.at(Field::Family)},
                      {Field::Email, fresh(Field::Email)},
                      {Field::Phone, fresh(Field::Phone)}};
  known->doubtful = true;
  TRY(enter(Site::Hubspot, values, "customer"));
  ledger_.people().back().doubtful = true;
  note("twin");
  return {};
}

// A father and a son have one name and one phone: the son is in Xero, the father in HubSpot alone, and nothing but a
// person can tell that they are two. Until one does, people go on editing both, and the father may become a client.
Result<void> Workload::namesake() {
  if (full()) return {};
  for (Person& known : ledger_.people()) {
    const std::string record = record_of(known, Site::Hubspot);
    if (known.doubtful || record.empty() || known.records.contains(Site::Xero) || known.given.contains(Site::Xero))
      continue;
    const Held& like = held(Site::Hubspot).at(record);
    Values values = like.values;
    values[Field::Email] = fresh(Field::Email);
    if (values.at(Field::Phone).empty() || known.poisoned.contains(Field::Phone)) continue;
    values[Field::Phone] = "0" + values.at(Field::Phone);
    values.erase(Field::Stage);
    known.doubtful = true;
    TRY(enter(Site::Xero, values, "customer"));
    ledger_.people().back().doubtful = true;
    note("namesake of hubspot " + record);
    return {};
  }
  return {};
}

// While the hub's request that creates somebody in Xero is on its way, a person enters them there, mostly under a name
// that Xero does not yet have. What the hub may not do is take both for its own.
bool Workload::enter_meanwhile(const engine::Send& send) {
  if (acts_ == 0 || send.system.text != "xero") return false;
  const Deed deed = deed_of("xero", send.request);
  if (deed.kind != Deed::Kind::Create || !swarm_.strikes(Fault::both_enter)) return false;
  held_.clear();
  const Person* whose = ledger_.whose(held_in(Site::Xero, deed.body["Contacts"].items().front()).values);
  if (!whose || whose->doubtful || !whose->removed.empty()) return false;
  Person& person = ledger_.people()[static_cast<std::size_t>(whose->number)];
  const std::string known = record_of(person, Site::Hubspot);
  if (known.empty()) return false;
  const Values values = held(Site::Hubspot).at(known).values;
  Json fields = in_xero(values);
  if (swarm_.chance(Fault::both_enter).chance(0.7)) fields = fields.with("Name", name_of(values) + " again");
  const Instant at = world_.now_at("xero");
  const auto made = world_.edit("xero", "Contacts", "", fields);
  held_.clear();
  if (!made) return false;
  person.doubtful = person.entered_twice = true;
  ledger_.made(person, Site::Xero, (*made)["ContactID"].text());
  for (const Field field : shared_fields) ledger_.say(person, field, {Site::Xero, values.at(field), at, true});
  note("entered meanwhile xero " + (*made)["ContactID"].text());
  return true;
}

// A second record of one person in one system, and, when it has been noticed, the two become one.
Result<void> Workload::double_and_merge() {
  if (TRY(merge_one())) return {};
  const Site site = swarm_.chance(Fault::merge).chance(0.4) ? Site::Hubspot : Site::Xero;
  Person* person = somebody(site);
  if (!person || person->doubtful || merging_ >= merges_most || person->records[site].empty()) return {};
  Values values = held(site).at(record_of(*person, site)).values;
  const std::string name(to_text(site)), stage = values.at(Field::Stage);
  Json fields;
  if (site == Site::Hubspot)
    fields = in_hubspot(values, stage).without("email");  // no two contacts have one e-mail
  else
    fields = in_xero(values).with("Name", name_of(values) + " again");
  const auto made = world_.edit(name, site == Site::Hubspot ? "contacts" : "Contacts", "", fields);
  held_.erase(site);
  if (!made) return {};
  ++merging_;
  person->doubtful = true;
  const std::string id = (*made)[site == Site::Hubspot ? "id" : "ContactID"].text();
  ledger_.made(*person, site, id);
  // Who enters it writes down what they have before them.
  for (const Field field : shared_fields)
    if (site == Site::Xero || field != Field::Email)
      ledger_.say(*person, field, {site, values.at(field), world_.now_at(name), true, false, true});
  note("double " + name + " " + id);
  return {};
}

// The first of those who still have two records in a system. false: nobody has.
Result<bool> Workload::merge_one() {
  for (Person& person : ledger_.people())
    for (const Site site : all_sites)
      if (person.doubled() && !person.merged && records_of(person, site).size() > 1) {
        TRY(merge(person, site));
        return true;
      }
  return false;
}

// In Xero one of the two stays: the hub's, where it made one. In HubSpot both go into a new one, which finds who asks
// for either. Who merges sees what is left, and lets it stand.
Result<void> Workload::merge(Person& person, Site site) {
  const std::vector<std::string> records = records_of(person, site);
  const bool hubspot = site == Site::Hubspot;
  const std::string name(to_text(site));
  const Instant at = world_.now_at(name);
  const auto done = world_.edit(name, hubspot ? "contacts" : "Contacts", records.back(),
                                Json::object({{hubspot ? "mergedInto" : "MergedToContactID", records.front()}}));
  held_.erase(site);
  person.merged = true;
  note("merge " + name + " " + records.back() + " into " + records.front() + (done ? "" : " (refused)"));
  if (!done || !hubspot) return {};
  const std::string left = (*done)["id"].text();
  ledger_.made(person, site, left);
  for (const auto& [field, value] : held(site).at(left).values)
    ledger_.say(person, field, {site, value, at, true, false, true});
  return {};
}

// A couple's mailbox: in Xero, somebody gets the e-mail that somebody else has in HubSpot, where no two have one. It is
// put right later (tidy_up), or when either e-mail is edited.
Result<void> Workload::share_mailbox() {
  if (rules_of(hub_kind_).at(Field::Email) == Rule::HubspotOwns) return {};
  Person* person = somebody(Site::Xero);
  const Person* spouse = somebody(Site::Hubspot);
  if (!person || !spouse || person == spouse || record_of(*person, Site::Hubspot).empty()) return {};
  const std::string email = held(Site::Hubspot).at(record_of(*spouse, Site::Hubspot)).values.at(Field::Email);
  sharing_mailbox_.insert(person->number);
  return say(*person, Site::Xero, Field::Email, email);
}

Result<bool> Workload::part_mailboxes() {
  bool parted = false;
  const Site site = rules_of(hub_kind_).at(Field::Email) == Rule::HubspotOwns ? Site::Hubspot : Site::Xero;
  for (const int number : std::exchange(sharing_mailbox_, {})) {
    Person& person = ledger_.people()[static_cast<std::size_t>(number)];
    if (record_of(person, site).empty()) {  // who waits for an answer is there once it is given
      sharing_mailbox_.insert(number);
      continue;
    }
    TRY(say(person, site, Field::Email, fresh(Field::Email)));
    parted = true;
  }
  return parted;
}

}  // namespace linchpin::sim
