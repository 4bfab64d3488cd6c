// What is listed, and when: first loads, sweeps, walks, and the backlog that a flow shares when all has been read once.
#include <algorithm>

#include "base/mutant.hpp"
#include "engine/engine.hpp"
#include "engine/refs.hpp"
#include "model/direct.hpp"

namespace linchpin::engine {
namespace {

constexpr std::size_t backlog_most = 200;  // golden records shared in one step after a first load
constexpr std::size_t again_most = 3;      // records that could not be read, tried again with a sweep

}  // namespace

std::vector<Engine::Source> Engine::sources() const {
  std::map<Where, Source> found;
  for (const auto& [name, flow] : hub_->flows) {
    if (!model::reads(flow) || flow.mode == model::Mode::Off) continue;
    for (const model::FlowSystem& member : flow.systems) {
      if (member.read == model::Pace::No || !systems_.contains(member.system)) continue;
      for (const auto& [mapping_name, mapping] : hub_->mappings) {
        if (mapping.system != member.system || mapping.entity != flow.entity) continue;
        Source& source = found[{mapping.system, mapping.object}];
        source.where = {mapping.system, mapping.object};
        if (member.read == model::Pace::Realtime) source.realtime = true;
        if (member.sweep && (!source.every || *member.sweep < *source.every)) source.every = member.sweep;
        if (member.read_at) source.batches.push_back(&*member.read_at);
        if (flow.reconcile) source.walks.push_back(&*flow.reconcile);
      }
    }
  }
  std::vector<Source> sources;
  for (auto& [where, source] : found) sources.push_back(std::move(source));
  return sources;
}

// Whether one of the schedules has come round since `last`.
bool Engine::due(const Where& where, const std::vector<const model::Schedule*>& schedules, Instant last, Instant now) {
  return std::any_of(schedules.begin(), schedules.end(), [&](const model::Schedule* schedule) {
    NextTime& next = next_times_[{where, schedule}];
    if (next.after != last || next.at == Instant{})
      next = {last, model::next_time(*schedule, hub_->zone, last).value_or(Instant::max())};
    return next.at <= now;
  });
}

Result<void> Engine::begin_sweeps(Instant now) {
  for (const Source& source : sources()) {
    const Where& where = source.where;
    if (sweeps_.contains(where)) continue;
    const auto& [system, object] = where;
    const auto loaded = TRY(world_.store.cursor(system, object, "first_load"));
    if (!loaded || !loaded->done) {
      TRY(note_loading(where, loaded.has_value()));
      if (!loaded && TRY(parents_unread(where))) continue;
      sweeps_[where] = {
          Sweep::Purpose::FirstLoad, {}, loaded ? loaded->cursor : "", loaded ? loaded->at : now, false, false, {}, {}};
      continue;
    }
    const bool realtime = source.realtime || world_.batches_now;
    const auto last = swept_.find(where);
    const auto wanted = syncs_wanted_.find(where);
    const bool asked = wanted != syncs_wanted_.end();
    if (!asked && realtime && last != swept_.end() && (!source.every || now < last->second + *source.every))
      continue;  // once after each start, then as declared
    const auto row = TRY(world_.store.cursor(system, object, "sweep"));
    const bool goes_on = row && !row->done;
    if (!asked && !realtime && !goes_on && !due(where, source.batches, row ? row->at : loaded->at, now)) continue;
    if (asked && wanted->second)
      sweeps_[where] = {Sweep::Purpose::Sweep, wanted->second, "", now, false, false, {}, {}};
    else if (goes_on)
      sweeps_[where] = {Sweep::Purpose::Sweep, row->since, row->cursor, row->at, false, false, {}, {}};
    else
      sweeps_[where] = {Sweep::Purpose::Sweep, row ? row->at : loaded->at, "", now, false, false, {}, {}};
    swept_[where] = now;
    syncs_wanted_.erase(where);
  }
  return {};
}

// Whether what its records name is still being read for the first time: parents come first.
Result<bool> Engine::parents_unread(const Where& where) {
  for (const mapping::Mapping* mapping : hub_->mappings_of(where.first, where.second))
    for (const NamedRecord& named : named_records(*hub_, *mapping)) {
      if (named.object == where.second) continue;
      const auto read = [&](const Source& s) { return s.where == Where{where.first, named.object}; };
      const std::vector<Source> all = sources();
      if (std::none_of(all.begin(), all.end(), read)) continue;
      const auto loaded = TRY(world_.store.cursor(where.first, named.object, "first_load"));
      if (!loaded || !loaded->done) return true;
    }
  return false;
}

// With each sweep some of the records that could not be read are tried again, and more with each that can be read now:
// what they were to be given is held so long.
void Engine::try_unreadable(const Where& where, Instant now) {
  std::vector<RecordKey> given_up;
  for (const auto& [record, times] : unreadable_)
    if (Where{record.system, record.object} == where && !record.record.empty() && is_given_up(record))
      given_up.push_back(record);
  for (std::size_t i = 0; i < std::min(again_most, given_up.size()); ++i) {
    std::swap(given_up[i], given_up[i + world_.random.below(given_up.size() - i)]);
    read_.hint(given_up[i], {.trigger = Trigger::Reconcile, .not_before = now});
  }
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
      if (behind && sweep.purpose == Sweep::Purpose::Walk && !sweep.listed) {
        walked_.at(at->first).cursor = behind->next;
        keep_walked(work, at->first);
      }
      ++at;
      continue;
    }
    if (sweep.purpose == Sweep::Purpose::Walk && !TRY(end_walk(work, at->first, sweep, now))) {
      ++at;
      continue;
    }
    if (sweep.purpose != Sweep::Purpose::Walk)
      work.rows().cursors.push_back(
          {at->first.first, at->first.second, first ? "first_load" : "sweep", "", sweep.since, sweep.began, true});
    if (first) swept_[at->first] = sweep.began, loading_.erase(at->first);
    behind_.erase(at->first);
    if (sweep.purpose == Sweep::Purpose::Sweep) try_unreadable(at->first, now);
    at = sweeps_.erase(at);
  }

  // A flow may share when all of its sources have been read and linked; then its backlog is shared.
  for (const auto& [name, flow] : hub_->flows) {
    if (!model::reads(flow) || flow.mode == model::Mode::Off || stage_.live.contains(name)) continue;
    if (TRY(unread(*hub_, flow, work.rows())) && !mutant(Mutant::SharesBeforeRead)) continue;
    stage_.live.insert(name);
    TRY(doubt_empty_lists(work, flow, now));
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
    if (family && family->golden.id == row.id)
      TRY(line.share_anew(*family, {apply_change(version_), {}, now}, "start"));
    after = row.id;
  }
  if (rows.size() == backlog_most) return {};
  sharing_.erase(flow);
  work.rows().cursors.push_back({{}, ObjectName(flow.text), "share", "", {}, now, true});
  return {};
}

Result<void> Engine::sync(const FlowName& name, std::optional<Instant> since) {
  const auto flow = hub_->flows.find(name);
  if (flow == hub_->flows.end() || !model::reads(flow->second))
    return fail(Code::NotFound, "the hub has no flow '" + name.text + "' that reads a system",
                "`linchpin check` lists what it has.");
  for (const model::FlowSystem& member : flow->second.systems)
    for (const Source& source : sources()) {
      const Where& where = source.where;
      if (where.first != member.system) continue;
      const auto loaded = TRY(world_.store.cursor(where.first, where.second, "first_load"));
      if (loaded && loaded->done) syncs_wanted_[where] = since;  // else all of it is being read
    }
  return {};
}

}  // namespace linchpin::engine
