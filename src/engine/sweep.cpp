// What is listed, and when: first loads, sweeps, walks, and the backlog that a flow shares when all has been read once.
#include <algorithm>

#include "base/mutant.hpp"
#include "engine/engine.hpp"

namespace linchpin::engine {
namespace {

constexpr std::size_t backlog_most = 200;  // golden records shared in one step after a first load

}  // namespace

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
    if (family) TRY(line.share_anew(*family, {load_change(), {}, now}));
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

}  // namespace linchpin::engine
