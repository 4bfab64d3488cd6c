// What is told as metrics: what waits, and on how many fields a system disagrees.
#include <algorithm>

#include "base/metric.hpp"
#include "engine/engine.hpp"
#include "engine/share.hpp"

namespace linchpin::engine {

void Engine::measure(Instant now) {
  if (now < measured_ + seconds(2)) return;
  measured_ = now;
  if (const auto depths = world_.store.outbox_depth()) {
    metric::Series waiting;
    for (const Store::Depth& d : *depths)
      waiting[{{"system", d.system.text}, {"priority", std::string(to_text(d.priority))}}] =
          static_cast<double>(d.count);
    metric::set_all("linchpin_outbox_depth", waiting);
  }
  metric::Series used;
  for (auto& [name, system] : systems_)
    for (const auto& [window, ratio] : system.limits.used(now))
      used[{{"system", name.text}, {"window", std::string(window)}}] = ratio;
  metric::set_all("linchpin_rate_limit_used_ratio", used);
  if (const auto last = world_.inbox.last())
    metric::set("linchpin_inbox_lag", {},
                static_cast<double>(last->number - read_up_to_.number) + static_cast<double>(open_items_.size()));
  if (const auto letters = world_.store.letters_waiting()) {
    metric::Series waiting;
    for (const Store::Letters& l : *letters)
      waiting[{{"system", l.system.text}, {"flow", l.flow.text}}] = static_cast<double>(l.count);
    metric::set_all("linchpin_dead_letters", waiting);
  }
  if (const auto questions = world_.store.questions_open()) {
    metric::Series open;
    for (const Store::Questions& q : *questions) open[{{"kind", q.kind}}] = static_cast<double>(q.count);
    metric::set_all("linchpin_reviews", open);
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
  metric::Series discrepant;
  for (const auto& [key, row] : c.rows)
    if (!key.second.empty())
      discrepant[{{"system", key.first.text}, {"entity", key.second.text}}] = static_cast<double>(row.discrepant);
  metric::set_all("linchpin_discrepant_fields", discrepant);
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
