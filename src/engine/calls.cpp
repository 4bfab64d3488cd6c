// The engine's calls: requests are made of what is to be asked, within each system's limits. What is written was
// claimed before (claim.cpp).
#include <algorithm>

#include "base/log.hpp"
#include "base/mutant.hpp"
#include "engine/engine.hpp"

namespace linchpin::engine {
namespace {

constexpr std::size_t fetches_most = 8;       // fetch calls for one object in one step
constexpr std::size_t listing_most = 2'000;   // records that wait to be read: no list asks for more
constexpr milliseconds renew_before{60'000};  // an access token is renewed this long before it ends

}  // namespace

std::vector<std::string> Engine::members(const SystemName& system, const ObjectName& object) const {
  std::set<std::string> paths;
  for (const mapping::Mapping* mapping : hub_->mappings_of(system, object)) {
    for (const mapping::FieldMapping& m : mapping->fields) paths.insert(mapping::to_text(m.at));
    if (mapping->golden_id_at) paths.insert(mapping::to_text(*mapping->golden_id_at));
    if (mapping->where)
      for (const std::string& member : mapping->where->reads()) paths.insert(member);
  }
  return {paths.begin(), paths.end()};
}

std::vector<ObjectName> Engine::mapped_objects(const SystemName& system) const {
  std::set<ObjectName> objects;
  for (const auto& [name, mapping] : hub_->mappings)
    if (mapping.system == system) objects.insert(mapping.object);
  return {objects.begin(), objects.end()};
}

// Whether a first load is to list the object with its history: some value of it may lose to a later one.
bool Engine::lists_history(const SystemName& system, const ObjectName& object) const {
  const model::ObjectSpec* spec = systems_.at(system).connector->manifest().object(object);
  if (!spec || !spec->lists_history) return false;
  for (const mapping::Mapping* mapping : hub_->mappings_of(system, object)) {
    const model::Entity& entity = hub_->entity(mapping->entity);
    for (const mapping::FieldMapping& m : mapping->fields)
      if (const model::Field* field = entity.field(m.field.text); field && later_wins(entity, *field)) return true;
  }
  return false;
}

bool Engine::Connected::token_due(Instant now) const {
  return connector->needs_access_token() &&
         (credential.access_token.empty() || credential.access_expires - renew_before <= now);
}

bool Engine::may_call(const SystemName& name, const Call& call, Instant now, bool background) {
  Connected& system = systems_.at(name);
  if (!std::holds_alternative<AuthoriseCall>(call.what)) {
    if (system.authorising || system.token_due(now)) return false;
    if (!system.prepared && !std::holds_alternative<PrepareCall>(call.what)) return false;
  }
  return system.limits.allows(now, background, system.connector->special_window(call));
}

// Counts a call within its system's limits: what is decided next sees it.
void Engine::count_call(Call& call, Instant now) {
  Connected& system = systems_.at(call.system);
  if (call.id.number == 0) call.id = CallId(++next_call_);
  system.limits.began(now, system.connector->special_window(call));
}

void Engine::send(std::vector<Send>& sends, Call call, Instant now) {
  count_call(call, now);
  hand_out(sends, std::move(call), now);
}

void Engine::hand_out(std::vector<Send>& sends, Call call, Instant now) {
  Connected& system = systems_.at(call.system);
  Result<Request> request = system.connector->request(call, system.credential, now);
  if (!request) {
    log::error("a call could not be made", {{"system", call.system}, {"error", request.error()}});
    unmade_.push_back({{std::move(call), now}, request.error()});
    return;
  }
  const CallId id = call.id;
  const SystemName name = call.system;
  flying_[id] = {std::move(call), now};
  sends.push_back({id, name, std::move(*request)});
}

// The next requests of calls that take several. They go before anything else of their system.
void Engine::carry_on(std::vector<Send>& sends, Instant now) {
  for (Flying& next : std::exchange(continuing_, {})) {
    if (!systems_.at(next.call.system).limits.allows(now, false, "")) {  // it asked for a rest meanwhile
      continuing_.push_back(std::move(next));
      continue;
    }
    const Instant asked = next.asked;
    const CallId id = next.call.id;
    send(sends, std::move(next.call), now);
    if (const auto flies = flying_.find(id); flies != flying_.end())
      flies->second.asked = asked;  // what the first request read is as old as that
  }
}

// Authorisation and preparation come before anything else of a system.
void Engine::connect(std::vector<Send>& sends, Instant now) {
  for (auto& [name, system] : systems_) {
    const bool due = system.token_due(now);
    if (due && (!system.authorising || mutant(Mutant::RefreshesTwice))) {
      Call call{{}, name, AuthoriseCall{}, {}};
      if (may_call(name, call, now, false)) {
        system.authorising = true;
        send(sends, std::move(call), now);
      }
    } else if (!due && !system.prepared && !system.preparing) {
      Call call{{}, name, PrepareCall{mapped_objects(name)}, {}};
      if (may_call(name, call, now, false)) {
        system.preparing = true;
        send(sends, std::move(call), now);
      }
    }
  }
}

void Engine::fetch(std::vector<Send>& sends, Instant now) {
  for (auto& [name, system] : systems_) {
    for (const ObjectName& object : read_.objects(name, now)) {
      const model::ObjectSpec* spec = system.connector->manifest().object(object);
      for (std::size_t i = 0; i < fetches_most; ++i) {
        Call call{{}, name, FetchCall{object, {}, members(name, object)}, {}};
        if (!may_call(name, call, now, false)) break;
        FetchCall& what = std::get<FetchCall>(call.what);
        what.records = read_.ask(name, object, static_cast<std::size_t>(spec ? spec->fetch_most : 1),
                                 static_cast<std::size_t>(spec ? spec->history_most : 1), now);
        if (what.records.empty()) break;
        what.with_history = read_.with_history({name, object, what.records.front()});
        // One that could not be read in company is asked for by itself.
        const auto hard = std::find_if(what.records.begin(), what.records.end(),
                                       [&](const RecordId& id) { return unreadable_.contains({name, object, id}); });
        if (hard != what.records.end() && what.records.size() > 1) {
          FetchCall rest = what;
          rest.records.erase(rest.records.begin() + (hard - what.records.begin()));
          what.records = {*hard};
          read_.failed(name, rest, now);
        }
        what.alone = what.records.size() == 1 && left_out_.contains({name, object, what.records.front()});
        send(sends, std::move(call), now);
      }
    }
  }
}

void Engine::list(std::vector<Send>& sends, Instant now) {
  for (auto& [where, sweep] : sweeps_) {
    if (sweep.asked || sweep.listed || now < sweep.not_before || read_.size() > listing_most) continue;
    if (sweep.began == Instant{}) sweep.began = now;
    const bool first = sweep.purpose == Sweep::Purpose::FirstLoad;
    Call call{{},
              where.first,
              ListCall{where.second, sweep.since, sweep.cursor, members(where.first, where.second),
                       first && lists_history(where.first, where.second)},
              {}};
    if (!may_call(where.first, call, now, !first)) continue;
    sweep.asked = true;
    send(sends, std::move(call), now);
  }
}

}  // namespace linchpin::engine
