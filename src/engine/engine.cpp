#include "engine/engine.hpp"

#include <algorithm>

#include "engine/intake.hpp"
#include "model/direct.hpp"

namespace linchpin::engine {
namespace {

constexpr milliseconds unmade_again{30'000};  // a call that could not be written: a setting is missing

}  // namespace

Result<std::vector<Send>> Engine::step(Instant now, std::vector<Answered> answers) {
  std::vector<Send> sends;
  std::vector<Call> calls;
  if (!rekeying_.empty()) {  // nothing is matched, or asked for, before whoever is linked can be found
    TRY(rekey(now));
    return sends;
  }
  TRY(carry_on_revert(now));
  TRY(join_found(now));
  {
    Work work(world_.store, world_.keys, families_, version_, next_delivery_);
    Line line(*hub_, world_.store, world_.keys, world_.random, stage_, work, now);
    for (const Answered& answered : answers) TRY(on(work, line, answered, now));
    for (const auto& [flying, error] : std::exchange(unmade_, {})) {
      systems_.at(flying.call.system).limits.ended();
      TRY(on_failure(work, line, flying, Retry{unmade_again, error}, fail(error.code, error.what), now));
    }
    TRY(read_inbox(work, line, now));
    TRY(share_backlog(work, now));
    TRY(end_pins(work, line, now));
    TRY(finish_sweeps(work, now));
    carry_on(sends, now);
    connect(sends, now);
    calls = TRY(looks(work, now));  // first: what may have been done is older than what has not been tried
    for (Call& call : TRY(claim(work, now))) calls.push_back(std::move(call));
    TRY(work.commit());
    for (const DeliveryId& id : work.rows().deliveries_dropped)
      repeatable_.erase(id), seeking_.erase(id), alone_.erase(id);
  }
  TRY(begin_sweeps(now));
  TRY(begin_walks(now));
  for (Call& call : calls) hand_out(sends, std::move(call), now);  // now that the claims are durable
  ask_for_holders(sends, now);
  fetch(sends, now);
  count_loads(sends, now);
  list(sends, now);
  measure(now);
  TRY(forget(now));
  return sends;
}

Instant Engine::wake(Instant now) {
  if (!sharing_.empty() || !rekeying_.empty() || reverting_) return now;
  if (const auto last = world_.inbox.last();
      last && *last > read_up_to_ && read_.size() < waiting_most && appetite(now) > 0)
    return now;
  Instant at = now + seconds(1);
  if (!read_.empty() || !sweeps_.empty() || !busy_.empty()) at = now + milliseconds(50);
  for (auto& [name, system] : systems_) {
    if (rests(name)) continue;
    const Result<std::optional<Instant>> due = world_.store.next_due(name);
    if (due && *due) at = std::min(at, std::max(**due, now + milliseconds(20)));
  }
  return at;
}

bool Engine::waits_for_batch(const SystemName& name) const {
  bool written = false;
  for (const auto& [flow_name, flow] : hub_->flows) {
    if (flow.do_system == name) return false;
    for (const model::FlowSystem& member : flow.systems) {
      if (member.system != name || member.write == model::Pace::No) continue;
      if (member.write != model::Pace::Batch) return false;
      written = true;
    }
  }
  return written && !world_.batches_now;
}

Result<std::vector<std::string>> Engine::outstanding(std::size_t most) {
  std::vector<std::string> what;
  const auto enough = [&](bool is, std::string_view told, std::string_view name = {}, std::string_view rest = {}) {
    if (is) what.push_back(std::string(told).append(name).append(rest));
    return what.size() >= most;
  };
  if (enough(!flying_.empty(), "calls are under way") ||
      enough(!continuing_.empty(), "calls go on with another page") ||
      enough(!read_.empty(), "records are to be read") || enough(!sweeps_.empty(), "sweeps list what has changed") ||
      enough(!sharing_.empty(), "golden records are to be shared anew") ||
      enough(!rekeying_.empty(), "match keys are to be made anew") ||
      enough(reverting_.has_value(), "something is taken back") ||
      enough(!open_items_.empty() || TRY(world_.inbox.last()) > read_up_to_, "the inbox is to be read") ||
      enough(!walks_wanted_.empty(), "a walk is to begin") || enough(!syncs_wanted_.empty(), "a sync is to begin"))
    return what;
  for (const auto& [name, flow] : hub_->flows)
    if (enough(model::reads(flow) && flow.mode != model::Mode::Off && !stage_.live.contains(name), "flow ", name.text,
               " loads"))
      return what;
  for (const auto& [name, system] : systems_)
    if (enough(!rests(name) && !waits_for_batch(name) && TRY(world_.store.next_due(name)).has_value(), "writes to ",
               name.text, " are due"))
      return what;
  const auto any = [&](DeliveryState state) -> Result<bool> {
    return !TRY(world_.store.deliveries_in(state, 1)).empty();
  };
  if (enough(TRY(any(DeliveryState::Sent)), "writes are under way")) return what;
  enough(TRY(any(DeliveryState::Unknown)), "it is not known whether writes have landed");
  return what;
}

Result<bool> Engine::quiet() { return TRY(outstanding(1)).empty(); }

// The inbox, and what was before what it brought, are kept as long as hub.yaml says; never dropped while something in
// it has not been merged.
Result<void> Engine::forget(Instant now) {
  const milliseconds keeps = inbox_kept(*hub_);
  const std::string before = day_of(now - keeps);
  if (before <= forgotten_before_ || !open_items_.empty() || TRY(world_.inbox.last()) > read_up_to_) return {};
  TRY(world_.inbox.forget_before(before));
  TRY(world_.keys.forget_days_before(before));
  if (const Store::PastSpan past = TRY(world_.store.past_span()); past.last > 0 && past.first < now - keeps) {
    Work work(world_.store, world_.keys, families_, version_, next_delivery_);
    work.rows().past_forgotten = now - keeps;
    TRY(work.commit());
  }
  forgotten_before_ = before;
  return {};
}

}  // namespace linchpin::engine
