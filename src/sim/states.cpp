#include "sim/states.hpp"

#include "engine/seal.hpp"
#include "sim/deed.hpp"
#include "sim/watch.hpp"

namespace linchpin::sim {

namespace {

constexpr const char* by = "States";

// HubSpot's records that an answer calls gone: an error names them by their ids, or is about those of the call that it
// gives nothing for; of a merged one that was asked for alone, the survivor answers.
std::set<std::string> called_gone(const Deed& deed, const Json& body) {
  std::set<std::string> gone, given;
  for (const Json& record : body["results"].items()) given.insert(record["id"].text());
  bool about_the_call = body["category"].text() == "OBJECT_NOT_FOUND";
  for (const Json& error : body["errors"].items()) {
    const Json& ids = error["context"]["ids"];
    for (const Json& id : ids.items()) gone.insert(id.text());
    about_the_call = about_the_call || (ids.is_null() && error["category"].text() == "OBJECT_NOT_FOUND");
  }
  const bool one = deed.kind == Deed::Kind::Read && deed.ids.size() == 1 && !given.empty();
  if (about_the_call || one)
    for (const std::string& id : deed.ids)
      if (!given.contains(id)) gone.insert(id);
  return gone;
}

[[noreturn]] void unopened(const std::string& what) {
  throw Broken{std::string(to_text(Invariant::AckedIsDurable)), what + " is committed and cannot be opened", by};
}

}  // namespace

void States::answered(const engine::Send& send, const Result<Answer>& answer, Instant) {
  const std::string& system = send.system.text;
  if (!answer || system == "idcheck") return;
  const Site site = system == "hubspot" ? Site::Hubspot : Site::Xero;
  const Json body = parse_json(answer->body).value_or(Json());
  if (site == Site::Hubspot) told_gone_.merge(called_gone(deed_of(system, send.request), body));
  if (answer->status >= 300) return;
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
                   "hubspot record " + row.key.record.text + " is lost, and nobody called it gone", by};
    const Result<Secret> key = keys().of(row.golden);
    const auto link = key ? engine::open_row(row, *key) : tl::unexpected(key.error());
    if (!link) unopened("a link of golden record " + row.golden.text);
    const Key record{row.key.system.text, row.key.record.text};
    back_to_older(record, *link);
    own_of(record, *link);
  }
  for (const engine::GoldenRow& row : batch.goldens) {
    const Result<Secret> key = keys().of(row.id);
    const auto golden = key ? engine::open_row(row, *key) : tl::unexpected(key.error());
    if (!golden) unopened("golden record " + row.id.text);
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
      throw Broken{std::string(to_text(Invariant::OrderFree)),
                   record.first + " record " + record.second + "'s " + std::string(to_text(field)) +
                       " goes back to an older state",
                   by};
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
                   "golden record " + golden.id.text + "'s " + std::string(to_text(field)) + " is not the latest word",
                   by};
  }
}

}  // namespace linchpin::sim
