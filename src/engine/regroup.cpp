#include "engine/regroup.hpp"
#include "engine/refs.hpp"

#include <algorithm>

#include "engine/line.hpp"
#include "engine/match.hpp"
#include "engine/nearby.hpp"
#include "engine/seal.hpp"

namespace linchpin::engine {
namespace {

Result<std::string> resealed(const std::string& sealed, const std::string& id, const Family& from, const Family& to) {
  if (sealed.empty()) return std::string();
  return seal_detail(TRY(open_detail(sealed, id, from.key)), id, to.key);
}

bool is_of_a_record(const DeadLetterRow& letter) { return letter.kind == "field" || letter.kind == "delivery"; }

// A record of it, or what was set in it, says this value.
bool says(const model::Hub& hub, const Family& family, const FieldName& name, const Value& value) {
  const model::Field* field = hub.entity(family.golden.entity).field(name.text);
  if (!field || field->from) return true;
  const auto same = [&](const Value& other) { return same_value(field->type, other, value); };
  if (const auto set = family.golden.set.find(name); set != family.golden.set.end() && same(set->second.value))
    return true;
  return std::any_of(family.links.begin(), family.links.end(), [&](const Link& link) {
    const auto own = link.own.find(name);
    return own != link.own.end() && same(own->second.value);
  });
}

}  // namespace

std::set<RecordKey> records_of(const Family& family) {
  std::set<RecordKey> records;
  for (const Link& link : family.links) records.insert(link.key);
  return records;
}

bool is_being_made(const Delivery& d) {
  const bool asked = d.operation == Operation::Do && d.state == DeliveryState::Pending && d.attempt > 0;
  return (d.operation == Operation::Create || d.operation == Operation::Do) &&
         (d.state == DeliveryState::Sent || d.state == DeliveryState::Unknown || asked);
}

bool is_making(const Family& family) { return std::ranges::any_of(family.deliveries, is_being_made); }

bool vetoed(const model::Entity& entity, const Family& a, const Family& b) {
  const Candidate candidate = candidate_of(a);
  const std::vector<Values> others = alternates(b.golden, b.links);
  return std::any_of(others.begin(), others.end(),
                     [&](const Values& values) { return vetoed(entity, values, candidate); });
}

Result<std::vector<Family*>> Line::parts_of(const Joining& joining) {
  std::vector<Family*> parts;
  for (const GoldenId& id : joining.parts)
    if (Family* f = TRY(work_.family(id)); f && std::ranges::find(parts, f) == parts.end()) parts.push_back(f);
  return parts;
}

// Nobody is asked where no system then holds two records of one person, and nothing that is being made stands between
// the two. A person may say that they are one all the same.
Result<bool> Line::may_join(const Joining& joining) {
  const std::vector<Family*> parts = TRY(parts_of(joining));
  std::map<std::pair<SystemName, ObjectName>, std::set<const Family*>> there, made;
  const auto place = [](const RecordKey& key) { return std::pair(key.system, key.object); };
  if (!parts.empty() && !TRY(work_.family_of(joining.shown_by, parts.front()->golden.entity)))
    there[place(joining.shown_by)].insert(nullptr);
  int making = 0;
  for (const Family* f : parts) {
    making += is_making(*f);
    if (!joining.by_person && is_protected(hub_.entity(f->golden.entity), f->golden)) return false;
    for (const Link& link : f->links)
      if (!link.gone) there[place(link.key)].insert(f);
    for (const Delivery& d : f->deliveries)
      if (d.operation == Operation::Create && is_being_made(d)) made[{d.system, d.object}].insert(f);
  }
  if (making > 1) return false;
  for (const auto& [where, by] : made)
    for (const Family* f : there[where])
      if (!by.contains(f)) return false;
  if (!joining.by_person && std::ranges::any_of(there, [](const auto& one) { return one.second.size() > 1; }))
    return false;
  for (std::size_t i = 0; i < parts.size(); ++i)
    for (std::size_t j = i + 1; j < parts.size(); ++j)
      if (vetoed(hub_.entity(parts[i]->golden.entity), *parts[i], *parts[j]) ||
          TRY(said_apart(*parts[i], *parts[j], store_, work_)))
        return false;
  return true;
}

Result<void> Regroup::move(Family& from, Family& to, const std::set<RecordKey>& records) {
  const model::Entity& entity = hub_.entity(from.golden.entity);
  for (const Link& link : std::vector<Link>(from.links)) {
    if (!records.contains(link.key)) continue;
    work_.moved_link(from, to, link.key);
    std::vector<std::string> blind;
    if (!link.gone)
      for (BlindKey& key : match_keys(entity, link.base, keys_)) blind.push_back(std::move(key.key));
    work_.match_keys(to, link.key, blind);
    Refs(hub_, keys_, work_).index(to, link);
  }
  for (const Delivery& d : std::vector<Delivery>(from.deliveries)) {
    if (d.record.empty() || !records.contains({d.system, d.object, d.record})) continue;
    if (d.state == DeliveryState::Sent) in_flight_.push_back({d.system, d.id, from.golden.id, to.golden.id});
    work_.moved_delivery(from, to, d.id);
  }
  return move_questions(from, to, records);
}

Result<void> Regroup::move_letter(DeadLetterRow letter, const Family& from, const Family& to) {
  letter.sealed = TRY(resealed(letter.sealed, letter.id, from, to));
  letter.golden = to.golden.id;
  work_.rows().dead_letters.push_back(std::move(letter));
  return {};
}

// With the dead letter that tells of it, which names no record of theirs.
Result<void> Regroup::move_operation(Family& from, Family& to, const Delivery& d) {
  for (DeadLetterRow& letter : TRY(store_.dead_letters()))
    if (letter.id == letter_id(d.id, keys_) && letter.golden == from.golden.id)
      TRY(move_letter(std::move(letter), from, to));
  work_.moved_delivery(from, to, d.id);
  return {};
}

Result<void> Regroup::move_questions(Family& from, Family& to, const std::set<RecordKey>& records) {
  for (DeadLetterRow& letter : TRY(store_.dead_letters())) {
    if (letter.golden != from.golden.id || !records.contains(letter.record) || !is_of_a_record(letter)) continue;
    TRY(move_letter(std::move(letter), from, to));
  }
  for (ReviewRow& review : TRY(store_.reviews_of(from.golden.id))) {
    const bool of_a_record = review.kind == "foreign_write" || review.kind == "deleted";
    if (!of_a_record || review.state != "open" || !records.contains(review.record)) continue;
    review.sealed = TRY(resealed(review.sealed, review.id, from, to));
    review.golden = to.golden.id;
    work_.rows().reviews.push_back(std::move(review));
  }
  return {};
}

Result<void> Regroup::decide(const RecordKey& record, const Family& family, bool the_same) {
  const std::string state = the_same ? "accepted" : "rejected";
  ReviewRow decision;
  decision.id = match_question(record, family.golden.id, keys_);
  decision.kind = "match";
  decision.system = record.system, decision.entity = family.golden.entity;
  decision.code = the_same ? "merged" : "split";
  decision.message = the_same ? "a person merged the two" : "a person split the two";
  decision.since = now_;
  decision.golden = family.golden.id;
  decision.record = record;
  std::vector<ReviewRow> rows{decision};
  // What was asked or answered under an id that names it by now is answered anew.
  for (ReviewRow& known : TRY(store_.reviews_of(record))) {
    if (known.kind != "match" || known.entity != decision.entity) continue;
    if (known.id == decision.id)
      rows[0] = std::move(known);
    else if (TRY(work_.family(known.golden)) == &family)
      rows.push_back(std::move(known));
  }
  for (ReviewRow& row : rows) {
    row.state = state, row.by = by_, row.answered = now_;
    work_.rows().reviews.push_back(std::move(row));
  }
  return {};
}

Result<void> Regroup::ask_of_too(const Family& of, const Family& other, bool accepted) {
  for (ReviewRow& asked : TRY(store_.reviews_of(of.golden.id))) {
    const bool waits = asked.state == "open" || (asked.state == "accepted" && accepted);
    if (asked.kind != "match" || !waits) continue;
    const Family* its = TRY(work_.family_of(asked.record, asked.entity));
    if (its && (its == &of || its == &other || asked.state != "open")) continue;
    waiting_.insert(asked.record);
    asked.id = match_question(asked.record, other.golden.id, keys_);
    asked.golden = other.golden.id;
    asked.since = now_;
    const auto known = TRY(store_.review(asked.id));
    if (!known || known->state == "withdrawn") work_.rows().reviews.push_back(std::move(asked));
  }
  return {};
}

Result<void> Regroup::ask_once(Family& family) {
  for (const Link& link : family.links)
    for (ReviewRow& asked : TRY(store_.reviews_of(link.key))) {
      if (asked.kind != "match" || asked.state != "open" || TRY(work_.family(asked.golden)) != &family) continue;
      if (std::ranges::any_of(work_.rows().reviews, [&](const ReviewRow& r) { return r.id == asked.id; })) continue;
      asked.state = "accepted", asked.by = by_, asked.answered = now_;
      work_.rows().reviews.push_back(std::move(asked));
    }
  std::vector<Question> questions = TRY(questions_of(family, store_, work_));
  // Of two the one by which somebody waits.
  const auto waits = [&](const Question& q) { return q.ours ? family.golden.waits : q.other && q.other->golden.waits; };
  std::ranges::sort(questions, {}, [&](const Question& q) { return std::pair(!waits(q), q.row.id); });
  std::set<const Family*> others;
  for (Question& q : questions) {
    if (q.row.state != "open" || !q.other || others.insert(q.other).second) continue;
    q.row.state = "withdrawn", q.row.by = by_, q.row.answered = now_;
    work_.rows().reviews.push_back(std::move(q.row));
  }
  return {};
}

Result<void> Regroup::ask_anew_of_unique(Family& family) {
  for (ReviewRow& review : TRY(store_.reviews_of(family.golden.id))) {
    if (review.kind != "unique_taken" || review.state != "open") continue;
    for (Link link : std::vector<Link>(family.links))
      if (link.key.system == review.system && link.left.erase(review.field.text) > 0)
        work_.changed_link(family, std::move(link));
    review.state = "withdrawn", review.by = by_, review.answered = now_;
    work_.rows().reviews.push_back(std::move(review));
  }
  return {};
}

void Regroup::lend(Family& family) {
  for (Link link : std::vector<Link>(family.links)) {
    const std::set<FieldName> before = link.lent;
    for (const auto& [name, value] : link.given)
      if (!says(hub_, family, FieldName(name), value)) link.lent.emplace(name);
    for (const auto& [name, values] : link.tried)
      for (const Value& value : values)
        if (!says(hub_, family, name, value)) link.lent.insert(name);
    if (link.lent != before) work_.changed_link(family, std::move(link));
  }
}

}  // namespace linchpin::engine
