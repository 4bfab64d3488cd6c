#include "engine/pause.hpp"

#include "base/metric.hpp"
#include "base/mutant.hpp"
#include "engine/engine.hpp"
#include "model/nearest.hpp"

namespace linchpin::engine {
namespace {

void put(Paused& paused, const std::string& what, const Json& said) {
  if (what == "hub") paused.hub = true;
  if (what.starts_with("system/")) paused.systems.insert(SystemName(what.substr(7)));
  if (what.starts_with("flow/")) paused.flows.insert(FlowName(what.substr(5)));
  paused.said[what] = said;
}

std::vector<std::string> all_of(const model::Hub& hub) {
  std::vector<std::string> names{"hub"};
  for (const auto& [name, system] : hub.systems) names.push_back("system/" + name.text);
  for (const auto& [name, flow] : hub.flows) names.push_back("flow/" + name.text);
  return names;
}

template <class Named>
Result<void> known(const Named& named, const std::string& what, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& [one, rest] : named) names.push_back(one.text);
  if (std::find(names.begin(), names.end(), name) != names.end()) return {};
  return fail(Code::NotFound, "the hub has no " + what + " of that name", model::suggestion(name, names));
}

}  // namespace

Result<Paused> Engine::paused_of_store() {
  Paused paused;
  for (const std::string& what : all_of(*hub_))
    if (const auto said = TRY(world_.store.meta("paused/" + what)); said && !said->empty())
      put(paused, what, TRY(parse_json(*said)));
  return paused;
}

bool Engine::rests(const SystemName& system) const {
  if (world_.reads_only) return true;
  return (paused_.hub || paused_.systems.contains(system)) && !mutant(Mutant::PauseIgnored);
}

// {"command":"pause"|"resume","system":…,"flow":…,"by":…}: pause without a name is of the whole hub, resume without one
// of all that is paused.
Result<Json> Engine::change_pause(const Json& command, Instant now) {
  const bool pause = command["command"].text() == "pause";
  const std::string &system = command["system"].text(), &flow = command["flow"].text();
  std::vector<std::string> whats;
  if (!system.empty()) {
    TRY(known(hub_->systems, "system", system));
    whats.push_back("system/" + system);
  }
  if (!flow.empty()) {
    TRY(known(hub_->flows, "flow", flow));
    whats.push_back("flow/" + flow);
  }
  if (whats.empty() && pause) whats = {"hub"};
  if (whats.empty())
    for (const auto& [what, said] : paused_.said) whats.push_back(what);
  std::erase_if(whats, [&](const std::string& what) { return paused_.said.contains(what) == pause; });

  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  for (const std::string& what : whats) {
    const Json said = Json::object({{"by", command["by"].text()}, {"at", rfc3339(now)}});
    work.rows().metas.push_back({"paused/" + what, pause ? canonical(said) : ""});
    work.attest(nullptr, {.entry = "pause/" + what + "/" + std::to_string(ms_since_epoch(now)),
                          .kind = pause ? "paused" : "resumed",
                          .trigger = "person",
                          .flow = FlowName(what.starts_with("flow/") ? what.substr(5) : ""),
                          .system = SystemName(what.starts_with("system/") ? what.substr(7) : ""),
                          .outcome = what,
                          .by = command["by"].text(),
                          .at = now});
    // What was held for it is told again: each golden record is shared anew.
    const auto rested = hub_->flows.find(FlowName(what.starts_with("flow/") ? what.substr(5) : ""));
    if (rested == hub_->flows.end() || pause) continue;
    for (const model::Flow* keeps : hub_->flows_of(rested->second.entity))
      if (stage_.live.contains(keeps->name)) {
        work.rows().cursors.push_back({{}, ObjectName(keeps->name.text), "share", "", {}, now, false});
        sharing_[keeps->name] = GoldenId();
      }
  }
  TRY(work.commit());
  paused_ = TRY(paused_of_store());
  stage_.paused = paused_.flows;
  show_paused();
  return Json::object({{"paused", paused_list()}});
}

Json Engine::paused_list() const {
  Json::List list;
  for (const auto& [what, said] : paused_.said) {
    const std::size_t slash = what.find('/');
    Json one = Json::object({{"by", said["by"]}, {"at", said["at"]}});
    list.push_back(slash == std::string::npos ? one.with("hub", true)
                                              : one.with(what.substr(0, slash), what.substr(slash + 1)));
  }
  return list;
}

void Engine::show_paused() const {
  for (const auto& [name, system] : hub_->systems)
    metric::set("linchpin_paused", {{"system", name.text}, {"flow", ""}},
                paused_.hub || paused_.systems.contains(name) ? 1 : 0);
  for (const auto& [name, flow] : hub_->flows)
    metric::set("linchpin_paused", {{"system", ""}, {"flow", name.text}},
                paused_.hub || paused_.flows.contains(name) ? 1 : 0);
}

}  // namespace linchpin::engine
