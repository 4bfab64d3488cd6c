// A create that is refused for a value that the system takes once: somebody there holds it, and it may be the very
// person, whom no list has shown. So it is asked who does before anything is numbered or left blank, and whoever is not
// linked is read, matched, and linked or asked about, first.
#include <algorithm>

#include "engine/engine.hpp"

namespace linchpin::engine {
namespace {

constexpr milliseconds asked_within{60'000};  // else the create is tried again, and it is asked again
constexpr milliseconds read_within{2'000};    // the same, of the reading of who was found
constexpr int refused_most = 3;
constexpr std::size_t remembered_most = 1'000;  // creates of which it is known who holds their value

}  // namespace

// Whether the delivery waits for the answer, or a person must look. Not where the system cannot be asked, or has been.
Result<bool> Engine::seek_holder(Work& work, Line& line, Family& family, Delivery& d, const WriteResult& result,
                                 Instant now) {
  const model::ObjectSpec* object = systems_.at(d.system).connector->manifest().object(d.object);
  const mapping::Mapping& mapping = hub_->mappings.at(d.mapping);
  if (!object || !can_fetch(d.system, d.object)) return false;
  Seeking sought;
  for (const mapping::FieldMapping& m : mapping.fields) {
    const std::string at = mapping::to_text(m.at);
    const bool taken = result.unique_at.empty() ? m.unique_suffix : at == result.unique_at;
    if (!taken || !sought.at.empty() || !object->tells_holders.contains(at)) continue;
    const std::optional<Json> sent = mapping::read(m.at, put(*hub_, d, nullptr).item.body);
    if (sent && sent->is_text()) sought.at = at, sought.value = sent->text();
  }
  if (sought.at.empty()) return false;
  Seeking& seeking = seeking_[d.id];
  if (seeking.at != sought.at || seeking.value != sought.value) seeking = sought;
  const auto waits = [&](const RecordKey& key) { return read_.waits(key); };
  if (seeking.answered && std::ranges::none_of(seeking.unknown, waits)) {
    const auto unreadable = [&](const RecordKey& key) { return is_given_up(key); };
    if (std::ranges::none_of(seeking.unknown, unreadable)) return false;
    seeking_.erase(d.id);
    was_not_done(work, family, d);
    TRY(dead(work, line, family, d, result.error, now));
    return true;
  }
  was_not_done(work, family, d);
  if (seeking.refused >= refused_most) {
    seeking_.erase(d.id);
    TRY(dead(work, line, family, d, result.error, now));
    return true;
  }
  seeking.asked = seeking.answered;
  d.state = DeliveryState::Pending;
  d.due = now + (seeking.answered ? read_within : asked_within);
  d.idempotency_key.clear();
  const Cause cause{d.change, d.seen, now};
  work.changed_delivery(family, std::move(d));
  TRY(line.settle(family, &family.golden, cause));
  return true;
}

void Engine::ask_for_holders(std::vector<Send>& sends, Instant now) {
  if (seeking_.size() > remembered_most) std::erase_if(seeking_, [](const auto& one) { return one.second.answered; });
  for (auto at = seeking_.begin(); at != seeking_.end();) {
    auto& [id, seeking] = *at;
    if (seeking.asked || seeking.answered) {
      ++at;
      continue;
    }
    const auto row = world_.store.delivery(id);
    if (row && (!*row || (*row)->state != DeliveryState::Pending)) {  // it is no longer wanted, or is tried again
      at = seeking_.erase(at);
      continue;
    }
    if (!row) return;
    Call call{{},
              (*row)->system,
              HolderCall{(*row)->object, seeking.at, seeking.value, members((*row)->system, (*row)->object), id,
                         (*row)->golden},
              {}};
    ++at;
    if (!may_call(call.system, call, now, false)) continue;
    seeking.asked = true;
    send(sends, std::move(call), now);
  }
}

// The create goes on when whoever was found has been read: it may not be needed then.
Result<void> Engine::on_holders(Work& work, const Flying& flying, const Fetched& fetched, Instant now) {
  const HolderCall& call = std::get<HolderCall>(flying.call.what);
  const auto at = seeking_.find(call.delivery);
  if (at == seeking_.end()) return {};
  at->second.answered = true;
  for (const Record& record : fetched.records) {
    const RecordKey key{flying.call.system, call.object, record.id};
    const std::vector<Family*> families = TRY(work.families_of(key));
    const bool known = std::ranges::any_of(families, [&](const Family* family) {
      return std::ranges::any_of(family->links, [&](const Link& link) { return link.key == key && !link.gone; });
    });
    if (known) continue;
    read_.hint(key, {.trigger = Trigger::Reconcile});
    at->second.unknown.insert(key);
  }
  Family* family = TRY(work.family(call.golden));
  for (Delivery d : family ? std::vector<Delivery>(family->deliveries) : std::vector<Delivery>())
    if (d.id == call.delivery && d.state == DeliveryState::Pending) {
      d.due = at->second.unknown.empty() ? now : now + read_within;
      work.changed_delivery(*family, std::move(d));
    }
  return {};
}

}  // namespace linchpin::engine
