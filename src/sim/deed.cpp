#include "sim/deed.hpp"

#include <algorithm>

namespace linchpin::sim {
namespace {

using Kind = Deed::Kind;

bool has(const Request& r, std::string_view part) { return r.url.find(part) != std::string::npos; }

std::string after(const std::string& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  return at == std::string::npos ? "" : text.substr(at + mark.size());
}

std::vector<std::string> ids_of(const Json& list, std::string_view member) {
  std::vector<std::string> ids;
  for (const Json& item : list.items()) ids.push_back(item[member].text());
  return ids;
}

std::vector<std::string> split(std::string text) {
  for (std::size_t at; (at = text.find("%2C")) != std::string::npos;) text.replace(at, 3, ",");
  text = text.substr(0, text.find('&'));
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t to = std::min(text.find(',', from), text.size());
    if (to > from) parts.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return parts;
}

Deed hubspot(const Request& r, Json body) {
  const Json& inputs = body["inputs"];
  if (has(r, "/contacts/batch/upsert")) return {Kind::Create, ids_of(inputs, "id"), "", body};
  if (has(r, "/contacts/batch/update")) return {Kind::Update, ids_of(inputs, "id"), "", body};
  if (has(r, "/contacts/batch/read") && body["idProperty"].text() != "email")
    return {body["idProperty"].text() == "linchpin_id" ? Kind::Look : Kind::Read, ids_of(inputs, "id"), "", body};
  if (has(r, "/contacts/search") && body["filterGroups"].items().empty()) return {};
  if (has(r, "/contacts/search")) return {Kind::Search, {}, "", body};
  if (r.method == "GET" && has(r, "/contacts?")) return {Kind::List, {}, "", {}};
  return {};
}

Deed xero(const Request& r, Json body) {
  if (has(r, "/connect/token")) return {Kind::Token, {}, "", {}};
  if (!has(r, "/Contacts")) return {};
  if (r.method == "PUT") return {Kind::Create, ids_of(body["Contacts"], "ContactNumber"), "", body};
  if (r.method == "POST") return {Kind::Update, ids_of(body["Contacts"], "ContactID"), "", body};
  if (has(r, "IDs=")) return {Kind::Read, split(after(r.url, "IDs=")), "", {}};
  if (has(r, "/History")) {
    const std::string one = after(r.url, "/Contacts/");
    return {Kind::History, {one.substr(0, one.find('/'))}, "", {}};
  }
  if (has(r, "/Contacts?page=1&pageSize=1&")) return {};
  if (has(r, "/Contacts?page=")) return {Kind::List, {}, "", {}};
  if (const std::string one = after(r.url, "/Contacts/"); !one.empty())
    return {one.starts_with("g_") ? Kind::Look : Kind::Read, {one}, "", {}};
  return {};
}

Deed idcheck(const Request& r, Json body) {
  if (r.method == "POST" && has(r, "/verifications")) {
    const std::string* key = find_header(r.headers, "Idempotency-Key");
    return {Kind::Check, {body["external_id"].text()}, key ? *key : "", body};
  }
  std::string one = after(r.url, "/verifications/");
  if (const std::size_t more = one.find('/'); more != std::string::npos) return {};
  if (!one.empty()) return {Kind::Read, {one}, "", {}};
  return {};
}

// "/Date(1795500000000+0000)/", "2026-11-24T00:00:00.000" without a zone, or RFC 3339.
std::optional<Instant> moment(const Json& value) {
  if (const auto ms = value.integer()) return from_ms(*ms);
  const std::string& text = value.text();
  if (text.starts_with("/Date(")) return from_ms(std::atoll(text.c_str() + 6));
  if (const auto at = parse_rfc3339(text)) return *at;
  if (const auto at = parse_rfc3339(text + "Z")) return *at;
  return {};
}

}  // namespace

Deed deed_of(const std::string& system, const Request& request) {
  Json body = parse_json(request.body).value_or(Json());
  if (system == "hubspot") return hubspot(request, std::move(body));
  if (system == "xero") return xero(request, std::move(body));
  return idcheck(request, std::move(body));
}

std::map<std::string, Fate> fates_of(const std::string& system, const Deed& deed, const Answer* answer) {
  std::map<std::string, Fate> fates;
  const auto all = [&](Fate fate) {
    for (const std::string& id : deed.ids) fates[id] = fate;
    return fates;
  };
  if (!answer) return all(Fate::Unknown);
  const int status = answer->status;
  const bool looks = deed.kind == Kind::Look;
  if (status == 404 && looks) return all(Fate::NotDone);
  if (status >= 500 || status == 408) {  // Xero's 503 says that the organisation is offline: nothing was done
    return all(system == "xero" && status == 503 && !looks ? Fate::NotDone : Fate::Unknown);
  }
  const Result<Json> body = parse_json(answer->body);
  if (status >= 400) {
    // A number that is there already: an earlier attempt may have put it there.
    const bool number = system == "xero" && answer->body.find("ontact") != std::string::npos && status == 400;
    return all(looks || number ? Fate::Unknown : Fate::NotDone);
  }
  if (!body || !body->is_object()) return all(Fate::Unknown);
  if (system == "idcheck") return all((*body)["id"].text().empty() ? Fate::Unknown : Fate::Done);
  const bool crm = system == "hubspot";
  const Json& records = crm ? (*body)["results"] : (*body)["Contacts"];
  if (!records.is_list()) return all(Fate::Unknown);
  const bool whole = looks || crm;
  all(looks ? Fate::NotDone : Fate::Unknown);
  for (const Json& record : records.items()) {
    const std::string& golden = (crm ? record["properties"]["linchpin_id"] : record["ContactNumber"]).text();
    const std::string& id = (crm ? record["id"] : record["ContactID"]).text();
    const bool refused = record["StatusAttributeString"].text() == "ERROR";
    // A number that is there already: an earlier attempt may have put it there.
    const bool there = canonical(record["ValidationErrors"]).find("umber") != std::string::npos;
    for (const std::string& name : {golden, id})
      if (const auto at = fates.find(name); at != fates.end() && !name.empty())
        at->second = !refused ? Fate::Done : there ? Fate::Unknown : Fate::NotDone;
  }
  // Errors beside the records: those of a write say what was not done; those of a look say what is not there.
  if (whole && !looks)
    for (auto& [id, fate] : fates)
      if (fate == Fate::Unknown && !(*body)["errors"].items().empty()) fate = Fate::NotDone;
  return fates;
}

std::map<std::string, Instant> changes_in(const std::string& system, const Json& body) {
  std::map<std::string, Instant> changes;
  const bool crm = system == "hubspot";
  for (const Json& record : (crm ? body["results"] : body["Contacts"]).items())
    if (const auto at =
            moment(!crm                                                 ? record["UpdatedDateUTC"]
                   : record["properties"]["lastmodifieddate"].is_null() ? record["updatedAt"]
                                                                        : record["properties"]["lastmodifieddate"]))
      changes[(crm ? record["id"] : record["ContactID"]).text()] = *at;
  return changes;
}

std::optional<Instant> since_of(const std::string& system, const Request& request) {
  if (system == "hubspot") {
    const Json body = parse_json(request.body).value_or(Json());
    const Json& filter = body["filterGroups"][0]["filters"][0];
    if (!has(request, "/search") || filter["operator"].text() != "GTE") return std::nullopt;
    return from_ms(std::atoll(filter["value"].text().c_str()));
  }
  const std::string* since = find_header(request.headers, "If-Modified-Since");
  return since ? moment(Json(*since)) : std::nullopt;
}

std::multimap<std::string, Instant> edits_in(const std::string& system, const Deed& deed, const Json& body) {
  std::multimap<std::string, Instant> edits;
  if (system == "hubspot") {
    for (const Json& record : body["results"].items())
      for (const auto& [property, versions] : record["propertiesWithHistory"].members())
        for (const Json& version : versions.items())
          if (const auto at = moment(version["timestamp"])) edits.emplace(record["id"].text(), *at);
  } else if (deed.kind == Kind::History) {
    for (const Json& note : body["HistoryRecords"].items())
      if (const auto at = moment(note["DateUTC"])) edits.emplace(deed.ids.at(0), *at);
  }
  return edits;
}

std::vector<News> events_in(const std::string& system, const Json& body) {
  std::vector<News> events;
  if (system == "hubspot") {
    for (const Json& e : body.items())
      if (e["subscriptionType"].text().find("merge") == std::string::npos)
        events.push_back({canonical(e["objectId"]), canonical(e.with("attemptNumber", 0)),
                          moment(e["occurredAt"]).value_or(Instant{})});
  } else if (system == "xero") {
    for (const Json& e : body["events"].items())
      if (e["eventCategory"].text() == "CONTACT")
        events.push_back({e["resourceId"].text(), canonical(e), moment(e["eventDateUtc"]).value_or(Instant{})});
  }
  return events;
}

}  // namespace linchpin::sim
