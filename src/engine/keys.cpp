// Keys of records that were linked under other hub files: where match: says something else now, they are made anew, a
// page of golden records in each step, before anything is matched by them.
#include "base/crypto.hpp"
#include "engine/engine.hpp"

namespace linchpin::engine {
namespace {

constexpr std::size_t rekeyed_most = 200;  // golden records in one step

CursorRow keys_row(const EntityName& entity, const std::string& made_by, const GoldenId& after, Instant now,
                   bool done) {
  return {{}, ObjectName(entity.text), "keys", made_by + "/" + after.text, {}, now, done};
}

}  // namespace

// An entity without golden records has the keys that it should have.
Result<void> Engine::resume_keys(Instant now) {
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  for (const auto& [name, entity] : hub_->entities) {
    const std::string made_by = to_hex(world_.keys.digest("keys", keys_made_by(entity))).substr(0, 16);
    const auto row = TRY(world_.store.cursor({}, ObjectName(name.text), "keys"));
    const bool known = row && row->cursor.starts_with(made_by + "/");
    if (known && row->done) continue;
    if (known || !TRY(world_.store.goldens(name, {}, 1)).empty())
      rekeying_[name] = {made_by, GoldenId(known ? row->cursor.substr(made_by.size() + 1) : "")};
    else
      work.rows().cursors.push_back(keys_row(name, made_by, {}, now, true));
  }
  return work.commit();
}

Result<void> Engine::rekey(Instant now) {
  const EntityName name = rekeying_.begin()->first;
  Rekeying& rekeying = rekeying_.begin()->second;
  const model::Entity& entity = hub_->entity(name);
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  std::vector<GoldenId> ids;
  for (const GoldenRow& row : TRY(world_.store.goldens(name, rekeying.after, rekeyed_most))) ids.push_back(row.id);
  TRY(work.open(ids));
  for (const GoldenId& id : ids) {
    const Family* family = TRY(work.family(id));
    if (!family) continue;
    for (const Link& link : family->links) {
      if (link.gone) continue;
      std::vector<std::string> blind;
      for (BlindKey& key : match_keys(entity, link.base, world_.keys)) blind.push_back(std::move(key.key));
      work.match_keys(*family, link.key, blind);
    }
    rekeying.after = id;
  }
  const bool done = ids.size() < rekeyed_most;
  work.rows().cursors.push_back(keys_row(name, rekeying.made_by, rekeying.after, now, done));
  TRY(work.commit());
  if (done) rekeying_.erase(name);
  return {};
}

}  // namespace linchpin::engine
