// revert: what a change brought, what followed an apply, or what was written since a time, is taken back. Planned
// first, by the code that does it; then done some golden records at a time, each page one commit.
#include "engine/revert.hpp"

#include <algorithm>

#include "base/invariant.hpp"
#include "base/log.hpp"
#include "engine/engine.hpp"
#include "engine/seal.hpp"

namespace linchpin::engine {
namespace {

constexpr const char* last_key = "reverts";  // the number of the last one
constexpr std::size_t page = 64;             // golden records in one commit
constexpr std::size_t shown_most = 10'000;   // of what stays; counted, and in the hash, all of it

std::string key_of(std::int64_t number) { return "revert." + std::to_string(number); }

Json to_json(const GoldenId& golden, const Stays& s) {
  return Json::object({{"golden", golden.text},
                       {"system", s.record.system.text},
                       {"record", s.record.record.text},
                       {"field", s.field.text},
                       {"why", s.why}});
}

std::vector<std::string> moved_since(const std::string& hash, const std::string& now) {
  std::vector<std::string> moved;
  const auto part = [&](std::size_t at, std::size_t length, const char* what) {
    if (hash.size() != now.size() || hash.compare(at, length, now, at, length) != 0) moved.emplace_back(what);
  };
  part(0, 16, "what is to be taken back");
  part(16, 16, "the version that runs");
  part(32, 32, "the data");
  return moved;
}

bool same_field(const model::Field& field, const Golden& a, const Golden& b) {
  const auto one = a.fields.find(field.name), other = b.fields.find(field.name);
  const Value none;
  return same_value(field.type, one == a.fields.end() ? none : one->second.value,
                    other == b.fields.end() ? none : other->second.value);
}

}  // namespace

Json to_json(const Reverting& r) {
  return Json::object({{"id", r.id().text},
                       {"what", r.what},
                       {"change", r.asked.change.text},
                       {"since", ms_since_epoch(r.asked.since)},
                       {"up_to", r.asked.up_to},
                       {"by", r.by},
                       {"why", r.why},
                       {"at", rfc3339(r.at)},
                       {"after", r.after.text},
                       {"fields", r.fields},
                       {"stays", r.stays},
                       {"done", r.done}});
}

Result<Reverting> reverting_of(std::int64_t number, const std::string& kept) {
  const Json said = TRY(parse_json(kept));
  const auto count = [&](const char* name) { return said[name].integer().value_or(0); };
  return Reverting{number,
                   {ChangeId(said["change"].text()), from_ms(count("since")), count("up_to")},
                   said["what"].text(),
                   said["by"].text(),
                   said["why"].text(),
                   TRY(parse_rfc3339(said["at"].text())),
                   GoldenId(said["after"].text()),
                   count("fields"),
                   count("stays"),
                   said["done"].boolean()};
}

Result<std::optional<Reverting>> Engine::revert_of(const ChangeId& id) {
  const std::optional<std::string> kept = TRY(world_.store.meta(id.text));
  if (!kept || !is_revert(id)) return std::nullopt;
  return TRY(reverting_of(std::stoll(id.text.substr(7)), *kept));
}

Result<void> Engine::resume_revert() {
  const std::optional<std::string> last = TRY(world_.store.meta(last_key));
  if (!last || world_.reads_only) return {};
  const std::optional<Reverting> revert = TRY(revert_of(ChangeId(key_of(std::stoll(*last)))));
  if (revert && !revert->done) reverting_ = revert;
  return {};
}

Result<std::vector<Past>> Engine::past_of(const Family& family) {
  std::vector<Past> past;
  for (const PastRow& row : TRY(world_.store.past_of(family.golden.id))) past.push_back(TRY(open_row(row, family.key)));
  return past;
}

// Which of the three is asked for, and whether there is such a thing.
Result<Reverting> Engine::asked_of(const Json& command, Instant now) {
  Reverting r;
  r.by = command["by"].text(), r.why = command["why"].text(), r.at = now;
  const Store::PastSpan span = TRY(world_.store.past_span());
  r.asked.up_to = span.last;
  const std::string kept =
      span.last == 0 ? "Nothing is kept yet." : "Kept is what was since " + rfc3339(span.first) + ".";
  if (const std::string& since = command["since"].text(); !since.empty()) {
    r.asked.since = TRY(parse_rfc3339(since));
    r.what = "since " + rfc3339(r.asked.since);
    if (r.asked.since > now) return fail(Code::InvalidArgument, "that time is to come", "Give a time that has been.");
    const std::vector<RegisterRow> versions = TRY(world_.store.registers());
    const bool forgotten = !versions.empty() && versions.front().at < now - inbox_kept(*hub_);
    if (forgotten && r.asked.since < now - inbox_kept(*hub_))
      return fail(Code::InvalidArgument, "what was before is not kept from that time on any more", kept);
  } else if (const std::optional<std::int64_t> version = command["apply"].integer()) {
    if (*version < 1 || *version > version_)
      return fail(Code::NotFound, "there is no version " + std::to_string(*version) + " of the hub's files",
                  "`linchpin apply DIR --list` shows them.");
    const std::vector<RegisterRow> versions = TRY(world_.store.registers());
    for (const RegisterRow& row : versions)
      if (row.version == *version && row.digest == hub_->digest)
        return fail(
            Code::InvalidArgument,
            "the files of version " + std::to_string(*version) + " are those that run: they would write the same again",
            "Apply the earlier files first (`linchpin plan`, `linchpin apply`), then take back what is left.");
    r.asked.change = apply_change(*version);
    r.what = "apply " + std::to_string(*version);
  } else {
    r.asked.change = ChangeId(command["change"].text());
    if (r.asked.change.empty())
      return fail(Code::InvalidArgument, "what is to be taken back is not said", "Give a change, a version or a time.");
    r.what = "change " + r.asked.change.text;
  }
  if (TRY(world_.store.past_goldens(r.asked, {}, 1)).empty())
    return fail(Code::NotFound, "nothing is known that could be taken back of " + r.what,
                "Is the id right? `linchpin explain` names changes. One that changed nothing leaves nothing, and "
                "what is older than `retain: inbox` is forgotten. " +
                    kept);
  return r;
}

// What taking back would do with one family, and what it would write.
Result<TakenBack> Engine::would_take_back(Plan& planned, Work& work, const Family& family,
                                          const Store::PastAsked& asked) {
  TakenBack taken = take_back(*hub_, family, TRY(past_of(family)), asked);
  Family after;
  after.golden = taken.golden, after.links = taken.links, after.deliveries = family.deliveries;
  const std::size_t before = planned.writes.size();
  if (!taken.fields.empty())
    engine::plan(planned, *hub_, after,
                 {stage_.live, TRY(undecided(*hub_, family, world_.store, work)).systems, false, stage_.paused});
  std::set<std::pair<RecordKey, FieldName>> writes;
  for (std::size_t i = before; i < planned.writes.size(); ++i) {
    const PlannedWrite& w = planned.writes[i];
    if (const mapping::Mapping* mapping = hub_->mapping_for(w.entity, w.system))
      writes.insert({{w.system, mapping->object, w.record}, w.field});
  }
  for (const GivenBack& g : taken.given) {
    PlannedWrite w{g.record.system,
                   g.record.record,
                   family.golden.id,
                   family.golden.entity,
                   Operation::Update,
                   g.field,
                   Class::ComplianceOnly,
                   {},
                   g.value,
                   {},
                   "revert"};
    w.clazz = hub_->entity(w.entity).field(g.field.text)->clazz;
    for (const Link& l : family.links)
      if (const auto base = l.base.find(g.field.text); l.key == g.record && base != l.base.end())
        w.before = base->second;
    PlannedSystem& system = planned.systems[g.record.system];
    if (before == planned.writes.size() || planned.writes.back().record != w.record)
      ++system.updates, ++system.puts[{g.record.object, Operation::Update}];
    planned.writes.push_back(std::move(w));
  }
  for (Stays& s : out_of_reach(*hub_, taken, writes)) taken.stays.push_back(std::move(s));
  return taken;
}

// The hash is of three parts, so that what has moved can be told: what is taken back, the version that runs, and what
// would be written and what stays.
Result<Json> Engine::plan_revert(const Reverting& r, bool personal) {
  Plan planned;
  for (const auto& [name, system] : hub_->systems) planned.systems[name];
  Json::List takes, stays;
  std::int64_t fields = 0, given = 0, records = 0, stay = 0;
  std::string content;
  for (GoldenId after;;) {
    const std::vector<GoldenId> ids = TRY(world_.store.past_goldens(r.asked, after, page));
    Work reading(world_.store, world_.keys, families_, version_, next_delivery_);
    for (const GoldenId& id : ids) {
      after = id;
      const Family* kept = families_.look(id);
      const Family* family = kept ? kept : TRY(reading.family(id));
      if (!family) continue;
      const TakenBack taken = TRY(would_take_back(planned, reading, *family, r.asked));
      fields += static_cast<std::int64_t>(taken.fields.size() + taken.given.size());
      given += static_cast<std::int64_t>(taken.given.size());
      records += taken.nothing() ? 0 : 1;
      stay += static_cast<std::int64_t>(taken.stays.size());
      for (const FieldName& field : taken.fields) {
        content = world_.keys.digest("plan", content + id.text + "/" + field.text);
        if (takes.size() < shown_most) takes.push_back(Json::object({{"golden", id.text}, {"field", field.text}}));
      }
      for (const Stays& s : taken.stays) {
        content = world_.keys.digest("plan", content + canonical(to_json(id, s)));
        if (stays.size() < shown_most) stays.push_back(to_json(id, s));
      }
    }
    if (ids.size() < page) break;
  }
  count_calls(planned, *hub_);
  Json::List systems, writes;
  for (const auto& [name, system] : planned.systems) systems.push_back(to_json(name, system));
  for (const PlannedWrite& w : planned.writes) {
    content = world_.keys.digest("plan", content + canonical(to_json(w, true)));
    if (writes.size() < planned_shown_most) writes.push_back(to_json(w, may_see(w, personal)));
  }
  const auto part = [&](const std::string& text, std::size_t length) {
    return to_hex(world_.keys.digest("plan", text)).substr(0, length);
  };
  const auto left_out = static_cast<std::int64_t>(planned.writes.size() - writes.size());
  return Json::object(
      {{"hash", part(r.what, 16) + part(std::to_string(version_) + hub_->digest, 16) + part(content, 32)},
       {"what", r.what},
       {"fields", fields},
       {"given_back", given},
       {"records", records},
       {"takes", std::move(takes)},
       {"systems", std::move(systems)},
       {"writes", std::move(writes)},
       {"writes_left_out", left_out},
       {"stays", std::move(stays)},
       {"stay", stay}});
}

// {"command":"revert","change"|"apply"|"since","plan","by","why","personal"}: without "plan" nothing happens.
Result<Json> Engine::revert(const Json& command, Instant now) {
  Reverting r = TRY(asked_of(command, now));
  const Json plan = TRY(plan_revert(r, command["personal"].boolean()));
  const std::string& hash = command["plan"].text();
  if (hash.empty()) return plan;
  if (r.by.empty() || r.why.empty())
    return fail(Code::InvalidArgument, "who takes it back, and why, is not said", "Give --by and --why.");
  if (reverting_)
    return fail(Code::TooBusy, reverting_->id().text + " is still under way", "Wait until it is done: --list says so.");
  if (const std::vector<std::string> moved = moved_since(hash, plan["hash"].text()); !moved.empty()) {
    Json::List list(moved.begin(), moved.end());
    return Json::object({{"reverted", false}, {"moved", std::move(list)}});
  }
  if (plan["records"].integer().value_or(0) == 0)
    return fail(Code::InvalidArgument, "nothing of it can be taken back", "The plan says why, field by field.");
  const std::optional<std::string> last = TRY(world_.store.meta(last_key));
  r.number = (last ? std::stoll(*last) : 0) + 1;
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  work.rows().metas.push_back({last_key, std::to_string(r.number)});
  work.rows().metas.push_back({key_of(r.number), canonical(to_json(r))});
  work.attest(nullptr, {.entry = r.id().text,
                        .kind = "reverted",
                        .trigger = "plan " + hash,
                        .change = r.id(),
                        .outcome = r.what,
                        .by = r.by,
                        .at = now});
  TRY(work.commit());
  const ChangeId id = r.id();
  reverting_ = std::move(r);
  // It has begun: what of it cannot be done now, a step of the engine does, here or after a restart.
  if (const Result<void> first = carry_on_revert(now); !first)
    log::warn("what is taken back waits for its store", {{"error", first.error()}});
  return Json::object({{"reverted", true},
                       {"id", id.text},
                       {"fields", plan["fields"]},
                       {"records", plan["records"]},
                       {"stay", plan["stay"]}});
}

// One page. What has changed since the plan is looked at again: it stays as it is then, and is counted.
Result<void> Engine::carry_on_revert(Instant now) {
  if (!reverting_ || read_.size() >= waiting_most) return {};
  Reverting next = *reverting_;
  const std::vector<GoldenId> ids = TRY(world_.store.past_goldens(next.asked, next.after, page));
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  Line line(*hub_, world_.store, world_.keys, world_.random, stage_, work, now);
  TRY(work.open(ids));
  for (const GoldenId& id : ids) {
    if (Family* family = TRY(work.family(id))) TRY(take_back_one(work, line, *family, next, now));
    next.after = id;
  }
  next.done = ids.size() < page;
  work.rows().metas.push_back({key_of(next.number), canonical(to_json(next))});
  TRY(work.commit());
  if (next.done)
    reverting_.reset();
  else
    reverting_ = std::move(next);
  return {};
}

Result<void> Engine::take_back_one(Work& work, Line& line, Family& family, Reverting& r, Instant now) {
  Plan planned;
  TakenBack taken = TRY(would_take_back(planned, work, family, r.asked));
  r.fields += static_cast<std::int64_t>(taken.fields.size() + taken.given.size());
  r.stays += static_cast<std::int64_t>(taken.stays.size());
  if (taken.nothing()) return {};
  const ChangeId id = r.id();
  for (const model::Field& field : hub_->entity(family.golden.entity).fields)
    hold(Invariant::OnlyOursIsTakenBack, field.from ||
                                             std::ranges::find(taken.fields, field.name) != taken.fields.end() ||
                                             same_field(field, family.golden, taken.golden));
  Values values;
  for (const FieldName& field : taken.fields) {
    const auto at = taken.golden.fields.find(field);
    values.emplace(field.text, at == taken.golden.fields.end() ? Value() : at->second.value);
  }
  work.attest(&family, {.entry = id.text + "/" + family.golden.id.text,
                        .kind = "reverted",
                        .trigger = "person",
                        .change = id,
                        .entity = family.golden.entity,
                        .values = std::move(values),
                        .outcome = r.what,
                        .by = r.by,
                        .at = now});
  const Golden before = family.golden;
  std::vector<Turn> turns = golden_turns(hub_->entity(family.golden.entity), before, taken.golden);
  for (std::size_t i = 0; i < taken.links.size(); ++i) {
    for (Turn& turn : own_turns(family.links[i], taken.links[i])) turns.push_back(std::move(turn));
    if (taken.links[i].own != family.links[i].own || taken.links[i].left != family.links[i].left ||
        taken.links[i].given != family.links[i].given || taken.links[i].lent != family.links[i].lent)
      work.changed_link(family, std::move(taken.links[i]));
  }
  work.remember(family, id, now, std::move(turns));
  if (!taken.fields.empty()) {
    family.golden = std::move(taken.golden);
    work.changed_golden(family);
  }
  give_back(work, family, taken.given, id, now);
  // It is nobody's business event: no flow is triggered by it.
  TRY(line.ask(family, &before));
  TRY(line.settle(family, &family.golden, {id, {}, now}));
  return {};
}

// One delivery for each record.
void Engine::give_back(Work& work, Family& family, const std::vector<GivenBack>& given, const ChangeId& id,
                       Instant now) {
  Delivery d;
  const auto put = [&] {
    if (!d.values.empty()) work.changed_delivery(family, std::exchange(d, Delivery{}));
  };
  for (const GivenBack& g : given) {
    if (d.record != g.record.record || d.system != g.record.system) put();
    d.system = g.record.system, d.object = g.record.object, d.record = g.record.record;
    d.golden = family.golden.id, d.entity = family.golden.entity, d.mapping = g.mapping, d.flow = g.flow;
    d.named = id.text, d.change = id, d.due = d.made = now;
    d.regulated = d.regulated || hub_->entity(d.entity).field(g.field.text)->regulated;
    d.values.emplace(g.field.text, g.value);
  }
  put();
}

// {"items":[…]}, the latest first.
Result<Json> Engine::reverts() {
  const std::optional<std::string> last = TRY(world_.store.meta(last_key));
  Json::List items;
  for (std::int64_t number = last ? std::stoll(*last) : 0; number > 0; --number)
    if (const std::optional<Reverting> r = TRY(revert_of(ChangeId(key_of(number)))))
      items.push_back(Json::object({{"id", r->id().text},
                                    {"what", r->what},
                                    {"at", rfc3339(r->at)},
                                    {"by", r->by},
                                    {"why", r->why},
                                    {"fields", r->fields},
                                    {"stay", r->stays},
                                    {"done", r->done}}));
  return Json::object({{"items", std::move(items)}});
}

}  // namespace linchpin::engine
