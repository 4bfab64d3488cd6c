#include "engine/line.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/metric.hpp"
#include "base/mutant.hpp"
#include "engine/confirm.hpp"
#include "engine/refs.hpp"
#include "engine/seal.hpp"

namespace linchpin::engine {
namespace {

constexpr milliseconds landed_after{60'000};    // twice what a call may take
constexpr milliseconds clocks_differ{300'000};  // a system's and the hub's, at most
constexpr milliseconds created_within{1'000};   // a record's creation, which its time of change may count in

using mapping::Mapping;
using model::Entity;

Json held_of(const Mapping& mapping, const Json& record) {
  Json held = Json(Json::Object{});
  for (const mapping::FieldMapping& m : mapping.fields) {
    const std::string_view top = mapping::top_key(m.at);
    if (const Json* member = record.find(top)) held = held.with(top, *member);
  }
  return held;
}

// A system may leave out what is blank: then an attempt that carried a value is not the one that landed.
void blank_what_never_came(const Mapping& mapping, const Link& link, mapping::ReadOutcome& read) {
  for (const mapping::FieldMapping& m : mapping.fields) {
    const auto base = link.base.find(m.field.text);
    const bool tried = m.ref_by.empty() && link.tried.contains(m.field) && base != link.base.end();
    if (m.direction == mapping::Direction::Out || !tried || base->second.is_null() ||
        read.values.contains(m.field.text))
      continue;
    if (std::ranges::none_of(read.errors, [&](const auto& e) { return e.field == m.field; }))
      read.values[m.field.text] = Value();
  }
}

// What waits to be written to a record.
Values due_at(const Family* family, const RecordKey& record) {
  Values due;
  for (const Delivery& d : family ? family->deliveries : std::vector<Delivery>{})
    if (d.operation == Operation::Update && d.state == DeliveryState::Pending &&
        RecordKey{d.system, d.object, d.record} == record)
      due.insert(d.values.begin(), d.values.end());
  return due;
}

}  // namespace

std::string about(const RecordKey& key) { return key.system.text + "/" + key.object.text + "/" + key.record.text; }

std::string hub_id_in(const Mapping& mapping, const model::System& system, const Json& record) {
  std::optional<mapping::Path> path = mapping.golden_id_at;
  const model::ObjectSpec* spec = system.connector ? system.connector->object(mapping.object) : nullptr;
  if (!path && spec && !spec->hub_id_at.empty())
    if (const Result<mapping::Path> parsed = mapping::parse_path(spec->hub_id_at)) path = *parsed;
  if (!path) return {};
  const std::optional<Json> found = mapping::read(*path, record);
  return found ? found->text() : std::string();
}

std::string_view to_text(Fate fate) {
  switch (fate) {
    case Fate::Merged:
      return "merged";
    case Fate::Unchanged:
      return "unchanged";
    case Fate::Review:
      return "review";
    case Fate::Dead:
      return "dead";
    case Fate::Again:
      return "again";
    case Fate::Undated:
      return "undated";
  }
  return "";
}

std::string question_id(char kind, std::string_view about, Keys& keys) {
  return std::string(1, kind) + to_hex(keys.digest("question", about)).substr(0, 12);
}

std::string letter_id(DeliveryId delivery, Keys& keys) {
  return question_id('d', "delivery/" + std::to_string(delivery.number), keys);
}

std::string match_question(const RecordKey& record, const GoldenId& golden, Keys& keys) {
  return question_id('r', about(record) + "=" + golden.text, keys);
}

Result<Fate> Line::take(const Change& change) {
  if (TRY(under_way(change))) return Fate::Again;
  Fate fate = Fate::Unchanged;
  if (change.gone || !change.record.merged_into.empty()) {
    fate = TRY(lost(change));
  } else {
    for (const Mapping* mapping : hub_.mappings_of(change.key.system, change.key.object)) {
      const Fate one = TRY(take_as(*mapping, change));
      if (one == Fate::Again || one == Fate::Undated) return one;
      if (one != Fate::Unchanged && fate != Fate::Merged) fate = one;
    }
  }
  TRY(ask_about_merged(change));
  metric::add("linchpin_changes_total",
              {{"system", change.key.system.text}, {"trigger", to_text(change.trigger)}, {"outcome", to_text(fate)}});
  return fate;
}

// A record with which something of ours is under way, or that we wrote after it was asked for.
Result<bool> Line::under_way(const Change& change) {
  std::vector<Family*> families = TRY(work_.families_of(change.key));
  for (const Mapping* mapping : hub_.mappings_of(change.key.system, change.key.object)) {
    const std::string id = hub_id_in(*mapping, hub_.system(change.key.system), change.record.body);
    if (!is_golden_id(id)) continue;
    if (Family* f = TRY(work_.family(GoldenId(id)))) families.push_back(f);
  }
  for (const Family* family : families) {
    for (const Delivery& d : family->deliveries)
      if (d.system == change.key.system && d.operation != Operation::Do &&
          (d.state == DeliveryState::Sent || d.state == DeliveryState::Unknown) &&
          (d.record == change.key.record || d.record.empty()))
        return true;
    for (const Link& link : family->links)
      if (link.key == change.key && link.confirmed != Instant{} && change.asked <= link.confirmed)
        return !mutant(Mutant::StaleReadTaken);
  }
  return false;
}

// Whether the record's history can tell better when others edited it: its time of change may be that of our own last
// write, or of another edit than that which is seen now.
bool Line::undated(const Change& change, const Link& before, bool fresh, const Merged& merged) const {
  const model::System& system = hub_.system(change.key.system);
  const model::ObjectSpec* spec = system.connector ? system.connector->object(change.key.object) : nullptr;
  if (!spec || change.with_history) return false;
  switch (spec->history) {
    case model::History::None:
      return false;
    case model::History::OfRecord: {
      const auto new_here = [&](const FieldName& field) {  // other files did not map it: that it is read is no edit
        return !before.base.contains(field.text) && !before.own.contains(field);
      };
      auto own = merged.link.own;
      std::erase_if(own, [&](const auto& said) { return new_here(said.first); });
      return !fresh && own != before.own && (change.record.updated <= before.updated || !before.tried.empty());
    }
    case model::History::OfMembers:
      if (spec->tells_people && !merged.doubted.empty()) return true;
      return !merged.untold.empty() && (!fresh || change.record.updated > change.record.created + created_within);
  }
  return false;
}

// An older state of the record than the one that is known: nothing is judged by it.
Result<bool> Line::is_older(const Mapping& mapping, const Change& change) {
  const Family* family = TRY(work_.family_of(change.key, mapping.entity));
  return family && change.record.updated != Instant{} && !mutant(Mutant::OlderStateTaken) &&
         std::ranges::any_of(family->links, [&](const Link& l) {
           return l.key == change.key && l.entity == mapping.entity && change.record.updated < l.updated;
         });
}

// A record in question says something else: who it may be is asked anew, and the audit log tells it.
Result<void> Line::judged_anew(Family& family, const std::vector<Doubt>& doubts, const Change& change) {
  const std::size_t questions = work_.rows().reviews.size();
  TRY(keep_questions(family, doubts, change));
  TRY(settle(family, &family.golden, {change.id, change.seen, now_}));
  if (work_.rows().reviews.size() == questions) return {};
  const EntityName& entity = family.golden.entity;
  work_.attest(&family, {.entry = change.id.text + "/" + about(change.key) + "/" + entity.text + "/questions/" +
                                  std::to_string(ms_since_epoch(now_)),
                         .kind = "review",
                         .trigger = std::string(to_text(change.trigger)),
                         .change = change.id,
                         .system = change.key.system,
                         .entity = entity,
                         .outcome = "match judged anew",
                         .by = "rules",
                         .at = now_});
  return {};
}

Result<Fate> Line::take_as(const Mapping& mapping, const Change& change) {
  mapping::ReadOutcome read = mapping::read(mapping, change.record.body);
  if (TRY(is_older(mapping, change))) return Fate::Unchanged;
  if (!read.applies && !read.errors.empty()) return unjudged(mapping, change, read.errors);
  if (!read.applies) return left(mapping, change);
  Refs refs(hub_, keys_, work_);
  const std::vector<FieldName> unknown = TRY(refs.in(mapping, read.values));
  const Found found = TRY(find(mapping, change, read.values));
  if (found.kind == Found::Kind::Nobody) return Fate::Unchanged;
  if (found.kind == Found::Kind::Doubtful) return Fate::Review;
  if (found.kind == Found::Kind::Again) return Fate::Again;

  Family* family = found.family;
  if (family && found.judged && TRY(work_.family_of(change.key, mapping.entity)) == family)
    TRY(judged_anew(*family, found.doubts, change));
  std::optional<Golden> before;
  if (family) before = family->golden;
  Golden golden =
      before ? *before
             : Golden{make_golden_id(ms_since_epoch(now_), random_.bytes(10)), mapping.entity, 0, now_, {}, {}};
  if (!before) golden.waits = golden.in_question = !found.doubts.empty();
  const std::vector<Link> links = family ? family->links : std::vector<Link>{};
  Link link{};
  const auto known = std::find_if(links.begin(), links.end(),
                                  [&](const Link& l) { return l.key == change.key && l.entity == mapping.entity; });
  const bool fresh = known == links.end();
  if (fresh) {
    link.key = change.key;
    link.entity = mapping.entity;
    link.created = change.record.created;
    for (const Delivery& d : family ? family->deliveries : std::vector<Delivery>{})
      if (d.operation == Operation::Create && d.system == change.key.system && d.object == change.key.object)
        link.tried = d.tried, link.tried_at = now_, link.left = d.blank;
  } else {
    link = *known;
    blank_what_never_came(mapping, link, read);
  }
  link.mapping = mapping.name;
  link.golden = golden.id;
  const bool was_gone = link.gone, was_archived = link.archived;
  const std::set<FieldName> was_unread = std::exchange(link.unread, {});
  for (const mapping::FieldError& e : read.errors) link.unread.insert(e.field);
  // What the hub put away comes back when it is taken out again; what was lost, when it is found.
  link.gone = was_gone && was_archived && change.record.archived;
  link.archived = change.record.archived;

  const std::string carries = hub_id_in(mapping, hub_.system(change.key.system), change.record.body);
  const bool ours =
      family && !mapping.golden_id_at && is_golden_id(carries) && TRY(work_.family(GoldenId(carries))) == family;
  const std::vector<FieldName> unsaid = fresh && ours ? refs.unsaid(mapping, read.values) : std::vector<FieldName>{};
  Merged merged = merge(hub_, golden, links, link, {&mapping, read.values, &change, ours, due_at(family, change.key)});
  for (const FieldName& field : unsaid) merged.link.base[field.text] = Value();
  if (undated(change, link, fresh, merged)) return Fate::Undated;
  if (!family) family = &work_.make(golden);
  held_now(mapping, merged.link, held_of(mapping, change.record.body));
  for (const mapping::FieldMapping& m : mapping.fields)  // it names another than it did: what is not known yet
    if (!fresh && std::ranges::find(unknown, m.field) != unknown.end() &&
        mapping::read(m.at, link.held) != mapping::read(m.at, merged.link.held))
      merged.link.base[m.field.text] = Value(), merged.link.given.erase(m.field.text);
  merged.link.updated = std::max(link.updated, change.record.updated);
  keep_errors(mapping, change, family, read.errors);
  // It was changed there so long after our last call that this read shows what became of it: what is written from now
  // on is none of ours, be it the same value.
  if (change.record.updated > link.tried_at + landed_after + clocks_differ) merged.link.tried.clear();
  if (was_gone && !link.gone) work_.rows().dead_letters_dropped.push_back(left_letter_id(change.key, keys_));
  if (fresh) work_.rows().dead_letters_dropped.push_back(question_id('d', about(change.key) + "/", keys_));  // unjudged
  for (const FieldName& field : was_unread)  // it can be read again, be it as it was before
    if (!link.unread.contains(field))
      work_.rows().dead_letters_dropped.push_back(question_id('d', about(change.key) + "/" + field.text, keys_));
  // Of a field that is only sent it may show what became of a write without an answer.
  const bool held_anew = merged.link.held != link.held, dated_anew = merged.link.own != link.own;
  if (merged.took.empty() && !fresh && link.gone == was_gone && link.tried == merged.link.tried &&
      link.archived == was_archived && !held_anew && !dated_anew && was_unread == merged.link.unread)
    return read.errors.empty() ? Fate::Unchanged : Fate::Dead;

  if (link.doomed && was_archived && !link.archived) {
    merged.link.doomed = false;
  } else if (link.doomed && merged.link.own != link.own && !mutant(Mutant::EditedIsPutAway)) {
    merged.link.doomed = false;
    ask_about_delete(*family, change.key, "deleted_and_edited");
  }
  const bool came_back = was_gone && !link.gone;
  remember(change, *family, link, merged, fresh && ours);
  Values took;
  for (const FieldName& field : merged.took) took.emplace(field.text, merged.link.base.at(field.text));
  const Values base = merged.link.base, is_left = merged.link.left;
  if (fresh || held_anew) refs.index(*family, merged.link);
  work_.changed_link(*family, std::move(merged.link));
  if (came_back || (fresh && before)) TRY(no_longer_deleted(*family, came_back));
  TRY(no_longer_left(*family, change.key, link, merged.took));
  // Where a value comes from is kept as well: the owner may now say what only another said before.
  if (family->fresh || merged.golden.fields != family->golden.fields || merged.golden.set != family->golden.set) {
    family->golden = std::move(merged.golden);
    work_.changed_golden(*family);
  }
  if (fresh || !merged.took.empty()) {
    std::vector<std::string> blind;
    for (BlindKey& key : match_keys(hub_.entity(mapping.entity), base, keys_)) blind.push_back(std::move(key.key));
    work_.match_keys(*family, change.key, blind);
  }
  const bool taken_out = was_archived && !link.archived;
  if ((!took.empty() || held_anew || dated_anew || link.archived != was_archived || came_back) &&
      !mutant(Mutant::ReceivedUnattested)) {
    for (const auto& [field, value] : took)
      if (std::none_of(read.errors.begin(), read.errors.end(), [&](const auto& e) { return e.field.text == field; }))
        work_.rows().dead_letters_dropped.push_back(question_id('d', about(change.key) + "/" + field, keys_));
    work_.attest(family, {.entry = change.id.text + "/" + about(change.key) + "/" + mapping.entity.text + "/" +
                                   std::to_string(ms_since_epoch(now_)),
                          .kind = "received",
                          .trigger = std::string(to_text(change.trigger)),
                          .change = change.id,
                          .system = change.key.system,
                          .direction = "in",
                          .entity = mapping.entity,
                          .values = std::move(took),
                          .outcome = fresh                    ? "linked"
                                     : came_back || taken_out ? "restored"
                                     : link.archived          ? "archived"
                                                              : "merged",
                          .at = now_});
  }
  if (mutant(Mutant::ValueInLog)) log::info("merged " + canonical(change.record.body));
  for (Delivery d : std::vector<Delivery>(family->deliveries)) {  // what somebody has written since is not taken back
    if (!d.takes_back() || RecordKey{d.system, d.object, d.record} != change.key) continue;
    for (const FieldName& field : merged.took) d.values.erase(field.text);
    if (d.values.empty())
      work_.dropped_delivery(*family, d.id);
    else
      work_.changed_delivery(*family, std::move(d));
  }
  for (const auto& [field, asked_with] :
       link.left)  // what was asked about is not what stands there any more, or counts
    if (std::ranges::find(merged.took, FieldName(field)) != merged.took.end() || !is_left.contains(field))
      TRY(withdraw_foreign(change.key, FieldName(field)));
  keep_foreign(change, *family, merged.foreign);
  if (fresh && found.judged && (before || !found.doubts.empty())) TRY(keep_questions(*family, found.doubts, change));
  if ((fresh || came_back) && family->golden.in_question)  // nothing is made for them where it has a record by now
    for (Family* other : TRY(in_question_with(*family)))
      TRY(settle_in_question(*other, {change.id, change.seen, now_}));
  TRY(settle(*family, before ? &*before : nullptr, {change.id, change.seen, now_}));
  if (fresh || came_back) TRY(appeared(*family, {change.id, change.seen, now_}));
  return !before && !found.doubts.empty() ? Fate::Review : Fate::Merged;
}

// What was before. Of a golden record that is new there is nothing to go back to.
void Line::remember(const Change& change, const Family& family, const Link& before, const Merged& merged, bool made) {
  if (!family.fresh) {
    std::vector<Turn> turns = own_turns(before, merged.link);
    for (Turn& t : golden_turns(hub_.entity(before.entity), family.golden, merged.golden))
      turns.push_back(std::move(t));
    work_.remember(family, change.id, now_, std::move(turns));
  }
  for (const Delivery& d : family.deliveries)  // a create whose answer was lost
    if (made && d.operation == Operation::Create && d.system == before.key.system && d.object == before.key.object)
      work_.remember(family, d.change, now_, written_turns(d, {}, before.key));
  if (before.tried.empty()) return;
  const Mapping& mapping = hub_.mappings.at(merged.link.mapping);
  Link after = merged.link;
  std::vector<FieldName> may = merged.took;
  for (const mapping::FieldMapping& m : mapping.fields) {  // of what is only sent, the record shows it as it holds it
    if (m.direction != mapping::Direction::Out) continue;
    const std::optional<Value> held = held_as_sent(m, after);
    if (held && held != held_as_sent(m, before)) after.given[m.field.text] = *held, may.push_back(m.field);
  }
  for (Turn& landed : landed_turns(*with_sent(mapping, before), after, may)) {
    ChangeId by = change.id;
    for (const Delivery& d : family.deliveries)
      if (RecordKey{d.system, d.object, d.record} == before.key && d.values.contains(landed.field.text)) by = d.change;
    work_.remember(family, by, now_, {std::move(landed)});
  }
}

// Whether the record is the entity cannot be said: the condition fails on it. What is linked stays as it is.
Result<Fate> Line::unjudged(const Mapping& mapping, const Change& change,
                            const std::vector<mapping::FieldError>& errors) {
  Family* family = TRY(work_.family_of(change.key, mapping.entity));
  keep_errors(mapping, change, family, errors);
  if (!family) return Fate::Dead;
  for (Link link : std::vector<Link>(family->links))
    if (link.key == change.key && link.entity == mapping.entity && link.unread.insert(FieldName()).second)
      work_.changed_link(*family, std::move(link));
  return Fate::Dead;
}

void Line::keep_errors(const Mapping& mapping, const Change& change, const Family* family,
                       const std::vector<mapping::FieldError>& errors) {
  const Entity& entity = hub_.entity(mapping.entity);
  for (const mapping::FieldError& e : errors) {
    DeadLetterRow row;
    row.id = question_id('d', about(change.key) + "/" + e.field.text, keys_);
    row.kind = "field";
    row.system = change.key.system, row.entity = mapping.entity, row.field = e.field;
    row.code = std::string(code_text(e.error.code)), row.message = e.error.what, row.place = to_text(e.error.at);
    if (mutant(Mutant::ValueInMessage)) row.message += ": " + canonical(change.record.body);
    row.since = now_;
    const model::Field* field = entity.field(e.field.text);
    row.regulated = field && field->regulated;
    row.golden = family ? family->golden.id : GoldenId();
    row.record = change.key;
    if (family) {
      Json value;
      for (const mapping::FieldMapping& m : mapping.fields)
        if (m.field == e.field) value = mapping::read(m.at, change.record.body).value_or(Json());
      row.sealed = seal_detail(Json::object({{"value", value}}), row.id, family->key);
    }
    std::erase(work_.rows().dead_letters_dropped, row.id);  // it had been put away since, and came back
    work_.rows().dead_letters.push_back(std::move(row));
  }
}

Result<void> Line::withdraw_foreign(const RecordKey& record, const FieldName& field) {
  std::map<std::string, ReviewRow> rows;
  for (ReviewRow& r : TRY(store_.reviews_of(record))) rows[r.id] = std::move(r);
  for (const ReviewRow& r : work_.rows().reviews)
    if (r.record == record) rows[r.id] = r;
  for (auto& [id, row] : rows) {
    if (row.kind != "foreign_write" || row.state != "open" || row.field != field) continue;
    row.state = "withdrawn", row.by = "rules", row.answered = now_;
    work_.rows().reviews.push_back(std::move(row));
  }
  return {};
}

void Line::keep_foreign(const Change& change, Family& family, const std::vector<Foreign>& foreign) {
  for (const Foreign& f : foreign) {
    if (f.ruling != model::ForeignWrite::Review) continue;
    ReviewRow row;
    const std::string of = f.often ? "put back" : change.id.text;
    row.id = question_id('r', about(change.key) + "/" + f.field.text + "/" + of, keys_);
    row.kind = "foreign_write";
    row.system = change.key.system, row.entity = family.golden.entity, row.field = f.field;
    row.code = f.often ? "put_back_often" : "foreign_write";
    row.message = f.often
                      ? "the system writes what is not its to say, and was put back three times in an hour: something "
                        "there may write it by itself"
                      : "the system wrote a field that another system owns";
    row.since = now_;
    const model::Field* field = hub_.entity(family.golden.entity).field(f.field.text);
    row.regulated = field && field->regulated;
    row.golden = family.golden.id;
    row.record = change.key;
    row.sealed = seal_detail(Json::object({{"value", f.value}}), row.id, family.key);
    work_.rows().reviews.push_back(std::move(row));
  }
}

}  // namespace linchpin::engine
