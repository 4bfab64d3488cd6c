// Runs connectors/*/contract/*.json: exchanges that a connector must reproduce. Each is a call (or a webhook's body),
// the requests that it must become, the answers given, and the outcome (or events) that it must come to.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "connect/runtime.hpp"

namespace linchpin::connect {
namespace {

using namespace engine;
namespace fs = std::filesystem;

constexpr Instant now = Instant{milliseconds(1'795'482'123'000)};  // 2026-11-24T01:02:03Z

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> all;
  for (const Json& item : list.items()) all.push_back(item.text());
  return all;
}
template <class Id>
std::vector<Id> ids(const Json& list) {
  std::vector<Id> all;
  for (const Json& item : list.items()) all.emplace_back(item.text());
  return all;
}

WriteItem item_of(const Json& j) {
  return {.delivery = DeliveryId(j["delivery"].integer().value_or(0)),
          .golden = GoldenId(j["golden"].text()),
          .record = RecordId(j["record"].text()),
          .body = j["body"],
          .idempotency_key = j["key"].text()};
}

Call call_of(const Json& j, const std::string& system) {
  Call call{.id = {}, .system = SystemName(system), .what = PrepareCall{}, .carry = {}};
  if (const Json* list = j.find("list")) {
    ListCall what{.object = ObjectName((*list)["object"].text()),
                  .since = {},
                  .cursor = (*list)["cursor"].text(),
                  .members = texts((*list)["members"]),
                  .with_history = (*list)["with_history"].boolean()};
    if (list->find("since")) what.since = parse_rfc3339((*list)["since"].text()).value();
    call.what = what;
  } else if (const Json* count = j.find("count")) {
    call.what = CountCall{ObjectName((*count)["object"].text())};
  } else if (const Json* fetch = j.find("fetch")) {
    call.what = FetchCall{ObjectName((*fetch)["object"].text()), ids<RecordId>((*fetch)["records"]),
                          texts((*fetch)["members"]), (*fetch)["with_history"].boolean(), (*fetch)["alone"].boolean()};
  } else if (const Json* look = j.find("look")) {
    call.what =
        LookCall{ObjectName((*look)["object"].text()), ids<GoldenId>((*look)["goldens"]), texts((*look)["members"])};
  } else if (const Json* holder = j.find("holder")) {
    call.what = HolderCall{ObjectName((*holder)["object"].text()), (*holder)["at"].text(), (*holder)["value"].text(),
                           texts((*holder)["members"])};
  } else if (const Json* write = j.find("write")) {
    const std::string& operation = (*write)["operation"].text();
    WriteCall what{.object = ObjectName((*write)["object"].text()),
                   .operation = operation == "create"      ? Operation::Create
                                : operation == "do"        ? Operation::Do
                                : operation == "delete"    ? Operation::Delete
                                : operation == "associate" ? Operation::Associate
                                                           : Operation::Update,
                   .named = (*write)["named"].text(),
                   .items = {}};
    for (const Json& item : (*write)["items"].items()) what.items.push_back(item_of(item));
    call.what = what;
  } else if (j.find("authorise")) {
    call.what = AuthoriseCall{};
  } else {
    EXPECT_TRUE(j.find("prepare")) << "a call of no kind";
  }
  return call;
}

Credential credential_of(const std::string& connector) {
  Credential credential;
  for (const char* name : {"token", "client_id", "client_secret", "refresh_token", "webhook.secret"}) {
    credential.secrets.emplace(name, Secret("the-" + std::string(name)));
  }
  credential.settings["tenant"] = "the-tenant";
  if (connector == "webhook") {
    credential.base_url = "https://portal.example/hooks";
    credential.settings["path"] = "linchpin";
    credential.secrets["secret"] = Secret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
  }
  if (connector == "xero") credential.access_token = Secret("the-access-token");
  if (connector == "idcheck") credential.base_url = "https://idcheck.example";
  return credential;
}

Json describe(const Request& request) {
  Json::Object headers;
  for (const auto& [name, value] : request.headers) headers.emplace_back(name, value);
  Json described = Json::object({{"method", request.method}, {"url", request.url}, {"headers", std::move(headers)}});
  if (request.body.empty()) return described;
  const auto body = parse_json(request.body);
  return described.with("body", body ? *body : Json(request.body));
}

Json describe(const Record& record) {
  Json described = Json::object({{"id", record.id.text}});
  if (record.updated != Instant{}) described = described.with("updated", rfc3339(record.updated));
  for (const auto& [path, time] : record.edited)
    described = described.with("edited", described["edited"].with(path, rfc3339(time)));
  if (record.created != Instant{}) described = described.with("created", rfc3339(record.created));
  if (record.archived) described = described.with("archived", true);
  if (!record.merged_into.empty()) described = described.with("merged_into", record.merged_into.text);
  Json::List merged;
  for (const RecordId& id : record.merged_from) merged.emplace_back(id.text);
  if (!merged.empty()) described = described.with("merged_from", std::move(merged));
  return described;
}
Json describe(const std::vector<Record>& records) {
  Json::List list;
  for (const Record& record : records) list.push_back(describe(record));
  return list;
}

struct Describe {
  std::string errors;  // every error's text, for the check that none holds what the system said
  Json::List bodies;

