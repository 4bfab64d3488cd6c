#include "sim/memory_store.hpp"

#include <algorithm>

#include "sim/memory_rows.hpp"

namespace linchpin::sim {

using namespace engine;

namespace {

template <class Row>
void by_since(std::vector<Row>& rows) {
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return std::tie(a.since, a.id) < std::tie(b.since, b.id); });
}

}  // namespace

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

}  // namespace linchpin::sim
