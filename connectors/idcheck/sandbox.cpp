// An identity service of nobody's: the neutral contract that the connector `idcheck` declares (what Onfido, ComplyCube,
// Persona and Sumsub share), with Standard Webhooks. A verification goes by itself from pending over in_progress to
// complete, about two seconds after it was made; its outcome and its person come from the seed.
#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "base/crypto.hpp"
#include "sandbox/meter.hpp"
#include "sandbox/text.hpp"
#include "sandbox/vendor.hpp"
#include "sandbox/webhook_signature.hpp"

namespace linchpin::sandbox {
namespace {

constexpr milliseconds until_started{500}, until_complete{2'000};
constexpr std::int64_t minute_most = 600;
constexpr std::int64_t list_most = 100;
constexpr std::chrono::hours key_remembered{24}, valid_for{24 * 730};

Schedule schedule() {  // of Standard Webhooks 1.0.0
  using namespace std::chrono;
  return {
      .batch = 1,
      .flights = 10,
      .retries = {seconds{5}, minutes{5}, minutes{30}, hours{2}, hours{5}, hours{10}, hours{14}, hours{20}, hours{24}},
      .randomised = false};
}

struct Verification {
  std::string id, external_id, given_name, family_name, email, mobile;
  std::vector<std::string> checks;
  std::string status = "pending", outcome, reason, link;
  std::string fate, fate_reason;  // what it comes to
  Json person;
  bool redacted = false;
  Instant created{}, updated{};
  std::optional<Instant> completed;
};

Answer answer_json(int status, const Json& body) { return json_answer(status, canonical(body)); }

Answer refusal(int status, const char* code, const std::string& message) {
  return answer_json(status, Json::object({{"error", Json::object({{"code", code}, {"message", message}})}}));
}

std::string two_digits(std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); }

class IdentityService final : public Vendor {
 public:
  IdentityService(std::uint64_t seed, Limits limits)
      : Vendor("idcheck", seed, limits, schedule()),
        token_("idc_live_" + chance_.hex(40)),
        secret_("whsec_" + to_base64(chance_.hex(32))),
        minute_(scaled(minute_most), milliseconds{60'000}) {}

  Json state(Instant now) override {
    advance(now);
    Json::List list;
    for (const auto& [id, v] : verifications_) list.push_back(shown(v).with("person", v.redacted ? Json() : v.person));
    return Json::object({{"objects", Json::object({{"verifications", list}})}});
  }

  Json counts() const override {
    return Json::object(
        {{"objects", Json::object({{"verifications", static_cast<std::int64_t>(verifications_.size())}})}});
  }

  Result<void> seed(const Json& json, Instant now) override {
    if (!json["objects"].is_object()) return fail(Code::InvalidArgument, "a seed needs `objects`");
    std::map<std::string, Verification> all;
    for (const auto& [name, list] : json["objects"].members()) {
      if (name != "verifications" || !list.is_list())
        return fail(Code::InvalidArgument, "the sandbox has only verifications");
      for (const Json& given : list.items()) {
        Verification v;
        v.id = given["id"].is_text() ? given["id"].text() : "ver_" + chance_.hex(24);
        v.external_id = given["external_id"].text();
        v.given_name = given["person"]["given_name"].text();
        v.family_name = given["person"]["family_name"].text();
        v.status = given["status"].is_text() ? given["status"].text() : "complete";
        v.outcome = given["outcome"].text();
        for (const Json& check : given["checks"].items()) v.checks.push_back(check["type"].text());
        v.person = given["person"];
        v.redacted = given["redacted"].boolean();
        v.created = v.updated = now;
        if (const auto at = parse_rfc3339(given["created_at"].text())) v.created = *at;
        if (const auto at = parse_rfc3339(given["updated_at"].text())) v.updated = *at;
        if (const auto at = parse_rfc3339(given["completed_at"].text())) v.completed = *at;
        if (v.external_id.empty()) return fail(Code::InvalidArgument, "a verification needs its external_id");
        decide(v);
        if (!all.emplace(v.id, v).second) return fail(Code::InvalidArgument, "two verifications have one id");
      }
    }
    verifications_ = std::move(all);
    under_way_.clear();
    for (const auto& [id, v] : verifications_)
      if (is_under_way(v)) under_way_.insert(id);
    return {};
  }

  // A reviewer's decision: {"outcome":"verified"}; or {"status":"expired"}.
  Result<Json> edit(std::string_view object, std::string_view id, const Json& fields, Instant now) override {
    advance(now);
    const auto found = verifications_.find(std::string(id));
    if (object != "verifications" || found == verifications_.end())
      return fail(Code::NotFound, "there is no such record");
    Verification& v = found->second;
    for (const auto& [name, value] : fields.members()) {
      if (name == "outcome" && (value.text() == "verified" || value.text() == "rejected" || value.text() == "review")) {
        v.outcome = value.text();
        v.status = "complete";
        if (!v.completed) v.completed = now;
      } else if (name == "status" &&
                 (value.text() == "abandoned" || value.text() == "expired" || value.text() == "error")) {
        v.status = value.text();
      } else {
        return fail(Code::InvalidArgument, "only outcome and status can be edited, to a value of the contract");
      }
    }
    v.updated = now;
    tell("verification.updated", v, now);
    return shown(v);
  }

  milliseconds webhook_timeout() const override { return milliseconds{15'000}; }
  Json credentials() const override { return Json::object({{"token", token_}, {"webhook_secret", secret_}}); }

 protected:
  Answer respond(const Request& request, Instant now) override {
    const auto path = path_segments(request.url);
    if (path.size() < 2 || path[0] != "v1" || path[1] != "verifications")
      return refusal(404, "not_found", "There is no such resource");
    const std::string* authorization = find_header(request.headers, "Authorization");
    if (!authorization || *authorization != "Bearer " + token_)
      return refusal(401, "unauthenticated", "The token is missing or not valid");
    if (!minute_.take(now)) return limited(minute_.until_reset(now));
    Answer answer = resource(request, path, now);
    answer.headers.push_back({"X-RateLimit-Limit", std::to_string(minute_.most())});
    answer.headers.push_back({"X-RateLimit-Remaining", std::to_string(minute_.remaining())});
    return answer;
  }

  Answer resource(const Request& request, const std::vector<std::string>& path, Instant now) {
    if (path.size() == 2 && request.method == "POST") return create(request, now);
    if (path.size() == 2 && request.method == "GET") return list(request);
    const auto found = path.size() > 2 ? verifications_.find(path[2]) : verifications_.end();
    if (found == verifications_.end()) return refusal(404, "not_found", "There is no such verification");
    Verification& v = found->second;
    if (path.size() == 3 && request.method == "GET") return answer_json(200, shown(v));
    if (path.size() == 4 && path[3] == "person" && request.method == "GET") {
      if (v.redacted) return refusal(410, "redacted", "The personal data were deleted");
      if (v.status != "complete") return refusal(409, "not_complete", "The verification is not complete");
      return answer_json(200, v.person);
    }
    if (path.size() == 4 && path[3] == "personal-data" && request.method == "DELETE") {
      v.redacted = true;
      v.person = {};
      v.given_name = v.family_name = v.email = v.mobile = "";
      v.updated = now;
      return Answer{204, {}, ""};
    }
    return refusal(405, "method_not_allowed", "The resource does not take this method");
  }

  Answer broken(Instant) override { return refusal(500, "internal", "Something went wrong on our side"); }
  Answer too_many(Instant) override { return limited(milliseconds{1'000}); }

  void advance(Instant now) override {
    for (auto at = under_way_.begin(); at != under_way_.end();) {
      Verification& v = verifications_.at(*at);
      if (v.status == "pending" && now >= v.created + until_started) {
        v.status = "in_progress";
        v.updated = v.created + until_started;
      }
      if (v.status == "in_progress" && now >= v.created + until_complete) {
        v.status = "complete";
        v.outcome = v.fate;
        v.reason = v.fate_reason;
        v.updated = v.created + until_complete;
        v.completed = v.updated;
        tell("verification.completed", v, v.updated);
      }
      at = is_under_way(v) ? std::next(at) : under_way_.erase(at);
    }
  }

  std::optional<Instant> next_step() const override {
    std::optional<Instant> next;
    for (const std::string& id : under_way_) {
      const Verification& v = verifications_.at(id);
      if (!is_under_way(v)) continue;  // somebody has edited it
      const Instant at = v.created + (v.status == "pending" ? until_started : until_complete);
      if (!next || at < *next) next = at;
    }
    return next;
  }

  Request compose(const Message& message, Instant now) override {
    const std::string body = canonical(message.events.front());
    const std::int64_t at = ms_since_epoch(now) / 1000;
    return {"POST",
            target_,
            {{"Content-Type", "application/json"},
             {"webhook-id", "msg_" + message.id},
             {"webhook-timestamp", std::to_string(at)},
             {"webhook-signature", standard_webhooks_signature(secret_, "msg_" + message.id, at, body)}},
            body};
  }

  void settled(const Message&, bool, bool, std::optional<int> status, Instant now) override {
    if (status == 410) set_webhook_target("", now);  // the receiver says: never again
  }

 private:
  struct Remembered {
    Hash body{};
    Answer answer;
    Instant at{};
  };

  static Answer limited(milliseconds wait) {
    Answer answer = refusal(429, "rate_limited", "Too many requests");
    answer.headers.push_back({"Retry-After", std::to_string(std::max<std::int64_t>(1, (wait.count() + 999) / 1000))});
    return answer;
  }

  Answer create(const Request& request, Instant now) {
    const std::string* type = find_header(request.headers, "Content-Type");
    if (!type || !lower_ascii(*type).starts_with("application/json"))
      return refusal(415, "unsupported_media_type", "The body must be application/json");
    const std::string* key = find_header(request.headers, "Idempotency-Key");
    if (key && (key->empty() || key->size() > 255))
      return refusal(400, "invalid_request", "The Idempotency-Key must have 1 to 255 characters");
    while (!remembered_order_.empty() && remembered_.at(remembered_order_.front()).at + key_remembered <= now) {
      remembered_.erase(remembered_order_.front());
      remembered_order_.pop_front();
    }
    if (const auto found = key ? remembered_.find(*key) : remembered_.end(); found != remembered_.end()) {
      if (found->second.body == sha256(request.body)) return found->second.answer;
      return refusal(422, "idempotency_key_reused", "The Idempotency-Key was used with another request");
    }
    const auto body = parse_json(request.body);
    if (!body || !body->is_object()) return refusal(400, "invalid_request", "The body is not a JSON object");
    for (const char* name : {"external_id", "given_name", "family_name", "email"}) {
      if (trimmed((*body)[name].text()).empty())
        return refusal(422, "invalid_request", std::string(name) + " is required");
    }
    if (!looks_like_email((*body)["email"].text())) return refusal(422, "invalid_request", "email is not valid");
    Verification v;
    v.external_id = (*body)["external_id"].text();
    v.given_name = (*body)["given_name"].text();
    v.family_name = (*body)["family_name"].text();
    v.email = (*body)["email"].text();
    v.mobile = (*body)["mobile"].text();
    for (const Json& check : (*body)["checks"].items()) {
      const std::string& name = check.text();
      if (name != "document" && name != "biometric" && name != "aml")
        return refusal(422, "invalid_request", "checks holds an unknown check");
      v.checks.push_back(name);
    }
    if (v.checks.empty()) v.checks = {"document"};
    v.id = "ver_" + chance_.hex(24);
    v.link = "https://verify.idcheck.example/c/" + chance_.hex(32);
    v.created = v.updated = now;
    decide(v);
    verifications_[v.id] = v;
    under_way_.insert(v.id);
    Answer answer = answer_json(201, Json::object({{"id", v.id},
                                                   {"external_id", v.external_id},
                                                   {"status", v.status},
                                                   {"client_link", v.link},
                                                   {"created_at", rfc3339(v.created)}}));
    if (key) {
      remembered_[*key] = {sha256(request.body), answer, now};
      remembered_order_.push_back(*key);
    }
    return answer;
  }

  Answer list(const Request& request) const {
    const auto since_text = query_value(request.url, "updated_since");
    const auto since = since_text ? parse_rfc3339(*since_text) : Result<Instant>(Instant{});
    const auto limit = as_number(query_value(request.url, "limit").value_or("50"));
    if (!since) return refusal(400, "invalid_request", "updated_since is not a time");
    if (!limit || *limit < 1 || *limit > list_most)
      return refusal(400, "invalid_request", "limit must be between 1 and 100");
    const auto external_id = query_value(request.url, "external_id");
    std::vector<std::pair<std::string, const Verification*>> found;  // in the order of their last change
    for (const auto& [id, v] : verifications_) {
      if (v.updated < *since || (external_id && *external_id != v.external_id)) continue;
      std::string at = std::to_string(ms_since_epoch(v.updated));
      at.insert(0, 16 - std::min<std::size_t>(16, at.size()), '0');
      found.emplace_back(at + "." + id, &v);
    }
    std::sort(found.begin(), found.end());
    const auto cursor = query_value(request.url, "cursor").value_or("");
    Json::List items;
    Json next;
    for (const auto& [key, v] : found) {
      if (!cursor.empty() && key <= cursor) continue;
      if (items.size() == static_cast<std::size_t>(*limit)) break;
      items.push_back(shown(*v));
      next = key == found.back().first ? Json() : Json(key);
    }
    return answer_json(200, Json::object({{"items", items}, {"next", next}}));
  }

  // Most are verified, some need a reviewer, few are rejected.
  void decide(Verification& v) {
    const std::int64_t roll = chance_.below(100);
    v.fate = roll < 90 ? "verified" : roll < 97 ? "review" : "rejected";
    v.fate_reason = roll < 90 ? "" : roll < 97 ? "name_differs_from_document" : "document_expired";
    if (v.person.is_object()) return;
    const bool licence = chance_.happens(0.7);
    const char* const issuers[] = {"NSW", "VIC", "QLD", "WA", "SA", "TAS", "ACT", "NT"};
    const auto day = [&](std::int64_t first_year, std::int64_t years) {
      return std::to_string(first_year + chance_.below(years)) + "-" + two_digits(1 + chance_.below(12)) + "-" +
             two_digits(1 + chance_.below(28));
    };
    const std::string birth = day(1940, 66);
    const std::string issuer = licence ? issuers[chance_.below(8)] : "AU";
    const std::string number = licence ? chance_.letters(10, "0123456789") : "PA" + chance_.letters(8, "0123456789");
    v.person = Json::object({{"given_name", v.given_name},
                             {"family_name", v.family_name},
                             {"date_of_birth", birth},
                             {"document", Json::object({{"type", licence ? "driver_licence" : "passport"},
                                                        {"issuer", issuer},
                                                        {"number", number},
                                                        {"expires_on", day(2027, 9)}})}});
  }

  static bool is_under_way(const Verification& v) { return v.status == "pending" || v.status == "in_progress"; }

  static Json shown(const Verification& v) {
    Json::List checks, reasons;
    for (const std::string& check : v.checks) {
      checks.push_back(Json::object({{"type", check}, {"outcome", v.outcome.empty() ? Json() : Json(v.outcome)}}));
    }
    if (!v.reason.empty()) reasons.push_back(v.reason);
    const bool good = v.status == "complete" && v.outcome == "verified" && v.completed;
    return Json::object(
        {{"id", v.id},
         {"external_id", v.external_id},
         {"status", v.status},
         {"outcome", v.outcome.empty() ? Json() : Json(v.outcome)},
         {"reasons", reasons},
         {"checks", checks},
         {"client_link", v.link},
         {"created_at", rfc3339(v.created)},
         {"updated_at", rfc3339(v.updated)},
         {"completed_at", v.completed ? Json(rfc3339(*v.completed)) : Json()},
         {"expires_at", good ? Json(rfc3339(*v.completed + valid_for)) : Json()},
         {"evidence_url", v.completed ? Json("https://verify.idcheck.example/evidence/" + v.id) : Json()},
         {"redacted", v.redacted}});
  }

  void tell(const char* type, const Verification& v, Instant at) {
    raise(Json::object({{"type", type},
                        {"timestamp", rfc3339(at)},
                        {"data", Json::object({{"id", v.id},
                                               {"external_id", v.external_id},
                                               {"status", v.status},
                                               {"outcome", v.outcome.empty() ? Json() : Json(v.outcome)}})}}),
          at);
  }

  std::string token_, secret_;
  FixedMeter minute_;
  std::map<std::string, Verification> verifications_;
  std::set<std::string> under_way_;  // those that take a step by themselves
  std::map<std::string, Remembered> remembered_;
  std::deque<std::string> remembered_order_;  // the oldest first
};

}  // namespace

std::unique_ptr<Vendor> make_idcheck(std::uint64_t seed, Limits limits);  // found by name: cmake/sandboxes.cmake
std::unique_ptr<Vendor> make_idcheck(std::uint64_t seed, Limits limits) {
  return std::make_unique<IdentityService>(seed, limits);
}

}  // namespace linchpin::sandbox
