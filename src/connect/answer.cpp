#include "connect/answer.hpp"

#include <algorithm>

#include "base/mutant.hpp"
#include "connect/auth.hpp"
#include "connect/judge.hpp"
#include "connect/paging.hpp"
#include "connect/record.hpp"
#include "connect/request.hpp"

namespace linchpin::connect {
namespace {

using namespace engine;

std::string call_words(const Call& call) {
  struct Words {
    std::string operator()(const ListCall& c) const { return "a list of " + c.object.text; }
    std::string operator()(const CountCall& c) const { return "a count of " + c.object.text; }
    std::string operator()(const FetchCall& c) const { return "a read of " + c.object.text; }
    std::string operator()(const LookCall& c) const { return "a look for " + c.object.text; }
    std::string operator()(const HolderCall& c) const { return "a look for who holds a value in " + c.object.text; }
    std::string operator()(const WriteCall& c) const {
      return c.operation == Operation::Do ? "the operation " + c.named : "a write of " + c.object.text;
    }
    std::string operator()(const PrepareCall&) const { return "its preparation"; }
    std::string operator()(const AuthoriseCall&) const { return "a request for an access token"; }
  };
  return std::visit(Words{}, call.what);
}

bool writes(const Call& call) { return std::holds_alternative<WriteCall>(call.what); }

Outcome no_answer(const Call& call, Code code) {
  if (code == Code::SystemUnreachable) return Retry{milliseconds(0), answer_error(code, call)};
  if (code == Code::UnsafeEndpoint) return Refused{answer_error(code, call)};
  if (writes(call) && !mutant(Mutant::LostIsNotDone)) return Unknown{answer_error(Code::SystemUnavailable, call)};
  if (code == Code::AnswerUnusable) return Refused{answer_error(code, call)};
  // A refresh whose answer was lost too: the token that it used is good for a while (Xero: 30 minutes).
  return Retry{milliseconds(0), answer_error(Code::SystemUnavailable, call)};
}

// What a verdict that is not Fine makes of a call that is no write.
Outcome failed(const Call& call, const Verdict& verdict) {
  switch (verdict.is) {
    case Verdict::Is::Unauthorised:
      return Unauthorised{answer_error(Code::Unauthenticated, call)};
    case Verdict::Is::Retry:
    case Verdict::Is::Unknown:
      return Retry{verdict.after, answer_error(verdict.code, call)};
    case Verdict::Is::Gone:
    case Verdict::Is::UniqueTaken:
    case Verdict::Is::Refused:
    case Verdict::Is::Fine:
      break;
  }
  return Refused{answer_error(verdict.code == Code::WriteRefused ? Code::AnswerUnusable : verdict.code, call)};
}

// The records of an answer: a list, or one object where `records` is the answer itself or names an object.
Result<std::vector<Record>> records_in(const Reading& reading, const RecordShape& shape, const Json& body,
                                       const Call& call) {
  const Json found = at(reading.records, body);
  if (!found.is_list() && !found.is_object()) return tl::unexpected(answer_error(Code::AnswerUnusable, call));
  std::vector<Record> records;
  for (const Json& item : found.is_list() ? found.items() : Json::List{found}) {
    auto record = read_record(shape, item);
    if (!record) return tl::unexpected(answer_error(Code::AnswerUnusable, call));
    records.push_back(*std::move(record));
  }
  return records;
}

// The first error beside the records that says something else than "there is no such record": then what is absent from
// the answer may exist all the same.
std::optional<Verdict> partial_failure(const Language& language, const Reading& reading, const Json& body) {
  if (!reading.failed) return {};
  const Json errors = at(reading.failed->at, body);
  for (const Json& error : errors.items()) {
    const Verdict verdict = judge_item(language.protocol, error);
    if (verdict.is != Verdict::Is::Gone) return verdict;
  }
  return {};
}

struct Page {
  Json body;
  std::vector<Record> records;
};

// A page with what the answer says of its records laid into each: the id of the one that is meant, or null.
Json laid(const std::string& name, const Association& association, const Json& answer, const RecordShape& shape,
          const Reading& reading, const Json& page) {
  std::map<std::string, Json> meant;
  const Json told = at(association.read.records, answer);
  for (const Json& one : told.items()) {
    const Json belongs = at(association.each, one);
    for (const Json& other : belongs.items())
      if (!association.which || association.which->fits(other))
        meant.emplace(scalar_text(at(association.of, one)), scalar_text(at(association.id, other)));
  }
  Json::List records;
  const Json found = at(reading.records, page);
  for (const Json& record : found.items()) {
    const auto id = meant.find(scalar_text(at(shape.id, record)));
    records.push_back(
        record.with("associations", record["associations"].with(name, id == meant.end() ? Json() : id->second)));
  }
  auto whole = mapping::write(reading.records, page, Json(std::move(records)));
  return whole ? *std::move(whole) : page;
}
// The records of a successful answer; or the outcome that the call has instead.
tl::expected<Page, Outcome> read_page(const Language& language, const Call& call, const Reading& reading,
                                      const ObjectProtocol& object, const std::vector<std::string>& members,
                                      const Answer& answer, Instant now) {
  const RecordShape& shape = object.record;
  Progress progress = read_progress(call.carry);
  const auto asked =
      reading.hints ? decltype(asked_associations(object, members)){} : asked_associations(object, members);
  auto body = parse_json(answer.body);
  const Verdict verdict = judge(language.protocol, answer, body.value_or(Json()), now);
  if (verdict.is != Verdict::Is::Fine) return tl::unexpected(failed(call, verdict));
  if (answer.status == 304) return Page{};  // nothing has changed
  if (!body) return tl::unexpected(Outcome(Refused{answer_error(Code::AnswerUnusable, call)}));
  const bool beside = !progress.page.is_null() && progress.joined < asked.size();
  const Reading& answered = beside ? asked[progress.joined].second->read : reading;
  if (const auto partial = partial_failure(language, answered, *body)) return tl::unexpected(failed(call, *partial));
  if (beside) {
    const auto& [name, association] = asked[progress.joined++];
    body = laid(name, *association, *body, shape, reading, progress.page);
  }
  // What belongs to its records is asked before any of it is used.
  if (progress.joined < asked.size() && !at(reading.records, *body).items().empty()) {
    progress.page = *body;
    return tl::unexpected(Outcome(Continues{to_json(progress)}));
  }
  auto records = records_in(reading, shape, *body, call);
  if (!records) return tl::unexpected(Outcome(Refused{records.error()}));
  return Page{*body, *std::move(records)};
}

Error contradicted(const Call& call, const Error& error) {
  Error told = answer_error(Code::AnswerUnusable, call);
  told.what = call.system.text + " contradicts itself: " + error.what;
  return told;
}

Outcome read(const Language& language, const Call& call, const ListCall& what, const Answer& answer, Instant now) {
  const auto reading = reading_of(language, what);
  if (!reading) return Refused{reading.error()};
  const auto page =
      read_page(language, call, **reading, language.protocol.objects.at(what.object), what.members, answer, now);
  if (!page) return page.error();
  Listed listed{.records = {}, .hints = {}, .next = {}};
  const std::string cursor = what.cursor.empty() ? (*reading)->first_cursor : what.cursor;
  // Asked for once more: what shifted while it was made is right the next time.
  auto next = next_cursor((*reading)->next, cursor, page->body, page->records);
  if (!next) return Retry{milliseconds(0), contradicted(call, next.error())};
  listed.next = *std::move(next);
  if (!(*reading)->hints) {
    listed.records = page->records;
  } else {
    for (const Record& record : page->records) listed.hints.push_back({record.id, record.updated});
  }
  return listed;
}

Outcome read(const Language& language, const Call& call, const CountCall& what, const Answer& answer, Instant now) {
  const auto counting = counting_of(language, what);
  if (!counting) return Refused{counting.error()};
  const auto body = parse_json(answer.body);
  const Verdict verdict = judge(language.protocol, answer, body.value_or(Json()), now);
  if (verdict.is != Verdict::Is::Fine) return failed(call, verdict);
  const auto total = body ? at((*counting)->total, *body).integer() : std::nullopt;
  if (!total || *total < 0) return Refused{answer_error(Code::AnswerUnusable, call)};
  return Total{*total};
}

// One answer of a call that goes one by one: a record, or what joins it.
tl::expected<Progress, Outcome> advance(const Language& language, const Call& call, const Reading& reading,
                                        const RecordShape& shape, const Answer& answer, Instant now) {
  Progress progress = read_progress(call.carry);
  const auto body = parse_json(answer.body);
  const Verdict verdict = judge(language.protocol, answer, body.value_or(Json()), now);
  const bool gone = verdict.is == Verdict::Is::Gone;
  if (verdict.is != Verdict::Is::Fine && !gone) return tl::unexpected(failed(call, verdict));
  if (!gone && !body) return tl::unexpected(Outcome(Refused{answer_error(Code::AnswerUnusable, call)}));

  if (!progress.record.is_null()) {
    if (!gone) progress.record = progress.record.with(reading.joins[progress.joined].as, *body);
    ++progress.joined;
  } else if (!gone) {
    const auto records = records_in(reading, shape, *body, call);
    if (!records) return tl::unexpected(Outcome(Refused{records.error()}));
    if (!records->empty()) progress.record = records->front().body;
  } else {
    progress.gone.push_back(progress.at);
  }
  while (progress.joined < reading.joins.size() && !progress.record.is_null() &&
         !reading.joins[progress.joined].where.fits(progress.record)) {
    ++progress.joined;
  }
  if (progress.record.is_null() || progress.joined == reading.joins.size()) {
    if (!progress.record.is_null()) progress.have.push_back(progress.record);
    progress = Progress{.at = progress.at + 1,
                        .record = {},
                        .have = std::move(progress.have),
                        .gone = std::move(progress.gone),
                        .page = {}};
  }
  return progress;
}

struct Gathered {
  std::vector<Record> records;
  Json errors;      // beside the records; each says that there is no such record
  Json::List gone;  // of those that were asked for one by one, which
};

// The records of a fetch or a look, whole; or the outcome that the call has instead, such as that it goes on.
tl::expected<Gathered, Outcome> gather(const Language& language, const Call& call, const Reading& reading,
                                       const ObjectName& object, const std::vector<std::string>& members,
                                       std::size_t count, const Answer& answer, Instant now) {
  const ObjectProtocol& protocol = language.protocol.objects.at(object);
  const RecordShape& shape = protocol.record;
  if (!reading.one_by_one) {
    auto page = read_page(language, call, reading, protocol, members, answer, now);
    if (!page) return tl::unexpected(page.error());
    return Gathered{std::move(page->records), reading.failed ? at(reading.failed->at, page->body) : Json(), {}};
  }
  const auto progress = advance(language, call, reading, shape, answer, now);
  if (!progress) return tl::unexpected(progress.error());
  if (progress->at < count) return tl::unexpected(Outcome(Continues{to_json(*progress)}));
  std::vector<Record> records;
  for (const Json& body : progress->have) {
    if (auto record = read_record(shape, body)) records.push_back(*std::move(record));
  }
  return Gathered{std::move(records), {}, progress->gone};
}

// Whether one of the errors beside the records is about this one.
bool is_named(const Reading& reading, const Json& errors, const RecordId& id) {
  return reading.failed && std::ranges::any_of(errors.items(), [&](const Json& error) {
           return std::ranges::any_of(reading.failed->by,
                                      [&](const auto& by) { return names(at(by.first, error), id.text); });
         });
}

Outcome read(const Language& language, const Call& call, const FetchCall& what, const Answer& answer, Instant now) {
  const auto reading = reading_of(language, what);
  if (!reading) return Refused{reading.error()};
  std::vector<RecordId> asked;  // once each, as they are asked for one by one
  for (const RecordId& id : what.records)
    if (!std::ranges::count(asked, id)) asked.push_back(id);
  auto gathered = gather(language, call, **reading, what.object, what.members, asked.size(), answer, now);
  if (!gathered) return gathered.error();
  Fetched fetched;
  bool others = false;
  for (Record& record : gathered->records) {
    if (std::ranges::count(asked, record.id))
      fetched.records.push_back(std::move(record));
    else
      others = true;
  }
  // What is said of the only one that was asked for is said of it. A system may answer with the survivor of a merge:
  // the record that was asked for is gone all the same.
  const bool only_one_is_gone = asked.size() == 1 && (others || !gathered->errors.items().empty());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const bool there = std::ranges::any_of(fetched.records, [&](const Record& r) { return r.id == asked[i]; });
    if (!there && (only_one_is_gone || std::ranges::count(gathered->gone, Json(i)) ||
                   is_named(**reading, gathered->errors, asked[i])))
      fetched.gone.push_back(asked[i]);
  }
  return fetched;
}

Outcome read(const Language& language, const Call& call, const LookCall& what, const Answer& answer, Instant now) {
  const auto reading = reading_of(language, what);
  if (!reading) return Refused{reading.error()};
  const std::set<GoldenId> asked(what.goldens.begin(), what.goldens.end());
  const auto gathered = gather(language, call, **reading, what.object, what.members, asked.size(), answer, now);
  if (!gathered) return gathered.error();
  const auto& hub_id = language.protocol.objects.at(what.object).record.hub_id;
  Looked looked;
  for (const Record& record : gathered->records) {
    const GoldenId golden(hub_id ? scalar_text(at(*hub_id, record.body)) : std::string());
    if (asked.contains(golden)) looked.found.emplace_back(golden, record);
  }
  return looked;
}

// Ids are enough: who holds the value is read like any other record.
Outcome read(const Language& language, const Call& call, const HolderCall& what, const Answer& answer, Instant now) {
  const auto reading = reading_of(language, what);
  if (!reading) return Refused{reading.error()};
  auto page = read_page(language, call, **reading, language.protocol.objects.at(what.object), {}, answer, now);
  if (!page) return page.error();
  return Fetched{std::move(page->records)};
}

Outcome read(const Language& language, const Call& call, const WriteCall& what, const Answer& answer, Instant now) {
  const auto body = parse_json(answer.body);
  return read_written(language, call, what, answer, body.value_or(Json()), now);
}

Outcome read(const Language& language, const Call& call, const PrepareCall& what, const Answer& answer, Instant now) {
  Progress progress = read_progress(call.carry);
  const std::vector<const Ensure*> all = ensured(language, what);
  if (progress.at >= all.size()) return Prepared{};
  const Ensure& ensure = *all[progress.at];
  const Json body = parse_json(answer.body).value_or(Json());
  const Verdict verdict = judge(language.protocol, answer, body, now);
  if (!progress.otherwise && verdict.is == Verdict::Is::Gone) {
    progress.otherwise = true;
    return Continues{to_json(progress)};
  }
  const bool sooner = progress.otherwise && answer.status == 409;  // another process of the hub made it meanwhile
  if (verdict.is != Verdict::Is::Fine && !sooner) return failed(call, verdict);
  if (!progress.otherwise && !body.is_object()) return Refused{answer_error(Code::AnswerUnusable, call)};
  if (!progress.otherwise && !ensure.must.fits(body)) {
    Error error = answer_error(Code::WriteRefused, call);
    error.what = call.system.text + " has something of the name that the hub needs, and it is not what the hub needs";
    error.fix = ensure.fix;
    return Refused{error};
  }
  if (++progress.at == all.size()) return Prepared{};
  progress.otherwise = false;
  return Continues{to_json(progress)};
}

Outcome read(const Language& language, const Call& call, const AuthoriseCall&, const Answer& answer, Instant now) {
  return authorised(language, call, answer, now);
}

}  // namespace

