#include "engine/register.hpp"

#include "engine/engine.hpp"
#include "engine/seal.hpp"
#include "model/direct.hpp"

namespace linchpin::engine {
namespace {

std::string id_of(std::int64_t version) { return "register/" + std::to_string(version); }

Json in_json(const std::vector<model::HubFile>& files) {
  Json::List list;
  for (const model::HubFile& file : files) list.push_back(Json::object({{"name", file.name}, {"text", file.text}}));
  return list;
}

Json api_versions_of(const model::Hub& hub) {
  Json::Object systems;
  for (const auto& [name, system] : hub.systems) {
    Json::Object families;
    for (const auto& [family, version] : system.api_version) families.emplace_back(family, version);
    systems.emplace_back(name.text, std::move(families));
  }
  return systems;
}

Json by_id(const std::vector<Unanswered>& all) {
  Json::List list;
  for (const Unanswered& u : all) {
    Json::List ids;
    for (const std::string& id : u.reviews) ids.push_back(id);
    list.push_back(Json::object({{"flow", u.flow.text}, {"entity", u.entity.text}, {"reviews", std::move(ids)}}));
  }
  return list;
}

}  // namespace

Json to_json(const std::vector<Unanswered>& all) {
  Json::List list;
  for (const Unanswered& u : all)
    list.push_back(Json::object(
        {{"flow", u.flow.text}, {"entity", u.entity.text}, {"reviews", static_cast<std::int64_t>(u.reviews.size())}}));
  return list;
}

RegisterRow register_row(std::int64_t version, const model::Hub& hub, const std::vector<model::HubFile>& before,
                         const Applying& applying, const Secret& hub_key, Instant now) {
  Json detail = Json::object({{"files", in_json(hub.files)},
                              {"changes", model::to_json(model::differences(before, hub.files))},
                              {"api_versions", api_versions_of(hub)},
                              {"plan", applying.plan}});
  if (!applying.despite.empty()) detail = detail.with("despite", by_id(applying.despite));
  return {version, hub.digest, applying.by, applying.why, now, seal_detail(detail, id_of(version), hub_key)};
}

Result<Applied> open_row(const RegisterRow& row, const Secret& hub_key) {
  Applied applied;
  if (row.sealed.empty()) return applied;
  const Json detail = TRY(open_detail(row.sealed, id_of(row.version), hub_key));
  for (const Json& file : detail["files"].items()) applied.files.push_back({file["name"].text(), file["text"].text()});
  applied.changes = detail["changes"];
  applied.api_versions = detail["api_versions"];
  applied.plan = detail["plan"].text();
  applied.despite = detail["despite"];
  return applied;
}

// The version that the hub's files are, in one commit with its entry in the log. What they say now holds for what was
// merged before them too: each flow that has shared shares all anew.
Result<void> Engine::apply(const std::vector<RegisterRow>& registers, Instant now) {
  const Secret key = TRY(world_.keys.of_hub());
  std::vector<model::HubFile> before;
  if (!registers.empty()) before = TRY(open_row(registers.back(), key)).files;
  Applying applying = world_.applying;
  if (applying.why.empty()) applying.why = version_ == 0 ? "the folder's first version" : "the folder changed";
  Work work(world_.store, world_.keys, families_, version_ + 1, next_delivery_);
  work.rows().registers.push_back(register_row(version_ + 1, *hub_, before, applying, key, now));
  work.attest(nullptr, {.entry = id_of(version_ + 1),
                        .kind = "applied",
                        .trigger = applying.plan.empty() ? "start" : "plan " + applying.plan,
                        .outcome = hub_->digest,
                        .by = applying.by,
                        .at = now});
  for (const Unanswered& u : applying.despite)  // the register tells why; here it is committed to
    work.attest(nullptr, {.entry = id_of(version_ + 1) + "/despite/" + u.flow.text,
                          .kind = "review",
                          .trigger = "plan " + applying.plan,
                          .flow = u.flow,
                          .entity = u.entity,
                          .values = Values{{"why", Value(applying.why)}},
                          .outcome = "live despite " + std::to_string(u.reviews.size()) + " open match reviews",
                          .by = applying.by,
                          .at = now});
  for (const auto& [name, flow] : hub_->flows)
    if (model::reads(flow) && TRY(world_.store.cursor({}, ObjectName(name.text), "share")))
      work.rows().cursors.push_back({{}, ObjectName(name.text), "share", "", {}, now, false});
  // A field that could not be read may be read by what they say now.
  std::set<RecordKey> unread;
  for (const DeadLetterRow& letter : TRY(world_.store.dead_letters()))
    if (letter.kind == "field" && !letter.record.record.empty() && hub_->systems.contains(letter.system))
      unread.insert(letter.record);
  TRY(read_again({unread.begin(), unread.end()}, now));
  TRY(work.commit());
  ++version_;
  return {};
}

// {"items":[…]}, the latest first.
Result<Json> Engine::register_list() {
  const Secret key = TRY(world_.keys.of_hub());
  Json::List items;
  const std::vector<RegisterRow> rows = TRY(world_.store.registers());
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    const Applied applied = TRY(open_row(*row, key));
    items.push_back(Json::object({{"version", row->version},
                                  {"digest", row->digest},
                                  {"by", row->by},
                                  {"why", row->why},
                                  {"at", rfc3339(row->at)},
                                  {"plan", applied.plan},
                                  {"changes", applied.changes},
                                  {"api_versions", applied.api_versions}}));
    if (!applied.despite.is_null()) items.back() = items.back().with("despite_reviews", applied.despite);
  }
  return Json::object({{"items", std::move(items)}});
}

}  // namespace linchpin::engine
