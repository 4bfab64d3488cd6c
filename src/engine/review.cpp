// Reviews: questions for a person. An answer is durable, audited, and outlives every rematch.
#include <algorithm>
#include <tuple>

#include "engine/conflict.hpp"
#include "engine/deleted.hpp"
#include "engine/engine.hpp"
#include "engine/seal.hpp"
#include "engine/stake.hpp"

namespace linchpin::engine {
namespace {

Json shown(const ReviewRow& r) {
  return Json::object({{"id", r.id},
                       {"kind", r.kind},
                       {"system", r.system.text},
                       {"entity", r.entity.text},
                       {"field", r.field.text},
                       {"code", r.code},
                       {"message", r.message},
                       {"since", rfc3339(r.since)},
                       {"regulated", r.regulated},
                       {"golden", r.golden.text},
                       {"record", r.record.record.text},
                       {"state", r.state}});
}

Json shown(const Stake& stake) {
  Json::List fields, waits;
  for (const FieldName& field : stake.fields) fields.emplace_back(field.text);
  for (const std::string& one : stake.waits) waits.emplace_back(one);
  return Json::object({{"fields", std::move(fields)}, {"waits", std::move(waits)}});
}

// Which record there has the value.
Result<Json> show_taken(const model::Hub& hub, Json answer, const ReviewRow& row, Keys& keys, Work& work) {
  const Taken taken = TRY(taken_by(hub, row, keys, work));
  Json::List by;
  for (const RecordKey& key : taken.by) by.emplace_back(key.system.text + ":" + key.record.text);
  answer = answer.with("held_by", std::move(by));
  const auto entity = hub.entities.find(row.entity);
  const model::Field* field = entity == hub.entities.end() ? nullptr : entity->second.field(row.field.text);
  if (!field || field->clazz >= Class::Restricted) return answer.with("hidden", true);
  return answer.with("value", taken.value);
}

constexpr std::size_t stakes_most = 200;  // what hangs on a review is read of the records: of so many, the oldest

}  // namespace

// What is regulated, or keeps from happening what is, then the oldest.
Result<Json> Engine::reviews(const Json& command) {
  std::vector<ReviewRow> rows = TRY(world_.store.reviews(!command["all"].boolean()));  // by since
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  std::vector<GoldenId> asked_about;
  for (const ReviewRow& r : rows)
    if (r.state == "open" && !r.golden.empty() && asked_about.size() < stakes_most) asked_about.push_back(r.golden);
  TRY(work.open(asked_about));
  std::map<std::string, Json> stakes;
  for (ReviewRow& r : rows) {
    if (r.state != "open" || stakes.size() == stakes_most) continue;
    const Stake stake = TRY(at_stake(*hub_, r, stage_, world_.store, work));
    r.regulated = stake.regulated;
    stakes.emplace(r.id, shown(stake));
  }
  std::sort(rows.begin(), rows.end(), [](const ReviewRow& a, const ReviewRow& b) {
    return std::tie(b.regulated, a.since, a.id) < std::tie(a.regulated, b.since, b.id);
  });
  Json::List items;
  for (ReviewRow& r : rows) {
    if (r.kind == "brake" && r.state == "open") r.message += TRY(waits_behind(r.id));
    const auto stake = stakes.find(r.id);
    items.push_back(stake == stakes.end() ? shown(r) : shown(r).with("stake", stake->second));
  }
  return Json::object({{"items", std::move(items)}});
}

// One, with what it is about: values of a class that explain shows, too. {"command":"review.show","id"}
Result<Json> Engine::show_review(const Json& command) {
  std::optional<ReviewRow> row = TRY(world_.store.review(command["id"].text()));
  if (!row)
    return fail(Code::NotFound, "there is no such review", "`linchpin review DIR list` shows those that are open.");
  if (row->kind == "brake" && row->state == "open") row->message += TRY(waits_behind(row->id));
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  Json answer = shown(*row);
  if (row->state == "open") {
    const Stake stake = TRY(at_stake(*hub_, *row, stage_, world_.store, work));
    answer = answer.with("regulated", stake.regulated).with("stake", shown(stake));
  }
  if (row->kind == "unique_taken" && row->state == "open")
    return show_taken(*hub_, std::move(answer), *row, world_.keys, work);
  if (row->field.empty() || row->sealed.empty() || row->golden.empty()) return answer;
  const Family* family = TRY(work.family_itself(row->golden));
  const auto entity = hub_->entities.find(row->entity);
  if (!family || entity == hub_->entities.end()) return answer;
  const model::Field* field = entity->second.field(row->field.text);
  const bool seen = field && field->clazz < Class::Restricted;
  const Json detail = TRY(open_detail(row->sealed, row->id, family->key));
  for (const auto& [name, told] : detail.members()) {
    if (name != "values") {
      if (seen) answer = answer.with(name, told);
      continue;
    }
    Json::List values;
    for (const Json& one : told.items()) values.push_back(seen ? one : one.without("value"));
    answer = answer.with("values", std::move(values));
  }
  return seen ? answer : answer.with("hidden", true);
}

// Of a conflict, the value that a person takes: the golden one, or what a system says. `take`: its name, or
// system:record.
Result<Value> Engine::chosen(const Json& command, const ReviewRow& row, const Family& family) const {
  const std::string& take = command["take"].text();
  if (row.state == "rejected") return family.golden.fields.at(row.field).value;
  std::vector<Value> named;
  std::string known;
  for (const Link* link :
       contest(*hub_->entity(row.entity).field(row.field.text), family.golden, family.links).competing) {
    const std::string system = link->key.system.text, record = system + ":" + link->key.record.text;
    known += (known.empty() ? "" : ", ") + record;
    if (take == system || take == record) named.push_back(link->own.at(row.field).value);
  }
  if (named.size() == 1) return named.front();
  return fail(Code::InvalidArgument,
              take.empty()    ? "whose value is taken is not said"
              : named.empty() ? "no such record says anything here"
                              : "several records of that system say something",
              "Write --take with one of " + known + "; or reject, and what the golden record has is right.");
}

Result<Json> Engine::answer_review(const Json& command, Instant now) {
  const bool accept = command["command"].text() == "review.accept";
  std::optional<ReviewRow> row = TRY(world_.store.review(command["id"].text()));
  if (!row)
    return fail(Code::NotFound, "there is no such review", "`linchpin review DIR list` shows those that are open.");
  if (row->state != "open") return fail(Code::ReviewAnswered, "the review has an answer already: " + row->state);
  row->state = accept ? "accepted" : "rejected";
  row->by = command["by"].text();
  row->answered = now;
  if (row->kind == "brake") return answer_brake(*row, now);
  if (row->kind == "short_list") return answer_short_list(*row, now);
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  Line line(*hub_, world_.store, world_.keys, world_.random, stage_, work, now);
  Family* family = TRY(work.family(row->golden));
  if (!family) return fail(Code::NotFound, "the golden record that the review asks about is gone");
  Values taken;
  if (row->kind == "conflict") taken.emplace(row->field.text, TRY(chosen(command, *row, *family)));
  work.attest(family, {.entry = "review/" + row->id + (taken.empty() ? "" : "/" + std::to_string(ms_since_epoch(now))),
                       .kind = "review",
                       .trigger = "person",
                       .system = row->system,
                       .entity = row->entity,
                       .values = taken,
                       .outcome = row->kind + " " + row->state,
                       .by = row->by,
                       .at = now});
  const ReviewRow answered = *row;
  Family* holder = answered.kind == "match" ? TRY(work.family_of(answered.record, answered.entity)) : nullptr;
  if (accept && holder && holder != family) {
    TRY(join_as_answered(work, line, *family, *holder, answered, now));
    return shown(answered);
  }
  work.rows().reviews.push_back(*row);
  if (answered.kind == "foreign_write") {
    const Golden before = family->golden;
    if (accept && family->golden.pins.contains(answered.field))
      TRY(change_pin(work, line, *family, answered.field, nullptr, "person", answered.by, now));
    if (accept) {
      const Json detail = TRY(open_detail(answered.sealed, answered.id, family->key));
      family->golden.set[answered.field] =
          Sourced{detail["value"], now, {}, {}, {}, {}, "review " + answered.id + ", by " + answered.by};
      family->golden.fields = survive(*hub_, family->golden, family->links);
      work.remember(*family, ChangeId("review." + answered.id), now,
                    golden_turns(hub_->entity(before.entity), before, family->golden));
      ++family->golden.version;
      work.changed_golden(*family);
    }
    for (Link link : std::vector<Link>(family->links))
      if (link.key == answered.record && link.left.erase(answered.field.text) > 0) {
        link.put_back.erase(answered.field);
        work.changed_link(*family, std::move(link));
      }
    TRY(line.settle(*family, &before, {ChangeId("review." + answered.id), {}, now}));
  } else if (answered.kind == "conflict") {
    const Golden before = family->golden;
    // The same question may be asked again, and answered as before: that is another change.
    const ChangeId change("review." + answered.id + "." + std::to_string(ms_since_epoch(now)));
    overrule(work, *family, *hub_->entity(answered.entity).field(answered.field.text));
    family->golden.set[answered.field] =
        Sourced{taken.begin()->second, now, {}, {}, {}, {}, "review " + answered.id + ", by " + answered.by};
    family->golden.fields = survive(*hub_, family->golden, family->links);
    work.remember(*family, change, now, golden_turns(hub_->entity(before.entity), before, family->golden));
    ++family->golden.version;
    work.changed_golden(*family);
    TRY(line.settle(*family, &before, {change, {}, now}));
  } else if (accept && answered.kind == "deleted") {
    const bool edited = answered.code == "deleted_and_edited";
    std::vector<Link> all = to_be_put_away(*hub_, family->links, edited ? RecordKey() : answered.record);
    for (Link& link : all)
      if (!edited || link.key == answered.record) {
        link.doomed = true;
        work.changed_link(*family, std::move(link));
      }
    TRY(line.settle(*family, &family->golden, {ChangeId("review." + answered.id), {}, now}));
  } else if (accept && answered.kind == "unique_taken") {
    send_again(work, *family, answered);
    TRY(line.settle(*family, &family->golden, {ChangeId("review." + answered.id), {}, now}));
  } else if (!accept) {
    TRY(line.settle(*family, &family->golden, {ChangeId("review." + answered.id), {}, now}));
  }
  if (!accept && holder && holder != family) {
    TRY(line.settle(*holder, &holder->golden, {ChangeId("review." + answered.id), {}, now}));
  }
  if (answered.kind == "match") TRY(read_again({answered.record}, now));  // and is then decided
  TRY(work.commit());
  return shown(answered);
}

// The answer to a question about no golden record, on its way into a commit.
void Engine::attest_answer(Work& work, const ReviewRow& row, Instant now) {
  work.attest(nullptr, {.entry = "review/" + row.id,
                        .kind = "review",
                        .trigger = "person",
                        .system = row.system,
                        .entity = row.entity,
                        .outcome = row.kind + " " + row.state,
                        .by = row.by,
                        .at = now});
}

// Yes: the flow goes on. No: it stays paused until somebody resumes it.
Result<Json> Engine::answer_brake(const ReviewRow& row, Instant now) {
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  attest_answer(work, row, now);
  work.rows().reviews.push_back(row);
  if (row.state == "accepted") TRY(resume_asked(work, row.id, row.by, now));
  TRY(commit_paused(work));
  return shown(row);
}

// Yes: of a first list, that it has none; of a walk, that what is missing may be gone. No: the next walk asks again.
Result<Json> Engine::answer_short_list(const ReviewRow& row, Instant now) {
  const Where where{row.record.system, row.record.object};
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  attest_answer(work, row, now);
  work.rows().reviews.push_back(row);
  const Walked before = *TRY(walked(where));
  if (row.state == "accepted") {
    TRY(resume_asked(work, row.id, row.by, now));
    if (row.code != first_list_empty) TRY(walk_trusting(work, where, now));
  }
  if (const Result<void> done = commit_paused(work); !done) {
    walked_[where] = before;
    return tl::unexpected(done.error());
  }
  return shown(row);
}

}  // namespace linchpin::engine
