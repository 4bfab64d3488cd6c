#include "engine/plan.hpp"

#include <algorithm>
#include <cmath>

#include "engine/deliver.hpp"
#include "engine/engine.hpp"
#include "engine/outbox.hpp"
#include "engine/renamed.hpp"
#include "engine/trigger.hpp"

namespace linchpin::engine {
namespace {

constexpr std::size_t page = 256;  // golden records
constexpr int failed_most = 3;     // calls in a row: the system does not answer

// What the record holds in that field, as the entity has it; where it is only ever sent, as the system has it.
Value held(const mapping::Mapping& mapping, const Link& link, const FieldName& field) {
  if (const auto base = link.base.find(field.text); base != link.base.end()) return base->second;
  for (const mapping::FieldMapping& m : mapping.fields)
    if (m.field == field) return mapping::read(m.at, link.held).value_or(Json());
  return {};
}

void add_writes(Plan& plan, const model::Hub& next, const Golden& golden, const Delivery& d, const Link* link) {
  const model::Entity& entity = next.entity(golden.entity);
  if (d.operation == Operation::Delete || d.values.empty())
    plan.writes.push_back(
        {d.system, d.record, golden.id, golden.entity, d.operation, {}, Class::Public, {}, {}, {}, {}});
  for (const auto& [name, value] : d.values) {
    PlannedWrite write{d.system, d.record, golden.id, golden.entity, d.operation, FieldName(name), {}, {},
                       value,    {},       {}};
    if (const model::Field* field = entity.field(name)) write.clazz = field->clazz;
    if (link) write.before = held(next.mappings.at(d.mapping), *link, write.field);
    if (const auto chosen = golden.fields.find(write.field); chosen != golden.fields.end())
      write.wins = chosen->second.system, write.rule = chosen->second.rule;
    plan.writes.push_back(std::move(write));
  }
}

// What flows have asked meanwhile and these files would let go: a check of a person is a record that is made.
std::set<DeliveryId> add_asked(Plan& plan, const model::Hub& next, const Golden& golden, const Family& family,
                               const Sharing& sharing) {
  std::set<DeliveryId> asked;
  if (golden.waits || put_away(next, family.links)) return asked;
  for (Delivery d : family.deliveries) {
    if (!is_unasked(next, d) || sharing.paused.contains(d.flow)) continue;
    const model::Flow& flow = next.flows.at(d.flow);
    if (!holds_event(next, flow, golden) || !may_leave(next, flow, golden)) continue;
    PlannedSystem& system = plan.systems[d.system];
    ++system.creates;
    ++system.puts[{d.object, d.operation}];
    d.values = sent_by(next, flow, golden);
    add_writes(plan, next, golden, d, nullptr);
    asked.insert(d.id);
  }
  return asked;
}

void add_letter(Plan& plan, PlannedLetter letter) {
  ++plan.systems[letter.record.system].letters;
  if (plan.letters.size() < letters_shown_most) plan.letters.push_back(std::move(letter));
}

// What a flow was to ask that these files no longer have: nobody asks it.
void add_unasked(Plan& plan, const model::Hub& next, const Family& family) {
  for (const Delivery& d : family.deliveries)
    if (is_orphan(next, d))
      add_letter(plan, {{d.system, d.object, d.record},
                        family.golden.id,
                        {},
                        true,
                        {Code::ReferenceUnknown,
                         "flow " + d.flow.text + " is not in these files, and what it was to ask is not asked",
                         {},
                         ""}});
}

// What could be read so far, and not by these files. Of what is kept of a record its condition may not be judged.
void add_unread(Plan& plan, const model::Hub& next, const Link& link, const GoldenId& golden) {
  for (const mapping::Mapping* mapping : next.mappings_of(link.key.system, link.key.object)) {
    if (mapping->entity != link.entity) continue;
    for (mapping::FieldError& e : mapping::read(*mapping, link.held).errors)
      if (!e.field.empty() && !link.unread.contains(e.field))
        add_letter(plan, {link.key, golden, e.field, false, std::move(e.error)});
  }
}

// Takes out what cannot be put into the system's form. What a ref is called there is not known here.
void take_out_unfit(Plan& plan, const model::Hub& next, const Golden& golden, Delivery& d, const Link* link) {
  Delivery plain = d;
  for (const model::Field& field : next.entity(golden.entity).fields)
    if (!field.to.empty()) plain.values.erase(field.name.text);
  for (mapping::FieldError& e : put(next, plain, link).errors) {
    d.values.erase(e.field.text);
    add_letter(plan, {{d.system, d.object, d.record}, golden.id, e.field, true, std::move(e.error)});
  }
}

}  // namespace

bool may_see(const PlannedWrite& w, bool personal) {
  return w.clazz <= Class::Internal || (w.clazz == Class::Personal && personal);
}

Json to_json(const PlannedWrite& w, bool seen) {
  Json json = Json::object({{"system", w.system.text},
                            {"record", w.record.text},
                            {"golden", w.golden.text},
                            {"operation", std::string(to_text(w.operation))},
                            {"field", w.field.text},
                            {"class", std::string(to_text(w.clazz))},
                            {"before", seen ? w.before : Json()},
                            {"after", seen ? w.after : Json()},
                            {"wins", w.wins.text},
                            {"rule", w.rule}});
  return seen ? json : json.with("hidden", true);
}

Json to_json(const PlannedLetter& l) {
  return Json::object({{"system", l.record.system.text},
                       {"object", l.record.object.text},
                       {"record", l.record.record.text},
                       {"golden", l.golden.text},
                       {"field", l.field.text},
                       {"direction", l.written ? "out" : "in"},
                       {"code", std::string(code_text(l.error.code))},
                       {"message", l.error.what},
                       {"place", to_text(l.error.at)}});
}

Json to_json(const SystemName& name, const PlannedSystem& s) {
  char hours[32];
  std::snprintf(hours, sizeof hours, "%.2f", s.hours);
  return Json::object({{"system", name.text},
                       {"linked", s.linked},
                       {"creates", s.creates},
                       {"updates", s.updates},
                       {"deletes", s.deletes},
                       {"waits", s.waits},
                       {"differs", s.differs},
                       {"reviews", s.reviews},
                       {"dead_letters", s.letters},
                       {"calls", s.calls},
                       {"hours", Json(Json::Number{hours})}});
}

namespace {

void plan_one(Plan& plan, const model::Hub& next, const Family& family, const Sharing& sharing) {
  Golden golden = family.golden;
  golden.fields = survive(next, golden, family.links);
  for (const Link& link : family.links) {
    if (link.gone) continue;
    PlannedSystem& system = plan.systems[link.key.system];
    ++system.linked;
    system.differs += static_cast<std::int64_t>(discrepant(next, golden, link).size());
    add_unread(plan, next, link, golden.id);
  }
  const std::set<DeliveryId> asked = add_asked(plan, next, golden, family, sharing);
  add_unasked(plan, next, family);
  const std::vector<Intent> intents = share(next, golden, family.links, sharing);
  const Outboxed out = outbox(golden, family.deliveries, intents, {});
  for (const Delivery& d : family.deliveries)  // for its turn or an answer, for a pause, a brake or its flow to be live
    if (d.state != DeliveryState::Dead && !asked.contains(d.id) &&
        std::ranges::find(out.dropped, d.id) == out.dropped.end() &&
        std::ranges::find(out.put, d.id, &Delivery::id) == out.put.end())
      ++plan.systems[d.system].waits;
  for (Delivery d : out.put) {
    const auto flow = next.flows.find(d.flow);
    if (flow == next.flows.end() || !may_leave(flow->second, golden)) continue;  // a shadow keeps it
    const auto at = std::find_if(family.links.begin(), family.links.end(), [&](const Link& l) {
      return l.key == RecordKey{d.system, d.object, d.record} && l.entity == d.entity;
    });
    const Link* link = at == family.links.end() ? nullptr : &*at;
    const bool sets = !d.values.empty();
    if (d.operation != Operation::Associate) take_out_unfit(plan, next, golden, d, link);
    if (sets && d.values.empty()) continue;
    PlannedSystem& system = plan.systems[d.system];
    ++(d.operation == Operation::Create   ? system.creates
       : d.operation == Operation::Delete ? system.deletes
                                          : system.updates);
    ++system.puts[{d.object, d.operation}];
    add_writes(plan, next, golden, d, link);
  }
}

// As these files call it.
Family renamed(const model::Hub& next, const Family& family) {
  Family as_named{family.golden, family.links, family.deliveries, family.fresh, {}};
  rename(next, as_named);
  return as_named;
}

}  // namespace

void plan(Plan& plan, const model::Hub& next, const Family& family, const Sharing& sharing) {
  if (names_others(next, family)) return plan_one(plan, next, renamed(next, family), sharing);
  plan_one(plan, next, family, sharing);
}

std::int64_t calls_for(const PlannedSystem& system, const model::Manifest& manifest) {
  std::int64_t calls = 0;
  for (const auto& [of, records] : system.puts) {
    const model::ObjectSpec* object = manifest.object(of.first);
    const int most = !object || of.second == Operation::Do ? 1
                     : of.second == Operation::Create      ? object->create_most
                     : of.second == Operation::Delete      ? object->delete_most
                                                           : object->update_most;
    calls += (records + std::max(1, most) - 1) / std::max(1, most);
  }
  return calls;
}

double hours_for(std::int64_t calls, const Limits& limits, double keep_for_realtime) {
  double hours = 0;
  for (const Window& window : limits.windows) {
    const double allowed = std::max(1.0, std::floor(window.calls * (1 - keep_for_realtime)));
    const double waited = std::floor(static_cast<double>(std::max<std::int64_t>(0, calls - 1)) / allowed);
    hours = std::max(hours, waited * std::chrono::duration<double, std::ratio<3600>>(window.per).count());
  }
  return hours;
}

// The flows of `next` that could share now; a source that has not been read, or does not answer, is an error.
Result<std::set<FlowName>> Engine::may_share(const model::Hub& next) {
  std::set<FlowName> all;
  for (const auto& [name, flow] : next.flows) {
    if (flow.kind != model::Flow::Kind::Keep || flow.mode == model::Mode::Off) continue;
    for (const model::FlowSystem& member : flow.systems)
      if (const auto system = systems_.find(member.system);
          system != systems_.end() && system->second.failures >= failed_most)
        return fail(Code::SystemUnreachable, "the system " + member.system.text + " does not answer",
                    "`linchpin connect` says why; plan again when it does.");
    if (const auto where = TRY(unread(next, flow)))
      return fail(
          Code::SystemUnavailable,
          where->second.text + " of " + where->first.text + " have not been read yet" + so_far(*where),
          "Is the hub reading them? Plan again in a moment. A system that is new: apply it with the flow in mode: "
          "link, which reads and links and writes nothing, and plan what is to follow.",
          flow.place);
    all.insert(name);
  }
  return all;
}

Result<void> Engine::plan_entity(Plan& plan, const model::Hub& next, const EntityName& entity) {
  Sharing sharing{TRY(may_share(next)), {}, true, stage_.paused};
  for (GoldenId after;;) {
    const std::vector<GoldenRow> rows = TRY(world_.store.goldens(entity, after, page));
    Work reading(world_.store, world_.keys, families_, version_, next_delivery_);
    std::vector<GoldenId> not_kept;
    for (const GoldenRow& row : rows)
      if (!families_.look(row.id)) not_kept.push_back(row.id);
    TRY(reading.open(not_kept));
    for (const GoldenRow& row : rows) {
      const Family* kept = families_.look(row.id);
      const Family& family = kept ? *kept : *TRY(reading.family_itself(row.id));
      after = row.id;
      if (!family.golden.merged_into.empty()) continue;
      sharing.undecided = TRY(undecided(next, family, world_.store, reading)).systems;
      engine::plan(plan, next, family, sharing);
    }
    if (rows.size() < page) return {};
  }
}

Result<Json> Engine::plan(const model::Hub& next, bool personal) {
  Plan planned;
  for (const auto& [name, system] : next.systems) planned.systems[name];
  for (const auto& [name, entity] : next.entities) TRY(plan_entity(planned, next, name));
  for (const ReviewRow& review : TRY(world_.store.reviews(true)))
    if (review.kind == "match") ++planned.systems[review.system].reviews;
  count_calls(planned, next);
  return told(planned, next, personal).with("unanswered", to_json(TRY(unanswered(next)))).with("paused", paused_list());
}

Result<std::vector<Unanswered>> Engine::unanswered(const model::Hub& next) {
  std::map<EntityName, std::vector<std::string>> open;
  for (const ReviewRow& review : TRY(world_.store.reviews(true)))
    if (review.kind == "match") open[review.entity].push_back(review.id);
  std::vector<Unanswered> all;
  for (const auto& [name, flow] : next.flows) {
    const auto now = hub_->flows.find(name);
    const bool goes_live = flow.kind == model::Flow::Kind::Keep && flow.mode == model::Mode::Live &&
                           (now == hub_->flows.end() || now->second.mode != model::Mode::Live);
    if (const auto asked = open.find(flow.entity); goes_live && asked != open.end())
      all.push_back({name, flow.entity, asked->second});
  }
  return all;
}

void Engine::count_calls(Plan& planned, const model::Hub& next) const {
  for (auto& [name, system] : planned.systems) {
    const auto connected = systems_.find(name);
    if (connected == systems_.end() || !next.systems.contains(name)) continue;
    system.calls = calls_for(system, connected->second.connector->manifest());
    system.hours = hours_for(system.calls, connected->second.connector->limits(), next.system(name).keep_for_realtime);
  }
}

// The hash is of three parts, so that what has moved can be told: the files, the version that runs, and what would be
// written. Of values it is a keyed one: nobody can try guesses against it.
Json Engine::told(const Plan& planned, const model::Hub& next, bool personal) const {
  Json::List systems, writes, letters;
  for (const PlannedLetter& letter : planned.letters) letters.push_back(to_json(letter));
  std::string content;
  for (const auto& [name, system] : planned.systems) {
    systems.push_back(to_json(name, system));
    content += name.text + "/" + std::to_string(system.reviews) + "\n";
  }
  for (const PlannedWrite& w : planned.writes) {
    content = world_.keys.digest("plan", content + canonical(to_json(w, true)));
    if (writes.size() < planned_shown_most) writes.push_back(to_json(w, may_see(w, personal)));
  }
  const std::string files = to_hex(world_.keys.digest("plan", next.digest)).substr(0, 16);
  const std::string runs =
      to_hex(world_.keys.digest("plan", std::to_string(version_) + (version_ ? hub_->digest : ""))).substr(0, 16);
  const std::string data = to_hex(world_.keys.digest("plan", content)).substr(0, 32);
  const std::vector<model::HubFile> before = version_ == 0 ? std::vector<model::HubFile>() : hub_->files;
  const auto left_out = static_cast<std::int64_t>(planned.writes.size() - writes.size());
  return Json::object({{"hash", files + runs + data},
                       {"version", version_},
                       {"changes", model::to_json(model::differences(before, next.files))},
                       {"systems", std::move(systems)},
                       {"writes", std::move(writes)},
                       {"dead_letters", std::move(letters)},
                       {"writes_left_out", left_out}});
}

}  // namespace linchpin::engine
