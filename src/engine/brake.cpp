#include "engine/brake.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/mutant.hpp"
#include "engine/engine.hpp"

namespace linchpin::engine {
namespace {

std::string_view kind_of(Operation operation) {
  if (operation == Operation::Delete) return "deletes";
  return sets_fields(operation) ? "updates" : "creates";
}

std::string window_of(const Delivery& d) {
  return d.flow.text + "/" + d.system.text + "/" + std::string(kind_of(d.operation));
}

constexpr std::chrono::hours gone_window{1};
constexpr std::int64_t gone_few = 20;  // that many, and a tenth of what is linked, may go in a window

// " (by the word of hubspot: 50)"
std::string whose(const Braking& braking) {
  std::string all;
  for (const auto& [system, count] : braking.of)
    if (!system.empty()) all += (all.empty() ? "" : ", ") + system.text + ": " + std::to_string(count);
  return all.empty() ? all : " (by the word of " + all + ")";
}

}  // namespace

const model::Brake* brake_of(const model::Hub& hub, const Delivery& d) {
  const auto entity = hub.entities.find(d.entity);
  if (entity == hub.entities.end() || d.attempt > 0) return nullptr;
  if (d.operation == Operation::Delete && mutant(Mutant::DeletesUnbraked)) return nullptr;
  const model::Brakes& brakes = entity->second.brakes;
  const std::optional<model::Brake>& brake = d.operation == Operation::Delete ? brakes.deletes
                                             : sets_fields(d.operation)       ? brakes.updates
                                                                              : brakes.creates;
  return brake ? &*brake : nullptr;
}

std::int64_t most_of(const model::Brake& brake, std::int64_t records) {
  if (!brake.percent) return brake.most;
  return std::max<std::int64_t>(1, (records * brake.most + 99) / 100);
}

bool ended(const Braking& braking, const model::Brake& brake, Instant now) {
  return now >= braking.since + brake.window || now < braking.since;
}

SystemName said_by(const Delivery& d, const Golden& golden) {
  const Sourced* latest = nullptr;
  for (const auto& [name, value] : d.values)
    if (const auto at = golden.fields.find(FieldName(name)); at != golden.fields.end())
      if (!latest || at->second.at > latest->at) latest = &at->second;
  return latest ? latest->system : SystemName();
}

Json to_json(const Braking& b) {
  Json::Object of;
  for (const auto& [system, count] : b.of) of.emplace_back(system.text, count);
  return Json::object(
      {{"since", ms_since_epoch(b.since)}, {"most", b.most}, {"count", b.count}, {"of", std::move(of)}});
}

Result<Braking> braking_of(const std::string& kept) {
  const Json said = TRY(parse_json(kept));
  Braking braking{from_ms(said["since"].integer().value_or(0)), said["most"].integer().value_or(0),
                  said["count"].integer().value_or(0)};
  for (const auto& [system, count] : said["of"].members()) braking.of[SystemName(system)] = count.integer().value_or(0);
  return braking;
}

// Whether a delivery may leave now; it then counts. If not, its flow is paused from here on.
Result<bool> Engine::brakes_let(Work& work, const Delivery& d, Instant now) {
  if (paused_.flows.contains(d.flow)) return false;
  const model::Brake* brake = brake_of(*hub_, d);
  if (!brake) return true;
  if (!TRY(counts(work, d, now))) return true;
  const std::string what = window_of(d);
  Braking& braking = *TRY(this->braking(what));
  if (ended(braking, *brake, now))
    braking = {now, most_of(*brake, brake->percent ? TRY(world_.store.linked(d.system, d.entity)) : 0), 0, {}};
  if (braking.count >= braking.most) {
    TRY(pull_brake(work, d, *brake, braking, now));
    return false;
  }
  ++braking.count;
  if (const Family* family = TRY(work.family(d.golden))) ++braking.of[said_by(d, family->golden)];
  braked_.insert(what);
  return true;
}

Result<Braking*> Engine::braking(const std::string& what) {
  auto at = brakings_.find(what);
  if (at == brakings_.end()) {
    const std::optional<std::string> kept = TRY(world_.store.meta("brake/" + what));
    at = brakings_.emplace(what, kept && !kept->empty() ? TRY(braking_of(*kept)) : Braking{}).first;
  }
  return &at->second;
}

// A system calls one record after the other gone: the wrong address of another account, a token that sees no more. What
// would follow from it waits for a person, unless one has said already that what is missing is gone.
Result<void> Engine::brake_gone(Work& work, const RecordKey& key, Instant now) {
  const Where where{key.system, key.object};
  const std::string what = "gone/" + key.system.text + "/" + key.object.text;
  Braking& gone = *TRY(braking(what));
  if (now >= gone.since + gone_window || now < gone.since) gone = {now, TRY(links_of(where)), 0, {}};
  ++gone.count;
  braked_.insert(what);
  const Walked& walk = *TRY(walked(where));
  const bool believed = walk.trusted && (walk.ended == Instant{} || now < walk.ended + gone_window);
  if (believed || gone.count <= gone_few || gone.count * 10 <= gone.most) return {};
  ReviewRow review;
  review.id = question_id('r', what, world_.keys);
  const Json reason = Json::object({{"by", "brake"}, {"at", rfc3339(now)}, {"review", review.id}});
  for (const FlowName& flow : flows_that_read(where)) TRY(pause_one(work, "flow/" + flow.text, reason, now));
  if (const auto asked = TRY(world_.store.review(review.id)); asked && asked->state == "open") return {};
  review.kind = "brake";
  review.system = key.system;
  review.record = {key.system, key.object, {}};
  review.code = "gone_many";
  review.message =
      key.system.text + " has called " + std::to_string(gone.count) + " of some " + std::to_string(gone.most) + " " +
      key.object.text + " gone since " + rfc3339(gone.since) +
      ". What its flows would write waits. Accept: they really are gone, and the flows go on. Reject: they "
      "stay paused; `linchpin reconcile` links again what is there after all, and `linchpin resume` lets "
      "them go on";
  review.since = now;
  log::warn("a system calls many records gone", {{"system", key.system}, {"object", key.object}});
  work.rows().reviews.push_back(std::move(review));
  gone = {now, gone.most, 0, {}};  // counted anew from here
  return {};
}

// Whether its flow is counted now. What a load sends is remembered with it.
Result<bool> Engine::counts(Work& work, const Delivery& d, Instant now) {
  const std::string key = "brake/" + d.flow.text;
  auto last = loads_.find(d.flow);
  if (last == loads_.end()) {
    const std::optional<std::string> kept = TRY(world_.store.meta(key));
    last = loads_.emplace(d.flow, kept ? TRY(parse_rfc3339(*kept)) : Instant{}).first;
  }
  if (is_apply(d.change)) {
    last->second = now;
    work.rows().metas.push_back({key, rfc3339(now)});
  }
  return d.operation == Operation::Delete || now >= last->second + unbraked_after_load;
}

// What was counted, in the commit of what leaves.
void Engine::keep_brakes(Work& work) {
  for (const std::string& what : std::exchange(braked_, {}))
    work.rows().metas.push_back({"brake/" + what, canonical(to_json(brakings_.at(what)))});
}

Result<void> Engine::pull_brake(Work& work, const Delivery& d, const model::Brake& brake, const Braking& braking,
                                Instant now) {
  ReviewRow review;
  review.id = question_id('r', "brake/" + window_of(d) + "/" + std::to_string(ms_since_epoch(now)), world_.keys);
  review.kind = "brake";
  review.system = d.system, review.entity = d.entity;
  review.code = "brake_pulled";
  review.message =
      "flow " + d.flow.text + " was about to write more than its brake allows (" + std::string(kind_of(d.operation)) +
      ": " + brake.text + "): " + std::to_string(braking.count) + " since " + rfc3339(braking.since) + whose(braking) +
      " have left. It is paused, and the rest waits. Accept: as many more may leave. Reject: it stays paused";
  review.since = now, review.regulated = d.regulated;
  log::warn("a brake was pulled", {{"flow", d.flow}, {"system", d.system}});
  const Json reason = Json::object({{"by", "brake"}, {"at", rfc3339(now)}, {"review", review.id}});
  work.rows().reviews.push_back(std::move(review));
  return pause_one(work, "flow/" + d.flow.text, reason, now);
}

// What its flow would write when it goes on, " Waiting now: hubspot 2 deletes, xero 5 creates": more comes while it is
// paused, so it is counted when it is shown.
Result<std::string> Engine::waits_behind(const std::string& review) {
  constexpr std::size_t counted_most = 100'000;
  const auto paused =
      std::ranges::find_if(paused_.said, [&](const auto& one) { return has_reason(paused_, one.first, review); });
  if (paused == paused_.said.end()) return std::string();
  std::map<std::string, std::int64_t> waits;
  for (const DeliveryState state : {DeliveryState::Pending, DeliveryState::Held})
    for (const DeliveryRow& row : TRY(world_.store.deliveries_in(state, counted_most)))
      if ("flow/" + row.flow.text == paused->first)
        ++waits[row.system.text + "/" + std::string(kind_of(row.operation))];
  std::string told;
  for (const auto& [what, count] : waits)
    told += (told.empty() ? ". Waiting now: " : ", ") + what.substr(0, what.find('/')) + " " + std::to_string(count) +
            " " + what.substr(what.find('/') + 1);
  return told.empty() ? ". Nothing waits now" : told;
}

// A flow that goes on is counted anew, and what was asked has its answer, unless other flows wait for it too. Of a list
// that was too short it is that nothing is gone: only who accepts says that what it left out may be.
Result<void> Engine::release_brake(Work& work, const FlowName& flow, const std::string& review, const std::string& by,
                                   Instant now) {
  const bool has_its_answer = std::ranges::any_of(work.rows().reviews, [&](const auto& r) { return r.id == review; });
  if (auto row = TRY(world_.store.review(review));
      row && row->state == "open" && !has_its_answer && !waits_for(review)) {
    row->state = row->code == "list_short" ? "rejected" : "accepted", row->by = by, row->answered = now;
    work.rows().reviews.push_back(*std::move(row));
  }
  for (const auto& [system, rest] : hub_->systems)
    for (const char* kind : {"creates", "updates", "deletes"}) {
      const std::string what = flow.text + "/" + system.text + "/" + kind;
      brakings_[what] = {};
      work.rows().metas.push_back({"brake/" + what, ""});
    }
  return {};
}

}  // namespace linchpin::engine
