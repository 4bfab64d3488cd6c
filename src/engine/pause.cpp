#include "engine/pause.hpp"

#include <algorithm>

#include "base/metric.hpp"
#include "base/mutant.hpp"
#include "engine/engine.hpp"
#include "model/nearest.hpp"

namespace linchpin::engine {
namespace {

void put(Paused& paused, const std::string& what, const Json::List& reasons) {
  if (what == "hub") paused.hub = true;
  if (what.starts_with("system/")) paused.systems.insert(SystemName(what.substr(7)));
  if (what.starts_with("flow/")) paused.flows.insert(FlowName(what.substr(5)));
  paused.said[what] = reasons;
}

void take_off(Paused& paused, const std::string& what) {
  if (what == "hub") paused.hub = false;
  if (what.starts_with("system/")) paused.systems.erase(SystemName(what.substr(7)));
  if (what.starts_with("flow/")) paused.flows.erase(FlowName(what.substr(5)));
  paused.said.erase(what);
}

// The one that a review asks about; "": a person's own.
bool is_about(const Json& reason, const std::string& review) { return reason["review"].text() == review; }

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

bool has_reason(const Paused& paused, const std::string& what, const std::string& review) {
  const auto said = paused.said.find(what);
  return said != paused.said.end() &&
         std::ranges::any_of(said->second, [&](const Json& reason) { return is_about(reason, review); });
}

Result<Paused> Engine::paused_of_store() {
  Paused paused;
  for (const std::string& what : all_of(*hub_))
    if (const auto said = TRY(world_.store.meta("paused/" + what)); said && !said->empty())
      put(paused, what, TRY(parse_json(*said)).items());
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
  if (!pause) std::erase_if(whats, [&](const std::string& what) { return !paused_.said.contains(what); });

  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  const std::string& by = command["by"].text();
  for (const std::string& what : whats)
    TRY(pause ? pause_one(work, what, Json::object({{"by", by}, {"at", rfc3339(now)}}), now)
              : resume_one(work, what, {}, by, now));
  TRY(commit_paused(work));
  return Json::object({{"paused", paused_list()}});
}

namespace {

FlowName flow_in(const std::string& what) { return FlowName(what.starts_with("flow/") ? what.substr(5) : ""); }

Attested about_pause(const std::string& what, const std::string& kind, const std::string& trigger,
                     const std::string& by, Instant now) {
  return {.entry = "pause/" + what + "/" + std::to_string(ms_since_epoch(now)),
          .kind = kind,
          .trigger = trigger,
          .flow = flow_in(what),
          .system = SystemName(what.starts_with("system/") ? what.substr(7) : ""),
          .outcome = what,
          .by = by,
          .at = now};
}

}  // namespace

// Of a command: what does not become durable is not so in memory either.
Result<void> Engine::commit_paused(Work& work) {
  Result<void> done = work.commit();
  if (done) return {};
  paused_ = TRY(paused_of_store());
  stage_.paused = paused_.flows;
  brakings_.clear();
  show_paused();
  return done;
}

// From here on, and by this step's commit for good. `reason`: who, when, and the review that asks about it, if one
// does.
Result<void> Engine::pause_one(Work& work, const std::string& what, const Json& reason, Instant now) {
  const std::string& review = reason["review"].text();
  if (has_reason(paused_, what, review)) return {};
  Json::List reasons = paused_.said[what];
  reasons.push_back(reason);
  work.rows().metas.push_back({"paused/" + what, canonical(Json(reasons))});
  work.attest(nullptr, about_pause(what, "paused", review.empty() ? "person" : "brake", reason["by"].text(), now));
  put(paused_, what, reasons);
  stage_.paused = paused_.flows;
  show_paused();
  return {};
}

// `answered`: the review that has its answer; nothing: a person lets it go on, whatever the reasons were.
Result<void> Engine::resume_one(Work& work, const std::string& what, const std::optional<std::string>& answered,
                                const std::string& by, Instant now) {
  Json::List left, ended;
  for (const Json& reason : paused_.said.at(what))
    (!answered || is_about(reason, *answered) ? ended : left).push_back(reason);
  work.rows().metas.push_back({"paused/" + what, left.empty() ? "" : canonical(Json(left))});
  if (left.empty()) {
    work.attest(nullptr, about_pause(what, "resumed", "person", by, now));
    take_off(paused_, what);
  } else {
    put(paused_, what, left);
  }
  stage_.paused = paused_.flows;
  show_paused();
  const auto flow = hub_->flows.find(flow_in(what));
  if (flow == hub_->flows.end()) return {};
  for (const Json& reason : ended)
    if (!reason["review"].text().empty()) TRY(release_brake(work, flow->first, reason["review"].text(), by, now));
  if (!left.empty()) return {};
  // What was held for it is told again: each golden record is shared anew.
  for (const model::Flow* keeps : hub_->flows_of(flow->second.entity))
    if (stage_.live.contains(keeps->name)) {
      work.rows().cursors.push_back({{}, ObjectName(keeps->name.text), "share", "", {}, now, false});
      sharing_[keeps->name] = GoldenId();
    }
  return {};
}

// Whether something is paused until that review is answered.
bool Engine::waits_for(const std::string& review) const {
  return std::ranges::any_of(paused_.said, [&](const auto& one) { return has_reason(paused_, one.first, review); });
}

Json Engine::paused_list() const {
  Json::List list;
  for (const auto& [what, reasons] : paused_.said)
    for (const Json& reason : reasons) {
      const std::size_t slash = what.find('/');
      Json one = Json::object({{"by", reason["by"]}, {"at", reason["at"]}});
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
