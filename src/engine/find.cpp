// Which golden record a change is about, if it can be known; what cannot is asked.
#include <algorithm>

#include "base/mutant.hpp"
#include "engine/line.hpp"
#include "engine/nearby.hpp"

namespace linchpin::engine {
namespace {

using mapping::Mapping;
using model::Entity;

constexpr std::string_view merged_there = "merged_there";  // a question's code

bool linked_in(const Family& family, const RecordKey& key) {
  return std::any_of(family.links.begin(), family.links.end(), [&](const Link& l) {
    return l.key.system == key.system && l.key.object == key.object && l.key != key && !l.gone;
  });
}

bool being_created_in(const Family& family, const RecordKey& key) {
  return std::any_of(family.deliveries.begin(), family.deliveries.end(), [&](const Delivery& d) {
    return d.system == key.system && d.object == key.object && d.operation == Operation::Create &&
           (d.state == DeliveryState::Sent || d.state == DeliveryState::Unknown);
  });
}

// What has been answered of a record, by golden id as they are named now: a person's answer outlives every rematch.
std::map<std::string, std::string> answers_in(const std::vector<ReviewRow>& asked, const EntityName& entity) {
  std::map<std::string, std::string> answered;
  for (const ReviewRow& r : asked)
    if (r.kind == "match" && r.entity == entity && (r.state == "accepted" || r.state == "rejected"))
      answered[r.golden.text] = r.state;
  return answered;
}

}  // namespace

// One golden record after the other that it is sure to be: with what that one's records say, it may be another as well.
Result<Line::Judged> Line::judge(const Entity& entity, const Change& change, const Values& values, Family* own,
                                 Family* named, const std::map<std::string, std::string>& answered) {
  const Nearby near = TRY(nearby(entity, values, keys_, work_));
  std::vector<Family*> by_rules, likely;
  std::set<const Family*> seen{own};
  const auto said = [&](const Family& family, const char* answer) {
    const auto at = answered.find(family.golden.id.text);
    return at != answered.end() && at->second == answer;
  };
  const auto add = [&](const GoldenId& id, std::vector<Family*>& to) -> Result<void> {
    Family* family = TRY(work_.family(id));
    if (!family || family->golden.entity != entity.name || said(*family, "rejected")) return {};
    if (seen.insert(family).second) to.push_back(family);
    return {};
  };
  const auto add_asked = [&](const Family& of) -> Result<void> {
    for (const Question& q : TRY(questions_of(of, store_, work_)))
      if (q.other && is_somewhere(hub_, *q.other)) TRY(add(q.other->golden.id, by_rules));
    return {};
  };
  if (named) TRY(add(named->golden.id, by_rules));
  for (const auto& [id, answer] : answered)
    if (answer == "accepted") TRY(add(GoldenId(id), by_rules));
  for (const GoldenId& id : near.by_rules) TRY(add(id, by_rules));
  if (own) TRY(add_asked(*own));
  for (const GoldenId& id : near.likely) TRY(add(id, likely));

  std::vector<Values> mine{values};
  if (own)
    for (const Link& link : own->links)
      if (link.key != change.key && !link.gone && !link.base.empty()) mine.push_back(link.base);
  Judged judged;
  for (std::vector<Family*> taken;; taken.clear()) {
    std::vector<Family*> doubtful, unsettled;
    const auto is_same = [&](Family* f) { return std::ranges::find(judged.same, f) != judged.same.end(); };
    for (Family* f : by_rules) {
      if (is_same(f)) continue;
      const Verdict verdict =
          f == named || said(*f, "accepted") ? Verdict::Same : verdict_of(entity, mine, *f, near.crowded);
      if (verdict == Verdict::Same) taken.push_back(f);
      if (verdict == Verdict::Doubtful) doubtful.push_back(f);
      if (verdict == Verdict::Different) unsettled.push_back(f);
    }
    if (taken.empty()) {
      unsettled.insert(unsettled.begin(), doubtful.begin(), doubtful.end());
      for (Family* f : likely)
        if (!is_same(f)) unsettled.push_back(f);
      const Likely found = likely_of(entity, mine, unsettled);
      taken = found.same;
      judged.asked.clear();
      for (const auto& [f, why] : found.asked) judged.asked.push_back({f, "likely", why});
      for (Family* f : doubtful)
        if (!found.judged(f))
          judged.asked.push_back({f, "undecided", "the names agree, and the rules find too little else that does"});
    }
    if (taken.empty()) return judged;
    for (Family* f : taken) {
      judged.same.push_back(f);
      for (Values& held : held_by(*f)) mine.push_back(std::move(held));
      TRY(add_asked(*f));
    }
  }
}

Result<Line::Found> Line::find(const Mapping& mapping, const Change& change, const Values& values) {
  Family* linked = TRY(work_.family_of(change.key, mapping.entity));
  if (linked && (!linked->golden.in_question || mapping.golden_id_at)) return Found{Found::Kind::Golden, linked};
  const std::string id = hub_id_in(mapping, hub_.system(change.key.system), change.record.body);
  Family* named = is_golden_id(id) ? TRY(work_.family(GoldenId(id))) : nullptr;
  if (named && named->golden.entity != mapping.entity) named = nullptr;
  const bool may_be = named && (mapping.golden_id_at || !linked_in(*named, change.key));
  if (linked) return find_by_rules(mapping, change, values, linked, named != linked && may_be ? named : nullptr);
  if (may_be) return Found{Found::Kind::Golden, named};
  if (mapping.golden_id_at) return Found{Found::Kind::Nobody};  // it is about a golden record that is not here
  return find_by_rules(mapping, change, values, nullptr, named);
}

// `own`: the golden record that it is until then, in question; `named`: whose id it carries.
Result<Line::Found> Line::find_by_rules(const Mapping& mapping, const Change& change, const Values& values, Family* own,
                                        Family* named) {
  const Entity& entity = hub_.entity(mapping.entity);
  if (entity.match.same.empty() && !entity.match.likely)
    return own ? Found{Found::Kind::Golden, own} : Found{Found::Kind::New};
  std::vector<ReviewRow> asked = TRY(store_.reviews_of(change.key));
  for (ReviewRow& r : asked)  // of one that was merged away meanwhile: about the one into which it was
    if (const Family* now = r.kind == "match" ? TRY(work_.family(r.golden)) : nullptr) r.golden = now->golden.id;
  std::ranges::sort(asked, {},
                    [](const ReviewRow& r) { return std::pair(r.answered, r.id); });  // the latest word counts
  const std::map<std::string, std::string> answered = answers_in(asked, entity.name);
  const auto by_person = [&](const Family* f) { return answered.contains(f->golden.id.text); };
  Judged judged = TRY(judge(entity, change, values, own, own ? named : nullptr, answered));
  std::vector<Family*>& same = judged.same;
  // We are creating that person there at this moment: which record is which is known when the system has answered.
  std::vector<Family*> all = same;
  for (const Doubt& d : judged.asked) all.push_back(d.family);
  for (const Family* family : all)
    if (!own && being_created_in(*family, change.key) && !mutant(Mutant::CreationUnseen))
      return Found{Found::Kind::Again};

  Family* into = own;
  if (!own && same.size() == 1 &&
      (by_person(same[0]) || (!linked_in(*same[0], change.key) && !is_protected(entity, same[0]->golden))))
    into = std::exchange(same, {}).front();
  Joining joining{{}, change.key, !same.empty() && std::ranges::all_of(same, by_person), "rules"};
  if (joining.by_person)
    for (const ReviewRow& r : asked)
      if (r.kind == "match" && r.state == "accepted") joining.by = r.by;
  if (into) joining.parts.push_back(into->golden.id);
  for (const Family* f : same) joining.parts.push_back(f->golden.id);
  if (joining.parts.size() > 1 && TRY(may_join(joining))) {
    joins_.push_back(std::move(joining));
    return Found{Found::Kind::Again};
  }
  std::vector<Doubt> doubts;
  for (Family* f : same)
    doubts.push_back(same.size() > 1 ? Doubt{f, "several", "the record agrees with more than one golden record"}
                     : is_protected(entity, f->golden)
                         ? Doubt{f, "protected", "it is the same, and protect: leaves the link to a person"}
                         : Doubt{f, "second_record", "the system holds another record of this person"});
  doubts.insert(doubts.end(), judged.asked.begin(), judged.asked.end());
  if (into)
    for (auto d = doubts.begin(); d != doubts.end();)
      d = TRY(said_apart(*into, *d->family, store_, work_)) ? doubts.erase(d) : d + 1;
  if (!own) TRY(answered_by_rules(asked, into, doubts, change));
  if (into) return Found{Found::Kind::Golden, into, std::move(doubts), true};
  // It may be what was made of a record that the hub knows: then it holds what that one was given.
  const bool may_follow =
      named || std::ranges::any_of(same, [&](const Family* f) { return linked_in(*f, change.key); });
  if (!may_follow || doubts.empty()) return Found{Found::Kind::New, nullptr, std::move(doubts), true};
  for (const Doubt& d : doubts) {
    TRY(ask_whether(d, change.key));
    TRY(settle(*d.family, &d.family->golden, {change.id, change.seen, now_}));  // nothing is created for it there
  }
  return Found{Found::Kind::Doubtful};
}

// A record has changed, and what a person was asked about it is plain by now. Whoever waited for the answer and is
// somebody else is shared: nothing was created for them meanwhile.
Result<void> Line::answered_by_rules(const std::vector<ReviewRow>& asked, const Family* same,
                                     const std::vector<Doubt>& doubts, const Change& change) {
  for (ReviewRow r : asked) {
    const auto doubted = [&](const Doubt& d) { return d.family->golden.id == r.golden; };
    if (r.state != "open" || r.kind != "match" || std::ranges::any_of(doubts, doubted)) continue;
    const GoldenId golden = r.golden;
    const bool is_same = same && golden == same->golden.id;
    r.state = is_same ? "accepted" : "withdrawn";
    r.by = "rules", r.answered = now_;
    work_.rows().reviews.push_back(std::move(r));
    if (is_same) continue;
    if (Family* family = TRY(work_.family(golden)))
      TRY(settle(*family, &family->golden, {change.id, change.seen, now_}));
  }
  return {};
}

Result<bool> Line::ask_whether(const Doubt& doubt, const RecordKey& record) {
  ReviewRow row;
  row.id = match_question(record, doubt.family->golden.id, keys_);
  if (const auto known = TRY(store_.review(row.id)); known && known->state != "withdrawn")
    return known->state == "open";  // asked already
  row.kind = "match";
  row.system = record.system;
  row.entity = doubt.family->golden.entity;
  row.code = doubt.code, row.message = doubt.message;
  row.since = now_;
  row.golden = doubt.family->golden.id;
  row.record = record;
  work_.rows().reviews.push_back(std::move(row));
  return true;
}

// What is asked about the golden record of a record that has come or changed: one question for each other one that is
// in doubt now, and none about those that are not.
Result<void> Line::keep_questions(Family& family, const std::vector<Doubt>& doubts, const Change& change) {
  const Cause cause{change.id, change.seen, now_};
  const std::vector<Question> known = TRY(questions_of(family, store_, work_));
  for (const Doubt& d : doubts) {
    if (std::ranges::any_of(known, [&](const Question& q) { return q.other == d.family && q.row.state == "open"; }) ||
        !TRY(ask_whether(d, change.key)))
      continue;
    family.golden.in_question = true;
    work_.changed_golden(family);
    TRY(settle_in_question(*d.family, cause));
  }
  for (const Question& q : known) {
    if (!q.other) wakes_.push_back(q.row.record);
    if (!q.other || q.row.state != "open" || q.row.code == merged_there ||
        std::ranges::any_of(doubts, [&](const Doubt& d) { return d.family == q.other; }))
      continue;
    TRY(withdraw(q, cause));
  }
  return {};
}

// Its system says that records are one: where they are of two golden records, a person is asked whether those are. Of
// one that has no other record nothing is left to be asked.
Result<void> Line::ask_about_merged(const Change& change) {
  const auto ask = [&](const RecordId& went, const RecordId& stays) -> Result<void> {
    const auto of = [&](const RecordId& id) { return RecordKey{change.key.system, change.key.object, id}; };
    for (Family* one : TRY(work_.families_of(of(went)))) {
      Family* other = TRY(work_.family_of(of(stays), one->golden.entity));
      if (!other || other == one || TRY(said_apart(*one, *other, store_, work_))) continue;
      const bool elsewhere = std::ranges::any_of(
          one->links, [&](const Link& l) { return l.key != of(went) && !l.gone && !only_tells(hub_, l); });
      if (!elsewhere) continue;
      const std::vector<Question> known = TRY(questions_of(*one, store_, work_));
      const Doubt doubt{one, std::string(merged_there), "the system has made one record of theirs"};
      if (std::ranges::any_of(known, [&](const Question& q) { return q.other == other; }) ||
          !TRY(ask_whether(doubt, of(stays))))
        continue;
      other->golden.in_question = true;
      work_.changed_golden(*other);
      for (const Family* about : {one, other})
        work_.attest(about, {.entry = change.id.text + "/" + one->golden.id.text + "=" + other->golden.id.text + "/" +
                                      about->golden.id.text,
                             .kind = "review",
                             .trigger = std::string(to_text(change.trigger)),
                             .change = change.id,
                             .system = change.key.system,
                             .entity = about->golden.entity,
                             .outcome = "match asked, since their system has made one record of theirs",
                             .by = "rules",
                             .at = now_});
      TRY(settle_in_question(*one, {change.id, change.seen, now_}));
    }
    return {};
  };
  if (!change.record.merged_into.empty()) TRY(ask(change.key.record, change.record.merged_into));
  for (const RecordId& went : change.record.merged_from)
    if (went != change.key.record) TRY(ask(went, change.key.record));
  return {};
}

// A question more, or a record more of those that it may be: for one that waits nothing is made anyway.
Result<void> Line::settle_in_question(Family& family, const Cause& cause) {
  if (family.golden.in_question && family.golden.waits) return {};
  return settle(family, &family.golden, cause);
}

Result<std::vector<Family*>> Line::in_question_with(const Family& family) {
  std::vector<Family*> others;
  for (const Question& q : TRY(questions_of(family, store_, work_)))
    if (q.other && std::ranges::find(others, q.other) == others.end()) others.push_back(q.other);
  return others;
}

Result<void> Line::withdraw(const Question& q, const Cause& cause) {
  ReviewRow row = q.row;
  row.state = "withdrawn", row.by = "rules", row.answered = now_;
  work_.rows().reviews.push_back(std::move(row));
  return q.other ? settle(*q.other, &q.other->golden, cause) : Result<void>{};
}

}  // namespace linchpin::engine
