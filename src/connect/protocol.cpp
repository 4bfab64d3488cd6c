#include "connect/protocol.hpp"

#include <algorithm>
#include <array>

namespace linchpin::connect {
namespace {

// Says where in the manifest an error is, from the inside out: "objects.contacts: list: …".
template <class T>
Result<T> in(std::string_view key, Result<T> result) {
  if (!result) result.error().what = std::string(key) + ": " + result.error().what;
  return result;
}

Result<milliseconds> span(const Json& text) {
  if (text.is_null()) return milliseconds(0);
  return parse_span(text.text());
}

Result<Send> read_send(const Json& j) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> methods{
      {{"get", "GET"}, {"post", "POST"}, {"put", "PUT"}, {"patch", "PATCH"}, {"delete", "DELETE"}}};
  for (const auto& [key, method] : methods) {
    if (!j.find(key)) continue;
    if (!j[key].text().starts_with("/"))
      return fail(Code::TypeWrong, std::string(key) + " must be a path that begins with /");
    return Send{std::string(method), j[key].text(), j["query"], j["headers"], j["body"]};
  }
  return fail(Code::KeyRequired, "a request needs one of get, post, put, patch, delete with its path");
}

Result<std::optional<MomentAt>> read_moment(const Json& j) {
  if (j.is_null()) return std::nullopt;
  return MomentAt{TRY(read_path(j["at"])), TRY(read_moment_form(j["as"].text()))};
}

Result<std::optional<mapping::Path>> read_optional_path(const Json& j) {
  if (j.is_null()) return std::nullopt;
  return TRY(read_path(j));
}

Result<std::optional<Edits>> read_edits(const Json& j) {
  if (j.is_null()) return std::nullopt;
  Edits edits{TRY(read_path(j["at"])), j["each_under"].text(), *TRY(read_moment(j["time"])), {}, {}};
  if (j.find("people")) edits.people = TRY(read_condition(j["people"]));
  if (j.find("ours")) edits.ours = TRY(read_condition(j["ours"]));
  return edits;
}

Result<RecordShape> read_record(const Json& j, const std::string& hub_id_at) {
  RecordShape shape{.id = TRY(read_path(j["id"])),
                    .updated = TRY(read_moment(j["updated"])),
                    .created = TRY(read_moment(j["created"])),
                    .edits = TRY(in("edits", read_edits(j["edits"]))),
                    .archived = {},
                    .merged_into = TRY(read_optional_path(j["merged_into"])),
                    .merged_from = TRY(read_optional_path(j["merged_from"])),
                    .hub_id = {}};
  if (shape.id.steps.empty()) return fail(Code::KeyRequired, "id must be the path of a record's id");
  if (j.find("archived")) shape.archived = TRY(read_condition(j["archived"]));
  if (!hub_id_at.empty()) shape.hub_id = TRY(read_path(Json(hub_id_at)));
  return shape;
}

Result<Next> read_next(const Json& j) {
  if (j.is_null()) return Next{};
  if (j.find("cursor")) return Next{Next::Kind::Cursor, TRY(read_path(j["cursor"])), 0, {}};
  for (const auto& [key, kind] : {std::pair("page", Next::Kind::Page), std::pair("last_id", Next::Kind::LastId)}) {
    if (const auto full = j[key].integer(); full && *full > 0)
      return Next{kind, {}, static_cast<std::size_t>(*full), TRY(read_optional_path(j["total"]))};
  }
  return fail(Code::KeyRequired, "next needs cursor: PATH, page: SIZE or last_id: SIZE");
}

Result<Parts> read_parts(const Json& j) {
  Parts parts{.at = TRY(read_path(j["at"])), .by = {}, .in_order = j["by"].text() == "order", .bad = {}};
  for (const auto& [path, key] : j["by"].members()) {
    const std::string& name = key.text();
    if (name != "record" && name != "golden" && name != "delivery") {
      return fail(Code::ChoiceUnknown, "by: " + path + " must name record, golden or delivery");
    }
    parts.by.emplace_back(TRY(read_path(Json(path))), name == "record"   ? ItemKey::Record
                                                      : name == "golden" ? ItemKey::Golden
                                                                         : ItemKey::Delivery);
  }
  if (!parts.in_order && parts.by.empty()) return fail(Code::KeyRequired, "by is due: order, or paths");
  if (j.find("bad")) parts.bad = TRY(read_condition(j["bad"]));
  return parts;
}

// Of a reading: where its errors are, or that and where each names its record.
Result<std::optional<Parts>> read_failed(const Json& j) {
  if (j.is_null()) return std::nullopt;
  if (j.is_object()) return TRY(read_parts(j));
  return Parts{.at = TRY(read_path(j)), .by = {}, .in_order = false, .bad = {}};
}

Result<std::optional<Reading>> read_reading(const Json& j) {
  if (j.is_null()) return std::nullopt;
  Reading reading{.send = TRY(read_send(j)),
                  .records = TRY(read_path(j["records"])),
                  .failed = TRY(in("failed", read_failed(j["failed"]))),
                  .hints = j["gives"].text() == "hints",
                  .window = j["window"].text(),
                  .overlap = TRY(span(j["overlap"])),
                  .first_cursor = scalar_text(j["cursor"]),
                  .next = TRY(read_next(j["next"])),
                  .one_by_one = !j["one_by_one"].is_null(),
                  .joins = {}};
  for (const Json& join : j["join"].items()) {
    reading.joins.push_back({TRY(read_condition(join["where"])), TRY(read_send(join)), join["as"].text()});
  }
  return reading;
}

Result<std::optional<Counting>> read_counting(const Json& j) {
  if (j.is_null()) return std::nullopt;
  return Counting{TRY(read_send(j)), TRY(read_path(j["total"])), j["window"].text()};
}

Result<std::optional<Writing>> read_writing(const Json& j) {
  if (j.is_null()) return std::nullopt;
  Writing writing{.object = {},
                  .send = TRY(read_send(j)),
                  .most = static_cast<int>(j["most"].integer().value_or(1)),
                  .writes = {},
                  .repeats_safely = j["repeats"].text() == "safely",
                  .results = j.find("results") ? TRY(in("results", read_parts(j["results"]))) : Parts{},
                  .silent = !j.find("results"),
                  .failed = {}};
  if (const Json* null = j.find("null_as")) {
    writing.writes.null = null->text() == "nothing" ? Writes::Null::LeftOut : Writes::Null::Text;
    writing.writes.null_text = null->text() == "nothing" ? "" : null->text();
  }
  writing.writes.texts_only = j["texts_only"].boolean();
  if (j.find("failed")) writing.failed = TRY(in("failed", read_parts(j["failed"])));
  return writing;
}

Result<Association> read_association(const Json& j) {
  Association association{.read = *TRY(in("read", read_reading(j["read"]))),
                          .of = TRY(read_path(j["of"])),
                          .each = TRY(read_path(j["each"])),
                          .id = TRY(read_path(j["id"])),
                          .which = {},
                          .set = TRY(in("set", read_writing(j["set"]))),
                          .clear = TRY(in("clear", read_writing(j["clear"])))};
  if (j.find("where")) association.which = TRY(read_condition(j["where"]));
  return association;
}

Result<ObjectProtocol> read_object(const Json& j, const std::string& hub_id_at) {
  ObjectProtocol object{.record = TRY(in("record", read_record(j["record"], hub_id_at))),
                        .members = {},
                        .count = TRY(in("count", read_counting(j["count"]))),
                        .list = TRY(in("list", read_reading(j["list"]))),
                        .list_history = TRY(in("list_history", read_reading(j["list_history"]))),
                        .changed = TRY(in("changed", read_reading(j["changed"]))),
                        .fetch = TRY(in("fetch", read_reading(j["fetch"]))),
                        .history = TRY(in("history", read_reading(j["history"]))),
                        .look = TRY(in("look", read_reading(j["look"]))),
                        .fetch_one = TRY(in("fetch_one", read_reading(j["fetch_one"]))),
                        .create = TRY(in("create", read_writing(j["create"]))),
                        .update = TRY(in("update", read_writing(j["update"]))),
                        .remove = TRY(in("delete", read_writing(j["delete"]))),
                        .associations = {}};
  for (const auto& [name, association] : j["associations"].members())
    object.associations.emplace(name, TRY(in("associations." + name, read_association(association))));
  for (const auto& [path, reading] : j["holders"].members()) {
    TRY(read_path(Json(path)));
    object.holders.emplace(path, *TRY(in("holders." + path, read_reading(reading))));
  }
  if (const Json* members = j.find("members")) {
    object.members = Members{(*members)["under"].text(), {}};
    for (const Json& name : (*members)["always"].items()) object.members->always.push_back(name.text());
  }
  return object;
}

Result<ErrorRule> read_error(const Json& j) {
  constexpr std::array<std::pair<std::string_view, ErrorRule::Is>, 6> kinds{
      {{"retry", ErrorRule::Is::Retry},
       {"unauthorised", ErrorRule::Is::Unauthorised},
       {"unknown", ErrorRule::Is::Unknown},
       {"refused", ErrorRule::Is::Refused},
       {"unique_taken", ErrorRule::Is::UniqueTaken},
       {"gone", ErrorRule::Is::Gone}}};
  const auto kind = std::ranges::find(kinds, j["is"].text(), [](const auto& k) { return k.first; });
  if (kind == kinds.end()) {
    return fail(Code::ChoiceUnknown, "is must be retry, unauthorised, unknown, refused, unique_taken or gone");
  }
  ErrorRule rule{.statuses = {},
                 .where = TRY(read_condition(j["where"])),
                 .headers = TRY(read_header_condition(j["header"])),
                 .is = kind->second,
                 .after = TRY(span(j["after"])),
                 .unique_at = j["at"].text(),
                 .code = {}};
  if (const auto one = j["status"].integer()) rule.statuses.insert(static_cast<int>(*one));
  for (const Json& status : j["status"].items()) rule.statuses.insert(static_cast<int>(status.integer().value_or(0)));
  if (j["code"].text() == "permission_missing") rule.code = Code::PermissionMissing;
  if (j["code"].text() == "unauthenticated") rule.code = Code::Unauthenticated;
  return rule;
}

Result<Auth> read_auth(const Json& j) {
  if (j["kind"].text() == "bearer") return Auth{.secret = j["secret"].text(), .grant = {}, .token_url = {}};
  if (j["kind"].text() == "standard_webhooks") return Auth{Auth::Kind::Signed, j["secret"].text(), {}, {}, false};
  if (j["kind"].text() != "oauth2")
    return fail(Code::ChoiceUnknown, "auth.kind must be bearer, oauth2 or standard_webhooks");
  return Auth{Auth::Kind::OAuth, "", j["grant"].text(), j["post"].text(), j["client"].text() != "form"};
}

Result<SignatureScheme> read_scheme(const Json& j) {
  SignatureScheme scheme{.header = j["header"].text(),
                         .hex = j["encoding"].text() == "hex",
                         .prefix = j["prefix"].text(),
                         .whsec = j["key"].text() == "whsec",
                         .separator = j["separator"].text(),
                         .hmac_versions = {},
                         .ed25519_versions = {},
                         .signs = {},
                         .joined_by = j["joined_by"].text(),
                         .unescape = {},
                         .id_header = j["id"].text(),
                         .timestamp_header = j["timestamp"]["header"].text(),
                         .timestamp_ms = j["timestamp"]["unit"].text() == "ms"};
  for (const auto& [version, algorithm] : j["versions"].members()) {
    (algorithm.text() == "ed25519" ? scheme.ed25519_versions : scheme.hmac_versions).insert(version);
  }
  for (const Json& escape : j["unescape"].items()) scheme.unescape.push_back(escape.text());
  if (j["timestamp"].find("tolerance")) scheme.tolerance = TRY(span(j["timestamp"]["tolerance"]));
  using Part = SignatureScheme::Part;
  for (const Json& part : j["signs"].items()) {
    const std::string& name = part.text();
    if (name == "method")
      scheme.signs.push_back(Part::Method);
    else if (name == "url")
      scheme.signs.push_back(Part::Url);
    else if (name == "body")
      scheme.signs.push_back(Part::Body);
    else if (name == "timestamp")
      scheme.signs.push_back(Part::Timestamp);
    else if (name == "id")
      scheme.signs.push_back(Part::Id);
    else
      return fail(Code::ChoiceUnknown, "signs: '" + name + "' is none of method, url, body, timestamp, id");
  }
  const auto signs = [&](Part part) { return std::ranges::count(scheme.signs, part) > 0; };
  if (scheme.header.empty() || !signs(Part::Body))
    return fail(Code::KeyRequired, "a signature needs a header and signs the body");
  // A time that is compared and not signed is an attacker's to choose.
  if (!scheme.timestamp_header.empty() != signs(Part::Timestamp))
    return fail(Code::KeyRequired, "a timestamp is both named and signed");
  if (!scheme.id_header.empty() != signs(Part::Id)) return fail(Code::KeyRequired, "an id is both named and signed");
  return scheme;
}

Result<EventShape> read_events(const Json& j) {
  using Kind = engine::EventKind;
  constexpr std::array<std::pair<std::string_view, Kind>, 4> kinds{{{"changed", Kind::Changed},
                                                                    {"created", Kind::Created},
                                                                    {"deleted", Kind::Deleted},
                                                                    {"restored", Kind::Restored}}};
  EventShape shape{.at = TRY(read_path(j["at"])),
                   .single = j["single"].boolean(),
                   .id = j["id"].text(),
                   .time = TRY(read_moment(j["time"])).value_or(MomentAt{}),
                   .tenant = TRY(read_optional_path(j["tenant"]["at"])),
                   .tenant_setting = j["tenant"]["setting"].text(),
                   .kinds = {}};
  for (const Json& rule : j["kinds"].items()) {
    const auto kind = std::ranges::find(kinds, rule["kind"].text(), [](const auto& k) { return k.first; });
    if (kind == kinds.end()) return fail(Code::ChoiceUnknown, "kind must be changed, created, deleted or restored");
    shape.kinds.push_back({TRY(read_condition(rule["where"])), kind->second, ObjectName(rule["object"].text()),
                           TRY(read_path(rule["record"])), rule["property"].text(),
                           TRY(read_optional_path(rule["values"]))});
  }
  return shape;
}

Result<LimitWindow> read_window(const Json& j) {
  return LimitWindow{{j["name"].text(), static_cast<int>(j["calls"].integer().value_or(0)), TRY(span(j["per"])),
                      j["special"].boolean()},
                     j["remaining"].text()};
}

}  // namespace

