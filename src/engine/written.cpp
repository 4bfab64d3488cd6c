// The engine's answers to writes: what became of each delivery, and of what was not known to be done.
#include <algorithm>

#include "base/invariant.hpp"
#include "base/metric.hpp"
#include "base/mutant.hpp"
#include "engine/confirm.hpp"
#include "engine/engine.hpp"
#include "engine/refs.hpp"
#include "engine/seal.hpp"
#include "engine/share.hpp"

namespace linchpin::engine {
namespace {

constexpr int attempts_most = 30;  // with backoff, more than two hours
constexpr int suffix_most = 100;   // people of one name

// The field whose value a system took for another record's, where the mapping tells such values apart by a number.
const FieldName* suffixed_by(const mapping::Mapping& mapping, const std::string& unique_at) {
  for (const mapping::FieldMapping& m : mapping.fields)
    if (m.unique_suffix && (unique_at.empty() || mapping::to_text(m.at) == unique_at)) return &m.field;
  return nullptr;
}

const FieldName* mapped_at(const mapping::Mapping& mapping, const std::string& path) {
  for (const mapping::FieldMapping& m : mapping.fields)
    if (!path.empty() && mapping::to_text(m.at) == path) return &m.field;
  return nullptr;
}

}  // namespace

Result<void> Engine::on_looked(Work& work, Line& line, const Flying& flying, const Looked& looked, Instant now) {
  const LookCall& call = std::get<LookCall>(flying.call.what);
  for (const GoldenId& id : call.goldens) {
    Family* family = TRY(work.family(id));
    if (!family) continue;
    const auto found =
        std::find_if(looked.found.begin(), looked.found.end(), [&](const auto& f) { return f.first == id; });
    for (Delivery d : std::vector<Delivery>(family->deliveries)) {
      if (d.state != DeliveryState::Unknown || d.system != flying.call.system || d.object != call.object) continue;
      busy_.erase({d.system, d.golden});
      if (found != looked.found.end() && !mutant(Mutant::LookIgnored)) {
        TRY(found_there(work, line, *family, d, found->second, now));
      } else {
        d.state = DeliveryState::Pending;
        d.due = now + backoff(d.attempt, world_.random);
        work.changed_delivery(*family, std::move(d));
        TRY(line.settle(*family, &family->golden, {d.change, d.seen, now}));
      }
    }
  }
  return {};
}

Result<void> Engine::on_written(Work& work, Line& line, const Flying& flying, const Written& written, Instant now) {
  const WriteCall& call = std::get<WriteCall>(flying.call.what);
  for (const WriteItem& item : call.items) {
    Family* family = TRY(work.family(item.golden));
    busy_.erase({flying.call.system, family ? family->golden.id : item.golden});
    if (!family) continue;
    const auto mine = std::find_if(family->deliveries.begin(), family->deliveries.end(),
                                   [&](const Delivery& d) { return d.id == item.delivery; });
    if (mine == family->deliveries.end()) continue;
    Delivery d = *mine;
    const auto result = std::find_if(written.results.begin(), written.results.end(),
                                     [&](const WriteResult& r) { return r.delivery == d.id; });
    if (result == written.results.end()) {  // it said nothing of this one
      unsure(work, *family, std::move(d), true, now);
      continue;
    }
    TRY(became(work, line, *family, std::move(d), *result, now));
  }
  return {};
}

// What became of one record of a write.
Result<void> Engine::became(Work& work, Line& line, Family& family, Delivery d, const WriteResult& result,
                            Instant now) {
  const auto count = [&](std::string_view outcome) {
    metric::add("linchpin_deliveries_total",
                {{"system", d.system.text}, {"operation", to_text(d.operation)}, {"outcome", outcome}});
  };
  switch (result.kind) {
    case WriteResult::Kind::Confirmed:
      alone_.erase(d.id);
      return confirmed(work, line, family, d, result.record, now);
    case WriteResult::Kind::Retry: {
      count("retry");
      was_not_done(work, family, d);
      if (result.alone) alone_.insert(d.id);
      if (d.attempt >= attempts_most) return dead(work, line, family, d, result.error, now);
      d.state = DeliveryState::Pending;
      d.due = result.alone ? now : now + backoff(d.attempt, world_.random);
      const Cause cause{d.change, d.seen, now};
      work.changed_delivery(family, std::move(d));
      return line.settle(family, &family.golden, cause);
    }
    case WriteResult::Kind::Unknown:
      count("unknown");
      unsure(work, family, std::move(d), true, now);
      return {};
    case WriteResult::Kind::UniqueTaken:
      if (d.operation == Operation::Create && TRY(seek_holder(work, line, family, d, result, now))) return {};
      if (const FieldName* field = suffixed_by(hub_->mappings.at(d.mapping), result.unique_at);
          field && d.suffix < suffix_most) {
        count("retry");
        was_not_done(work, family, d);
        next_suffix(work, family, std::move(d), *field, now);
        return {};
      }
      if (const FieldName* field = mapped_at(hub_->mappings.at(d.mapping), result.unique_at);
          field && d.values.contains(field->text)) {
        count("retry");
        leave_blank(work, family, std::move(d), *field, now);
        return {};
      }
      count("dead");
      return dead(work, line, family, d, result.error, now);
    case WriteResult::Kind::Dead:
      count("dead");
      alone_.erase(d.id);
      was_not_done(work, family, d);
      return dead(work, line, family, d, result.error, now);
    case WriteResult::Kind::Gone: {
      count("dead");
      for (Link link : std::vector<Link>(family.links))
        if (link.key == RecordKey{d.system, d.object, d.record}) {
          line.lose(family, std::move(link));
        }
      work.dropped_delivery(family, d.id);
      return line.settle(family, &family.golden, {d.change, d.seen, now});
    }
  }
  return {};
}

// What is taken may be what the record has, and is not sent: a contact that comes out of the archive.
void Engine::next_suffix(Work& work, Family& family, Delivery d, const FieldName& field, Instant now) {
  if (const auto at = family.golden.fields.find(field); at != family.golden.fields.end()) {
    hold(Invariant::ClassIsKept, may_hold(hub_->system(d.system), d.entity, *hub_->entity(d.entity).field(field.text)));
    d.values.emplace(field.text, at->second.value);
  }
  d.suffix = std::max(2, d.suffix + 1);
  d.state = DeliveryState::Pending;
  d.due = now;
  d.idempotency_key.clear();
  work.changed_delivery(family, std::move(d));
}

// What was sent has its answer, and nothing came of it.
void Engine::was_not_done(Work& work, Family& family, Delivery& d) {
  if (d.operation != Operation::Delete) repeatable_.try_emplace(d.id);
  attempt_ended(d.tried, d.values);
  for (Link link : std::vector<Link>(family.links)) {
    if (!sets_fields(d.operation) || link.key != RecordKey{d.system, d.object, d.record} || link.entity != d.entity ||
        link.tried.empty())
      continue;
    attempt_ended(link.tried, d.values);
    work.changed_link(family, std::move(link));
  }
}

// It may have been done. A create is looked for; of an update, what the record holds now comes first, since someone may
// have edited it; an operation carries a key that makes it repeatable. Where the system has answered, it would replay
// that answer to the same key (Xero: for six minutes), so what is repeated then, after the look, is a new request.
void Engine::unsure(Work& work, Family& family, Delivery d, bool settled, Instant now) {
  repeatable_[d.id].asked = now;  // once it has been read, below
  if (mutant(Mutant::UnknownIsDone)) return work.dropped_delivery(family, d.id);
  if ((settled && d.operation != Operation::Do) || mutant(Mutant::KeyForgotten)) d.idempotency_key.clear();
  const bool looks = d.operation == Operation::Create && !mutant(Mutant::CreatesBlindly);
  d.state = looks ? DeliveryState::Unknown : DeliveryState::Pending;
  d.due = now + backoff(d.attempt, world_.random);
  if (looks) busy_.insert({d.system, d.golden});
  if (!mutant(Mutant::UpdatesBlindly)) read_first(d, now);
  work.changed_delivery(family, std::move(d));
}

// A create was done, and its answer was lost. What the record holds by now may be somebody's word since: it is no
// answer to what was sent, but read like any other record.
Result<void> Engine::found_there(Work& work, Line& line, Family& family, const Delivery& d, const Record& found,
                                 Instant now) {
  const RecordKey key{d.system, d.object, found.id};
  if (!can_fetch(d.system, d.object)) return confirmed(work, line, family, d, found, now);
  Record there;
  there.id = found.id, there.created = found.created;
  TRY(confirmed(work, line, family, d, there, now));
  read_.hint(key, {.trigger = Trigger::Reconcile});
  return {};
}

bool Engine::can_fetch(const SystemName& name, const ObjectName& object) const {
  const auto system = systems_.find(name);
  if (system == systems_.end()) return false;
  const model::ObjectSpec* spec = system->second.connector->manifest().object(object);
  return spec != nullptr && spec->can_fetch;
}

// What an update's record holds now comes before the update is repeated; of a system that can only be written to,
// nothing can be read, and nobody else writes there that we could know of.
void Engine::read_first(const Delivery& d, Instant now) {
  const bool of_a_record = sets_fields(d.operation) || d.operation == Operation::Delete;
  if (!of_a_record || !can_fetch(d.system, d.object)) return;
  read_.hint({d.system, d.object, d.record}, {.trigger = Trigger::Reconcile, .not_before = now});
}

Result<void> Engine::confirmed(Work& work, Line& line, Family& family, const Delivery& delivery,
                               const std::optional<Record>& record, Instant now) {
  const Delivery d = delivery;
  metric::add("linchpin_deliveries_total",
              {{"system", d.system.text}, {"operation", to_text(d.operation)}, {"outcome", "confirmed"}});
  if (d.seen != Instant{})
    metric::observe("linchpin_sync_latency_seconds", {{"flow", d.flow.text}, {"system", d.system.text}},
                    std::max(0.0, static_cast<double>((now - d.seen).count()) / 1000));
  work.attest(&family, delivered(d, "confirmed", std::string(to_text(d.operation)), now));
  work.dropped_delivery(family, d.id);
  if (d.operation == Operation::Do) {
    work.remember(family, d.change, now, written_turns(d, {}, {d.system, d.object, record ? record->id : RecordId()}));
    // What the operation made is a record of that system: it is read like any other.
    if (record) read_.hint({d.system, d.object, record->id}, {.trigger = Trigger::Api, .seen = d.seen});
    return {};
  }
  if (d.operation == Operation::Delete) {
    work.remember(family, d.change, now, written_turns(d, {}, {d.system, d.object, d.record}));
    for (Link link : std::vector<Link>(family.links)) {
      if (link.key != RecordKey{d.system, d.object, d.record} || link.entity != d.entity) continue;
      link.gone = link.archived = true, link.doomed = false, link.confirmed = now;
      work.match_keys(family, link.key, {});
      work.changed_link(family, std::move(link));
    }
    return line.settle(family, &family.golden, {d.change, d.seen, now});
  }
  Moved& moved = moved_[{d.system, d.entity}];
  ++(d.operation == Operation::Create ? moved.created : moved.updated);
  const RecordId id = !d.record.empty() ? d.record : record ? record->id : RecordId();
  std::optional<Link> before;
  for (const Link& l : family.links)
    if (l.key == RecordKey{d.system, d.object, id} && l.entity == d.entity) before = l;
  if (d.operation == Operation::Create)
    hold(Invariant::NoDoubleCreate,
         !id.empty() && std::none_of(family.links.begin(), family.links.end(), [&](const Link& l) {
           return l.key.system == d.system && l.key.object == d.object && l.entity == d.entity && l.key.record != id &&
                  !l.gone;
         }));
  if (before) TRY(no_longer_blank(work, d, *before, now));
  work.remember(family, d.change, now,
                written_turns(d, with_sent(hub_->mappings.at(d.mapping), before), {d.system, d.object, id}));
  Link after = engine::confirm(*hub_, d, before, record, now);
  for (const FieldName& field : before ? before->lent : std::set<FieldName>()) {  // it was sent before a split
    const auto sent = d.values.find(field.text);
    const auto golden = family.golden.fields.find(field);
    if (sent != d.values.end() && (golden == family.golden.fields.end() || golden->second.value != sent->second))
      after.lent.insert(field);
  }
  const Values base = after.base;
  const RecordKey key = after.key;
  Refs(*hub_, world_.keys, work).index(family, after);
  work.changed_link(family, std::move(after));
  std::vector<std::string> blind;
  for (BlindKey& k : match_keys(hub_->entity(family.golden.entity), base, world_.keys))
    blind.push_back(std::move(k.key));
  work.match_keys(family, key, blind);
  if (mutant(Mutant::RestForgotten)) return {};
  TRY(line.settle(family, &family.golden, {d.change, d.seen, now}));
  return before ? Result<void>() : line.appeared(family, {d.change, d.seen, now});
}

// What was decided while it was under way had to wait for it: it may no longer be needed, or say something else now.
Result<void> Engine::dead(Work& work, Line& line, Family& family, Delivery d, const Error& error, Instant now) {
  d.state = DeliveryState::Dead;
  DeadLetterRow row;
  row.id = letter_id(d.id, world_.keys);
  row.kind = "delivery";
  row.system = d.system, row.entity = d.entity, row.flow = d.flow;
  row.code = std::string(code_text(error.code)), row.message = error.what, row.place = to_text(error.at);
  row.since = now;
  row.regulated = d.regulated;
  row.golden = d.golden;
  row.record = {d.system, d.object, d.record};
  row.sealed = seal_detail(Json::object({{"delivery", d.id.number}}), row.id, family.key);
  work.attest(&family, delivered(d, "refused", row.code, now));
  if (!mutant(Mutant::DeadLetterDropped)) work.rows().dead_letters.push_back(std::move(row));
  const Cause cause{d.change, d.seen, now};
  work.changed_delivery(family, std::move(d));
  return line.settle(family, &family.golden, cause);
}

Result<void> Engine::write_failed(Work& work, Line& line, const Flying& flying, const Outcome& outcome,
                                  const Error& error, Instant now) {
  const WriteCall& call = std::get<WriteCall>(flying.call.what);
  const Retry* retry = std::get_if<Retry>(&outcome);
  const bool refused = std::holds_alternative<Refused>(outcome);
  const Unknown* unknown = std::get_if<Unknown>(&outcome);
  for (const WriteItem& item : call.items) {
    Family* family = TRY(work.family(item.golden));
    busy_.erase({flying.call.system, family ? family->golden.id : item.golden});
    if (!family) continue;
    for (Delivery d : std::vector<Delivery>(family->deliveries)) {
      if (d.id != item.delivery) continue;
      const std::string_view word = unknown ? "unknown" : refused && call.items.size() == 1 ? "dead" : "retry";
      metric::add("linchpin_deliveries_total",
                  {{"system", d.system.text}, {"operation", to_text(d.operation)}, {"outcome", word}});
      if ((refused && call.items.size() == 1) || (d.attempt >= attempts_most && !unknown)) {
        TRY(dead(work, line, *family, d,
                 refused ? error
                         : Error{Code::RetriesExhausted,
                                 "the delivery failed " + std::to_string(d.attempt) + " times",
                                 {},
                                 "Mend the cause, then `linchpin dead-letters retry`."},
                 now));
        continue;
      }
      if (unknown) {
        unsure(work, *family, std::move(d), unknown->settled, now);
        continue;
      }
      was_not_done(work, *family, d);
      d.due = now + std::max(retry ? retry->after : milliseconds(0), backoff(d.attempt, world_.random));
      d.state = DeliveryState::Pending;
      if (refused) {  // one of them is at fault: each goes by itself
        alone_.insert(d.id);
        d.due = now;
      }
      work.changed_delivery(*family, std::move(d));
    }
  }
  return {};
}

}  // namespace linchpin::engine
