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

void States::committed(const engine::Batch& batch, Instant) {
  for (const engine::LinkRow& row : batch.links) {
    const Key record{row.key.system.text, row.key.record.text};
    const auto said = said_.find(record);
    if (said == said_.end()) continue;
    const Result<Secret> key = keys().of(row.golden);
    const auto link = key ? engine::open_row(row, *key) : tl::unexpected(key.error());
    if (!link) continue;
    for (const Field field : shared_fields) {
      const auto base = link->base.find(std::string(to_text(field)));
      if (base == link->base.end()) continue;
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
}

}  // namespace linchpin::sim
