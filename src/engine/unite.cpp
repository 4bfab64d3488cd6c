// Two golden records that are one person become one: on a person's word (`linchpin review merge`, or a yes to what was
// asked), or since a record that came agrees with both. One id stays, and the other names it from then on. split.cpp
// takes them apart again.
#include <algorithm>
#include <tuple>

#include "base/mutant.hpp"
#include "engine/derive.hpp"
#include "engine/engine.hpp"

namespace linchpin::engine {
namespace {

// Of what flows and people set the later word counts; a pin of the one that stays.
std::map<FieldName, Sourced> take_in(Golden& into, const Golden& from) {
  std::map<FieldName, Sourced> replaced;
  for (const auto& [field, value] : from.set) {
    const auto [set, fresh] = into.set.emplace(field, value);
    if (fresh || set->second.at >= value.at) continue;
    replaced.emplace(field, std::exchange(set->second, value));
  }
  into.pins.insert(from.pins.begin(), from.pins.end());
  return replaced;
}

// The systems that hold more than one record of it by now.
Json twice_in(const Family& family) {
  std::map<std::pair<SystemName, ObjectName>, Json::List> records;
  for (const Link& link : family.links)
    if (!link.gone)
      records[{link.key.system, link.key.object}].push_back(link.key.system.text + ":" + link.key.record.text);
  Json::List twice;
  for (auto& [where, list] : records)
    if (list.size() > 1) twice.insert(twice.end(), list.begin(), list.end());
  return twice;
}

// Of what belongs together, a record counts as saying a part that it was given. What it is given next would take that
// place: it is kept as its own. And what the hub has written over there is its word no longer, once what was written is
// gone too.
void keep_words(const model::Hub& hub, Work& work, Family& family) {
  for (Link link : std::vector<Link>(family.links)) {
    const std::map<FieldName, Own> before = link.own;
    for (const std::vector<FieldName>& group : hub.entity(family.golden.entity).together)
      for (const FieldName& name : group) {
        const auto said = family.golden.fields.find(name);
        const auto own = link.own.find(name);
        if (said != family.golden.fields.end() && said->second.system == link.key.system &&
            said->second.record == link.key.record)
          link.own[name] = Own{said->second.value, said->second.at, said->second.change};
        else if (const auto given = link.given.find(name.text);
                 own != link.own.end() && given != link.given.end() && given->second != own->second.value)
          link.own.erase(own);
      }
    if (link.own != before) work.changed_link(family, std::move(link));
  }
}

}  // namespace

Result<Family*> Engine::named_by_person(Work& work, const Json& command, const std::string& id) {
  const EntityName entity(command["entity"].text());
  if (!hub_->entities.contains(entity))
    return fail(Code::NotFound, "the hub has no entity of that name", "`linchpin check` lists what it has.");
  if (command["why"].text().empty())
    return fail(Code::InvalidArgument, "a merge or a split needs a reason",
                "Give --why: whoever asks `explain` later reads it.");
  Family* family = TRY(named(work, id, entity));
  if (!family || family->golden.entity != entity)
    return fail(Code::NotFound, "the hub has no such record: " + id,
                "Give a golden id, or system:record, as in hubspot:1203.");
  return family;
}

// What is under way and belongs to another golden record now is answered for that one; and what records hold comes
// before they are written to.
void Engine::follow(const Regroup& regroup, const std::set<RecordKey>& read, Instant now) {
  for (const Regroup::InFlight& moved : regroup.in_flight()) {
    if (mutant(Mutant::MovedUnanswered)) continue;
    const auto answer_for = [&](Flying& flying) {
      if (auto* write = std::get_if<WriteCall>(&flying.call.what))
        for (WriteItem& item : write->items)
          if (item.delivery == moved.delivery) item.golden = moved.to;
    };
    for (auto& [id, flying] : flying_) answer_for(flying);
    for (auto& [flying, error] : unmade_) answer_for(flying);
    for (Flying& flying : continuing_) answer_for(flying);
    if (busy_.erase({moved.system, moved.from}) > 0) busy_.insert({moved.system, moved.to});
  }
  for (const RecordKey& key : read)
    if (can_fetch(key.system, key.object)) read_.hint(key, {.trigger = Trigger::Reconcile, .not_before = now});
}

// {"command":"review.merge","entity","id","other","why","by","despite_veto"}
Result<Json> Engine::unite(const Json& command, Instant now) {
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  Line line(*hub_, world_.store, world_.keys, world_.random, stage_, work, now);
  Family* one = TRY(named_by_person(work, command, command["id"].text()));
  Family* two = TRY(named_by_person(work, command, command["other"].text()));
  if (one == two) return fail(Code::InvalidArgument, "the two are one golden record: " + one->golden.id.text);
  for (const Family* family : {one, two})
    if (is_making(*family))
      return fail(Code::UnderWay, "a record of " + family->golden.id.text + " is being made at this moment",
                  "Try again when its system has answered.");
  if (!command["despite_veto"].boolean() && vetoed(hub_->entity(one->golden.entity), *one, *two))
    return fail(Code::InvalidArgument, "a veto of match: never: keeps the two apart",
                "Look at both with `linchpin explain`; --despite-veto if they are one all the same.");
  return join(work, line, *one, *two, {command["by"].text(), command["why"].text(), "person", true, {}}, now);
}

// What records have shown to be one (find.cpp), each two in a commit of their own: the record that has shown it is read
// again, and shows it anew if the process ends before.
Result<void> Engine::join_found(Instant now) {
  for (const Joining& joining : std::exchange(joins_, {}))
    for (std::size_t left = joining.parts.size(); left > 1; --left) {
      Work work(world_.store, world_.keys, families_, version_, next_delivery_);
      Line line(*hub_, world_.store, world_.keys, world_.random, stage_, work, now);
      const std::vector<Family*> parts = TRY(line.parts_of(joining));
      if (parts.size() < 2 || !TRY(line.may_join(joining))) break;
      TRY(join(work, line, *parts[0], *parts[1],
               {joining.by, about(joining.shown_by) + " agrees with both", "match", false, {}}, now));
    }
  return {};
}

// Yes, the record that is asked about is that one's: then their golden records are one.
Result<Json> Engine::join_as_answered(Work& work, Line& line, Family& about, Family& holder, const ReviewRow& answered,
                                      Instant now) {
  const Joining joining{{about.golden.id, holder.golden.id}, answered.record, true, answered.by};
  if (!TRY(line.may_join(joining)) && (is_making(about) || is_making(holder)))
    return fail(Code::UnderWay, "a record of one of the two is being made at this moment",
                "Try again when its system has answered.");
  return join(work, line, about, holder, {answered.by, "review " + answered.id, "person", false, answered}, now);
}

// All of it is one commit. The one stays that is making something, or was not in doubt, or is older.
Result<Json> Engine::join(Work& work, Line& line, Family& one, Family& two, const Said& said, Instant now) {
  const auto age = [](const Family& f) {
    return std::tuple(!is_making(f), f.golden.waits, f.golden.created, f.golden.id);
  };
  Family &stays = age(two) < age(one) ? two : one, &goes = &stays == &one ? two : one;

  const Golden before = stays.golden;
  const std::set<RecordKey> records = records_of(goes);
  const ChangeId change((said.by_person ? "merge." : "join.") + std::to_string(ms_since_epoch(now)) +
                        (said.by_person ? "" : "." + goes.golden.id.text));
  Values values;
  for (const auto& [field, chosen] : goes.golden.fields) values.emplace(field.text, chosen.value);
  for (Family* half : {&goes, &stays})
    work.attest(half, {.entry = change.text + "/" + half->golden.id.text,
                       .kind = "merged",
                       .trigger = said.trigger,
                       .change = change,
                       .entity = half->golden.entity,
                       .values = values,
                       .outcome = half == &stays ? goes.golden.id.text : stays.golden.id.text,
                       .by = said.by,
                       .at = now});
  std::vector<Family*> others;  // of whom it was asked whether they are one of the two
  for (Family* half : {&goes, &stays}) {
    keep_words(*hub_, work, *half);
    for (Family* other : TRY(line.in_question_with(*half)))
      if (other != &goes && other != &stays && std::ranges::find(others, other) == others.end())
        others.push_back(other);
  }
  Regroup regroup(*hub_, world_.store, world_.keys, work, said.by, now);
  TRY(regroup.ask_of_too(goes, stays, true));
  for (ReviewRow& asked : TRY(world_.store.reviews_of(goes.golden.id))) {
    const bool of_match = asked.kind == "match" && !records.contains(asked.record);
    if (asked.state != "open" || !(of_match || asked.kind == "conflict")) continue;
    asked.state = "withdrawn", asked.by = said.by, asked.answered = now;
    work.rows().reviews.push_back(std::move(asked));
  }
  TRY(regroup.ask_anew_of_unique(goes));
  for (const mapping::FieldError& e : not_derived(hub_->entity(goes.golden.entity), goes.golden))
    work.rows().dead_letters_dropped.push_back(derived_letter_id(goes.golden.id, e.field, world_.keys));
  TRY(regroup.move(goes, stays, records));
  for (const Delivery& d : std::vector<Delivery>(goes.deliveries)) {
    const bool asked = std::any_of(stays.deliveries.begin(), stays.deliveries.end(), [&](const Delivery& other) {
      return other.operation == d.operation && other.flow == d.flow;
    });
    if (d.operation != Operation::Do || asked) {
      work.rows().dead_letters_dropped.push_back(letter_id(d.id, world_.keys));
      work.dropped_delivery(goes, d.id);
      continue;
    }
    Delivery about = d;
    about.idempotency_key.clear();  // it will ask about another id
    work.changed_delivery(goes, std::move(about));
    TRY(regroup.move_operation(goes, stays, d));
  }
  Regrouped merged{Regrouped::What::Merged, goes.golden.id, {records.begin(), records.end()}, said.by, said.why, now};
  merged.replaced = take_in(stays.golden, goes.golden);
  stays.golden.regrouped.push_back(std::move(merged));
  stays.golden.in_question |= goes.golden.in_question;
  if (stays.golden.waits) stays.golden.due.insert(goes.golden.due.begin(), goes.golden.due.end());
  goes.golden.due.clear();
  goes.golden.in_question = goes.golden.waits = false;
  goes.golden.merged_into = stays.golden.id;
  work.changed_golden(goes);
  for (const RecordKey& key : records)
    if (said.by_person) TRY(regroup.decide(key, stays, true));
  if (said.answered) work.rows().reviews.push_back(*said.answered);
  TRY(regroup.ask_once(stays));
  stays.golden.fields = survive(*hub_, stays.golden, stays.links);
  ++stays.golden.version;
  work.changed_golden(stays);

  const auto ends = pin_ends_;
  keep_pin_ends(work, goes.golden);
  keep_pin_ends(work, stays.golden);
  const Json answer =
      Json::object({{"id", stays.golden.id.text}, {"merged", goes.golden.id.text}, {"twice", twice_in(stays)}});
  const auto settle_all = [&]() -> Result<void> {
    TRY(line.settle(stays, &before, {change, {}, now}));
    for (Family* other : others) TRY(line.settle(*other, &other->golden, {change, {}, now}));
    TRY(line.appeared(stays, {change, {}, now}));
    return work.commit();
  };
  const Result<void> done = settle_all();
  if (!done) {
    pin_ends_ = ends;
    return tl::unexpected(done.error());
  }
  follow(regroup, regroup.waiting(), now);
  return answer;
}

}  // namespace linchpin::engine