Error answer_error(Code code, const Call& call) {
  const std::string system = call.system.text, words = call_words(call);
  switch (code) {
    case Code::SystemUnreachable:
      return {code, system + " could not be reached for " + words, {}, ""};
    case Code::UnsafeEndpoint:
      return {code,
              system + " is at an address that the hub may not call",
              {},
              "Allow it in the environment's connection, if it is yours"};
    case Code::Unauthenticated:
      return {code, system + " does not accept the connection's credential", {}, "Run `linchpin connect`"};
    case Code::PermissionMissing:
      return {code,
              system + " does not permit " + words,
              {},
              "Give the connection the scope that the connector's README names"};
    case Code::RateLimited:
      return {code, system + " asks the hub to wait before " + words, {}, ""};
    case Code::AnswerUnusable:
      return {code, system + " answered " + words + " with something that its contract does not say", {}, ""};
    case Code::WriteRefused:
      return {code, system + " refused " + words, {}, "See its answer with `linchpin dead-letters show`"};
    case Code::UniqueTaken:
      return {code, system + " holds another record with a value of " + words + " that must be unique", {}, ""};
    case Code::RecordGone:
      return {code, system + " no longer has the record of " + words, {}, ""};
    default:
      return {code, system + " did not complete " + words, {}, ""};
  }
}

Outcome read_answer(const Language& language, const Call& call, const Result<Answer>& answer, Instant now) {
  if (!answer) return no_answer(call, answer.error().code);
  return std::visit([&](const auto& what) { return read(language, call, what, *answer, now); }, call.what);
}

}  // namespace linchpin::connect
