// pin: a person sets a field, with a reason, for good or until a time. It wins over what any system says, which is
// kept: when the pin ends, the field is chosen anew.
#include "engine/engine.hpp"

namespace linchpin::engine {
namespace {

constexpr const char* ends_key = "pins";

// What somebody typed, as the field's type has it.
Result<Value> what_was_typed(const model::Field& field, const std::string& zone, const std::string& typed) {
  if (typed.empty()) return Value();
  if (field.type != Type::Boolean) return model::typed_value(field, zone, Json(typed));
  return model::typed_value(field, zone, typed == "true" ? Json(true) : typed == "false" ? Json(false) : Json(typed));
}

Json to_json(const std::map<std::pair<GoldenId, FieldName>, Instant>& ends) {
  Json::List list;
  for (const auto& [what, until] : ends)
    list.push_back(
        Json::object({{"golden", what.first.text}, {"field", what.second.text}, {"until", ms_since_epoch(until)}}));
  return Json(std::move(list));
}

}  // namespace

Result<void> Engine::resume_pins() {
  const std::optional<std::string> kept = TRY(world_.store.meta(ends_key));
  if (!kept || kept->empty()) return {};
  for (const Json& one : TRY(parse_json(*kept)).items())
    pin_ends_[{GoldenId(one["golden"].text()), FieldName(one["field"].text())}] =
        from_ms(one["until"].integer().value_or(0));
  return {};
}

// Those of a golden record as it is now.
void Engine::keep_pin_ends(Work& work, const Golden& golden) {
  const auto before = pin_ends_;
  std::erase_if(pin_ends_, [&](const auto& one) { return one.first.first == golden.id; });
  if (golden.merged_into.empty())
    for (const auto& [field, pin] : golden.pins)
      if (pin.until != Instant{}) pin_ends_[{golden.id, field}] = pin.until;
  if (pin_ends_ != before) work.rows().metas.push_back({ends_key, canonical(to_json(pin_ends_))});
}

// One pin is set, or ended (nullptr), and the field is chosen anew.
Result<void> Engine::change_pin(Work& work, Line& line, Family& family, const FieldName& field, const Pin* pin,
                                const std::string& trigger, const std::string& by, Instant now) {
  const Golden before = family.golden;
  const ChangeId change("pin." + std::to_string(ms_since_epoch(now)));
  Values values;
  if (pin) values.emplace(field.text, pin->value);
  work.attest(&family, {.entry = change.text + "/" + family.golden.id.text + "/" + field.text,
                        .kind = pin ? "pinned" : "unpinned",
                        .trigger = trigger,
                        .change = change,
                        .entity = family.golden.entity,
                        .values = std::move(values),
                        .outcome = field.text,
                        .by = by,
                        .at = now});
  // What records were given by a pin that is over is nobody's word.
  if (!pin)
    for (Link link : std::vector<Link>(family.links)) {
      const auto given = link.given.find(field.text);
      if (given == link.given.end() || given->second != family.golden.pins.at(field).value) continue;
      link.given.erase(given);
      work.changed_link(family, std::move(link));
    }
  family.golden.pins.erase(field);
  pin_ends_.erase({family.golden.id, field});
  if (pin) {
    family.golden.pins.emplace(field, *pin);
    if (pin->until != Instant{}) pin_ends_[{family.golden.id, field}] = pin->until;
  }
  work.rows().metas.push_back({ends_key, canonical(to_json(pin_ends_))});
  family.golden.fields = survive(*hub_, family.golden, family.links);
  work.remember(family, change, now, golden_turns(hub_->entity(before.entity), before, family.golden));
  ++family.golden.version;
  work.changed_golden(family);
  return line.settle(family, &before, {change, {}, now});
}

// Those whose time has come.
Result<void> Engine::end_pins(Work& work, Line& line, Instant now) {
  std::vector<std::pair<GoldenId, FieldName>> over;
  for (const auto& [what, until] : pin_ends_)
    if (until <= now) over.push_back(what);
  for (const auto& [golden, field] : over) {
    Family* family = TRY(work.family(golden));
    if (family && family->golden.pins.contains(field))
      TRY(change_pin(work, line, *family, field, nullptr, "time", "", now));
    else
      pin_ends_.erase({golden, field});
  }
  return {};
}

// {"command":"pin","entity","id","field","value","why","until","by"}; "remove": true ends it.
Result<Json> Engine::pin(const Json& command, Instant now) {
  const EntityName entity(command["entity"].text());
  const auto declared = hub_->entities.find(entity);
  if (declared == hub_->entities.end()) return fail(Code::NotFound, "the hub has no entity of that name");
  const model::Field* field = declared->second.field(command["field"].text());
  if (!field) return fail(Code::NotFound, "the entity has no field of that name");
  if (field->from)
    return fail(Code::InvalidArgument, field->name.text + " is made of other fields", "Pin those that it is made of.");
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  Line line(*hub_, world_.store, world_.keys, world_.random, stage_, work, now);
  Family* family = TRY(named(work, command["id"].text(), entity));
  if (!family || family->golden.entity != entity)
    return fail(Code::NotFound, "the hub has no such record",
                "Give a golden id, or system:record, as in hubspot:1203.");
  Pin pin{.value = {}, .at = now, .by = command["by"].text(), .why = command["why"].text()};
  const bool remove = command["remove"].boolean();
  if (remove && !family->golden.pins.contains(field->name))
    return fail(Code::NotFound, field->name.text + " is not pinned there");
  if (!remove) {
    if (pin.why.empty()) return fail(Code::InvalidArgument, "a pin needs a reason", "Give --why.");
    pin.value = TRY(what_was_typed(*field, hub_->zone, command["value"].text()));
    if (!pin.value.is_null() && field->type == Type::Ref) {  // whatever names the parent: a ref is its golden id
      const Family* parent = TRY(named(work, pin.value.text(), field->to));
      if (!parent || parent->golden.entity != field->to)
        return fail(Code::NotFound, "the hub has no such " + field->to.text + " for " + field->name.text,
                    "Give its golden id, or system:record, as in hubspot:1203.");
      pin.value = Json(parent->golden.id.text);
    }
    if (const std::string& until = command["until"].text(); !until.empty()) pin.until = TRY(parse_rfc3339(until));
    if (pin.until != Instant{} && pin.until <= now)
      return fail(Code::InvalidArgument, "the pin would have ended already", "Give --until a time that is to come.");
  }
  const auto ends = pin_ends_;
  const Result<void> changed =
      change_pin(work, line, *family, field->name, remove ? nullptr : &pin, "person", pin.by, now);
  const Result<void> done = changed ? work.commit() : changed;
  if (!done) {
    pin_ends_ = ends;
    return tl::unexpected(done.error());
  }
  return Json::object({{"id", family->golden.id.text},
                       {"field", field->name.text},
                       {"pinned", !remove},
                       {"blank", !remove && pin.value.is_null()}});
}

}  // namespace linchpin::engine
