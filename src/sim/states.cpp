#include "sim/states.hpp"

#include "engine/seal.hpp"
#include "sim/deed.hpp"
#include "sim/watch.hpp"

namespace linchpin::sim {

void States::answered(const engine::Send& send, const Result<Answer>& answer, Instant) {
  const std::string& system = send.system.text;
  if (!answer || answer->status >= 300 || system == "idcheck") return;
  const Site site = system == "hubspot" ? Site::Hubspot : Site::Xero;
  const Json body = parse_json(answer->body).value_or(Json());
  if (site == Site::Hubspot) {
    for (const Json& error : body["errors"].items())
      for (const Json& id : error["context"]["ids"].items()) told_gone_.insert(id.text());
    const Deed deed = deed_of(system, send.request);  // answered with another: the survivor of a merge
    if (deed.kind == Deed::Kind::Read && deed.ids.size() == 1 && !body["results"].items().empty() &&
        body["results"][0]["id"].text() != deed.ids[0])
      told_gone_.insert(deed.ids[0]);
  }
  const std::map<std::string, Instant> changes = changes_in(system, body);
  for (const Json& record : body[site == Site::Hubspot ? "results" : "Contacts"].items()) {
    const Held held = held_in(site, record);
    const auto changed = changes.find(held.id);
    if (changed == changes.end()) continue;
    for (const auto& [field, value] : held.values) {
      Instant& at = said_[{system, held.id}][{field, value}];
      at = std::max(at, changed->second);
    }
  }
}

void States::arrived(const SystemName& system, const Request& request) {
  const Json events = system.text == "hubspot" ? parse_json(request.body).value_or(Json()) : Json();
  for (const Json& event : events.items()) {
    if (event["subscriptionType"].text().find("deletion") != std::string::npos)
      told_gone_.insert(canonical(event["objectId"]));
    for (const Json& id : event["mergedObjectIds"].items()) told_gone_.insert(canonical(id));
    if (event["newObjectId"] != event["primaryObjectId"]) told_gone_.insert(canonical(event["primaryObjectId"]));
  }
}

void States::committed(const engine::Batch& batch, Instant) {
  for (const engine::LinkRow& row : batch.links) {
    if (row.gone && row.key.system.text == "hubspot" && !told_gone_.contains(row.key.record.text))
      throw Broken{std::string(to_text(Invariant::Converged)),
                   "hubspot record " + row.key.record.text + " is lost, and nobody called it gone"};
    const Result<Secret> key = keys().of(row.golden);
    const auto link = key ? engine::open_row(row, *key) : tl::unexpected(key.error());
    if (!link) continue;
    const Key record{row.key.system.text, row.key.record.text};
    back_to_older(record, *link);
    own_of(record, *link);
  }
  for (const engine::GoldenRow& row : batch.goldens) {
    const Result<Secret> key = keys().of(row.id);
    if (const auto golden = key ? engine::open_row(row, *key) : tl::unexpected(key.error()); golden)
      golden_value(*golden);
  }
}

void States::back_to_older(const Key& record, const engine::Link& link) {
  const auto said = said_.find(record);
  if (said == said_.end()) return;
  for (const Field field : shared_fields) {
    const auto base = link.base.find(std::string(to_text(field)));
    if (base == link.base.end()) continue;
    const std::string value = comparable(field, base->second.text());
    const std::string before = std::exchange(taken_[record][field], value);
    if (before == value || before.empty() || value.empty()) continue;
    const auto now_at = said->second.find({field, value}), before_at = said->second.find({field, before});
    if (now_at != said->second.end() && before_at != said->second.end() && now_at->second < before_at->second)
      throw Broken{std::string(to_text(Invariant::OrderFree)), record.first + " record " + record.second + "'s " +
                                                                   std::string(to_text(field)) +
                                                                   " goes back to an older state"};
  }
}

void States::own_of(const Key& record, const engine::Link& link) {
  if (record.first == "idcheck") return;
  if (const auto before = linked_.find(record); before != linked_.end()) own_[before->second].erase(record);
  linked_[record] = link.golden;
  std::map<Field, Own>& own = own_[link.golden][record];
  for (const Field field : {Field::Email, Field::Phone})
    if (const auto at = link.own.find(FieldName(to_text(field))); at != link.own.end())
      own[field] = {comparable(field, at->second.value.text()), at->second.at, record.first, record.second};
}

// E-mail and phone stand alone; the two names come from one source together, which is judged by the oracle.
void States::golden_value(const engine::Golden& golden) const {
  const auto links = own_.find(golden.id);
  if (lost_ || links == own_.end()) return;
  for (const Field field : {Field::Email, Field::Phone}) {
    if (!latest(field)) continue;
    std::vector<Own> values;
    for (const auto& [record, own] : links->second)
      if (const auto at = own.find(field); at != own.end()) values.push_back(at->second);
    const Own* best = picked(Rule::Latest, values);
    const auto value = golden.fields.find(FieldName(to_text(field)));
    if (best && value != golden.fields.end() && comparable(field, value->second.value.text()) != best->value)
      throw Broken{std::string(to_text(Invariant::OrderFree)),
                   "golden record " + golden.id.text + "'s " + std::string(to_text(field)) + " is not the latest word"};
  }
}

}  // namespace linchpin::sim
