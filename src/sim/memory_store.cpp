#include "sim/memory_store.hpp"

#include <algorithm>

namespace linchpin::sim {

using namespace engine;

namespace {

template <class Map, class Key>
auto find(const Map& map, const Key& key) -> std::optional<typename Map::mapped_type> {
  const auto found = map.find(key);
  if (found == map.end()) return std::nullopt;
  return found->second;
}

tl::unexpected<Error> refused() {
  return fail(Code::StoreUnavailable, "the simulated disk refused a write", "Try again.");
}

template <class Row>
void by_since(std::vector<Row>& rows) {
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return std::tie(a.since, a.id) < std::tie(b.since, b.id); });
}

}  // namespace

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

Result<std::vector<FamilyRows>> Store::families(const std::vector<GoldenId>& ids) {
  std::vector<FamilyRows> families;
  for (const GoldenId& id : ids) {
    const auto golden = goldens_.find(id);
    if (golden == goldens_.end()) continue;
    FamilyRows& family = families.emplace_back(FamilyRows{golden->second, {}, {}});
    if (const auto keys = links_by_golden_.find(id); keys != links_by_golden_.end())
      for (const LinkKey& key : keys->second) family.links.push_back(links_.at(key));
    for (const auto& [number, row] : deliveries_)
      if (row.golden == id) family.deliveries.push_back(row);
  }
  return families;
}

Result<std::vector<GoldenRow>> Store::goldens(const EntityName& entity, const GoldenId& after, std::size_t most) {
  std::vector<GoldenRow> rows;
  for (auto at = goldens_.upper_bound(after); at != goldens_.end() && rows.size() < most; ++at) {
    if (at->second.entity == entity) rows.push_back(at->second);
  }
  return rows;
}

std::vector<LinkRow> Store::links_of(const RecordKey& record) const {
  std::vector<LinkRow> rows;
  for (auto at = links_.lower_bound({record, EntityName{}}); at != links_.end() && at->first.first == record; ++at)
    rows.push_back(at->second);
  return rows;
}
Result<std::vector<LinkRow>> Store::links_of(const SystemName& system, const ObjectName& object,
                                             const std::vector<RecordId>& records) {
  std::vector<LinkRow> rows;
  for (const RecordId& record : std::set<RecordId>(records.begin(), records.end()))
    for (LinkRow& row : links_of({system, object, record})) rows.push_back(std::move(row));
  return rows;
}

Result<std::vector<LinkRow>> Store::links_in(const SystemName& system, const ObjectName& object, const RecordId& after,
                                             std::size_t most) {
  std::vector<LinkRow> rows;
  for (auto at = links_.lower_bound({RecordKey{system, object, after}, EntityName{}}); at != links_.end(); ++at) {
    const RecordKey& key = at->first.first;
    if (key.system != system || key.object != object) break;
    if (key.record == after) continue;
    // A record's links are handed out together, so that `after` its id skips none of them.
    if (rows.size() >= most && rows.back().key.record != key.record) break;
    rows.push_back(at->second);
  }
  return rows;
}

Result<std::map<RecordId, std::string>> Store::at_rest(const SystemName& system, const ObjectName& object,
                                                       const std::vector<RecordId>& records) {
  std::map<RecordId, std::string> found;
  for (const RecordId& record : records) {
    const std::vector<LinkRow> links = links_of({system, object, record});
    const auto rests = [&](const LinkRow& row) { return at_rest_.contains({row.key, row.entity}); };
    if (!links.empty() && std::all_of(links.begin(), links.end(), rests))
      found[record] = at_rest_.at({links[0].key, links[0].entity});
  }
  return found;
}

Result<std::int64_t> Store::linked(const SystemName& system, const EntityName& entity) {
  return std::count_if(links_.begin(), links_.end(), [&](const auto& link) {
    return link.first.first.system == system && link.first.second == entity;
  });
}

Result<std::vector<MatchKeyRow>> Store::match_keys(const EntityName& entity, const std::string& key, std::size_t most) {
  std::vector<MatchKeyRow> rows;
  for (auto at = match_keys_.lower_bound({key, entity, GoldenId{}, RecordKey{}}); at != match_keys_.end(); ++at) {
    const auto& [held, of, golden, record] = *at;
    if (held != key || of != entity || rows.size() >= most) break;
    rows.push_back({held, of, golden, record});
  }
  return rows;
}

