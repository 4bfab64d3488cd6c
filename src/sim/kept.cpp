#include "sim/kept.hpp"

#include <algorithm>

#include "engine/seal.hpp"
#include "sim/picked.hpp"

namespace linchpin::sim {
namespace {

class Reading {
 public:
  explicit Reading(const Keeping& keeping) : k_(keeping) {}

  std::vector<Complaint> all() {
    GoldenId after;
    for (;;) {
      const auto rows = k_.store.goldens(EntityName("contact"), after, 50);
      if (!rows || rows->empty()) return std::move(complaints_);
      for (const engine::GoldenRow& row : *rows) one(row);
      after = rows->back().id;
    }
  }

 private:
  void complain(Invariant invariant, std::string what) {
    complaints_.push_back({std::string(to_text(invariant)), std::move(what), "Kept"});
  }

  std::vector<engine::LinkRow> links_of(const GoldenId& id) const {
    const auto families = k_.store.families({id});
    return families && !families->empty() ? families->front().links : std::vector<engine::LinkRow>{};
  }

  void one(const engine::GoldenRow& row) {
    const Result<Secret> key = k_.keys.of(row.id);
    const auto golden = key ? engine::open_row(row, *key) : tl::unexpected(key.error());
    if (!golden) return complain(Invariant::AckedIsDurable, "golden record " + row.id.text + " cannot be opened");
    std::map<Field, std::vector<Own>> own;
    for (const engine::LinkRow& link_row : links_of(row.id)) {
      const auto link = engine::open_row(link_row, *key);
      if (!link) {
        complain(Invariant::AckedIsDurable, "a link of golden record " + row.id.text + " cannot be opened");
        continue;
      }
      for (const Site site : all_sites)
        if (link->key.system.text == to_text(site)) linked(site, *link, own);
    }
    for (const auto& [field, values] : own) golden_value(*golden, field, values);
  }

  void linked(Site site, const engine::Link& link, std::map<Field, std::vector<Own>>& own) {
    const std::string& record = link.key.record.text;
    const Person* person = k_.ledger.owner_of(site, record);
    const std::string which = std::string(to_text(site)) + " record " + record + "'s ";
    const Holdings& there = site == Site::Hubspot ? k_.hubspot : k_.xero;
    const auto held = there.find(record);
    if (link.gone && held != there.end() && !held->second.away && held->second.merged_into.empty())
      complain(Invariant::Converged, which + "link is lost, and it is there");
    for (const Field field : shared_fields) {
      if (!person || person->poisoned.contains(field)) continue;
      const std::string name(to_text(field));
      const bool live = !link.gone && held != there.end() && !held->second.away && held->second.merged_into.empty();
      if (const auto base = link.base.find(name); base != link.base.end() && live)
        if (comparable(field, base->second.text()) != held->second.values.at(field))
          complain(Invariant::Converged, which + name + " is not what the hub takes it for");
      const auto mine = link.own.find(FieldName(name));
      if (mine == link.own.end()) continue;
      const std::string word = comparable(field, mine->second.value.text());
      const bool holds_it = held != there.end() && held->second.values.at(field) == word;
      const Own one{word,   mine->second.at, std::string(to_text(site)),
                    record, link.gone,       link.given.contains(name) || !holds_it};
      own[field].push_back(one);
      // Of a name, what a record was given counts as said there too, once others' values may take its place.
      const bool given = person->mistaken && (field == Field::Given || field == Field::Family) &&
                         said(*person, other(site), field, one.value);
      if (!said(*person, site, field, one.value) && !given && !k_.forgets && !person->overwritten.contains(site))
        complain(Invariant::EchoIsSilent, which + name + " counts as said there, and nobody did");
      else if (another_owns(*person, site, field, one.value))
        complain(Invariant::OrderFree, which + name + " counts as its own, and another system owns it");
      else if (!k_.trail.gave(one.system, record, one.at))
        complain(Invariant::OrderFree, which + name + " has a time that its system never gave");
    }
  }

  // Of records that were merged there anything that was said of the person will do: a write to the old id lands in the
  // new record, and the hub may read it there before it is told of the merge. Where the one that is left is of a create
  // of ours that came late, after somebody had been entered, whoever merges makes what we wrote then that record's
  // word.
  static bool said(const Person& person, Site site, Field field, const std::string& value) {
    const auto history = person.said.find(field);
    const auto count = [&](const std::map<Site, std::set<std::string>>& records) {
      return records.contains(site) ? records.at(site).size() : 0;
    };
    const bool merged = person.merged && count(person.records) > 0 && count(person.records) + count(person.given) > 1;
    return history != person.said.end() &&
           std::any_of(history->second.begin(), history->second.end(),
                       [&](const Said& s) { return (merged || s.site == site) && s.value == value; });
  }

  // It was said of one who was in both systems before people began, so that their records were linked, and where
  // another system owned the field.
  bool another_owns(const Person& person, Site site, Field field, const std::string& value) const {
    const auto made = [&](Site there) { return person.records.contains(there) && !person.records.at(there).empty(); };
    if (!made(Site::Hubspot) || !made(Site::Xero) || !person.removed.empty() || person.doubled() || person.doubtful ||
        k_.rules_changed.contains(field))
      return false;
    const auto history = person.said.find(field);
    return history != person.said.end() &&
           std::any_of(history->second.begin(), history->second.end(),
                       [&](const Said& s) { return s.site == site && s.value == value && s.foreign && !s.by_the_way; });
  }

  // E-mail and phone stand alone; the two names come from one source together, which is judged by the oracle.
  void golden_value(const engine::Golden& golden, Field field, const std::vector<Own>& values) {
    if (field == Field::Given || field == Field::Family || k_.rules_changed.contains(field)) return;
    const Own* best = picked(k_.rules.at(field), values);
    const std::string name(to_text(field));
    const auto value = golden.fields.find(FieldName(name));
    if (best && value != golden.fields.end() && comparable(field, value->second.value.text()) != best->value)
      complain(Invariant::OrderFree,
               "golden record " + golden.id.text + "'s " + name + " is not the one that its rule picks");
  }

  const Keeping& k_;
  std::vector<Complaint> complaints_;
};

}  // namespace

std::vector<Complaint> check_kept(const Keeping& keeping) { return Reading(keeping).all(); }

}  // namespace linchpin::sim
