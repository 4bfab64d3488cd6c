#include "engine/at_rest.hpp"

#include <algorithm>

#include "base/mutant.hpp"
#include "engine/engine.hpp"

namespace linchpin::engine {

constexpr std::size_t digest_bytes = 16;

std::string rest_digest(const RecordKey& key, const Record& record, std::int64_t hub_version, Keys& keys) {
  std::string all = LINCHPIN_VERSION "/" + std::to_string(hub_version) + "/" + about(key) + "/";
  if (mutant(Mutant::RestsForGood)) return keys.digest("at rest", all).substr(0, digest_bytes);
  all += std::to_string(ms_since_epoch(record.updated)) + (record.archived ? "/archived/" : "/");
  for (const auto& [path, at] : record.edited)
    all += path + "=" + std::to_string(ms_since_epoch(at)) + (record.typed.contains(path) ? " typed/" : "/");
  return keys.digest("at rest", all + canonical(record.body)).substr(0, digest_bytes);
}

// Which of the records that were listed need not be opened.
Result<std::set<RecordId>> Engine::at_rest(Work& work, const Where& where, const std::vector<Record>& records) {
  std::vector<RecordId> ids;
  for (const Record& record : records) ids.push_back(record.id);
  const auto kept = TRY(world_.store.at_rest(where.first, where.second, ids));
  std::set<RecordId> rest;
  for (const Record& record : records) {
    const RecordKey key{where.first, where.second, record.id};
    const auto at = kept.find(record.id);
    if (at == kept.end() || !record.merged_into.empty() || work.changes_link_of(key)) continue;
    if (rest_digest(key, record, version_, world_.keys) == at->second) rest.insert(record.id);
  }
  return rest;
}

// Nothing came of what was read: the next time it need not be opened.
Result<void> Engine::rests(Work& work, const Change& change) {
  if (change.gone || !change.record.merged_into.empty()) return {};
  const std::vector<Family*> families = TRY(work.families_of(change.key));
  if (std::ranges::any_of(families, [](const Family* family) { return family->golden.waits; })) return {};
  for (const Family* family : families)
    for (const Link& link : family->links)
      if (link.key == change.key && (link.gone || link.doomed)) return {};
  if (!families.empty())
    work.rows().at_rest.emplace_back(change.key, rest_digest(change.key, change.record, version_, world_.keys));
  return {};
}

}  // namespace linchpin::engine
