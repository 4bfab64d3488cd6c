// The engine's answers: every answer is sorted into one outcome, and each outcome has one way on.
#include <algorithm>

#include "base/invariant.hpp"
#include "base/log.hpp"
#include "base/metric.hpp"
#include "base/mutant.hpp"
#include "engine/confirm.hpp"
#include "engine/connection.hpp"
#include "engine/engine.hpp"
#include "engine/seal.hpp"
#include "engine/share.hpp"

namespace linchpin::engine {
namespace {

constexpr int attempts_most = 30;  // with backoff, more than two hours
constexpr milliseconds failed_together{500};
constexpr std::size_t answer_kept = 64u << 10;  // of an answer that cannot be understood, sealed in its dead letter

struct OutcomeWord {
  std::string_view operator()(const Retry& r) const {
    return r.error.code == Code::RateLimited ? "rate_limited" : "retry";
  }
  std::string_view operator()(const Unauthorised&) const { return "unauthorised"; }
  std::string_view operator()(const Unknown&) const { return "unknown"; }
  std::string_view operator()(const Refused&) const { return "refused"; }
  std::string_view operator()(const auto&) const { return "ok"; }
};

// The error of a call that failed as a whole; nullptr of one that did not.
struct Failure {
  const Error* operator()(const Retry& r) const { return &r.error; }
  const Error* operator()(const Unauthorised& r) const { return &r.error; }
  const Error* operator()(const Unknown& r) const { return &r.error; }
  const Error* operator()(const Refused& r) const { return &r.error; }
  const Error* operator()(const auto&) const { return nullptr; }
};

// The field whose value a system took for another record's, where the mapping tells such values apart by a number.
const FieldName* suffixed_by(const mapping::Mapping& mapping, const std::string& unique_at) {
  for (const mapping::FieldMapping& m : mapping.fields)
    if (m.unique_suffix && (unique_at.empty() || mapping::to_text(m.at) == unique_at)) return &m.field;
  return nullptr;
}

}  // namespace

Result<void> Engine::on(Work& work, Line& line, const Answered& answered, Instant now) {
  const auto at = flying_.find(answered.call);
  if (at == flying_.end()) return {};  // of an engine before a restart
  const Flying flying = std::move(at->second);
  flying_.erase(at);
  Connected& system = systems_.at(flying.call.system);
  system.limits.ended();
  if (answered.answer) system.limits.told(system.connector->remaining(*answered.answer), now);
  Outcome outcome = system.connector->outcome(flying.call, answered.answer, now);
  metric::add("linchpin_api_calls_total",
              {{"system", flying.call.system.text}, {"outcome", std::visit(OutcomeWord{}, outcome)}});
  if (std::visit(Failure{}, outcome)) {
    // Calls that failed together are one failure: four at once are no reason to wait eight times as long.
    if (now >= system.failed + failed_together) ++system.failures, system.failed = now;
    return on_failure(work, line, flying, outcome, answered.answer, now);
  }
  system.failures = 0;
  if (const auto* more = std::get_if<Continues>(&outcome)) {
    // The call goes on: its next request is made by the next step, as if it had not been sent yet.
    Call next = flying.call;
    next.carry = more->carry;
    continuing_.push_back({std::move(next), flying.asked});
    return {};
  }
  if (auto* listed = std::get_if<Listed>(&outcome)) return on_listed(work, line, flying, std::move(*listed), now);
  if (auto* fetched = std::get_if<Fetched>(&outcome)) return on_fetched(work, line, flying, std::move(*fetched), now);
  if (const auto* written = std::get_if<Written>(&outcome)) return on_written(work, line, flying, *written, now);
  if (const auto* looked = std::get_if<Looked>(&outcome)) return on_looked(work, line, flying, *looked, now);
  if (const auto* authorised = std::get_if<Authorised>(&outcome)) return on_authorised(work, flying, *authorised, now);
  system.preparing = false;
  system.prepared = true;
  understood(work, {flying.call.system, {}, {}});
  return {};
}

Result<void> Engine::on_listed(Work& work, Line& line, const Flying& flying, Listed listed, Instant now) {
  const ListCall& call = std::get<ListCall>(flying.call.what);
  const Where where{flying.call.system, call.object};
  const auto at = sweeps_.find(where);
  if (at == sweeps_.end()) return {};
  Sweep& sweep = at->second;
  sweep.asked = false;
  sweep.cursor = listed.next;
  sweep.listed = listed.next.empty();
  if (sweep.listed) understood(work, {where.first, where.second, {}});
  const Trigger trigger = sweep.purpose == Sweep::Purpose::Sweep  ? Trigger::Poll
                          : sweep.purpose == Sweep::Purpose::Walk ? Trigger::Reconcile
                                                                  : Trigger::Batch;
  Sweep::Page page{listed.next, {}, !listed.hints.empty()};
  int item = 0;
  for (Record& record : listed.records) {
    const RecordKey key{where.first, where.second, record.id};
    if (read_.waits(key)) continue;  // it is being read anyway, later than this page
    Change change;
    change.id = ChangeId("list" + std::to_string(ms_since_epoch(flying.asked)) + "." + std::to_string(item++));
    change.key = key;
    change.trigger = trigger;
    change.asked = flying.asked;
    change.seen = record.updated;
    change.record = std::move(record);
    TRY(take(work, line, change, now));
    if (read_.waits(key)) page.hints.insert(key);
  }
  for (const RecordId& id : listed.hints) {
    const RecordKey key{where.first, where.second, id};
    read_.hint(key, {.trigger = trigger, .seen = {}, .property = {}, .settles = {}, .not_before = {}});
    page.hints.insert(key);
  }
  sweep.pages.push_back(std::move(page));
  return {};
}

Result<void> Engine::on_fetched(Work& work, Line& line, const Flying& flying, Fetched fetched, Instant now) {
  const FetchCall& call = std::get<FetchCall>(flying.call.what);
  for (const Change& change : read_.answered(flying.call.system, call, std::move(fetched.records), flying.asked))
    TRY(take(work, line, change, now));
  return {};
}

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
    busy_.erase({flying.call.system, item.golden});
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
    const auto count = [&](std::string_view outcome) {
      metric::add("linchpin_deliveries_total",
                  {{"system", d.system.text}, {"operation", to_text(d.operation)}, {"outcome", outcome}});
    };
    switch (result->kind) {
      case WriteResult::Kind::Confirmed:
        alone_.erase(d.id);
        TRY(confirmed(work, line, *family, d, result->record, now));
        break;
      case WriteResult::Kind::Retry:
        count("retry");
        repeatable_.insert(d.id);
        if (result->alone) alone_.insert(d.id);
        if (d.attempt >= attempts_most) {
          TRY(dead(work, line, *family, d, result->error, now));
          break;
        }
        d.state = DeliveryState::Pending;
        d.due = result->alone ? now : now + backoff(d.attempt, world_.random);
        work.changed_delivery(*family, std::move(d));
        TRY(line.settle(*family, &family->golden, {d.change, d.seen, now}));
        break;
      case WriteResult::Kind::Unknown:
        count("unknown");
        unsure(work, *family, std::move(d), true, now);
        break;
      case WriteResult::Kind::UniqueTaken: {
        if (const FieldName* field = suffixed_by(hub_->mappings.at(d.mapping), result->unique_at);
            field && d.suffix < 100) {
          count("retry");
          // What is taken may be what the record has, and is not sent: a contact that comes out of the archive.
          if (const auto at = family->golden.fields.find(*field); at != family->golden.fields.end()) {
            hold(Invariant::ClassIsKept,
                 may_hold(hub_->system(d.system), d.entity, *hub_->entity(d.entity).field(field->text)));
            d.values.emplace(field->text, at->second.value);
          }
          d.suffix = std::max(2, d.suffix + 1);
          d.state = DeliveryState::Pending;
          d.due = now;
          d.idempotency_key.clear();
          work.changed_delivery(*family, std::move(d));
        } else {
          count("dead");
          TRY(dead(work, line, *family, d, result->error, now));
        }
        break;
      }
      case WriteResult::Kind::Dead:
        count("dead");
        alone_.erase(d.id);
        TRY(dead(work, line, *family, d, result->error, now));
        break;
      case WriteResult::Kind::Gone: {
        count("dead");
        for (Link link : std::vector<Link>(family->links))
          if (link.key == RecordKey{d.system, d.object, d.record}) {
            link.gone = true;
            work.changed_link(*family, std::move(link));
          }
        work.dropped_delivery(*family, d.id);
        TRY(line.settle(*family, &family->golden, {d.change, d.seen, now}));
        break;
      }
    }
  }
  return {};
}

