#include "connect/request.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/mutant.hpp"
#include "connect/auth.hpp"
#include "connect/fill.hpp"
#include "connect/moment.hpp"

namespace linchpin::connect {
namespace {

using namespace engine;

template <class Id>
Json texts(const std::vector<Id>& ids) {
  Json::List list;
  std::set<std::string> seen;  // a batch that names one record twice is refused as a whole
  for (const Id& id : ids) {
    if (seen.insert(id.text).second) list.emplace_back(id.text);
  }
  return list;
}

Json asked_members(const ObjectProtocol& object, const std::vector<std::string>& paths) {
  if (!object.members) return {};
  std::set<std::string> names(object.members->always.begin(), object.members->always.end());
  for (const std::string& text : paths) {
    const auto path = mapping::parse_path(text);
    if (!path || path->steps.size() < 2) continue;
    const auto* under = std::get_if<mapping::Path::Key>(&path->steps[0]);
    const auto* name = std::get_if<mapping::Path::Key>(&path->steps[1]);
    if (under && name && under->name == object.members->under) names.insert(name->name);
  }
  Json::List list;
  for (const std::string& name : names) list.emplace_back(name);
  return list;
}

// One key for a call of several items: the same items again, in the same order, give the same key.
std::string call_key(const std::vector<WriteItem>& items) {
  if (items.size() == 1 && items[0].idempotency_key.size() <= 128) return items[0].idempotency_key;
  std::string joined;
  for (const WriteItem& item : items) joined += item.idempotency_key + "\n";
  return to_hex(as_text(sha256(joined)));
}

Json add(const Language& language, Json input, const ListCall& call) {
  const auto reading = reading_of(language, call);
  if (!reading) return input;
  input = input.with("cursor", call.cursor.empty() ? (*reading)->first_cursor : call.cursor);
  if (call.since) {
    const Instant since = *call.since - (mutant(Mutant::OverlapDropped) ? milliseconds(0) : (*reading)->overlap);
    input = input.with("since", Json::object({{"rfc3339", rfc3339(since)},
                                              {"second", utc_second(since)},
                                              {"ms", std::to_string(ms_since_epoch(since))}}));
  }
  return input.with("members", asked_members(**object_of(language, call.object), call.members));
}

Json add(const Language&, Json input, const CountCall&) { return input; }

Json add(const Language& language, Json input, const FetchCall& call) {
  if (const auto object = object_of(language, call.object))
    input = input.with("members", asked_members(**object, call.members));
  return input.with("records", texts(call.records));
}

Json add(const Language& language, Json input, const LookCall& call) {
  if (const auto object = object_of(language, call.object))
    input = input.with("members", asked_members(**object, call.members));
  return input.with("goldens", texts(call.goldens));
}

Json add(const Language& language, Json input, const HolderCall& call) {
  if (const auto object = object_of(language, call.object))
    input = input.with("members", asked_members(**object, call.members));
  return input.with("value", call.value);
}

Json add(const Language& language, Json input, const WriteCall& call) {
  const auto writing = writing_of(language, call);
  if (!writing) return input;
  Json::List items;
  for (const WriteItem& item : call.items) {
    items.push_back(Json::object({{"record", item.record.text},
                                  {"golden", mutant(Mutant::HubIdNotWritten) ? "" : item.golden.text},
                                  {"delivery", std::to_string(item.delivery.number)},
                                  {"body", outgoing((*writing)->writes, item.body)}}));
  }
  if (items.size() == 1) input = input.with("it", items.front());
  return input.with("items", std::move(items)).with("key", call_key(call.items));
}

Json add(const Language&, Json input, const PrepareCall&) { return input; }
Json add(const Language&, Json input, const AuthoriseCall&) { return input; }

// A page has come, and it is asked what belongs to its records.
template <class Asked>
Result<const Send*> beside(const Language& language, const Asked& call, const Progress& progress) {
  const ObjectProtocol& object = *TRY(object_of(language, call.object));
  const auto asked = asked_associations(object, call.members);
  if (progress.joined >= asked.size()) return fail(Code::Internal, "a call goes on after its last request");
  return &asked[progress.joined].second->read.send;
}

// The records of the page that has come.
template <class Asked>
Result<Json> records_of(const Language& language, const Asked& call, const Json& page) {
  const ObjectProtocol& object = *TRY(object_of(language, call.object));
  Json::List ids;
  for (const Json& record : at(TRY(reading_of(language, call))->records, page).items())
    ids.push_back(scalar_text(at(object.record.id, record)));
  return Json(std::move(ids));
}

// The request in hand of a call that needs one for each of `ids`.
Result<const Send*> send_of(const Reading& reading, const Progress& progress, std::size_t count) {
  if (!reading.one_by_one) return &reading.send;
  if (progress.at >= count) return fail(Code::InvalidArgument, "a call names no record");
  if (progress.record.is_null()) return &reading.send;
  if (progress.joined >= reading.joins.size()) return fail(Code::Internal, "a call goes on after its last request");
  return &reading.joins[progress.joined].send;
}

Result<const Send*> send_of(const Language& language, const Call& call, const Json& input) {
  const Progress progress = read_progress(call.carry);
  if (!progress.page.is_null()) {
    if (const auto* list = std::get_if<ListCall>(&call.what)) return beside(language, *list, progress);
    if (const auto* fetch = std::get_if<FetchCall>(&call.what)) return beside(language, *fetch, progress);
    if (const auto* look = std::get_if<LookCall>(&call.what)) return beside(language, *look, progress);
  }
  if (const auto* list = std::get_if<ListCall>(&call.what)) return &TRY(reading_of(language, *list))->send;
  if (const auto* fetch = std::get_if<FetchCall>(&call.what)) {
    return send_of(*TRY(reading_of(language, *fetch)), progress, input["records"].items().size());
  }
  if (const auto* look = std::get_if<LookCall>(&call.what)) {
    return send_of(*TRY(reading_of(language, *look)), progress, input["goldens"].items().size());
  }
  if (const auto* count = std::get_if<CountCall>(&call.what)) return &TRY(counting_of(language, *count))->send;
  if (const auto* holder = std::get_if<HolderCall>(&call.what)) return &TRY(reading_of(language, *holder))->send;
  if (const auto* write = std::get_if<WriteCall>(&call.what)) {
    const Writing& writing = *TRY(writing_of(language, *write));
    if (write->items.empty()) return fail(Code::InvalidArgument, "a write has no item");
    if (write->items.size() > static_cast<std::size_t>(writing.most)) {
      return fail(Code::InvalidArgument, "a write has more items than " + call.system.text + " takes in one call");
    }
    return &writing.send;
  }
  const std::vector<const Ensure*> all = ensured(language, std::get<PrepareCall>(call.what));
  if (progress.at >= all.size()) return fail(Code::InvalidArgument, "nothing is to be prepared");
  const Ensure& ensure = *all[progress.at];
  return progress.otherwise ? &ensure.otherwise : &ensure.exists;
}

Result<Json> page_records(const Language& language, const Call& call, const Json& page) {
  if (const auto* list = std::get_if<ListCall>(&call.what)) return records_of(language, *list, page);
  if (const auto* fetch = std::get_if<FetchCall>(&call.what)) return records_of(language, *fetch, page);
  if (const auto* look = std::get_if<LookCall>(&call.what)) return records_of(language, *look, page);
  return fail(Code::Internal, "a call that reads nothing has no page");
}

Result<std::string> url_path(const Send& send, const Json& input) {
  const std::string path = fill_text(send.path, input, percent_encode);
  // percent_encode keeps dots: an id that is ".." would leave the path that the manifest names.
  for (std::size_t begin = 1; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto segment = std::string_view(path).substr(begin, end - begin);
    if (segment.empty() || segment == "." || segment == "..") {
      return fail(Code::InvalidArgument, "an id that is empty or only dots cannot stand in " + send.path);
    }
    begin = end + 1;
  }
  return path;
}

std::string url_query(const Send& send, const Json& input) {
  std::string query;
  for (const auto& [name, pattern] : send.query.members()) {
    const std::string value = pattern.is_text() ? fill_text(pattern.text(), input) : scalar_text(pattern);
    if (!value.empty()) query += (query.empty() ? "?" : "&") + percent_encode(name) + "=" + percent_encode(value);
  }
  return query;
}

Result<void> add_headers(const Json& patterns, const Json& input, Headers& headers) {
  for (const auto& [name, pattern] : patterns.members()) {
    const std::string value = pattern.is_text() ? fill_text(pattern.text(), input) : scalar_text(pattern);
    if (std::ranges::any_of(value, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
      return fail(Code::InvalidArgument, "the value of the header " + name + " holds a control character");
    }
    if (!value.empty()) headers.push_back({name, value});
  }
  return {};
}

Result<Request> filled(const Language& language, const Send& send, const Json& input, const SystemName& system,
                       const Credential& credential, Instant now) {
  for (const std::string& setting : language.manifest->settings) {
    if (input["setting"][setting].text().empty()) {
      return fail(Code::InvalidArgument, "the connection of " + system.text + " has no setting " + setting,
                  "Add it to the environment's connection");
    }
  }

  Request request;
  request.method = send.method;
  request.url = TRY(target(language, credential, TRY(url_path(send, input)))) + url_query(send, input);
  TRY(add_headers(language.protocol.headers, input, request.headers));
  TRY(add_headers(send.headers, input, request.headers));
  if (!send.body.is_null()) {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = canonical(fill(send.body, input).value_or(Json::Object{}));
  }
  for (Header& header : TRY(authorisation(language, credential, input["key"].text(), request.body, now)))
    request.headers.push_back(std::move(header));
  return request;
}

}  // namespace

Json input_of(const Language& language, const Call& call, const Credential& credential) {
  Json::Object versions, settings;
  for (const auto& [family, version] : language.api_version) versions.emplace_back(family, version);
  for (const auto& [name, value] : credential.settings) settings.emplace_back(name, value);
  Json input = Json::object({{"api", std::move(versions)}, {"setting", std::move(settings)}});
  input = std::visit([&](const auto& what) { return add(language, std::move(input), what); }, call.what);
  // `it` of a call that goes one by one.
  const Progress progress = read_progress(call.carry);
  if (!progress.page.is_null())
    if (const Result<Json> records = page_records(language, call, progress.page))
      return input.with("records", *records);
  const Json& ids = input.find("records") ? input["records"] : input["goldens"];
  if (progress.at < ids.items().size()) {
    const Json it = ids[progress.at];
    input = input.with("it", it).with("record", it);
  }
  return input;
}

Result<Request> make_request(const Language& language, const Call& call, const Credential& credential, Instant now) {
  if (std::holds_alternative<AuthoriseCall>(call.what)) return authorise_request(language, credential);
  const Json input = input_of(language, call, credential);
  return filled(language, *TRY(send_of(language, call, input)), input, call.system, credential, now);
}

Result<Request> send_request(const Language& language, const Send& send, const Call& call, const Credential& credential,
                             Instant now) {
  return filled(language, send, input_of(language, call, credential), call.system, credential, now);
}

}  // namespace linchpin::connect
