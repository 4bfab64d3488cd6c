// How far first loads are, and how long they will take: what a person asks first who has connected a full system.
#include <algorithm>

#include "engine/engine.hpp"

namespace linchpin::engine {

// A load that goes on after a restart has read what is linked, about.
Result<void> Engine::note_loading(const Where& where, bool resumed) {
  const auto [at, fresh] = loading_.try_emplace(where);
  if (fresh && resumed) at->second.came = at->second.came_before = TRY(links_of(where));
  return {};
}

// Each object is counted once, by the system itself where it can. Nothing depends on what comes of it.
void Engine::count_loads(std::vector<Send>& sends, Instant now) {
  for (auto& [where, loading] : loading_) {
    const auto& [system, object] = where;
    const model::ObjectSpec* spec = systems_.at(system).connector->manifest().object(object);
    Call call{{}, system, CountCall{object}, {}};
    if (loading.counted || !spec || !spec->counts || !may_call(system, call, now, false)) continue;
    loading.counted = true;
    send(sends, std::move(call), now);
  }
}

// By the rate at which this system's records came since it began, in this process; nothing where that is not known.
std::optional<seconds> Engine::time_left(const SystemName& system, Instant now) const {
  std::int64_t came = 0, due = 0;
  Instant began = now;
  for (const auto& [where, loading] : loading_) {
    if (where.first != system) continue;
    if (!loading.of) return {};
    came += loading.came - loading.came_before;
    due += std::max<std::int64_t>(0, *loading.of - loading.came);
    if (loading.began != Instant{}) began = std::min(began, loading.began);
  }
  if (due == 0) return seconds(0);
  if (came == 0 || began == now) return {};
  return std::chrono::ceil<seconds>((now - began) * (static_cast<double>(due) / static_cast<double>(came)));
}

// {"loads": [{"system","object","came","of"}], "seconds_left": of all together; `of` and that are absent where it is
// not known}
Json Engine::loading(Instant now) const {
  Json::List loads;
  std::optional<seconds> left = seconds(0);
  for (const auto& [where, loading] : loading_) {
    Json one = Json::object({{"system", where.first.text}, {"object", where.second.text}, {"came", loading.came}});
    // What was counted first may have grown meanwhile.
    if (loading.of) one = one.with("of", std::max(*loading.of, loading.came));
    loads.push_back(std::move(one));
    const std::optional<seconds> of_system = time_left(where.first, now);
    left = left && of_system ? std::optional(std::max(*left, *of_system)) : std::nullopt;
  }
  const Json told = Json::object({{"loads", std::move(loads)}});
  return left && !loading_.empty() ? told.with("seconds_left", left->count()) : told;
}

// ": 12300 of 50000 so far", for an error about what has not been read.
std::string Engine::so_far(const Where& where) const {
  const auto at = loading_.find(where);
  if (at == loading_.end()) return "";
  const std::string of = at->second.of ? " of " + std::to_string(*at->second.of) : "";
  return ": " + std::to_string(at->second.came) + of + " so far";
}

}  // namespace linchpin::engine
