// A list that is much shorter than it should be: a person is asked, and what would be written because of it waits. A
// walk compares with what is linked. A first load has nothing to compare with but the other systems: where they hold
// people and this one lists nobody, all of them would be created there.
#include <algorithm>

#include "base/log.hpp"
#include "engine/engine.hpp"

namespace linchpin::engine {
namespace {

// One question for an object of a system, however often it is asked; of a first list for each flow, since each keeps
// another entity of it.
std::string short_question(const SystemName& system, const ObjectName& object, Keys& keys) {
  return question_id('r', "walk/" + system.text + "/" + object.text, keys);
}
std::string first_question(const SystemName& system, const ObjectName& object, const FlowName& flow, Keys& keys) {
  return question_id('r', "first/" + system.text + "/" + object.text + "/" + flow.text, keys);
}

}  // namespace

// The flows that read it write nothing until a person has answered.
Result<void> Engine::ask_about_list(Work& work, const Where& where, const std::vector<FlowName>& flows, std::string id,
                                    std::string code, std::string message, Instant now) {
  ReviewRow review;
  review.id = std::move(id);
  review.kind = "short_list";
  review.system = where.first;
  review.record = {where.first, where.second, {}};
  review.code = std::move(code), review.message = std::move(message);
  review.since = now;
  log::warn("a system listed much less than it should hold", {{"system", where.first}, {"object", where.second}});
  const Json reason = Json::object({{"by", "short list"}, {"at", rfc3339(now)}, {"review", review.id}});
  work.rows().reviews.push_back(std::move(review));
  for (const FlowName& flow : flows) TRY(pause_one(work, "flow/" + flow.text, reason, now));
  return {};
}

std::vector<FlowName> Engine::flows_that_read(const Where& where) const {
  std::vector<FlowName> flows;
  for (const auto& [name, flow] : hub_->flows)
    if (flow.kind == model::Flow::Kind::Keep && flow.mode != model::Mode::Off &&
        std::ranges::any_of(hub_->mappings_of(where.first, where.second),
                            [&](const auto* mapping) { return mapping->entity == flow.entity; }) &&
        std::ranges::any_of(flow.systems, [&](const model::FlowSystem& member) {
          return member.system == where.first && member.read != model::Pace::No;
        }))
      flows.push_back(name);
  return flows;
}

// All sources of the flow have been read once. Asked in the commit by which it may share: nothing has left by then.
Result<void> Engine::doubt_empty_lists(Work& work, const model::Flow& flow, Instant now) {
  const auto linked = [&](const SystemName& system) -> Result<std::int64_t> {
    return TRY(world_.store.linked(system, flow.entity)) + work.links_changed(system, flow.entity);
  };
  for (const model::FlowSystem& member : flow.systems) {
    if (member.read == model::Pace::No || member.write == model::Pace::No || TRY(linked(member.system)) > 0) continue;
    std::int64_t elsewhere = 0;
    for (const model::FlowSystem& other : flow.systems)
      if (other.system != member.system) elsewhere = std::max(elsewhere, TRY(linked(other.system)));
    if (!short_of(elsewhere, 0)) continue;
    for (const auto& [name, mapping] : hub_->mappings) {
      if (mapping.system != member.system || mapping.entity != flow.entity) continue;
      const std::string id = first_question(mapping.system, mapping.object, flow.name, world_.keys);
      if (TRY(world_.store.review(id))) continue;
      TRY(ask_about_list(work, {mapping.system, mapping.object}, {flow.name}, id, first_list_empty,
                         mapping.system.text + " listed no " + flow.entity.text + " among its " + mapping.object.text +
                             ", and another system of flow " + flow.name.text + " holds " + std::to_string(elsewhere) +
                             ". The flow is paused: nobody is created there. Accept: it really has none, and the flow "
                             "goes on. Reject: it stays paused; `linchpin reconcile` reads the list again, and where "
                             "there are some then, the flow goes on",
                         now));
    }
  }
  return {};
}

// What a walk was shown, against what is linked.
Result<void> Engine::ask_about_short(Work& work, const Where& where, const Walked& walked, std::int64_t linked,
                                     Instant now) {
  return ask_about_list(work, where, flows_that_read(where), short_question(where.first, where.second, world_.keys),
                        "list_short",
                        where.first.text + " listed " + std::to_string(walked.records) + " " + where.second.text +
                            ", and " + std::to_string(linked) +
                            " are linked. Nothing is taken as deleted, and what its flows would write waits. Accept: "
                            "they go on, the missing ones are asked for one by one, and those that it says are gone "
                            "are gone. Reject: they stay paused until `linchpin resume`; the next walk asks again",
                        now);
}

// A walk has seen all of it: what was asked about the list has its answer; about a first list of which a flow keeps
// nobody, when somebody was found.
Result<void> Engine::is_whole_again(Work& work, const Where& where, Instant now) {
  std::vector<std::string> answered{short_question(where.first, where.second, world_.keys)};
  for (const FlowName& flow : flows_that_read(where)) {
    const EntityName& entity = hub_->flows.at(flow).entity;
    if (TRY(world_.store.linked(where.first, entity)) + work.links_changed(where.first, entity) > 0)
      answered.push_back(first_question(where.first, where.second, flow, world_.keys));
  }
  for (const std::string& id : answered) {
    auto asked = TRY(world_.store.review(id));
    if (!asked) continue;
    if (asked->state == "open") {
      asked->state = "rejected", asked->by = "a later walk", asked->answered = now;
      work.rows().reviews.push_back(*asked);
    }
    TRY(resume_asked(work, id, "a later walk", now));
  }
  return {};
}

// The flows that waited for the answer go on.
Result<void> Engine::resume_asked(Work& work, const std::string& review, const std::string& by, Instant now) {
  std::vector<std::string> waited;
  for (const auto& [what, reasons] : paused_.said)
    if (has_reason(paused_, what, review)) waited.push_back(what);
  for (const std::string& what : waited) TRY(resume_one(work, what, review, by, now));
  return {};
}

}  // namespace linchpin::engine
