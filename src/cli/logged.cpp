#include "cli/logged.hpp"

#include <algorithm>

#include "cli/open_hub.hpp"
#include "store/open.hpp"

namespace linchpin::cli {
namespace {

constexpr std::size_t entries_most = 2000;  // of one person, the latest
constexpr std::size_t waiting_most = 10'000;

// Entries of one tag, the latest first: those that wait to be logged, then along `previous`.
Result<std::vector<Json>> entries_of(const std::string& person, engine::AuditStore& log) {
  std::vector<Json> found;
  for (const engine::AuditRow& row : TRY(log.waiting(waiting_most)))
    if (row.person == person) found.insert(found.begin(), TRY(parse_json(row.body)));
  std::optional<std::int64_t> at = TRY(log.last_index_of(person));
  while (at && found.size() < entries_most) {
    const std::vector<engine::Leaf> leaf = TRY(log.leaves(*at, 1));
    if (leaf.empty()) break;
    found.push_back(TRY(parse_json(leaf.front().entry)));
    at = found.back()["previous"].integer();
  }
  return found;
}

bool names(const Json& entry, const std::string& field) {
  return std::ranges::any_of(entry["fields"].items(), [&](const Json& one) { return one.text() == field; });
}

// The number in an id that begins with `word`: by when a list or a record was asked for.
std::optional<Instant> asked_at(const std::string& change, std::string_view word) {
  if (!change.starts_with(word)) return std::nullopt;
  const std::string digits = change.substr(word.size(), change.find('.') - word.size());
  if (digits.size() < 10 || digits.size() > 15 || digits.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return from_ms(std::stoll(digits));
}

// How a value came: by its change, in the record. Of what was asked about, when it came is known and not by which.
Json received(const Json& step, const std::string& field, const std::vector<Json>& entries) {
  const std::string system = "/" + step["system"].text() + "/", holds = "/" + step["record"].text() + "/";
  const bool by_time = step.find("review") != nullptr;
  for (const Json& entry : entries) {
    const std::string& id = entry["entry"].text();
    const std::string change = by_time ? id.substr(0, id.find('/')) : step["change"].text();
    if (entry["kind"].text() != "received" || !id.starts_with(change + system) || id.find(holds) == std::string::npos ||
        !names(entry, field) || (by_time && entry["at"] != step["at"]))
      continue;
    Json told = Json::object(
        {{"kind", "received"}, {"change", change}, {"trigger", entry["trigger"].text()}, {"at", entry["at"].text()}});
    for (const auto& [word, how] : {std::pair("list", "in a list"), std::pair("read", "by itself")})
      if (const auto asked = asked_at(change, word)) told = told.with("asked", rfc3339(*asked)).with("read", how);
    if (const Json* index = entry.find("index")) told = told.with("audit", Json::list({*index}));
    return told;
  }
  return {};
}

// How a system was told of it: the last delivery with the field that it has confirmed.
Json sent(const Json& step, const std::string& field, const std::vector<Json>& entries) {
  const auto is = [&](const Json& entry, const char* kind) {
    return entry["kind"].text() == kind && entry["system"].text() == step["system"].text() &&
           entry["outcome"].text() != "do" && names(entry, field);
  };
  const auto confirmed = std::ranges::find_if(entries, [&](const Json& e) { return is(e, "confirmed"); });
  if (confirmed == entries.end()) return {};
  const std::string& id = (*confirmed)["entry"].text();  // delivery/76/1/confirmed
  const std::string of = id.substr(0, id.find('/', id.find('/') + 1) + 1);
  Json told = Json::object({{"kind", (*confirmed)["outcome"].text()},
                            {"trigger", (*confirmed)["trigger"].text()},
                            {"delivery", of.substr(of.find('/') + 1, of.size() - of.find('/') - 2)},
                            {"confirmed", (*confirmed)["at"].text()}});
  Json::List audit;
  const auto made = std::find_if(confirmed, entries.end(),
                                 [&](const Json& e) { return is(e, "sent") && e["entry"].text().starts_with(of); });
  if (made != entries.end()) {
    told = told.with("sent", (*made)["at"].text());
    if (const Json* index = made->find("index")) audit.push_back(*index);
  }
  if (const Json* index = confirmed->find("index")) audit.push_back(*index);
  return told.with("audit", Json(std::move(audit)));
}

Json with_exchanges_of(const Json& field, const std::vector<Json>& entries) {
  Json::List chain;
  for (const Json& step : field["chain"].items()) {
    const std::string& what = step["what"].text();
    const auto same = std::ranges::count_if(field["chain"].items(), [&](const Json& other) {
      return other["what"] == step["what"] && other["system"] == step["system"];
    });
    Json exchange;
    if (what == "chosen" || what == "considered" || step.find("review"))
      exchange = received(step, field["field"].text(), entries);
    if (what == "sent and confirmed" && same == 1) exchange = sent(step, field["field"].text(), entries);
    if (exchange.is_null()) {
      chain.push_back(step);
      continue;
    }
    // The record may have been confirmed since, with other fields.
    const Json& confirmed = exchange["confirmed"];
    chain.push_back((confirmed.is_text() ? step.with("at", confirmed) : step).with("exchange", std::move(exchange)));
  }
  return field.with("chain", Json(std::move(chain)));
}

}  // namespace

Result<std::unique_ptr<engine::AuditStore>> audit_snapshot(const Where& where, const model::Hub& hub) {
  if (hub.environment.on_postgres())
    return store::open_postgres_audit_snapshot(TRY(store_place(where.folder, hub.environment)));
  return store::open_audit_snapshot(data_folder(where.folder, hub));
}

Json with_exchanges(Json explained, engine::AuditStore& log) {
  std::vector<Json> entries;
  for (const Json& person : explained["persons"].items()) {
    const Result<std::vector<Json>> of = entries_of(person.text(), log);
    if (!of) return explained;
    entries.insert(entries.end(), of->begin(), of->end());
  }
  if (!explained.find("fields")) return with_exchanges_of(explained, entries);
  Json::List fields;
  for (const Json& field : explained["fields"].items()) fields.push_back(with_exchanges_of(field, entries));
  return explained.with("fields", Json(std::move(fields)));
}

}  // namespace linchpin::cli