Result<Protocol> read_protocol(const model::Manifest& manifest) {
  const Json& document = manifest.document;
  Protocol protocol;
  protocol.base_url = document["base_url"].text();
  protocol.headers = document["headers"];
  protocol.auth = TRY(in("auth", read_auth(document["auth"])));
  for (const Json& rule : document["errors"].items()) protocol.errors.push_back(TRY(in("errors", read_error(rule))));
  protocol.concurrent = static_cast<int>(document["limits"]["concurrent"].integer().value_or(4));
  for (const Json& window : document["limits"]["windows"].items()) {
    protocol.windows.push_back(TRY(in("limits.windows", read_window(window))));
  }
  for (const Json& j : document["prepare"].items()) {
    protocol.prepare.push_back({ObjectName(j["of"].text()), TRY(in("prepare.exists", read_send(j["exists"]))),
                                TRY(in("prepare.must", read_condition(j["must"]))), j["fix"].text(),
                                TRY(in("prepare.otherwise", read_send(j["otherwise"])))});
  }
  for (const auto& [name, object] : document["objects"].members()) {
    const auto* spec = manifest.object(ObjectName(name));
    protocol.objects.emplace(name, TRY(in("objects." + name, read_object(object, spec ? spec->hub_id_at : ""))));
  }
  for (const auto& [name, operation] : document["operations"].members()) {
    Writing writing = TRY(in("operations." + name, read_writing(operation))).value();
    writing.object = ObjectName(operation["object"].text());
    protocol.operations.emplace(name, std::move(writing));
  }
  for (const Json& scheme : document["webhook"]["signatures"].items()) {
    protocol.signatures.push_back(TRY(in("webhook.signatures", read_scheme(scheme))));
  }
  if (const Json* events = document["webhook"].find("events")) {
    protocol.events = TRY(in("webhook.events", read_events(*events)));
  }
  return protocol;
}

}  // namespace linchpin::connect
