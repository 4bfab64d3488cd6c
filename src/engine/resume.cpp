// What an engine begins with: all of it is found in the store.
#include <algorithm>

#include "base/invariant.hpp"
#include "base/log.hpp"
#include "base/mutant.hpp"
#include "engine/connection.hpp"
#include "engine/engine.hpp"
#include "engine/share.hpp"
#include "model/direct.hpp"

namespace linchpin::engine {

Result<std::unique_ptr<Engine>> Engine::start(std::shared_ptr<const model::Hub> hub, World world, Instant now) {
  std::unique_ptr<Engine> engine(new Engine(std::move(hub), std::move(world)));
  TRY(engine->resume(now));
  return engine;
}

Result<std::unique_ptr<Engine>> Engine::watch(std::shared_ptr<const model::Hub> hub, World world, Instant) {
  std::unique_ptr<Engine> engine(new Engine(std::move(hub), std::move(world)));
  const std::vector<RegisterRow> registers = TRY(engine->world_.store.registers());
  if (!registers.empty()) engine->version_ = registers.back().version;
  TRY(engine->resume_systems());
  engine->paused_ = TRY(engine->paused_of_store());
  return engine;
}

// What memory holds is found again in the store: this is also the way back from a crash.
Result<void> Engine::resume(Instant now) {
  const std::vector<RegisterRow> registers = TRY(world_.store.registers());
  if (!registers.empty()) version_ = registers.back().version;
  const bool new_version = registers.empty() || registers.back().digest != hub_->digest;
  if (new_version && !world_.reads_only) TRY(apply(registers, now));
  paused_ = TRY(paused_of_store());
  stage_.paused = paused_.flows;
  stage_.batches_now = world_.batches_now;
  TRY(resume_pins());
  TRY(resume_revert());
  show_paused();
  next_delivery_ = TRY(world_.store.last_delivery()).number;
  read_up_to_ = mutant(Mutant::ResumesAtTheEnd) ? TRY(world_.inbox.last()) : TRY(world_.store.done_up_to());
  TRY(resume_inbox());
  TRY(resume_systems());
  for (const Source& source : sources())  // after a switch to other files nothing was missed
    if (source.realtime && !new_version) behind_.insert(source.where);
  TRY(resume_keys(now));

  // A delivery that was sent before the crash may have been done: creates are looked for, updates are read before they
  // are repeated, operations carry a key that makes them repeatable.
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  const std::vector<DeliveryRow> sent = TRY(world_.store.deliveries_in(DeliveryState::Sent, 1'000'000));
  TRY(work.open(goldens_of(sent, sent.size())));
  for (const DeliveryRow& row : sent) {
    Family* family = TRY(work.family(row.golden));
    hold(Invariant::MergedOnce, family != nullptr);
    for (Delivery d : std::vector<Delivery>(family->deliveries)) {
      if (d.id != row.id || mutant(Mutant::SentForgotten)) continue;
      d.state = d.operation == Operation::Create && !mutant(Mutant::ResumeCreatesAgain) ? DeliveryState::Unknown
                                                                                        : DeliveryState::Pending;
      d.due = now;
      read_first(d, now);
      work.changed_delivery(*family, d);
    }
  }
  TRY(work.commit());
  for (const DeliveryRow& row : TRY(world_.store.deliveries_in(DeliveryState::Unknown, 1'000'000)))
    busy_.insert({row.system, row.golden});

  for (const DeadLetterRow& letter : TRY(world_.store.dead_letters()))
    if (letter.kind == "change" || letter.kind == "call") unreadable_[letter.record] = unreadable_most;

  for (const auto& [name, flow] : hub_->flows) {
    if (!model::reads(flow)) continue;
    const auto row = TRY(world_.store.cursor({}, ObjectName(name.text), "share"));
    if (row && !TRY(unread(*hub_, flow))) {  // not where other files have given it one more system to read
      stage_.live.insert(name);
      if (!row->done) sharing_.emplace(name, GoldenId());
    }
  }
  return {};
}

// An inbox that ends before what was read of it has lost files, or is an older copy. What comes now is read all the
// same; what was in it and not merged is looked for in the systems, all that they have.
Result<void> Engine::resume_inbox() {
  const Position last = TRY(world_.inbox.last()), done = TRY(world_.store.done_up_to());
  if (last >= done || world_.reads_only) return {};
  log::warn("the inbox ends before what was read of it: its files are gone, or an older copy; every system is compared",
            {{"ends", last.number}, {"read", done.number}});
  walk();
  return world_.inbox.go_on_after(done);
}

Result<void> Engine::resume_systems() {
  for (const auto& [name, system] : hub_->systems) {
    const auto connector = world_.connectors.find(name);
    if (connector == world_.connectors.end()) continue;
    Connected c;
    c.connector = connector->second;
    c.credential = world_.credentials[name];
    c.limits = SystemLimits(c.connector->limits(), system.keep_for_realtime);
    for (const model::ObjectSpec& object : c.connector->manifest().objects)
      c.most = std::max(
          c.most, static_cast<std::size_t>(std::max({1, object.create_most, object.update_most, object.delete_most})));
    bool acts = false;
    for (const auto& [flow_name, flow] : hub_->flows)
      if (written_by(flow, name)) (flow.kind == model::Flow::Kind::Keep ? c.written : acts) = true;
    // What makes a system ready for the hub's writes is a write too.
    c.prepared = !c.connector->needs_prepare() || !(c.written || acts);
    TRY(restore_tokens(c.credential, name, world_.store, world_.keys));
    // A refresh that was under way when the process ended may have used the refresh token up. It is made now, while the
    // system still takes that token (Xero: for half an hour), and not when the access token ends.
    c.credential.access_token = Secret();
    systems_.emplace(name, std::move(c));
  }
  return {};
}

bool Engine::written_by(const model::Flow& flow, const SystemName& name) const {
  if (world_.reads_only || !writes(*hub_, flow)) return false;
  return flow.do_system == name || writes_to(flow, name);
}

}  // namespace linchpin::engine