  Json error(const char* kind, const Error& e, milliseconds after = milliseconds(0)) {
    errors += to_text(e) + "\n";
    Json inner = Json::object({{"code", code_text(e.code)}});
    if (after.count()) inner = inner.with("after_ms", after.count());
    return Json::object({{kind, inner}});
  }
  Json operator()(const Listed& o) {
    for (const Record& record : o.records) bodies.push_back(record.body);
    Json listed = Json::object({{"next", o.next}});
    if (!o.records.empty()) listed = listed.with("records", describe(o.records));
    Json::List hints;
    for (const engine::Hinted& hinted : o.hints) hints.emplace_back(hinted.id.text);
    if (!hints.empty()) listed = listed.with("hints", hints);
    return Json::object({{"listed", listed}});
  }
  Json operator()(const Total& o) { return Json::object({{"counted", o.records}}); }
  Json operator()(const Fetched& o) {
    for (const Record& record : o.records) bodies.push_back(record.body);
    Json fetched = Json::object({{"fetched", describe(o.records)}});
    Json::List gone;
    for (const RecordId& id : o.gone) gone.emplace_back(id.text);
    return gone.empty() ? fetched : fetched.with("gone", std::move(gone));
  }
  Json operator()(const Looked& o) {
    Json found = Json::Object{};
    for (const auto& [golden, record] : o.found) found = found.with(golden.text, record.id.text);
    return Json::object({{"looked", found}});
  }
  Json operator()(const Written& o) {
    constexpr const char* kinds[] = {"confirmed", "retry", "unknown", "dead", "unique_taken", "gone"};
    Json::List results;
    for (const WriteResult& result : o.results) {
      const char* kind = kinds[static_cast<int>(result.kind)];
      Json one = Json::object({{"delivery", result.delivery.number}, {"is", kind}});
      if (result.record) one = one.with("record", describe(*result.record));
      if (!result.unique_at.empty()) one = one.with("unique_at", result.unique_at);
      if (result.after.count()) one = one.with("after_ms", result.after.count());
      if (result.alone) one = one.with("alone", true);
      if (result.kind != WriteResult::Kind::Confirmed) errors += to_text(result.error) + "\n";
      results.push_back(one);
    }
    return Json::object({{"written", results}});
  }
  Json operator()(const Prepared&) { return Json::object({{"prepared", true}}); }
  Json operator()(const Authorised& o) {
    return Json::object({{"authorised", Json::object({{"access_token", o.access_token.bytes()},
                                                      {"refresh_token", o.refresh_token.bytes()},
                                                      {"expires", rfc3339(o.expires)}})}});
  }
  Json operator()(const Continues&) { return Json::object({{"continues", true}}); }
  Json operator()(const Retry& o) { return error("retry", o.error, o.after); }
  Json operator()(const Unauthorised& o) { return error("unauthorised", o.error); }
  Json operator()(const Unknown& o) { return error("unknown", o.error); }
  Json operator()(const Refused& o) { return error("refused", o.error); }
};

void collect_texts(const Json& j, std::vector<std::string>& into) {
  if (j.is_text() && j.text().size() >= 12) into.push_back(j.text());
  for (const Json& item : j.items()) collect_texts(item, into);
  for (const auto& [key, member] : j.members()) collect_texts(member, into);
}

Result<Answer> answer_of(const Json& j) {
  if (j.is_text()) {
    const bool unreachable = j.text() == "unreachable";
    return fail(unreachable ? Code::SystemUnreachable : Code::SystemUnavailable, "no answer");
  }
  Answer answer{.status = static_cast<int>(j["status"].integer().value_or(0)), .headers = {}, .body = {}};
  for (const auto& [name, value] : j["headers"].members()) answer.headers.push_back({name, value.text()});
  if (const Json* body = j.find("body")) answer.body = body->is_text() ? body->text() : canonical(*body);
  return answer;
}

void run_call(const Connector& connector, const std::string& system, const Json& exchange) {
  Call call = call_of(exchange["call"], system);
  const Credential credential = credential_of(system);
  Describe describer;
  Json came_to;
  std::vector<std::string> said;
  const Json::List steps = exchange.find("steps") ? exchange["steps"].items() : Json::List{exchange};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto request = connector.request(call, credential, now);
    ASSERT_TRUE(request) << to_text(request.error());
    // Compared where the exchange says what it must be: some are about the answer only.
    if (const Json* due = steps[i].find("request")) EXPECT_EQ(pretty(describe(*request)), pretty(*due));
    const auto answer = answer_of(steps[i]["answer"]);
    collect_texts(steps[i]["answer"]["body"], said);
    if (!steps[i]["answer"]["body"].text().empty()) said.push_back(steps[i]["answer"]["body"].text());
    const Outcome outcome = connector.outcome(call, answer, now);
    if (const auto* on = std::get_if<Continues>(&outcome)) call.carry = parse_json(canonical(on->carry)).value();
    came_to = std::visit(describer, outcome);
    if (i + 1 < steps.size()) {
      ASSERT_EQ(canonical(came_to), R"({"continues":true})") << "step " << i + 1;
    }
  }
  EXPECT_EQ(pretty(came_to), pretty(exchange["outcome"]));
  if (const Json* bodies = exchange.find("bodies")) EXPECT_EQ(canonical(describer.bodies), canonical(*bodies));
  for (const std::string& text : said) {
    EXPECT_EQ(describer.errors.find(text), std::string::npos) << "an error holds what the system said";
  }
}

