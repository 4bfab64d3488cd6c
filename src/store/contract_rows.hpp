// Rows as the stores' tests write them, and what a store holds, asked in one word. Of tests only.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <set>

#include "engine/ports.hpp"

namespace linchpin::store {

using namespace engine;

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(linchpin::to_text(result.error()));
  return std::move(result).value();
}
inline void must(Result<void> result) {
  if (!result) throw std::runtime_error(linchpin::to_text(result.error()));
}

// Appends one entry and waits until it is durable or refused.
inline Result<Position> append_now(Inbox& inbox, InboxEntry entry) {
  std::mutex mutex;
  std::condition_variable told;
  std::optional<Result<Position>> answer;
  inbox.append(std::move(entry), [&](Result<Position> result) {
    std::scoped_lock lock(mutex);
    answer = std::move(result);
    told.notify_one();
  });
  std::unique_lock lock(mutex);
  told.wait(lock, [&] { return answer.has_value(); });
  return *answer;
}

inline InboxEntry webhook(std::string day, std::string sealed) {
  InboxEntry entry;
  entry.system = SystemName("hubspot");
  entry.at = from_ms(1767225600123);
  entry.day = std::move(day);
  entry.sealed = std::move(sealed);
  return entry;
}
inline RecordKey record(const char* id) { return {SystemName("hubspot"), ObjectName("contacts"), RecordId(id)}; }
inline GoldenRow golden_row(const char* id) {
  return {GoldenId(id), EntityName("contact"), 1, from_ms(1000), std::string("se\0aled", 7)};
}
inline LinkRow link_row(const char* id, const char* golden, const char* entity = "contact") {
  return {record(id), EntityName(entity), GoldenId(golden), from_ms(5), false, "link"};
}
inline PastRow past_row(const char* golden, const char* change, std::int64_t at, bool written) {
  return {0, GoldenId(golden), ChangeId(change), from_ms(at), written, std::string("se\0aled", 7)};
}
inline DeliveryRow delivery_row(std::int64_t id, Priority priority, std::int64_t due) {
  DeliveryRow row;
  row.id = DeliveryId(id);
  row.system = SystemName("xero");
  row.object = ObjectName("Contacts");
  row.golden = GoldenId("g_1");
  row.entity = EntityName("contact");
  row.priority = priority;
  row.due = from_ms(due);
  return row;
}
inline std::vector<std::int64_t> ids(const std::vector<DeliveryRow>& rows) {
  std::vector<std::int64_t> out;
  for (const auto& row : rows) out.push_back(row.id.number);
  return out;
}

inline std::optional<GoldenRow> golden_in(Store& store, const GoldenId& id) {
  std::vector<FamilyRows> found = must(store.families({id}));
  return found.empty() ? std::nullopt : std::optional(std::move(found.front().golden));
}
// A golden record is there with its links or not at all; links that no golden record holds are not asked for.
inline std::vector<LinkRow> links_in(Store& store, const GoldenId& id) {
  std::vector<FamilyRows> found = must(store.families({id}));
  return found.empty() ? std::vector<LinkRow>() : std::move(found.front().links);
}
inline std::vector<LinkRow> links_to(Store& store, const char* id) {
  return must(store.links_of(SystemName("hubspot"), ObjectName("contacts"), {RecordId(id)}));
}
inline std::optional<std::string> key_in(KeyStore& keys, const std::string& name) {
  const auto found = must(keys.get({name}));
  return found.empty() ? std::nullopt : std::optional(found.begin()->second);
}

inline std::set<int> items_done(Store& store, std::int64_t position) {
  return must(store.done(Position(position), Position(position))).items[Position(position)];
}
inline bool wholly_done(Store& store, std::int64_t position) {
  return must(store.done(Position(1), Position(position + 1))).whole.contains(Position(position));
}

inline Batch meta(const char* key, std::string value) {
  Batch batch;
  batch.metas = {{key, std::move(value)}};
  return batch;
}

}  // namespace linchpin::store
