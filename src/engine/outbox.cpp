#include "engine/outbox.hpp"

#include <algorithm>

#include "base/mutant.hpp"
namespace linchpin::engine {
namespace {

bool same_target(const Delivery& d, const Intent& i) {
  return d.system == i.system && d.object == i.object && d.operation == i.operation && d.record == i.record &&
         d.named == i.named;
}

// What is wanted but for what another record has there, as long as the same is wanted.
Values wanted(const Intent& intent, const Delivery& waiting) {
  Values values = intent.values;
  for (const auto& [field, value] : waiting.blank)
    if (const auto at = values.find(field); at != values.end() && at->second == value) values.erase(at);
  return values;
}

bool under_way(const Delivery& d) { return d.state == DeliveryState::Sent || d.state == DeliveryState::Unknown; }

}  // namespace

Outboxed outbox(const Golden& golden, const std::vector<Delivery>& existing, const std::vector<Intent>& intents,
                const Cause& cause) {
  Outboxed out;
  std::vector<bool> needed(existing.size(), false);
  for (const Intent& intent : intents) {
    const auto busy = [&](const Delivery& d) {
      return under_way(d) && d.operation != Operation::Do && d.system == intent.system && d.object == intent.object &&
             (d.operation == Operation::Create || intent.operation == Operation::Create || d.record == intent.record);
    };
    if (std::any_of(existing.begin(), existing.end(), busy) && !mutant(Mutant::SentOvertaken)) continue;
    const auto waiting =
        std::find_if(existing.begin(), existing.end(), [&](const Delivery& d) { return same_target(d, intent); });
    if (waiting == existing.end()) {
      Delivery d;
      d.system = intent.system, d.object = intent.object, d.record = intent.record;
      d.golden = golden.id, d.entity = golden.entity;
      d.mapping = intent.mapping, d.flow = intent.flow;
      d.operation = intent.operation, d.named = intent.named, d.priority = intent.priority,
      d.regulated = intent.regulated;
      d.due = cause.now, d.made = cause.now, d.seen = cause.seen, d.change = cause.change;
      d.values = intent.values;
      if (intent.held) d.state = DeliveryState::Held;
      out.put.push_back(std::move(d));
      continue;
    }
    needed[static_cast<std::size_t>(waiting - existing.begin())] = !mutant(Mutant::WaitingDropped);
    const Values values = wanted(intent, *waiting);
    const DeliveryState state = waiting->state == DeliveryState::Dead && waiting->values == values
                                    ? DeliveryState::Dead  // with the same content it stays dead
                                : intent.held ? DeliveryState::Held
                                              : DeliveryState::Pending;
    const bool another_way = waiting->flow != intent.flow || waiting->mapping != intent.mapping;
    if (waiting->values == values && waiting->state == state && (!another_way || state == DeliveryState::Dead))
      continue;
    Delivery d = *waiting;
    d.flow = intent.flow, d.mapping = intent.mapping;
    if (d.state == DeliveryState::Dead) d.attempt = 0, d.suffix = 0, d.due = cause.now;
    d.state = state;
    if (d.values != values || another_way) d.idempotency_key.clear();
    d.values = values;
    std::erase_if(d.blank, [&](const auto& left) { return values.contains(left.first); });
    d.priority = std::min(d.priority, intent.priority);
    d.regulated = intent.regulated;
    out.put.push_back(std::move(d));
  }
  for (std::size_t i = 0; i < existing.size(); ++i)
    if (!needed[i] && !under_way(existing[i]) && existing[i].operation != Operation::Do && !existing[i].takes_back())
      out.dropped.push_back(existing[i].id);
  return out;
}

}  // namespace linchpin::engine