Result<std::vector<MatchKeyRow>> Store::match_keys_of(const GoldenId& golden) {
  std::vector<MatchKeyRow> rows;
  for (const auto& [key, entity, of, record] : match_keys_) {
    if (of == golden) rows.push_back({key, entity, of, record});
  }
  return rows;
}

Result<std::vector<DeliveryRow>> Store::due(const SystemName& system, Instant now, std::size_t most) {
  std::vector<DeliveryRow> rows;
  for (const auto& [id, row] : deliveries_) {
    if (row.system == system && row.state == DeliveryState::Pending && row.due <= now) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(), [](const DeliveryRow& a, const DeliveryRow& b) {
    return std::tie(a.priority, a.id) < std::tie(b.priority, b.id);
  });
  if (rows.size() > most) rows.resize(most);
  return rows;
}

Result<std::optional<Instant>> Store::next_due(const SystemName& system) {
  std::optional<Instant> next;
  for (const auto& [id, row] : deliveries_) {
    if (row.system != system || row.state != DeliveryState::Pending) continue;
    if (!next || row.due < *next) next = row.due;
  }
  return next;
}

Result<std::optional<DeliveryRow>> Store::delivery(DeliveryId id) { return find(deliveries_, id); }

Result<std::vector<DeliveryRow>> Store::deliveries_in(DeliveryState state, std::size_t most) {
  std::vector<DeliveryRow> rows;
  for (const auto& [id, row] : deliveries_) {
    if (row.state == state && rows.size() < most) rows.push_back(row);
  }
  return rows;
}

Result<DeliveryId> Store::last_delivery() { return last_delivery_; }

Result<std::vector<DeadLetterRow>> Store::dead_letters() {
  std::vector<DeadLetterRow> rows;
  for (const auto& [id, row] : dead_letters_) rows.push_back(row);
  by_since(rows);
  return rows;
}

template <class Wanted>
std::vector<ReviewRow> Store::reviews_where(Wanted wanted) const {
  std::vector<ReviewRow> rows;
  for (const auto& [id, row] : reviews_) {
    if (wanted(row)) rows.push_back(row);
  }
  by_since(rows);
  return rows;
}
Result<std::vector<ReviewRow>> Store::reviews(bool open_only) {
  return reviews_where([&](const ReviewRow& row) { return !open_only || row.state == "open"; });
}
Result<std::optional<ReviewRow>> Store::review(const std::string& id) { return find(reviews_, id); }
Result<std::vector<ReviewRow>> Store::reviews_of(const RecordKey& record) {
  return reviews_where([&](const ReviewRow& row) { return row.record == record; });
}
Result<std::vector<ReviewRow>> Store::reviews_of(const GoldenId& golden) {
  return reviews_where([&](const ReviewRow& row) { return row.golden == golden; });
}

Result<std::optional<CursorRow>> Store::cursor(const SystemName& system, const ObjectName& object,
                                               const std::string& purpose) {
  return find(cursors_, std::tuple(system, object, purpose));
}
Result<std::optional<CredentialRow>> Store::credential(const SystemName& system) { return find(credentials_, system); }
Result<std::vector<RegisterRow>> Store::registers() {
  std::vector<RegisterRow> rows;
  for (const auto& [version, row] : registers_) rows.push_back(row);
  return rows;
}
Result<std::vector<AppRow>> Store::apps() {
  std::vector<AppRow> rows;
  for (const auto& [name, row] : apps_) rows.push_back(row);
  return rows;
}
Result<std::optional<std::string>> Store::meta(const std::string& key) { return find(metas_, key); }

Result<std::vector<GoldenId>> Store::past_goldens(const PastAsked& asked, const GoldenId& after, std::size_t most) {
  std::set<GoldenId> found;
  for (const auto& [id, row] : past_) {
    const bool wanted = asked.change.empty() ? row.written && row.at >= asked.since : row.change == asked.change;
    if (wanted && id <= asked.up_to && row.golden > after) found.insert(row.golden);
  }
  std::vector<GoldenId> first(found.begin(), found.end());
  if (first.size() > most) first.resize(most);
  return first;
}
Result<std::vector<PastRow>> Store::past_of(const GoldenId& golden) {
  std::vector<PastRow> rows;
  for (const auto& [id, row] : past_)
    if (row.golden == golden) rows.push_back(row);
  return rows;
}
Result<Store::PastSpan> Store::past_span() {
  PastSpan span;
  for (const auto& [id, row] : past_) {
    if (span.last == 0 || row.at < span.first) span.first = row.at;
    span.last = id;
  }
  return span;
}

