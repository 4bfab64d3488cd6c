// The engine's answers: every answer is sorted into one outcome, and each outcome has one way on.
#include <algorithm>

#include "base/log.hpp"
#include "base/metric.hpp"
#include "base/mutant.hpp"
#include "engine/connection.hpp"
#include "engine/engine.hpp"
#include "engine/seal.hpp"

namespace linchpin::engine {
namespace {

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

}  // namespace

Result<void> Engine::on(Work& work, Line& line, const Answered& answered, Instant now) {
  const auto at = flying_.find(answered.call);
  if (at == flying_.end()) return {};  // of an engine before a restart
  const Flying flying = std::move(at->second);
  flying_.erase(at);
  Connected& system = systems_.at(flying.call.system);
  system.limits.ended();
  if (answered.answer) system.limits.told(system.connector->remaining(*answered.answer), now);
  Outcome outcome = unless_it_leads_back(flying, system.connector->outcome(flying.call, answered.answer, now));
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
  if (const auto* counted = std::get_if<Total>(&outcome)) {
    const auto loading = loading_.find({flying.call.system, std::get<CountCall>(flying.call.what).object});
    if (loading != loading_.end()) loading->second.of = counted->records;
    return {};
  }
  if (auto* fetched = std::get_if<Fetched>(&outcome); fetched && std::holds_alternative<HolderCall>(flying.call.what))
    return on_holders(work, flying, *fetched, now);
  if (auto* fetched = std::get_if<Fetched>(&outcome))
    return on_fetched(work, line, flying, std::move(*fetched), answered.answer, now);
  if (const auto* written = std::get_if<Written>(&outcome)) return on_written(work, line, flying, *written, now);
  if (const auto* looked = std::get_if<Looked>(&outcome)) return on_looked(work, line, flying, *looked, now);
  if (const auto* authorised = std::get_if<Authorised>(&outcome)) return on_authorised(work, flying, *authorised, now);
  system.preparing = false;
  system.prepared = true;
  understood(work, {flying.call.system, {}, {}});
  return {};
}

// A list whose pages lead back to one that was read would never end: it is refused, and begins again.
Outcome Engine::unless_it_leads_back(const Flying& flying, Outcome outcome) {
  const auto* call = std::get_if<ListCall>(&flying.call.what);
  const auto* listed = std::get_if<Listed>(&outcome);
  if (!call || !listed || listed->next.empty()) return outcome;
  const auto sweep = sweeps_.find({flying.call.system, call->object});
  if (sweep == sweeps_.end() || sweep->second.followed.insert(listed->next).second) return outcome;
  return Refused{{Code::AnswerUnusable,
                  flying.call.system.text + " contradicts itself: a page of a list leads back to one that was read",
                  {},
                  ""}};
}

Result<void> Engine::on_listed(Work& work, Line& line, const Flying& flying, Listed listed, Instant now) {
  const ListCall& call = std::get<ListCall>(flying.call.what);
  const Where where{flying.call.system, call.object};
  const auto at = sweeps_.find(where);
  if (at == sweeps_.end()) return {};
  Sweep& sweep = at->second;
  sweep.asked = false;
  if (const auto loading = loading_.find(where); loading != loading_.end()) {
    loading->second.came += static_cast<std::int64_t>(listed.records.size() + listed.hints.size());
    if (loading->second.began == Instant{}) loading->second.began = flying.asked;
  }
  sweep.cursor = listed.next;
  sweep.listed = listed.next.empty();
  if (sweep.listed) understood(work, {where.first, where.second, {}});
  const Trigger trigger = sweep.purpose == Sweep::Purpose::Sweep  ? Trigger::Poll
                          : sweep.purpose == Sweep::Purpose::Walk ? Trigger::Reconcile
                                                                  : Trigger::Batch;
  Sweep::Page page{listed.next, {}, !listed.hints.empty()};
  const bool first = sweep.purpose == Sweep::Purpose::FirstLoad;
  const std::set<RecordId> rest = first ? std::set<RecordId>() : TRY(at_rest(work, where, listed.records));
  std::vector<RecordId> opened;
  for (const Record& record : listed.records)
    if (!rest.contains(record.id) || is_given_up({where.first, where.second, record.id})) opened.push_back(record.id);
  TRY(work.open(where.first, where.second, opened));
  int item = 0;
  for (Record& record : listed.records) {
    const RecordKey key{where.first, where.second, record.id};
    if (sweep.purpose == Sweep::Purpose::Walk) was_shown(where, sweep, record.id);
    if (read_.waits(key)) continue;  // it is being read anyway, later than this page
    if (rest.contains(record.id) && !is_given_up(key)) {
      metric::add("linchpin_changes_total",
                  {{"system", key.system.text}, {"trigger", to_text(trigger)}, {"outcome", "at_rest"}});
      understood(work, key);
      continue;
    }
    Change change;
    change.id = ChangeId("list" + std::to_string(ms_since_epoch(flying.asked)) + "." + std::to_string(item++));
    change.key = key;
    change.trigger = trigger;
    change.asked = flying.asked;
    change.seen = record.updated;
    change.record = std::move(record);
    change.with_history = call.with_history;
    const Fate fate = TRY(take(work, line, change, now));
    if (sweep.purpose == Sweep::Purpose::Walk && fate != Fate::Unchanged && fate != Fate::Again)
      ++walked_.at(where).differed;
    if (fate == Fate::Unchanged && !first) TRY(rests(work, change));
    if (read_.waits(key)) page.hints.insert(key);
  }
  for (const auto& [id, updated] : listed.hints) {
    const RecordKey key{where.first, where.second, id};
    if (sweep.purpose == Sweep::Purpose::Walk) was_shown(where, sweep, id);
    if (sweep.purpose == Sweep::Purpose::Sweep && read_.holds(key, updated) && !is_given_up(key)) continue;
    read_.hint(key, {.trigger = trigger});
    page.hints.insert(key);
  }
  sweep.pages.push_back(std::move(page));
  return {};
}

Result<void> Engine::on_fetched(Work& work, Line& line, const Flying& flying, Fetched fetched,
                                const Result<Answer>& answer, Instant now) {
  const FetchCall& call = std::get<FetchCall>(flying.call.what);
  TRY(work.open(flying.call.system, call.object, call.records));
  for (const Change& change : read_.answered(flying.call.system, call, std::move(fetched), flying.asked))
    TRY(take(work, line, change, now));
  // Those of which it said nothing may be there all the same: each is asked for by itself, where it must say so.
  Flying rest = flying;
  FetchCall& in_doubt = std::get<FetchCall>(rest.call.what);
  std::erase_if(in_doubt.records,
                [&](const RecordId& id) { return !read_.is_asked({flying.call.system, call.object, id}); });
  if (in_doubt.records.empty()) return {};
  if (!call.alone)
    for (const RecordId& id : in_doubt.records) left_out_.insert({flying.call.system, call.object, id});
  const Error error{Code::AnswerUnusable,
                    flying.call.system.text + " left a record out of " + call.object.text +
                        " that were asked for by their ids, and did not say that it is gone",
                    {},
                    ""};
  const milliseconds wait = call.alone ? backoff(unreadable_most, world_.random) : milliseconds(0);
  fetch_failed(work, rest, error, true, wait, answer, now);
  return {};
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
  if (std::holds_alternative<WriteCall>(flying.call.what)) return write_failed(work, line, flying, outcome, error, now);
  if (std::holds_alternative<FetchCall>(flying.call.what)) {
    fetch_failed(work, flying, error, std::holds_alternative<Refused>(outcome), wait, answer, now);
    return {};
  }
  if (const auto* call = std::get_if<ListCall>(&flying.call.what)) {
    if (const auto at = sweeps_.find({flying.call.system, call->object}); at != sweeps_.end()) {
      at->second.asked = false;
      at->second.not_before = now + wait;
      const bool refused = std::holds_alternative<Refused>(outcome);
      if (refused) at->second.cursor.clear(), at->second.followed.clear();  // as one that the vendor forgot
      if (refused || error.code == Code::AnswerUnusable) {
        log::warn(refused ? "a list was refused; it begins again" : "a page of a list is asked for again",
                  {{"system", flying.call.system}, {"object", call->object}, {"error", error}});
        const RecordKey about{flying.call.system, call->object, {}};
        not_understood(work, about, error, answer, now);
        // Pages between two that cannot be used are no reason to hurry.
        at->second.not_before = now + std::max(wait, backoff(unreadable_[about], world_.random));
      }
    }
  }
  if (const auto* call = std::get_if<HolderCall>(&flying.call.what))  // asked again when it is refused again
    if (const auto at = seeking_.find(call->delivery); at != seeking_.end() && std::holds_alternative<Refused>(outcome))
      ++at->second.refused;
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

// With what a system answered, sealed.
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
// must know.
void Engine::not_understood(Work& work, const RecordKey& about, const Error& error, const Result<Answer>& answer,
                            Instant now) {
  if (++unreadable_[about] == unreadable_most)
    work.rows().dead_letters.push_back(answer_letter("call", about, error, answer, now));
}

bool Engine::is_given_up(const RecordKey& record) const {
  const auto at = unreadable_.find(record);
  return at != unreadable_.end() && at->second >= unreadable_most;
}

void Engine::understood(Work& work, const RecordKey& about) {
  left_out_.erase(about);
  if (unreadable_.erase(about) > 0) work.rows().dead_letters_dropped.push_back(answer_letter_id(about));
}

void Engine::fetch_failed(Work& work, const Flying& flying, const Error& error, bool for_good, milliseconds after,
                          const Result<Answer>& answer, Instant now) {
  const FetchCall& call = std::get<FetchCall>(flying.call.what);
  if (!for_good) {
    read_.failed(flying.call.system, call, now + after);
    return;
  }
  const RecordKey key{flying.call.system, call.object, call.records.front()};
  const bool was_given_up = is_given_up(key);
  // In company, which may be another's fault, it is asked for once at most (fetch), and not given up for it.
  const bool by_itself = call.records.size() == 1 && (call.alone || !left_out_.contains(key));
  for (const RecordId& id : call.records) {
    int& times = unreadable_[{flying.call.system, call.object, id}];
    if (by_itself || times + 1 < unreadable_most) ++times;
  }
  if (!by_itself || !is_given_up(key)) {
    read_.failed(flying.call.system, call, now + after);
    return;
  }
  if (!was_given_up) work.rows().dead_letters.push_back(answer_letter("change", key, error, answer, now));
  for (const Change& change : read_.answered(flying.call.system, call, {{}, call.records}, flying.asked))
    settled(work, change.settles);
}

}  // namespace linchpin::engine
