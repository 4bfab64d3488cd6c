#include "engine/families.hpp"

namespace linchpin::engine {
namespace {

constexpr std::size_t linked_bytes = 300;  // of an entry of the index by record

// About what it takes in memory: measured with the records of bench/, whose values are short.
std::size_t bytes_of(const Family& family) {
  std::size_t bytes = 1'000 + 400 * (family.golden.fields.size() + family.golden.set.size());
  for (const Link& link : family.links)
    bytes += 1'200 + 150 * (link.base.size() + link.given.size() + link.left.size() + link.tried.size()) +
             250 * link.own.size();
  for (const Delivery& d : family.deliveries) bytes += 1'000 + 150 * (d.values.size() + d.tried.size());
  return bytes;
}

}  // namespace

std::unique_ptr<Family> Families::take(const GoldenId& id) {
  const auto at = by_id_.find(id);
  if (at == by_id_.end()) return nullptr;
  std::unique_ptr<Family> family = std::move(at->second->family);
  bytes_ -= at->second->bytes;
  kept_.erase(at->second);
  by_id_.erase(at);
  return family;
}

const Family* Families::look(const GoldenId& id) const {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? nullptr : at->second->family.get();
}

void Families::keep(std::unique_ptr<Family> family) {
  const std::size_t bytes = bytes_of(*family);
  const GoldenId id = family->golden.id;
  take(id).reset();
  if (bytes > bytes_most_) return;
  family->fresh = false;
  kept_.push_front({std::move(family), bytes});
  by_id_[id] = kept_.begin();
  bytes_ += bytes;
  while (bytes_ > bytes_most_) {
    bytes_ -= kept_.back().bytes;
    by_id_.erase(kept_.back().family->golden.id);
    kept_.pop_back();
  }
}

const Families::Linked* Families::linked(const RecordKey& key) const {
  const auto at = linked_.find(key);
  return at == linked_.end() ? nullptr : &at->second;
}

void Families::know(const RecordKey& key, Linked linked) {
  if (bytes_most_ == 0) return;
  if (linked_.size() * linked_bytes > bytes_most_ / 4) linked_.clear();
  linked_[key] = std::move(linked);
}

void Families::links(const RecordKey& key, const EntityName& entity, const GoldenId& golden) {
  const auto at = linked_.find(key);
  if (at == linked_.end()) return;
  for (auto& [known, id] : at->second)
    if (known == entity) {
      id = golden;
      return;
    }
  at->second.emplace_back(entity, golden);
}

}  // namespace linchpin::engine
