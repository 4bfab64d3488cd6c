#include "engine/work.hpp"

#include <algorithm>

#include "base/invariant.hpp"
#include "base/mutant.hpp"
#include "engine/renamed.hpp"
#include "engine/seal.hpp"

namespace linchpin::engine {
namespace {

// Takes one kind of rows out of a batch: what must be one commit, as two (of mutants only).
template <class Rows>
Batch apart(Batch& whole, Rows Batch::* which) {
  Batch part;
  (part.*which).swap(whole.*which);
  return part;
}

}  // namespace

Result<Family*> Work::family(const GoldenId& id) {
  Family* family = TRY(family_itself(id));
  while (family && !family->golden.merged_into.empty()) family = TRY(family_itself(family->golden.merged_into));
  return family;
}

Result<Family*> Work::family_itself(const GoldenId& id) {
  if (const auto known = families_.find(id); known != families_.end()) return known->second.get();
  TRY(open({id}));
  const auto opened = families_.find(id);
  return opened == families_.end() ? nullptr : opened->second.get();
}

Result<void> Work::open(const std::vector<GoldenId>& ids) {
  std::vector<GoldenId> wanted;
  for (const GoldenId& id : ids) {
    if (families_.contains(id)) continue;
    if (auto kept = kept_.take(id)) {
      keep_.insert(id);
      families_.emplace(id, std::move(kept));
    } else {
      wanted.push_back(id);
    }
  }
  if (wanted.empty()) return {};
  TRY(keys_.fetch(wanted));
  for (const FamilyRows& rows : TRY(store_.families(wanted))) {
    auto family = std::make_unique<Family>();
    family->key = TRY(keys_.of(rows.golden.id));
    family->golden = TRY(open_row(rows.golden, family->key));
    for (const LinkRow& link : rows.links) family->links.push_back(TRY(open_row(link, family->key)));
    for (const DeliveryRow& delivery : rows.deliveries)
      family->deliveries.push_back(TRY(open_row(delivery, family->key)));
    if (kept_.hub()) rename(*kept_.hub(), *family);
    families_.emplace(rows.golden.id, std::move(family));
  }
  return {};
}

// Which golden records a record is linked to, as the last commit left it.
Result<Families::Linked> Work::linked(const RecordKey& key) {
  if (const Families::Linked* known = kept_.linked(key)) return *known;
  if (const auto known = found_.find(key); known != found_.end()) return known->second;
  TRY(find(key.system, key.object, {key.record}));
  return found_.at(key);
}

Result<void> Work::find(const SystemName& system, const ObjectName& object, const std::vector<RecordId>& records) {
  for (const RecordId& record : records) found_[{system, object, record}];
  for (const LinkRow& row : TRY(store_.links_of(system, object, records)))
    found_[row.key].emplace_back(row.entity, row.golden);
  for (const RecordId& record : records) {
    const RecordKey key{system, object, record};
    kept_.know(key, found_.at(key));
  }
  return {};
}

Result<void> Work::open(const SystemName& system, const ObjectName& object, const std::vector<RecordId>& records) {
  std::vector<RecordId> unknown;
  for (const RecordId& record : std::set<RecordId>(records.begin(), records.end())) {
    const RecordKey key{system, object, record};
    if (!kept_.linked(key) && !found_.contains(key)) unknown.push_back(record);
  }
  if (!unknown.empty()) TRY(find(system, object, unknown));
  std::vector<GoldenId> goldens;
  for (const RecordId& record : records)
    for (const auto& [entity, golden] : TRY(linked({system, object, record}))) goldens.push_back(golden);
  return open(goldens);
}

Result<Family*> Work::family_of(const RecordKey& key, const EntityName& entity) {
  if (const auto now = linked_.find({key, entity}); now != linked_.end()) return family(now->second);
  for (const auto& [of, golden] : TRY(linked(key)))
    if (of == entity) return family(golden);
  return nullptr;
}

Result<std::vector<Family*>> Work::families_of(const RecordKey& key) {
  std::vector<Family*> all;
  for (const auto& [entity, golden] : TRY(linked(key)))
    if (Family* f = TRY(family(golden))) all.push_back(f);
  return all;
}

Family& Work::make(Golden golden) {
  auto family = std::make_unique<Family>();
  family->fresh = true;
  family->key = keys_.make(golden.id);
  const GoldenId id = golden.id;
  family->golden = std::move(golden);
  goldens_.insert(id);
  return *families_.emplace(id, std::move(family)).first->second;
}

void Work::changed_golden(const Family& family) { goldens_.insert(family.golden.id); }

void Work::changed_link(Family& family, Link link) {
  link.golden = family.golden.id;
  linked_[{link.key, link.entity}] = family.golden.id;
  links_.insert({family.golden.id, {link.key, link.entity}});
  for (Link& l : family.links)
    if (l.key == link.key && l.entity == link.entity) {
      l = std::move(link);
      return;
    }
  family.links.push_back(std::move(link));
}

void Work::changed_delivery(Family& family, Delivery delivery) {
  if (delivery.id.number == 0) delivery.id = DeliveryId(++next_delivery_);
  deliveries_.insert({family.golden.id, delivery.id});
  for (Delivery& d : family.deliveries)
    if (d.id == delivery.id) {
      d = std::move(delivery);
      return;
    }
  family.deliveries.push_back(std::move(delivery));
}

void Work::moved_link(Family& from, Family& to, const RecordKey& key) {
  const auto at = std::find_if(from.links.begin(), from.links.end(), [&](const Link& l) { return l.key == key; });
  if (at == from.links.end()) return;
  Link link = std::move(*at);
  from.links.erase(at);
  links_.erase({from.golden.id, {key, link.entity}});
  changed_golden(from);
  changed_link(to, std::move(link));
}

void Work::moved_delivery(Family& from, Family& to, DeliveryId id) {
  const auto at =
      std::find_if(from.deliveries.begin(), from.deliveries.end(), [&](const auto& d) { return d.id == id; });
  if (at == from.deliveries.end()) return;
  Delivery delivery = std::move(*at);
  from.deliveries.erase(at);
  deliveries_.erase({from.golden.id, id});
  delivery.golden = to.golden.id;
  changed_delivery(to, std::move(delivery));
}

void Work::dropped_delivery(Family& family, DeliveryId id) {
  std::erase_if(family.deliveries, [&](const Delivery& d) { return d.id == id; });
  deliveries_.erase({family.golden.id, id});
  batch_.deliveries_dropped.push_back(id);
}

void Work::match_keys(const Family& family, const RecordKey& record, const std::vector<std::string>& keys) {
  keys_of(family, record, family.golden.entity, keys);
}

void Work::keys_of(const Family& family, const RecordKey& record, const EntityName& space,
                   const std::vector<std::string>& keys) {
  match_keys_[{record, space}] = {family.golden.id, keys};
}

Result<std::vector<MatchKeyRow>> Work::holders(const EntityName& entity, const std::string& key, std::size_t most) {
  std::vector<MatchKeyRow> rows;
  for (MatchKeyRow& row : TRY(store_.match_keys(entity, key, most)))
    if (!match_keys_.contains({row.record, row.entity})) rows.push_back(std::move(row));
  for (const auto& [link, held] : match_keys_)
    for (const std::string& one : held.second)
      if (one == key && link.second == entity && rows.size() < most)
        rows.push_back({one, entity, held.first, link.first});
  return rows;
}

std::vector<Delivery> Work::due(const SystemName& system, Instant now) const {
  std::vector<Delivery> found;
  for (const auto& [golden, id] : deliveries_)
    for (const Delivery& d : families_.at(golden)->deliveries)
      if (d.id == id && d.system == system && d.state == DeliveryState::Pending && d.due <= now) found.push_back(d);
  return found;
}

void Work::remember(const Family& family, const ChangeId& change, Instant now, std::vector<Turn> turns) {
  if (turns.empty()) return;
  batch_.past.push_back(to_row(Past{0, family.golden.id, change, now, std::move(turns)}, family.key));
}

void Work::attest(const Family* family, Attested attested) {
  attested.version = version_;
  if (family) {
    batch_.audit.push_back(audit_row(attested, family->key, true));
  } else if (const Result<Secret> hub = keys_.of_hub()) {
    batch_.audit.push_back(audit_row(attested, *hub, false));
  } else {
    hold(Invariant::AuditedWithCommit, false);
  }
}

bool Work::empty() const {
  return batch_.empty() && goldens_.empty() && links_.empty() && deliveries_.empty() && match_keys_.empty();
}

void Work::seal_changed() {
  for (const GoldenId& id : goldens_) {
    const Family& f = *families_.at(id);
    batch_.goldens.push_back(to_row(f.golden, f.key));
  }
  for (const auto& [id, which] : links_) {
    const Family& f = *families_.at(id);
    for (const Link& l : f.links)
      if (l.key == which.first && l.entity == which.second) batch_.links.push_back(to_row(l, f.key));
  }
  std::erase_if(batch_.at_rest, [&](const auto& record) { return changes_link_of(record.first); });
  for (const auto& [id, which] : deliveries_) {
    const Family& f = *families_.at(id);
    for (const Delivery& d : f.deliveries)
      if (d.id == which) batch_.deliveries.push_back(to_row(d, f.key));
  }
  for (const auto& [link, held] : match_keys_) {
    batch_.match_keys_dropped.push_back(link);
    for (const std::string& key : held.second) batch_.match_keys.push_back({key, link.second, held.first, link.first});
  }
}

bool Work::changes_link_of(const RecordKey& record) const {
  return std::any_of(links_.begin(), links_.end(), [&](const auto& link) { return link.second.first == record; });
}

// Of a system's records, those that this step has linked or whose links it has changed.
std::int64_t Work::links_changed(const SystemName& system, const EntityName& entity) const {
  return std::ranges::count_if(
      links_, [&](const auto& link) { return link.second.first.system == system && link.second.second == entity; });
}

Result<void> Work::store() {
  if (empty()) return {};
  seal_changed();
  if (mutant(Mutant::KeysAfterCommit)) return store_.commit(batch_).and_then([&] { return keys_.flush(); });
  TRY(keys_.flush());
  if (mutant(Mutant::AuditApart)) TRY(store_.commit(apart(batch_, &Batch::audit)));
  if (mutant(Mutant::DoneApart)) TRY(store_.commit(apart(batch_, &Batch::done)));
  return store_.commit(batch_);
}

Result<void> Work::commit() {
  TRY(store());
  for (const auto& [id, which] : links_) kept_.links(which.first, which.second, id);
  // What was read and left as it was, by a sweep for one, is not likely to be wanted soon.
  keep_.insert(goldens_.begin(), goldens_.end());
  for (const auto& [id, which] : links_) keep_.insert(id);
  for (const auto& [id, which] : deliveries_) keep_.insert(id);
  for (auto& [id, family] : families_)
    if (keep_.contains(id)) kept_.keep(std::move(family));
  families_.clear();
  return {};
}

}  // namespace linchpin::engine