Result<Store::Done> Store::done(Position first, Position last) {
  Done done;
  for (Position at = first; at <= last; ++at.number) {
    if (at <= done_up_to_ || done_whole_.contains(at)) done.whole.insert(at);
    if (const auto items = done_.find(at); items != done_.end())
      done.items[at] = {items->second.begin(), items->second.end()};
  }
  return done;
}
Result<Position> Store::done_up_to() { return done_up_to_; }
Result<std::set<std::string>> Store::seen(const SystemName& system, const std::vector<std::string>& digests) {
  std::set<std::string> found;
  for (const std::string& digest : digests)
    if (seen_.contains({system, digest})) found.insert(digest);
  return found;
}

Result<std::vector<Store::Depth>> Store::outbox_depth() {
  std::map<std::pair<SystemName, Priority>, std::int64_t> counts;
  for (const auto& [id, row] : deliveries_)
    if (row.state < DeliveryState::Dead) ++counts[{row.system, row.priority}];
  std::vector<Depth> depths;
  for (const auto& [of, count] : counts) depths.push_back({of.first, of.second, count});
  return depths;
}

Result<std::vector<Store::Letters>> Store::letters_waiting() {
  std::map<std::pair<SystemName, FlowName>, std::int64_t> counts;
  for (const auto& [id, row] : dead_letters_) ++counts[{row.system, row.flow}];
  std::vector<Letters> letters;
  for (const auto& [of, count] : counts) letters.push_back({of.first, of.second, count});
  return letters;
}
Result<std::vector<Store::Questions>> Store::questions_open() {
  std::map<std::string, std::int64_t> counts;
  for (const auto& [id, row] : reviews_)
    if (row.state == "open") ++counts[row.kind];
  std::vector<Questions> questions;
  for (const auto& [kind, count] : counts) questions.push_back({kind, count});
  return questions;
}

Result<std::vector<AuditRow>> AuditStore::waiting(std::size_t most) {
  std::vector<AuditRow> rows;
  for (const auto& [id, row] : store_.audit_) {
    if (rows.size() >= most) break;
    rows.push_back(row);
  }
  return rows;
}

Result<std::optional<std::int64_t>> AuditStore::last_index_of(const std::string& person) {
  return find(store_.last_index_, person);
}

Result<std::int64_t> AuditStore::size() { return static_cast<std::int64_t>(store_.leaves_.size()); }

Result<void> AuditStore::integrate(const std::vector<Leaf>& leaves, const std::vector<TreeNode>& nodes) {
  if (store_.refuse_ > 0) {
    --store_.refuse_;
    return refused();
  }
  std::int64_t next = static_cast<std::int64_t>(store_.leaves_.size());
  for (const Leaf& leaf : leaves) {
    if (leaf.index != next++) {
      return fail(Code::InvariantBroken, "AuditedWithCommit: an entry's index would leave a gap in the log",
                  "Nothing was stored. Report this.");
    }
    if (!store_.audit_.contains(leaf.row)) {
      return fail(Code::InvariantBroken, "AuditedWithCommit: an entry would be in the log twice",
                  "Nothing was stored. Report this.");
    }
  }
  for (const Leaf& leaf : leaves) {
    store_.leaves_.push_back(leaf);
    if (!leaf.person.empty()) store_.last_index_[leaf.person] = leaf.index;
    store_.audit_.erase(leaf.row);
  }
  for (const TreeNode& node : nodes) store_.nodes_[{node.level, node.index}] = node.hash;
  return {};
}

Result<void> AuditStore::checkpoint(std::int64_t size, const std::string& note) {
  if (store_.refuse_ > 0) {
    --store_.refuse_;
    return refused();
  }
  store_.checkpoints_[size] = note;
  return {};
}

