// What is told as metrics: what waits, and on how many fields a system disagrees.
#include <algorithm>

#include "base/metric.hpp"
#include "engine/engine.hpp"
#include "engine/share.hpp"

namespace linchpin::engine {

void Engine::measure(Instant now) {
  if (now < measured_ + seconds(2)) return;
  measured_ = now;
  // A group that has become empty is said to be empty, rather than what it last was.
  if (const auto depths = world_.store.outbox_depth()) {
    for (auto& [group, count] : depths_) count = 0;
    for (const Store::Depth& d : *depths) depths_[{d.system, d.priority}] = d.count;
    for (const auto& [group, count] : depths_)
      metric::set("linchpin_outbox_depth", {{"system", group.first.text}, {"priority", to_text(group.second)}},
                  static_cast<double>(count));
  }
  for (auto& [name, system] : systems_)
    for (const auto& [window, ratio] : system.limits.used(now))
      metric::set("linchpin_rate_limit_used_ratio", {{"system", name.text}, {"window", window}}, ratio);
  if (const auto last = world_.inbox.last())
    metric::set("linchpin_inbox_lag", {},
                static_cast<double>(last->number - read_up_to_.number) + static_cast<double>(open_items_.size()));
  if (const auto letters = world_.store.letters_waiting()) {
    for (auto& [group, count] : letters_) count = 0;
    for (const Store::Letters& l : *letters) letters_[{l.system.text, l.flow.text}] = static_cast<int>(l.count);
    for (const auto& [group, count] : letters_)
      metric::set("linchpin_dead_letters", {{"system", group.first}, {"flow", group.second}}, count);
  }
  if (const auto questions = world_.store.questions_open()) {
    for (auto& [kind, count] : reviews_) count = 0;
    for (const Store::Questions& q : *questions) reviews_[q.kind] = static_cast<int>(q.count);
    for (const auto& [kind, count] : reviews_) metric::set("linchpin_reviews", {{"kind", kind}}, count);
  }
}

Engine::Counting Engine::counting() const {
  Counting fresh;
  for (const auto& [name, mapping] : hub_->mappings) fresh.rows[{mapping.system, mapping.entity}];
  return fresh;
}

// Up to `most` golden records more; whether all are counted.
Result<bool> Engine::count(Counting& c, std::size_t most) {
  if (c.entities == hub_->entities.size()) return true;
  const EntityName entity = std::next(hub_->entities.begin(), static_cast<std::ptrdiff_t>(c.entities))->first;
  const std::vector<GoldenRow> goldens = TRY(world_.store.goldens(entity, c.after, most));
  Work reading(world_.store, world_.keys, families_, version_, next_delivery_);
  for (const GoldenRow& golden : goldens) {
    c.after = golden.id;
    const Family* kept = families_.look(golden.id);
    const Family& family = kept ? *kept : *TRY(reading.family_itself(golden.id));
    for (const Link& link : family.links) {
      if (link.gone) continue;
      Counted& row = c.rows[{link.key.system, entity}];
      ++row.linked;
      row.discrepant += static_cast<std::int64_t>(discrepant(*hub_, family.golden, link).size());
    }
  }
  if (goldens.size() == most) return false;
  c.after = {};
  return ++c.entities == hub_->entities.size();
}

void Engine::show(const Counting& c) const {
  for (const auto& [key, row] : c.rows)
    if (!key.second.empty())
      metric::set("linchpin_discrepant_fields", {{"system", key.first.text}, {"entity", key.second.text}},
                  static_cast<double>(row.discrepant));
}

Result<bool> Engine::count() {
  constexpr std::size_t count_most = 20;
  if (!counting_) counting_ = counting();
  if (!TRY(count(*counting_, count_most))) return false;
  show(*counting_);
  counting_.reset();
  return true;
}

}  // namespace linchpin::engine
