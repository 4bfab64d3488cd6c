// What users ask of a hub, each a command as a JSON object. The command line asks through the hub's socket, or over the
// store when none runs; the process tier asks with an app's token. One implementation for all.
#include <algorithm>
#include <limits>

#include "engine/conflict.hpp"
#include "engine/derive.hpp"
#include "engine/engine.hpp"
#include "engine/refs.hpp"
#include "engine/seal.hpp"
#include "model/direct.hpp"
#include "model/registry.hpp"

namespace linchpin::engine {
namespace {

std::string words_for(Regrouped::What what) {
  switch (what) {
    case Regrouped::What::Merged:
      return "merged with";
    case Regrouped::What::Split:
      return "split off";
    case Regrouped::What::SplitFrom:
      return "split from";
  }
  return "";
}

bool may_be_seen(const model::Field* field) { return field && field->clazz < Class::Restricted; }

// One of the fields that another is made of.
Json shown_part(const model::Field& part, const Golden& golden) {
  Json json = Json::object({{"field", part.name.text}, {"class", std::string(to_text(part.clazz))}});
  const auto at = golden.fields.find(part.name);
  return at != golden.fields.end() && may_be_seen(&part) ? json.with("value", at->second.value) : json;
}

// How a mapping makes the one of the other: where the value stands in the record, and by which transform. `holds`: what
// stands there, in the system's own form, as far as it is told.
Json with_transform(const model::Hub& hub, Json step, const MappingName& name, const model::Field& field,
                    const Link* holds) {
  const auto mapping = hub.mappings.find(name);
  if (mapping == hub.mappings.end()) return step;
  for (const mapping::FieldMapping& m : mapping->second.fields) {
    if (m.field != field.name) continue;
    std::string as = model::to_text(m.as, m.ref_by);
    if (as.empty())
      as = "type " + std::string(to_text(field.type)) + (field.region.empty() ? "" : ", region " + field.region);
    step = step.with("path", mapping::to_text(m.at)).with("transform", std::move(as));
    // Of an expression, what it reads may be of any class.
    auto held = holds && !m.as.expression ? mapping::read(m.at, holds->held) : std::nullopt;
    if (held && held->is_object()) {
      Json::Object parts;
      for (const std::string& part : m.as.parts)
        if (const Json* one = held->find(part)) parts.emplace_back(part, *one);
      held = Json(std::move(parts));
    }
    if (held && !held->is_null() && !held->is_list()) step = step.with("holds", *std::move(held));
  }
  return step;
}

// What a system wrote that was not its to say: a question, until a person answers it.
Json with_answer(Json step, const ReviewRow& row) {
  step = step.with("review", row.id).with("state", row.state);
  if (row.state == "open") return step.with("why", "review " + row.id + " waits for an answer");
  const std::string at = rfc3339(row.answered);
  return step.with("answered", at)
      .with("answered_by", row.by)
      .with("why", "review " + row.id + ", " + row.state + " by " + row.by + " at " + at);
}

// The tags under which the audit log has what moved of it: its own, and those of golden records that became it.
Result<Json> tags_of(const Family& family, Work& work) {
  const auto tag = [](const Family& of) { return Json(audit_row({.entry = "tag"}, of.key, true).person); };
  Json::List tags{tag(family)};
  for (const Regrouped& r : family.golden.regrouped)
    if (r.what == Regrouped::What::Merged)
      if (const Family* other = TRY(work.family_itself(r.other))) tags.push_back(tag(*other));
  return Json(std::move(tags));
}

}  // namespace

Result<Json> Engine::status(Instant now) {
  Json::List what;
  for (std::string& told : TRY(outstanding(std::numeric_limits<std::size_t>::max())))
    what.emplace_back(std::move(told));
  return Json::object({{"quiet", what.empty()},
                       {"outstanding", Json(what)},
                       {"register", version_},
                       {"paused", paused_list()},
                       {"loading", loading(now)}});
}

Result<Json> Engine::ask(const Json& command, Instant now) {
  const std::string& name = command["command"].text();
  if (name == "status") return status(now);
  if (name == "pause" || name == "resume") return change_pause(command, now);
  if (name == "register") return register_list();
  if (name == "table") return table();
  if (name == "explain") return explain(command);
  if (name == "pin") return pin(command, now);
  if (name == "revert") return revert(command, now);
  if (name == "revert.list") return reverts();
  if (name == "reconcile") return reconcile(command);
  if (name == "reconcile.state") return walks();
  if (name == "sync") {
    const std::string& since = command["since"].text();
    TRY(sync(FlowName(command["flow"].text()),
             since.empty() ? std::nullopt : std::optional(TRY(parse_rfc3339(since)))));
    return Json(Json::Object{});
  }
  if (name == "review.list") return reviews(command);
  if (name == "review.show") return show_review(command);
  if (name == "review.accept" || name == "review.reject") return answer_review(command, now);
  if (name == "review.merge") return unite(command, now);
  if (name == "review.split") return split(command, now);
  if (name == "dead-letters.list" || name == "dead-letters.show") return dead_letters(command);
  if (name == "dead-letters.retry" || name == "dead-letters.discard") return answer_letters(command, now);
  if (name == "connection") return connection(command, now);
  if (name == "process.get" || name == "process.list") return process(command);
  if (name == "app.add" || name == "app.revoke") return change_app(command, now);
  if (name == "app.list") {
    Json::List items;
    for (const AppRow& app : TRY(world_.store.apps()))
      items.push_back(Json::object({{"name", app.name}, {"made", rfc3339(app.made)}, {"revoked", app.revoked}}));
    return Json::object({{"items", std::move(items)}});
  }
  return fail(Code::InvalidArgument, "the hub knows no command of that name");
}

// A golden id, or `system:record`.
Result<Family*> Engine::named(Work& work, const std::string& id, const EntityName& entity) {
  if (is_golden_id(id)) return work.family(GoldenId(id));
  const std::size_t colon = id.find(':');
  if (colon == std::string::npos) return nullptr;
  const SystemName system(id.substr(0, colon));
  for (const auto& [name, mapping] : hub_->mappings)
    if (mapping.system == system && mapping.entity == entity)
      if (Family* family = TRY(work.family_of({system, mapping.object, RecordId(id.substr(colon + 1))}, entity)))
        return family;
  return nullptr;
}

Result<Json> Engine::table() {
  constexpr std::size_t page = 256;
  Counting counted = counting();
  while (!TRY(count(counted, page))) continue;
  show(counted);
  std::map<std::pair<SystemName, EntityName>, std::pair<std::int64_t, std::int64_t>> waiting;  // dead letters, reviews
  for (const auto& [key, row] : counted.rows) waiting[key];
  for (const DeadLetterRow& letter : TRY(world_.store.dead_letters())) ++waiting[{letter.system, letter.entity}].first;
  for (const ReviewRow& review : TRY(world_.store.reviews(true))) ++waiting[{review.system, review.entity}].second;
  Json::List list;
  for (const auto& [key, wait] : waiting) {
    if (key.second.empty() && wait.first == 0) continue;
    const Counted& row = counted.rows[key];
    const auto moved = moved_.find(key);
    const Moved counts = moved == moved_.end() ? Moved{} : moved->second;
    list.push_back(Json::object({{"system", key.first.text},
                                 {"entity", key.second.text},
                                 {"linked", row.linked},
                                 {"created", counts.created},
                                 {"updated", counts.updated},
                                 {"dead", wait.first},
                                 {"in_review", wait.second},
                                 {"discrepant_fields", row.discrepant}}));
  }
  return Json::object({{"rows", std::move(list)}});
}

// How a system is connected, as the engine has it now. No secret is in it.
Result<Json> Engine::connection(const Json& command, Instant now) {
  const SystemName name(command["system"].text());
  const auto system = systems_.find(name);
  if (system == systems_.end())
    return fail(Code::NotFound, "the hub has no system of that name", "`linchpin check` lists what it has.");
  const Connected& c = system->second;
  const bool token = c.connector->needs_access_token();
  const bool live = !token || (!c.credential.access_token.empty() && c.credential.access_expires > now);
  Json answer =
      Json::object({{"system", name.text}, {"connected", live && c.prepared}, {"failures_in_a_row", c.failures}});
  if (token && live) answer = answer.with("expires", rfc3339(c.credential.access_expires));
  return answer;
}

Result<Json> Engine::explain(const Json& command) {
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  const EntityName entity(command["entity"].text());
  if (!hub_->entities.contains(entity))
    return fail(Code::NotFound, "the hub has no entity of that name", "`linchpin check` lists what it has.");
  const Family* family = TRY(named(work, command["id"].text(), entity));
  if (!family || family->golden.entity != entity)
    return fail(Code::NotFound, "the hub has no such record",
                "Give a golden id, or system:record, as in hubspot:1203.");
  const std::string& only = command["field"].text();
  const auto waiting = TRY(Refs(*hub_, world_.keys, work).waiting(*family));
  const std::vector<ReviewRow> asked = TRY(world_.store.reviews_of(family->golden.id));
  std::vector<Past> taken = TRY(past_of(*family));
  std::erase_if(taken, [](const Past& past) { return !is_revert(past.change); });
  Json::List items;
  for (const model::Field& field : hub_->entity(entity).fields) {
    if (!only.empty() && field.name.text != only) continue;
    const auto golden = family->golden.fields.find(field.name);
    const bool seen = may_be_seen(&field);
    Json::List chain;
    const auto step = [&](std::string_view what, Instant at, const SystemName& system, const RecordId& record,
                          const ChangeId& change, const MappingName& mapping, const std::string& rule,
                          const Json& value) {
      Json one = Json::object({{"what", std::string(what)}, {"register", version_}});
      if (at != Instant{}) one = one.with("at", rfc3339(at));
      if (!system.empty()) one = one.with("system", system.text);
      if (!record.empty()) one = one.with("record", record.text);
      if (!change.empty()) one = one.with("change", change.text);
      if (!mapping.empty()) one = one.with("mapping", mapping.text);
      if (!rule.empty()) one = one.with("rule", rule);
      if (seen && !value.is_null()) one = one.with("value", value);
      chain.push_back(std::move(one));
    };
    // What the record holds is told where it is that value in the record's form. A form that is kept may be older than
    // a blank: systems leave out what they hold nothing of.
    const auto through = [&](const Link& link, const Values& of, const Value& value) {
      const auto at = of.find(field.name.text);
      const bool holds = seen && !value.is_null() && at != of.end() && same_value(field.type, at->second, value);
      chain.back() = with_transform(*hub_, chain.back(), link.mapping, field, holds ? &link : nullptr);
    };
    if (golden != family->golden.fields.end()) {
      const Sourced& s = golden->second;
      step("chosen", s.at, s.system, s.record, s.change, s.mapping, s.rule, s.value);
      for (const Link& link : family->links)
        if (link.key.system == s.system && link.key.record == s.record && link.mapping == s.mapping)
          through(link, link.base, s.value);
    }
    if (field.from) {
      step("made", {}, {}, {}, {}, {}, field.from->text(), {});
      Json::List parts;
      for (const std::string& part : field.from->reads())
        parts.push_back(shown_part(*hub_->entity(entity).field(part), family->golden));
      chain.back() = chain.back().with("of", std::move(parts));
      for (const mapping::FieldError& e : not_derived(hub_->entity(entity), family->golden))
        if (e.field == field.name) chain.back() = chain.back().with("error", e.error.what);
    }
    for (const Link& link : family->links)
      if (const auto own = link.own.find(field.name); own != link.own.end()) {
        step("considered", own->second.at, link.key.system, link.key.record, own->second.change, link.mapping, "",
             own->second.value);
        through(link, link.base, own->second.value);
      }
    if (const auto pin = family->golden.pins.find(field.name); pin != family->golden.pins.end()) {
      step("pinned", pin->second.at, {}, {}, {}, {}, "", pin->second.value);
      chain.back() = chain.back().with("by", pin->second.by).with("why", pin->second.why);
      if (pin->second.until != Instant{}) chain.back() = chain.back().with("until", rfc3339(pin->second.until));
    }
    for (const Regrouped& r : family->golden.regrouped) {
      step(words_for(r.what), r.at, {}, {}, {}, {}, "", {});
      Json::List records;
      for (const RecordKey& key : r.records) records.push_back(key.system.text + ":" + key.record.text);
      chain.back() = chain.back().with("golden", r.other.text).with("records", std::move(records));
      chain.back() = chain.back().with("by", r.by).with("why", r.why);
    }
    if (const auto set = family->golden.set.find(field.name); set != family->golden.set.end())
      step("set", set->second.at, {}, {}, set->second.change, {}, set->second.rule, set->second.value);
    for (const Past& past : taken)
      for (const Turn& turn : past.turns)
        if (turn.kind == Turn::Kind::Golden && turn.field == field.name) {
          const std::optional<Reverting> revert = TRY(revert_of(past.change));
          step("taken back", past.at, {}, {}, past.change, {}, "", turn.before ? turn.before->value : Value());
          if (revert) chain.back() = chain.back().with("by", revert->by).with("why", revert->why);
        }
    for (const ReviewRow& row : asked)
      if (row.kind == "foreign_write" && row.field == field.name) {
        const Json detail = seen ? TRY(open_detail(row.sealed, row.id, family->key)) : Json();
        step("written though it is not its to say", row.since, row.system, row.record.record, {}, {}, "",
             detail["value"]);
        chain.back() = with_answer(chain.back(), row);
      }
    for (const Link& link : family->links) {
      if (const auto given = link.given.find(field.name.text); given != link.given.end()) {
        step("sent and confirmed", link.confirmed, link.key.system, link.key.record, {}, link.mapping, "",
             given->second);
        through(link, link.given, given->second);
      }
      if (link.left.contains(field.name.text) ||
          (is_undecided(family->golden, field.name) && has_word(link, field.name)))
        step("left as it is there, until a review is answered", {}, link.key.system, link.key.record, {}, link.mapping,
             "", {});
    }
    for (const Refs::Waiting& one : waiting)
      if (one.field == field.name) {
        step("waits", {}, one.record.system, one.record.record, {}, {}, "", {});
        chain.back() = chain.back().with("why", one.why);
      }
    const auto waits = [&](const Delivery& d) {
      return d.operation == Operation::Associate && std::ranges::any_of(waiting, [&](const Refs::Waiting& one) {
               return one.field == field.name && one.record == RecordKey{d.system, d.object, d.record};
             });
    };
    for (const Delivery& d : family->deliveries)
      if (const auto value = d.values.find(field.name.text); value != d.values.end())
        step(d.state == DeliveryState::Dead     ? "could not be sent"
             : d.state != DeliveryState::Held   ? "waits to be sent"
             : !may_leave(d, family->golden)    ? "is held: its flow does not send it"
             : waits(d)                         ? "is held: what it is to name is not there yet"
             : d.operation != Operation::Create ? "is held: its record cannot be read there"
             : family->golden.in_question       ? "is held: until a review says who it is"
                                                : "is held: it is not wanted now, and may have been made",
             d.made, d.system, d.record, d.change, d.mapping, "", value->second);
    Json value = golden == family->golden.fields.end() || !seen ? Json() : golden->second.value;
    items.push_back(Json::object({{"field", field.name.text},
                                  {"class", std::string(to_text(field.clazz))},
                                  {"value", std::move(value)},
                                  {"chain", std::move(chain)}}));
  }
  if (!only.empty() && items.empty()) return fail(Code::NotFound, "the entity has no field of that name");
  Json answer = only.empty() ? Json::object({{"fields", std::move(items)}}) : items.front();
  return answer.with("id", family->golden.id.text)
      .with("entity", entity.text)
      .with("persons", TRY(tags_of(*family, work)));
}

Result<Json> Engine::process(const Json& command) {
  const std::string& token = command["token"].text();
  bool known = false;
  for (const AppRow& app : TRY(world_.store.apps()))
    known = (equal_constant_time(app.token_hash, token) && !app.revoked) || known;
  if (!known)
    return fail(Code::TokenInvalid, "the app's token is missing, wrong or revoked", "`linchpin app add` makes one.");

  const EntityName entity(command["entity"].text());
  const auto declared = hub_->entities.find(entity);
  if (declared == hub_->entities.end() || model::is_direct(entity))
    return fail(Code::NotFound, "there is no such entity");
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  const auto shown = [&](const Family& family) {
    Json::Object fields;
    for (const auto& [name, s] : family.golden.fields)
      if (may_be_seen(declared->second.field(name.text)))
        fields.emplace_back(name.text,
                            Json::object({{"value", s.value}, {"source", s.system.text}, {"at", rfc3339(s.at)}}));
    std::set<std::pair<std::string, std::string>> records;  // in one order, however the family came to be in memory
    for (const Link& link : family.links)
      if (!link.gone) records.insert({link.key.system.text, link.key.record.text});
    Json::List links;
    for (const auto& [system, record] : records)
      links.push_back(Json::object({{"system", system}, {"record", record}}));
    return Json::object({{"id", family.golden.id.text},
                         {"entity", entity.text},
                         {"fields", std::move(fields)},
                         {"links", std::move(links)}});
  };
  if (command["command"].text() == "process.get") {
    const Family* family = TRY(named(work, command["id"].text(), entity));
    if (!family || family->golden.entity != entity) return fail(Code::NotFound, "there is no such record");
    return shown(*family);
  }
  const std::string& cursor = command["cursor"].text();
  if (!cursor.empty() && !is_golden_id(cursor))
    return fail(Code::InvalidArgument, "the cursor is none that the hub gave");
  const auto limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(command["limit"].integer().value_or(100), 1, 500));
  Json::List items;
  Json next;
  const std::vector<GoldenRow> rows = TRY(world_.store.goldens(entity, GoldenId(cursor), limit + 1));
  for (std::size_t i = 0; i < std::min(rows.size(), limit); ++i)  // those that were merged away are not listed
    if (const Family* family = TRY(work.family_itself(rows[i].id)); family && family->golden.merged_into.empty())
      items.push_back(shown(*family));
  if (rows.size() > limit) next = rows[limit - 1].id.text;
  return Json::object({{"items", std::move(items)}, {"next", std::move(next)}});
}

