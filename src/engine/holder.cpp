// A create that is refused for a value that the system takes once: somebody there holds it, and it may be the very
// person, whom no list has shown. So before anything is numbered or left blank, the system is asked who does, or, where
// that would put somebody's value into an address, all of it is listed again; who is not linked is read, matched, and
// linked or asked about, first.
#include "engine/holder.hpp"

#include <algorithm>
#include <set>

#include "engine/engine.hpp"

namespace linchpin::engine {
namespace {

constexpr milliseconds asked_within{60'000};   // else the create is tried again, and it is asked again
constexpr milliseconds read_within{2'000};     // the same, of the reading of who was found
constexpr milliseconds listed_within{60'000};  // the same, of the list
constexpr std::size_t holders_most = 8;
constexpr int refused_most = 3;

}  // namespace

EntityName holder_space(const SystemName& system, const ObjectName& object, const std::string& at) {
  return EntityName(system.text + "/" + object.text + "/" + at);
}

std::string holder_key(std::string_view value, Keys& keys) {
  std::string folded(value);
  for (char& c : folded)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return keys.blind("holder", folded);
}

namespace {

// Whether a record that the hub knows holds it: then nobody else does.
Result<bool> is_held(Work& work, Keys& keys, const Delivery& d, const std::string& at, const std::string& value) {
  const std::string key = holder_key(value, keys);
  for (const MatchKeyRow& row : TRY(work.holders(holder_space(d.system, d.object, at), key, holders_most))) {
    const Family* family = TRY(work.family(row.golden));
    for (const Link& link : family ? family->links : std::vector<Link>())
      if (link.key == row.record && !link.gone && !link.archived) return true;
  }
  return false;
}

}  // namespace

// Whether the delivery waits for the answer, or a person must look. Not where nothing more can be known.
Result<bool> Engine::seek_holder(Work& work, Line& line, Family& family, Delivery& d, const WriteResult& result,
                                 Instant now) {
  const Where where{d.system, d.object};
  const model::ObjectSpec* object = systems_.at(d.system).connector->manifest().object(d.object);
  if (!object || !can_fetch(d.system, d.object)) return false;
  Seeking sought;
  sought.system = d.system;
  for (const mapping::FieldMapping& m : hub_->mappings.at(d.mapping).fields) {
    const std::string at = mapping::to_text(m.at);
    const bool taken = result.unique_at.empty() ? m.unique_suffix : at == result.unique_at;
    if (!taken || !sought.at.empty() || !(m.unique_suffix || object->tells_holders.contains(at))) continue;
    const std::optional<Json> sent = mapping::read(m.at, put(*hub_, d, nullptr).item.body);
    if (sent && sent->is_text()) sought.at = at, sought.value = sent->text();
  }
  if (sought.at.empty()) return false;
  const auto gives_up = [&]() -> Result<bool> {
    seeking_.erase(d.id);
    was_not_done(work, family, d);
    TRY(dead(work, line, family, d, result.error, now));
    return true;
  };
  const auto waits = [&](milliseconds span) -> Result<bool> {
    was_not_done(work, family, d);
    d.state = DeliveryState::Pending;
    d.due = now + span;
    d.idempotency_key.clear();
    const Cause cause{d.change, d.seen, now};
    work.changed_delivery(family, std::move(d));
    TRY(line.settle(family, &family.golden, cause));
    return true;
  };
  if (!object->tells_holders.contains(sought.at)) {
    const std::vector<Source> all = sources();
    const bool is_read = std::ranges::any_of(all, [&](const Source& source) { return source.where == where; });
    if (!is_read || TRY(is_held(work, world_.keys, d, sought.at, sought.value))) return false;
    sought.asked = true;
    if (seeking_.emplace(d.id, sought).second) walks_wanted_.try_emplace(where, Walked{.cursor = {}});
    const auto sweep = sweeps_.find(where);
    const bool walks = sweep != sweeps_.end() && sweep->second.purpose == Sweep::Purpose::Walk;
    return walks || walks_wanted_.contains(where) ? waits(listed_within) : Result<bool>(false);
  }
  Seeking& seeking = seeking_[d.id];
  if (seeking.at != sought.at || seeking.value != sought.value) seeking = sought;
  if (seeking.answered && std::ranges::none_of(seeking.unknown, [&](const auto& key) { return read_.waits(key); })) {
    const bool unreadable = std::ranges::any_of(seeking.unknown, [&](const auto& key) { return is_given_up(key); });
    return unreadable ? gives_up() : Result<bool>(false);
  }
  if (seeking.refused >= refused_most) return gives_up();
  seeking.asked = seeking.answered;
  return waits(seeking.answered ? read_within : asked_within);
}

void Engine::ask_for_holders(std::vector<Send>& sends, Instant now) {
  std::set<SystemName> must_wait;  // systems that take no more questions now
  for (auto at = seeking_.begin(); at != seeking_.end();) {
    auto& [id, seeking] = *at;
    if (seeking.asked || seeking.answered || must_wait.contains(seeking.system)) {
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
    if (!may_call(call.system, call, now, false)) {
      must_wait.insert(call.system);
      continue;
    }
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
