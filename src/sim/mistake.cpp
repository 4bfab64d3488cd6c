// A mistake of an operator: two people become one golden record, and are taken apart again. Nothing of it may be left.
#include "sim/workload.hpp"

namespace linchpin::sim {
// Who is once in both systems, under a golden record of their own.
std::vector<Told> Workload::plain_people(const std::vector<Told>& told) {
  std::vector<Told> plain;
  for (const Told& one : told) {
    std::set<const Person*> owners;
    for (const auto& [site, records] : one.links)
      for (const std::string& record : records) owners.insert(ledger_.owner_of(site, record));
    if (owners.size() != 1 || !*owners.begin() || !(*owners.begin())->is_plain()) continue;
    const auto once = [&](Site site) { return records_of(**owners.begin(), site).size() == 1; };
    if (one.links.size() == 2 && once(Site::Hubspot) && once(Site::Xero)) plain.push_back(one);
  }
  return plain;
}

Result<bool> Workload::merge_wrongly(Random& chance) {
  held_.clear();
  const std::vector<Told> people = plain_people(TRY(app_.contacts()));
  if (people.empty()) return false;
  const std::size_t first = chance.below(people.size());
  for (std::size_t step = 1; step < people.size(); ++step) {
    const Told &one = people[first], &other = people[(first + step) % people.size()];
    if (one.fields["lifecycle_stage"]["value"] != other.fields["lifecycle_stage"]["value"]) continue;
    const Json done = TRY(world_.ask(Json::object({{"command", "review.merge"},
                                                   {"entity", "contact"},
                                                   {"id", one.golden},
                                                   {"other", other.golden},
                                                   {"why", "they look alike"},
                                                   {"despite_veto", true},
                                                   {"by", "ava"}})));
    taken_for_one_ = done["id"].text();
    for (const Told* each : {&one, &other})
      for (const auto& [site, records] : each->links)
        for (const std::string& record : records)
          if (Person* person = ledger_.owner_of(site, record)) person->mistaken = true;
    note("golden record " + done["merged"].text() + " is merged into " + taken_for_one_);
    return true;
  }
  return false;
}

Result<void> Workload::split_again() {
  const Json why = TRY(world_.ask(
      Json::object({{"command", "explain"}, {"entity", "contact"}, {"id", taken_for_one_}, {"field", "given_name"}})));
  Json records;
  for (const Json& step : why["chain"].items())
    if (step["what"].text() == "merged with") records = step["records"];
  const Json done = TRY(world_.ask(Json::object({{"command", "review.split"},
                                                 {"entity", "contact"},
                                                 {"id", taken_for_one_},
                                                 {"records", records},
                                                 {"why", "they are two"},
                                                 {"by", "ava"}})));
  note("golden record " + done["new"].text() + " is split off " + taken_for_one_);
  return {};
}

}  // namespace linchpin::sim