Result<Json> Engine::change_app(const Json& command, Instant now) {
  const std::string& name = command["name"].text();
  if (name.empty()) return fail(Code::InvalidArgument, "an app needs a name");
  const std::vector<AppRow> apps = TRY(world_.store.apps());
  const auto known = std::find_if(apps.begin(), apps.end(), [&](const AppRow& a) { return a.name == name; });
  const bool revoke = command["command"].text() == "app.revoke";
  if (revoke && known == apps.end()) return fail(Code::NotFound, "there is no such app");
  if (!revoke && known != apps.end() && !known->revoked)
    return fail(Code::NameDuplicate, "there is an app of that name", "Revoke it first, or choose another name.");
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  AppRow app = revoke ? *known : AppRow{name, {}, now, false};
  Json answer = Json::object({{"name", name}});
  if (revoke) {
    app.revoked = true;
  } else {
    const std::string token = "lp_" + to_base64_url(world_.random.bytes(32));
    app.token_hash = to_hex(as_text(sha256(token)));
    answer = answer.with("token", token);  // the only time that it is seen
  }
  work.rows().apps.push_back(std::move(app));
  work.attest(nullptr, {.entry = "app/" + name + "/" + std::to_string(ms_since_epoch(now)),
                        .kind = "app",
                        .trigger = "person",
                        .outcome = revoke ? "revoked" : "added",
                        .by = command["by"].text(),
                        .at = now});
  TRY(work.commit());
  return answer;
}

}  // namespace linchpin::engine