// It may have been done. A create is looked for; of an update, what the record holds now comes first, since someone may
// have edited it; an operation carries a key that makes it repeatable. Where the system has answered, it would replay
// that answer to the same key (Xero: for six minutes), so what is repeated then, after the look, is a new request.
void Engine::unsure(Work& work, Family& family, Delivery d, bool settled, Instant now) {
  repeatable_.insert(d.id);  // once it has been read, below
  if (mutant(Mutant::UnknownIsDone)) return work.dropped_delivery(family, d.id);
  if ((settled && d.operation != Operation::Do) || mutant(Mutant::KeyForgotten)) d.idempotency_key.clear();
  d.state = d.operation == Operation::Create && !mutant(Mutant::CreatesBlindly) ? DeliveryState::Unknown
                                                                                : DeliveryState::Pending;
  d.due = now + backoff(d.attempt, world_.random);
  if (d.operation == Operation::Create) busy_.insert({d.system, d.golden});
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
  read_.hint(key, {.trigger = Trigger::Reconcile, .seen = {}, .property = {}, .settles = {}, .not_before = {}});
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
  if (d.operation != Operation::Update || !can_fetch(d.system, d.object)) return;
  read_.hint({d.system, d.object, d.record},
             {.trigger = Trigger::Reconcile, .seen = {}, .property = {}, .settles = {}, .not_before = now});
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
  repeatable_.erase(d.id);
  work.dropped_delivery(family, d.id);
  if (d.operation == Operation::Do) {
    // What the operation made is a record of that system: it is read like any other.
    if (record)
      read_.hint({d.system, d.object, record->id},
                 {.trigger = Trigger::Api, .seen = d.seen, .property = {}, .settles = {}, .not_before = {}});
    return {};
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
  Link after = engine::confirm(*hub_, d, before, record, now);
  const Values base = after.base;
  const RecordKey key = after.key;
  work.changed_link(family, std::move(after));
  std::vector<std::string> blind;
  for (BlindKey& k : match_keys(hub_->entity(family.golden.entity), base, world_.keys))
    blind.push_back(std::move(k.key));
  work.match_keys(family, key, blind);
  if (mutant(Mutant::RestForgotten)) return {};
  return line.settle(family, &family.golden, {d.change, d.seen, now});
}

// What was decided while it was under way had to wait for it: it may no longer be needed, or say something else now.
Result<void> Engine::dead(Work& work, Line& line, Family& family, Delivery d, const Error& error, Instant now) {
  d.state = DeliveryState::Dead;
  DeadLetterRow row;
  row.id = question_id('d', "delivery/" + std::to_string(d.id.number), world_.keys);
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

Result<void> Engine::on_authorised(Work& work, const Flying& flying, const Authorised& authorised, Instant now) {
  Connected& system = systems_.at(flying.call.system);
  system.authorising = false;
  // In this step's commit, and used only after it.
  return keep_tokens(work, system.credential, flying.call.system, authorised, world_.keys, now);
}

Result<void> Engine::on_failure(Work& work, Line& line, const Flying& flying, const Outcome& outcome,
                                const Result<Answer>& answer, Instant now) {
  Connected& system = systems_.at(flying.call.system);
  const Error error = *std::visit(Failure{}, outcome);
  const Retry* retry = std::get_if<Retry>(&outcome);
  const milliseconds wait = std::max(retry ? retry->after : milliseconds(0), backoff(system.failures, world_.random));
  if (retry && !mutant(Mutant::RetryAfterIgnored) && (retry->after.count() > 0 || error.code == Code::RateLimited))
    system.limits.closed_until(now + wait);
  if (std::holds_alternative<Unauthorised>(outcome)) {
    system.credential.access_token = Secret();
    if (!system.connector->needs_access_token()) {
      system.limits.closed_until(now + wait);
      log::error("a system does not accept its credential", {{"system", flying.call.system}, {"error", error}});
    }
  }
  if (std::holds_alternative<AuthoriseCall>(flying.call.what)) {
    system.authorising = false;
    system.limits.closed_until(now + wait);
    if (std::holds_alternative<Refused>(outcome))
      log::error("a system does not accept its refresh token", {{"system", flying.call.system}, {"error", error}});
    return {};
  }
  if (std::holds_alternative<PrepareCall>(flying.call.what)) {
    system.preparing = false;
    system.limits.closed_until(now + wait);
    if (std::holds_alternative<Refused>(outcome)) {
      log::error("a system cannot be prepared", {{"system", flying.call.system}, {"error", error}});
      not_understood(work, {flying.call.system, {}, {}}, error, answer, now);
    }
    return {};
  }
  if (std::holds_alternative<WriteCall>(flying.call.what)) return write_failed(work, line, flying, outcome, now);
  if (std::holds_alternative<FetchCall>(flying.call.what)) {
    fetch_failed(work, flying, error, std::holds_alternative<Refused>(outcome), wait, answer, now);
    return {};
  }
  if (const auto* call = std::get_if<ListCall>(&flying.call.what)) {
    if (const auto at = sweeps_.find({flying.call.system, call->object}); at != sweeps_.end()) {
      at->second.asked = false;
      at->second.not_before = now + wait;
      if (std::holds_alternative<Refused>(outcome)) {
        at->second.cursor.clear();  // a cursor that the vendor forgot: from the start
        log::warn("a list was refused; it begins again",
                  {{"system", flying.call.system}, {"object", call->object}, {"error", error}});
        not_understood(work, {flying.call.system, call->object, {}}, error, answer, now);
      }
    }
  }
  if (const auto* call = std::get_if<LookCall>(&flying.call.what)) {
    for (const GoldenId& id : call->goldens) {
      Family* family = TRY(work.family(id));
      if (!family) continue;
      for (Delivery d : std::vector<Delivery>(family->deliveries)) {
        if (d.state != DeliveryState::Unknown || d.system != flying.call.system || d.object != call->object) continue;
        d.due = now + wait;  // looked for again, and not at once: a system that is down is not to be stormed
        work.changed_delivery(*family, std::move(d));
      }
    }
  }
  return {};
}

Result<void> Engine::write_failed(Work& work, Line& line, const Flying& flying, const Outcome& outcome, Instant now) {
  const WriteCall& call = std::get<WriteCall>(flying.call.what);
  const Retry* retry = std::get_if<Retry>(&outcome);
  const Error error = *std::visit(Failure{}, outcome);
  const bool refused = std::holds_alternative<Refused>(outcome);
  const Unknown* unknown = std::get_if<Unknown>(&outcome);
  for (const WriteItem& item : call.items) {
    Family* family = TRY(work.family(item.golden));
    busy_.erase({flying.call.system, item.golden});
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
      repeatable_.insert(d.id);  // nothing was done
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

// What a system answered, sealed, for a person who must look at it.
DeadLetterRow Engine::answer_letter(std::string kind, const RecordKey& about, const Error& error,
                                    const Result<Answer>& answer, Instant now) const {
  DeadLetterRow row;
  row.id = answer_letter_id(about);
  row.kind = std::move(kind);
  row.system = about.system;
  row.code = std::string(code_text(error.code)), row.message = error.what, row.place = to_text(error.at);
  row.since = now;
  row.record = about;
  if (const Result<Secret> hub = world_.keys.of_hub(); hub && answer)
    row.sealed = seal_detail(Json::object({{"status", answer->status},
                                           {"body", to_base64(std::string_view(answer->body).substr(0, answer_kept))}}),
                             row.id, *hub);
  return row;
}

std::string Engine::answer_letter_id(const RecordKey& about) const {
  return question_id('d', about.system.text + "/" + about.object.text + "/" + about.record.text, world_.keys);
}

// A list or a preparation goes on being asked, since nothing else of the object could be read without it; but a person
// must know, and see what was answered.
void Engine::not_understood(Work& work, const RecordKey& about, const Error& error, const Result<Answer>& answer,
                            Instant now) {
  if (++unreadable_[about] == unreadable_most)
    work.rows().dead_letters.push_back(answer_letter("call", about, error, answer, now));
}

void Engine::understood(Work& work, const RecordKey& about) {
  if (unreadable_.erase(about) > 0) work.rows().dead_letters_dropped.push_back(answer_letter_id(about));
}

void Engine::fetch_failed(Work& work, const Flying& flying, const Error& error, bool for_good, milliseconds after,
                          const Result<Answer>& answer, Instant now) {
  const FetchCall& call = std::get<FetchCall>(flying.call.what);
  if (!for_good) {
    read_.failed(flying.call.system, call, now + after);
    return;
  }
  bool give_up = call.records.size() == 1;
  for (const RecordId& id : call.records)
    give_up = ++unreadable_[{flying.call.system, call.object, id}] >= unreadable_most && give_up;
  if (!give_up) {
    read_.failed(flying.call.system, call, now + after);
    return;
  }
  const RecordKey key{flying.call.system, call.object, call.records.front()};
  work.rows().dead_letters.push_back(answer_letter("change", key, error, answer, now));
  for (const Change& change : read_.answered(flying.call.system, call, {}, flying.asked)) settled(work, change.settles);
}

}  // namespace linchpin::engine
