#include "engine/work.hpp"

#include <algorithm>

#include "base/invariant.hpp"
#include "base/mutant.hpp"
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
  if (const auto known = families_.find(id); known != families_.end()) return known->second.get();
  const auto row = TRY(store_.golden(id));
  if (!row) return nullptr;
  auto family = std::make_unique<Family>();
  family->key = TRY(keys_.of(id));
  family->golden = TRY(open_row(*row, family->key));
  for (const LinkRow& link : TRY(store_.links_of(id))) family->links.push_back(TRY(open_row(link, family->key)));
  for (const DeliveryRow& delivery : TRY(store_.deliveries_of(id)))
    family->deliveries.push_back(TRY(open_row(delivery, family->key)));
  return families_.emplace(id, std::move(family)).first->second.get();
}

Result<Family*> Work::family_of(const RecordKey& key, const EntityName& entity) {
  if (const auto now = linked_.find({key, entity}); now != linked_.end()) return family(now->second);
  for (const LinkRow& row : TRY(store_.links_of(key)))
    if (row.entity == entity) return family(row.golden);
  return nullptr;
}

Result<std::vector<Family*>> Work::families_of(const RecordKey& key) {
  std::vector<Family*> all;
  for (const LinkRow& row : TRY(store_.links_of(key)))
    if (Family* f = TRY(family(row.golden))) all.push_back(f);
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

void Work::dropped_delivery(Family& family, DeliveryId id) {
  std::erase_if(family.deliveries, [&](const Delivery& d) { return d.id == id; });
  deliveries_.erase({family.golden.id, id});
  batch_.deliveries_dropped.push_back(id);
}

void Work::match_keys(const Family& family, const RecordKey& record, const std::vector<std::string>& keys) {
  std::erase_if(batch_.match_keys,
                [&](const MatchKeyRow& r) { return r.record == record && r.entity == family.golden.entity; });
  batch_.match_keys_dropped.emplace_back(record, family.golden.entity);
  for (const std::string& key : keys)
    batch_.match_keys.push_back({key, family.golden.entity, family.golden.id, record});
}

Result<std::vector<MatchKeyRow>> Work::holders(const EntityName& entity, const std::string& key, std::size_t most) {
  std::vector<MatchKeyRow> rows;
  for (MatchKeyRow& row : TRY(store_.match_keys(entity, key, most))) {
    const auto replaced = [&](const auto& dropped) {
      return dropped.first == row.record && dropped.second == row.entity;
    };
    if (std::none_of(batch_.match_keys_dropped.begin(), batch_.match_keys_dropped.end(), replaced))
      rows.push_back(std::move(row));
  }
  for (const MatchKeyRow& row : batch_.match_keys)
    if (row.key == key && row.entity == entity && rows.size() < most) rows.push_back(row);
  return rows;
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

bool Work::empty() const { return batch_.empty() && goldens_.empty() && links_.empty() && deliveries_.empty(); }

Result<void> Work::commit() {
  if (empty()) return {};
  for (const GoldenId& id : goldens_) {
    const Family& f = *families_.at(id);
    batch_.goldens.push_back(to_row(f.golden, f.key));
  }
  for (const auto& [id, which] : links_) {
    const Family& f = *families_.at(id);
    for (const Link& l : f.links)
      if (l.key == which.first && l.entity == which.second) batch_.links.push_back(to_row(l, f.key));
  }
  for (const auto& [id, which] : deliveries_) {
    const Family& f = *families_.at(id);
    for (const Delivery& d : f.deliveries)
      if (d.id == which) batch_.deliveries.push_back(to_row(d, f.key));
  }
  if (mutant(Mutant::KeysAfterCommit)) return store_.commit(batch_).and_then([&] { return keys_.flush(); });
  TRY(keys_.flush());
  if (mutant(Mutant::AuditApart)) TRY(store_.commit(apart(batch_, &Batch::audit)));
  if (mutant(Mutant::DoneApart)) TRY(store_.commit(apart(batch_, &Batch::done)));
  return store_.commit(batch_);
}

}  // namespace linchpin::engine
