#include "sim/memory_store.hpp"

#include <algorithm>

#include "sim/memory_rows.hpp"

namespace linchpin::sim {

using namespace engine;

// Everything that can refuse a batch is asked before anything of it is stored.
Result<void> Store::allowed(const Batch& batch) const {
  std::set<Settles> here;
  for (const Settles& item : batch.done) {
    const auto items = done_.find(item.position);
    const bool done = item.position <= done_up_to_ || done_whole_.contains(item.position) ||
                      (items != done_.end() && items->second.contains(item.item));
    if (done || !here.insert(item).second) {
      return fail(Code::InvariantBroken, "MergedOnce: an item of the inbox would be done twice",
                  "Nothing was stored. Report this.");
    }
  }
  std::set<std::int64_t> versions;
  for (const RegisterRow& row : batch.registers) {
    if (registers_.contains(row.version) || !versions.insert(row.version).second) {
      return fail(Code::Internal, "a version of the register would be written twice");
    }
  }
  for (const AuditRow& row : batch.audit) {
    if (row.body.size() > audit_body_max) {
      return fail(Code::InvalidArgument, "an audit entry is larger than an entry of the log may be", "Split it.");
    }
  }
  return {};
}

Result<void> Store::commit(const Batch& batch) {
  if (refuse_ > 0) {
    --refuse_;
    return refused();
  }
  TRY(allowed(batch));
  for (const GoldenRow& row : batch.goldens) goldens_[row.id] = row;
  for (const LinkKey& key : batch.links_dropped) drop_link(key);
  for (const LinkRow& row : batch.links) put_link(row);
  for (const auto& [record, digest] : batch.at_rest)
    for (const LinkRow& row : links_of(record)) at_rest_[{record, row.entity}] = digest;
  for (const LinkKey& key : batch.match_keys_dropped) drop_match_keys(key);
  for (const MatchKeyRow& row : batch.match_keys) {
    const MatchKey key{row.key, row.entity, row.golden, row.record};
    match_keys_.insert(key);
    match_keys_by_link_[{row.record, row.entity}].insert(key);
  }
  for (const DeliveryRow& row : batch.deliveries) {
    deliveries_[row.id] = row;
    last_delivery_ = std::max(last_delivery_, row.id);
  }
  for (const DeliveryId id : batch.deliveries_dropped) deliveries_.erase(id);
  for (const DeadLetterRow& row : batch.dead_letters) dead_letters_[row.id] = row;
  for (const std::string& id : batch.dead_letters_dropped) dead_letters_.erase(id);
  for (const ReviewRow& row : batch.reviews) reviews_[row.id] = row;
  for (AuditRow row : batch.audit) {
    row.id = ++last_audit_;
    audit_[row.id] = row;
  }
  for (const CursorRow& row : batch.cursors) cursors_[{row.system, row.object, row.purpose}] = row;
  for (const CredentialRow& row : batch.credentials) credentials_[row.system] = row;
  for (const RegisterRow& row : batch.registers) registers_[row.version] = row;
  for (const AppRow& row : batch.apps) apps_[row.name] = row;
  for (const MetaRow& row : batch.metas) metas_[row.key] = row.value;
  for (PastRow row : batch.past) {
    row.id = ++last_past_;
    past_.emplace(row.id, std::move(row));
  }
  if (batch.past_forgotten)
    std::erase_if(past_, [&](const auto& row) { return row.second.at < *batch.past_forgotten; });
  mark_done(batch);
  for (const auto& [system, digest] : batch.seen) seen_.emplace(system, digest);
  ++commits_;
  return {};
}

void Store::mark_done(const Batch& batch) {
  for (const Settles& item : batch.done) done_[item.position].insert(item.item);
  for (const Position whole : batch.done_whole) {
    if (whole <= done_up_to_) continue;
    done_whole_.insert(whole);
    done_.erase(whole);
  }
  while (done_whole_.erase(Position(done_up_to_.number + 1)) > 0) ++done_up_to_.number;
}

void Store::put_link(const LinkRow& row) {
  const LinkKey key{row.key, row.entity};
  drop_link(key);
  links_[key] = row;
  links_by_golden_[row.golden].insert(key);
}

void Store::drop_link(const LinkKey& key) {
  const auto found = links_.find(key);
  if (found == links_.end()) return;
  links_by_golden_[found->second.golden].erase(key);
  at_rest_.erase(key);
  links_.erase(found);
}

void Store::drop_match_keys(const LinkKey& link) {
  const auto found = match_keys_by_link_.find(link);
  if (found == match_keys_by_link_.end()) return;
  for (const MatchKey& key : found->second) match_keys_.erase(key);
  match_keys_by_link_.erase(found);
}

}  // namespace linchpin::sim