void run_webhook(const Connector& connector, const std::string& system, const Json& exchange) {
  const Json& body = exchange["webhook"];
  const auto events = connector.events(body.is_text() ? body.text() : canonical(body), credential_of(system));
  if (!events) {
    EXPECT_EQ(std::string(code_text(events.error().code)), exchange["error"].text());
    return;
  }
  constexpr const char* kinds[] = {"changed", "created", "deleted", "restored", "merged"};
  Json::List described;
  for (const Event& event : *events) {
    Json one = Json::object({{"kind", kinds[static_cast<int>(event.kind)]},
                             {"object", event.object.text},
                             {"record", event.record.text},
                             {"id", event.id},
                             {"at", rfc3339(event.at)}});
    if (!event.property.empty()) one = one.with("property", event.property);
    if (!event.merged_into.empty()) one = one.with("merged_into", event.merged_into.text);
    described.push_back(one);
  }
  EXPECT_EQ(pretty(described), pretty(exchange["events"]));
}

TEST(Contract, EveryConnectorReproducesItsExchanges) {
  int count = 0;
  for (const auto& folder : fs::directory_iterator("connectors")) {
    const std::string system = folder.path().filename();
    if (!fs::exists(folder.path() / "contract")) continue;
    auto manifest = model::shipped_manifest(system);
    ASSERT_TRUE(manifest) << to_text(manifest.error());
    const auto connector = make_connector(*manifest, {});
    ASSERT_TRUE(connector) << to_text(connector.error());
    for (const auto& file : fs::directory_iterator(folder.path() / "contract")) {
      std::ifstream in(file.path());
      const auto exchanges = parse_json(std::string(std::istreambuf_iterator<char>(in), {}));
      ASSERT_TRUE(exchanges) << file.path() << ": " << to_text(exchanges.error());
      for (const Json& exchange : exchanges->items()) {
        SCOPED_TRACE(file.path().string() + ": " + exchange["name"].text());
        if (exchange.find("webhook")) {
          run_webhook(**connector, system, exchange);
        } else {
          run_call(**connector, system, exchange);
        }
        ++count;
      }
    }
  }
  EXPECT_GT(count, 40) << "the tests run at the root of the tree";
}

}  // namespace
}  // namespace linchpin::connect