Result<std::optional<std::pair<std::int64_t, std::string>>> AuditStore::last_checkpoint() {
  using Checkpoint = std::pair<std::int64_t, std::string>;
  if (store_.checkpoints_.empty()) return std::optional<Checkpoint>{};
  return std::optional<Checkpoint>(*store_.checkpoints_.rbegin());
}

Result<std::vector<Leaf>> AuditStore::leaves(std::int64_t from, std::size_t most) {
  const std::size_t all = store_.leaves_.size();
  const std::size_t first = std::min(all, static_cast<std::size_t>(std::max<std::int64_t>(0, from)));
  const auto begin = store_.leaves_.begin() + static_cast<std::ptrdiff_t>(first);
  return std::vector<Leaf>(begin, begin + static_cast<std::ptrdiff_t>(std::min(most, all - first)));
}

Result<std::optional<std::string>> AuditStore::node(int level, std::int64_t index) {
  return find(store_.nodes_, std::pair(level, index));
}

Inbox::Inbox() { crash(); }
Inbox::Inbox(const Inbox& other) : Inbox() { *this = other; }

Inbox& Inbox::operator=(const Inbox& other) {
  if (this == &other) return *this;
  std::scoped_lock lock(mutex_, other.mutex_);
  entries_ = other.entries_;
  last_ = other.last_;
  limits_ = other.limits_;
  crash();
  return *this;
}

Result<void> Inbox::write(std::span<Waiting> group) {
  std::scoped_lock lock(mutex_);
  if (refuse_ > 0) {
    --refuse_;
    return refused();
  }
  for (Waiting& w : group) {
    ++last_.number;
    w.entry.position = last_;
    entries_[last_] = w.entry;
  }
  return {};
}

void Inbox::append(InboxEntry entry, std::function<void(Result<Position>)> done) {
  queue_->append(std::move(entry), std::move(done));
  {
    std::scoped_lock lock(mutex_);
    if (hold_) return;
  }
  flush();
}

void Inbox::flush() {
  while (queue_->write_next()) continue;
}

Result<std::vector<InboxEntry>> Inbox::read(Position after, std::size_t most) {
  std::scoped_lock lock(mutex_);
  std::vector<InboxEntry> entries;
  for (auto at = entries_.upper_bound(after); at != entries_.end() && entries.size() < most; ++at) {
    entries.push_back(at->second);
  }
  return entries;
}

Result<Position> Inbox::last() {
  std::scoped_lock lock(mutex_);
  return last_;
}

Result<void> Inbox::forget_before(const std::string& day) {
  std::scoped_lock lock(mutex_);
  std::erase_if(entries_, [&](const auto& entry) { return entry.second.day < day; });
  return {};
}

void Inbox::hold(bool on) {
  std::scoped_lock lock(mutex_);
  hold_ = on;
}
void Inbox::crash() {
  queue_.emplace(limits_, [this](const std::string&, std::span<Waiting> group) { return write(group); });
}
void Inbox::refuse(int groups) {
  std::scoped_lock lock(mutex_);
  refuse_ = groups;
}
void Inbox::limit(std::size_t waiting) {
  limits_.waiting = waiting;
  crash();
}

Result<std::map<std::string, std::string>> KeyStore::get(const std::vector<std::string>& names) {
  std::map<std::string, std::string> found;
  for (const std::string& name : names)
    if (const auto at = keys_.find(name); at != keys_.end()) found.insert(*at);
  return found;
}

Result<std::string> KeyStore::put_new(const std::string& name, const std::string& sealed) {
  if (!keys_.contains(name)) TRY(put({{name, sealed}}));
  return keys_.at(name);
}

Result<void> KeyStore::put(const std::vector<std::pair<std::string, std::string>>& keys) {
  if (refuse_ > 0) {
    --refuse_;
    return refused();
  }
  for (const auto& [name, sealed] : keys) keys_[name] = sealed;
  ++puts_;
  return {};
}

Result<void> KeyStore::destroy(const std::string& name) {
  keys_.erase(name);
  return {};
}

Result<std::vector<std::string>> KeyStore::names(const std::string& prefix) {
  std::vector<std::string> names;
  for (auto at = keys_.lower_bound(prefix); at != keys_.end() && at->first.starts_with(prefix); ++at) {
    names.push_back(at->first);
  }
  return names;
}

}  // namespace linchpin::sim
