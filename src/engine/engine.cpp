#include "engine/engine.hpp"

#include <algorithm>

#include "base/invariant.hpp"
#include "base/log.hpp"
#include "base/metric.hpp"
#include "base/mutant.hpp"
#include "engine/connection.hpp"
#include "engine/inbox.hpp"
#include "engine/intake.hpp"
#include "engine/seal.hpp"
#include "engine/share.hpp"

namespace linchpin::engine {
namespace {

constexpr milliseconds inbox_kept = std::chrono::days(30);  // where hub.yaml does not say
constexpr milliseconds unmade_again{30'000};                // a call that could not be written: a setting is missing
constexpr std::size_t backlog_most = 200;                   // golden records shared in one step after a first load

}  // namespace

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
  show_paused();
  next_delivery_ = TRY(world_.store.last_delivery()).number;
  read_up_to_ = mutant(Mutant::ResumesAtTheEnd) ? TRY(world_.inbox.last()) : TRY(world_.store.done_up_to());
  TRY(resume_systems());

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
    if (flow.kind != model::Flow::Kind::Keep) continue;
    const auto row = TRY(world_.store.cursor({}, ObjectName(name.text), "share"));
    if (row && !TRY(unread(*hub_, flow))) {  // not where other files have given it one more system to read
      stage_.live.insert(name);
      if (!row->done) sharing_.emplace(name, GoldenId());
    }
  }
  return {};
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
      c.most = std::max(c.most, static_cast<std::size_t>(std::max({1, object.create_most, object.update_most})));
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
  if (world_.reads_only || (flow.mode != model::Mode::Live && flow.mode != model::Mode::Pilot)) return false;
  if (flow.kind == model::Flow::Kind::Do && flow.do_system == name) return true;
  return std::any_of(flow.systems.begin(), flow.systems.end(), [&](const model::FlowSystem& member) {
    return member.system == name && member.write != model::Pace::No;
  });
}

Result<std::vector<Send>> Engine::step(Instant now, std::vector<Answered> answers) {
  std::vector<Send> sends;
  std::vector<Call> calls;
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
    TRY(finish_sweeps(work, now));
    carry_on(sends, now);
    connect(sends, now);
    calls = TRY(looks(work, now));  // first: what may have been done is older than what has not been tried
    for (Call& call : TRY(claim(work, now))) calls.push_back(std::move(call));
    TRY(work.commit());
  }
  TRY(begin_sweeps(now));
  for (Call& call : calls) hand_out(sends, std::move(call), now);  // now that the claims are durable
  fetch(sends, now);
  list(sends, now);
  measure(now);
  TRY(forget(now));
  return sends;
}

std::vector<std::pair<Engine::Where, std::optional<milliseconds>>> Engine::sources() const {
  std::map<Where, std::optional<milliseconds>> found;
  for (const auto& [name, flow] : hub_->flows) {
    if (flow.kind != model::Flow::Kind::Keep || flow.mode == model::Mode::Off) continue;
    for (const model::FlowSystem& member : flow.systems) {
      if (member.read == model::Pace::No || !systems_.contains(member.system)) continue;
      for (const auto& [mapping_name, mapping] : hub_->mappings) {
        if (mapping.system != member.system || mapping.entity != flow.entity) continue;
        auto& every = found[{mapping.system, mapping.object}];
        if (member.sweep && (!every || *member.sweep < *every)) every = member.sweep;
      }
    }
  }
  return {found.begin(), found.end()};
}

Result<void> Engine::begin_sweeps(Instant now) {
  for (const auto& [where, every] : sources()) {
    if (sweeps_.contains(where)) continue;
    const auto& [system, object] = where;
    const auto loaded = TRY(world_.store.cursor(system, object, "first_load"));
    if (!loaded || !loaded->done) {
      sweeps_[where] = {
          Sweep::Purpose::FirstLoad, {}, loaded ? loaded->cursor : "", loaded ? loaded->at : now, false, false, {}, {}};
      continue;
    }
    const auto last = swept_.find(where);
    if (last != swept_.end() && (!every || now < last->second + *every))
      continue;  // once after each start, then as declared
    const auto row = TRY(world_.store.cursor(system, object, "sweep"));
    if (row && !row->done)
      sweeps_[where] = {Sweep::Purpose::Sweep, row->since, row->cursor, row->at, false, false, {}, {}};
    else
      sweeps_[where] = {Sweep::Purpose::Sweep, row ? row->at : loaded->at, "", now, false, false, {}, {}};
    swept_[where] = now;
  }
  return {};
}

Result<void> Engine::finish_sweeps(Work& work, Instant now) {
  for (auto at = sweeps_.begin(); at != sweeps_.end();) {
    Sweep& sweep = at->second;
    const bool first = sweep.purpose == Sweep::Purpose::FirstLoad;
    // A page is left behind in the commit that holds the last of its records: nothing that it hinted at is forgotten.
    std::optional<Sweep::Page> behind;
    while (!sweep.pages.empty()) {
      Sweep::Page& page = sweep.pages.front();
      std::erase_if(page.hints, [&](const RecordKey& key) { return !read_.waits(key); });
      if (!page.hints.empty() && !mutant(Mutant::SweepEndsEarly)) break;
      behind = std::move(page);
      sweep.pages.pop_front();
    }
    if (!sweep.listed || !sweep.pages.empty()) {
      // A list that goes by page number shifts while records change: it begins again after a restart, but for a first
      // load.
      if (behind && (first || (sweep.purpose == Sweep::Purpose::Sweep && behind->gave_hints)))
        work.rows().cursors.push_back({at->first.first, at->first.second, first ? "first_load" : "sweep", behind->next,
                                       sweep.since, sweep.began, false});
      ++at;
      continue;
    }
    if (sweep.purpose != Sweep::Purpose::Walk)
      work.rows().cursors.push_back(
          {at->first.first, at->first.second, first ? "first_load" : "sweep", "", sweep.since, sweep.began, true});
    if (first) swept_[at->first] = sweep.began;
    at = sweeps_.erase(at);
  }

  // A flow may share when all of its sources have been read and linked; then its backlog is shared.
  std::set<FlowName> loading;
  for (const auto& [name, flow] : hub_->flows) {
    if (flow.kind != model::Flow::Kind::Keep || flow.mode == model::Mode::Off || stage_.live.contains(name)) continue;
    if (TRY(unread(*hub_, flow, work.rows())) && !mutant(Mutant::SharesBeforeRead)) continue;
    stage_.live.insert(name);
    sharing_.emplace(name, GoldenId());
    work.rows().cursors.push_back({{}, ObjectName(name.text), "share", "", {}, now, false});
  }
  return {};
}

Result<std::optional<Engine::Where>> Engine::unread(const model::Hub& hub, const model::Flow& flow,
                                                    const Batch& fresh) {
  for (const model::FlowSystem& member : flow.systems)
    for (const auto& [name, mapping] : hub.mappings) {
      if (member.read == model::Pace::No || mapping.system != member.system || mapping.entity != flow.entity) continue;
      const auto row = TRY(world_.store.cursor(mapping.system, mapping.object, "first_load"));
      const bool just_now = std::any_of(fresh.cursors.begin(), fresh.cursors.end(), [&](const CursorRow& c) {
        return c.system == mapping.system && c.object == mapping.object && c.purpose == "first_load" && c.done;
      });
      if (!(row && row->done) && !just_now) return Where{mapping.system, mapping.object};
    }
  return std::nullopt;
}

Result<void> Engine::share_backlog(Work& work, Instant now) {
  if (sharing_.empty()) return {};
  const FlowName flow = sharing_.begin()->first;
  GoldenId& after = sharing_.begin()->second;
  const EntityName entity = hub_->flows.at(flow).entity;
  Stage backlog = stage_;
  backlog.backlog = true;
  Line line(*hub_, world_.store, world_.keys, world_.random, backlog, work, now);
  const std::vector<GoldenRow> rows = TRY(world_.store.goldens(entity, after, backlog_most));
  for (const GoldenRow& row : rows) {
    Family* family = TRY(work.family(row.id));
    if (family) TRY(line.share_anew(*family, {ChangeId("first_load"), {}, now}));
    after = row.id;
  }
  if (rows.size() == backlog_most) return {};
  sharing_.erase(flow);
  work.rows().cursors.push_back({{}, ObjectName(flow.text), "share", "", {}, now, true});
  return {};
}

void Engine::walk() {
  for (const auto& [where, every] : sources())
    if (!sweeps_.contains(where)) sweeps_[where] = {Sweep::Purpose::Walk, {}, "", {}, false, false, {}, {}};
}

Result<void> Engine::sync(const FlowName& name) {
  const auto flow = hub_->flows.find(name);
  if (flow == hub_->flows.end() || flow->second.kind != model::Flow::Kind::Keep)
    return fail(Code::NotFound, "the hub has no flow '" + name.text + "' that keeps an entity",
                "`linchpin check` lists what it has.");
  for (const model::FlowSystem& member : flow->second.systems)
    for (const auto& [where, every] : sources())
      if (where.first == member.system) swept_.erase(where);
  return {};
}

Instant Engine::wake(Instant now) {
  if (!sharing_.empty()) return now;
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

Result<bool> Engine::quiet(Instant) {
  if (!flying_.empty() || !continuing_.empty() || !read_.empty() || !sweeps_.empty() || !sharing_.empty() ||
      !open_items_.empty())
    return false;
  for (const auto& [name, flow] : hub_->flows)
    if (flow.kind == model::Flow::Kind::Keep && flow.mode != model::Mode::Off && !stage_.live.contains(name))
      return false;
  if (TRY(world_.inbox.last()) > read_up_to_) return false;
  for (const auto& [name, system] : systems_)
    if (!rests(name) && TRY(world_.store.next_due(name))) return false;
  for (const DeliveryState state : {DeliveryState::Sent, DeliveryState::Unknown})
    if (!TRY(world_.store.deliveries_in(state, 1)).empty()) return false;
  return true;
}

// The inbox is kept as long as hub.yaml says, and never dropped while something in it has not been merged.
Result<void> Engine::forget(Instant now) {
  const auto kept = hub_->retain.find("inbox");
  const std::string before = day_of(now - (kept == hub_->retain.end() ? inbox_kept : kept->second));
  if (before <= forgotten_before_ || !open_items_.empty() || TRY(world_.inbox.last()) > read_up_to_) return {};
  TRY(world_.inbox.forget_before(before));
  TRY(world_.keys.forget_days_before(before));
  forgotten_before_ = before;
  return {};
}

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
  if (const auto letters = world_.store.dead_letters()) {
    for (auto& [group, count] : letters_) count = 0;
    for (const DeadLetterRow& l : *letters) ++letters_[{l.system.text, l.flow.text}];
    for (const auto& [group, count] : letters_)
      metric::set("linchpin_dead_letters", {{"system", group.first}, {"flow", group.second}}, count);
  }
  if (const auto reviews = world_.store.reviews(true)) {
    for (auto& [kind, count] : reviews_) count = 0;
    for (const ReviewRow& r : *reviews) ++reviews_[r.kind];
    for (const auto& [kind, count] : reviews_) metric::set("linchpin_reviews", {{"kind", kind}}, count);
  }
}

}  // namespace linchpin::engine
