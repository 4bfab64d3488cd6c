// Associations: which records belong together, typed, in both directions. In the API's words, and what they do to an
// account. Source: developers.hubspot.com, crm/associations (paths dated 2026-09).
#include <algorithm>

#include "connectors/hubspot/sandbox_vendor.hpp"
#include "sandbox/text.hpp"

namespace linchpin::sandbox {
namespace {

constexpr int primary_company = 1, company_of_primary = 2;
constexpr std::size_t read_most = 1'000, write_most = 2'000;

tl::unexpected<HubspotRefusal> refuse(std::string message) {
  HubspotRefusal refusal;
  refusal.message = std::move(message);
  return tl::unexpected(refusal);
}

// The unlabelled type of an association, HUBSPOT_DEFINED. 0: HubSpot has none between the two.
int default_association(const std::string& from, const std::string& to) {
  static const std::map<std::pair<std::string, std::string>, int> types{
      {{"contacts", "companies"}, 279}, {{"companies", "contacts"}, 280},  {{"contacts", "deals"}, 4},
      {{"deals", "contacts"}, 3},       {{"companies", "deals"}, 342},     {{"deals", "companies"}, 341},
      {{"contacts", "contacts"}, 449},  {{"companies", "companies"}, 450}, {{"deals", "deals"}, 451},
      {{"contacts", "invoices"}, 178},  {{"invoices", "contacts"}, 177},   {{"companies", "invoices"}, 180},
      {{"invoices", "companies"}, 179}, {{"deals", "invoices"}, 176},      {{"invoices", "deals"}, 175}};
  const auto type = types.find({from, to});
  return type == types.end() ? 0 : type->second;
}

// The type of that name, if records of the other can be associated with its.
const HubspotType* associable(const HubspotType& from, std::string_view name) {
  const HubspotType* to = find_hubspot_type(name);
  return to && default_association(from.name, to->name) != 0 ? to : nullptr;
}

bool is_between(const HubspotLink& link, const HubspotPortal::End& a, const HubspotPortal::End& b) {
  return link.from_type == a.first->name && link.from == a.second && link.to_type == b.first->name &&
         link.to == b.second;
}

bool is_primary(const HubspotLink& link) {
  return link.category == "HUBSPOT_DEFINED" &&
         ((link.from_type == "contacts" && link.to_type == "companies" && link.type_id == primary_company) ||
          (link.from_type == "companies" && link.to_type == "contacts" && link.type_id == company_of_primary));
}

// What a record is associated with, each with its types. An archived record's associations are not told.
Json::List linked_to(HubspotPortal& portal, const HubspotPortal::End& from, const HubspotType& to) {
  std::map<std::int64_t, Json::List> types;
  for (auto link = portal.links.rbegin(); link != portal.links.rend(); ++link) {
    if (link->from_type != from.first->name || link->from != from.second || link->to_type != to.name) continue;
    const HubspotRecord* there = portal.find(to, std::to_string(link->to));
    if (!there || there->archived) continue;
    types[link->to].push_back(Json::object({{"category", link->category},
                                            {"typeId", link->type_id},
                                            {"label", is_primary(*link) ? Json("Primary") : Json()}}));
  }
  Json::List all;
  for (auto& [id, of] : types) all.push_back(Json::object({{"toObjectId", id}, {"associationTypes", std::move(of)}}));
  return all;
}

std::string id_text(const Json& id) { return id.is_text() ? id.text() : id.number_text(); }

Json pair_json(const HubspotPortal::End& from, const HubspotPortal::End& to) {
  return Json::object({{"fromObjectTypeId", from.first->id},
                       {"fromObjectId", from.second},
                       {"toObjectTypeId", to.first->id},
                       {"toObjectId", to.second},
                       {"labels", Json::List{}}});
}

Json associated_json(const HubspotPortal::End& from, const HubspotPortal::End& to) {
  const int type = default_association(from.first->name, to.first->name);
  return Json::object(
      {{"from", Json::object({{"id", std::to_string(from.second)}})},
       {"to", Json::object({{"id", std::to_string(to.second)}})},
       {"associationSpec", Json::object({{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", type}})}});
}

Json completed(Json::List results, Json::List errors, Instant now) {
  Json::Object body{{"status", "COMPLETE"},
                    {"results", std::move(results)},
                    {"startedAt", rfc3339(now)},
                    {"completedAt", rfc3339(now)}};
  if (!errors.empty()) {
    body.emplace_back("numErrors", static_cast<std::int64_t>(errors.size()));
    body.emplace_back("errors", std::move(errors));
  }
  return Json(body);
}

}  // namespace

void HubspotPortal::link(const End& from, const End& to, int type_id, const std::string& category) {
  links.insert({from.first->name, to.first->name, from.second, to.second, type_id, category});
}

bool HubspotPortal::has_primary(const End& contact) const {
  return std::any_of(links.begin(), links.end(), [&](const HubspotLink& l) {
    return is_primary(l) && l.from_type == contact.first->name && l.from == contact.second;
  });
}

void HubspotPortal::associate(const End& from, const End& to, int type_id, const std::string& category,
                              const HubspotSource& source, Instant now) {
  const int there = default_association(from.first->name, to.first->name);
  const int back = default_association(to.first->name, from.first->name);
  const auto before = links;
  link(from, to, there, "HUBSPOT_DEFINED");
  link(to, from, back, "HUBSPOT_DEFINED");
  if (type_id != 0) link(from, to, type_id, category);
  const bool from_contact = from.first->name == "contacts" && to.first->name == "companies";
  if (from_contact || (from.first->name == "companies" && to.first->name == "contacts")) {
    const End& contact = from_contact ? from : to;
    const End& company = from_contact ? to : from;
    const bool asked =
        category == "HUBSPOT_DEFINED" && type_id == (from_contact ? primary_company : company_of_primary);
    if (asked)
      std::erase_if(links, [&](const HubspotLink& l) {
        const bool of_contact = l.from_type == "contacts" ? l.from == contact.second : l.to == contact.second;
        return is_primary(l) && of_contact && !is_between(l, contact, company) && !is_between(l, company, contact);
      });
    if (asked || !has_primary(contact)) {
      link(contact, company, primary_company, "HUBSPOT_DEFINED");
      link(company, contact, company_of_primary, "HUBSPOT_DEFINED");
    }
  }
  if (links == before) return;
  const bool primary = std::any_of(links.begin(), links.end(),
                                   [&](const HubspotLink& l) { return is_primary(l) && is_between(l, from, to); });
  association_event(from, to, false, primary, source, now);
  association_event(to, from, false, primary, source, now);
}

bool HubspotPortal::dissociate(const End& from, const End& to, const HubspotSource& source, Instant now) {
  const auto gone =
      std::erase_if(links, [&](const HubspotLink& l) { return is_between(l, from, to) || is_between(l, to, from); });
  if (gone == 0) return false;
  association_event(from, to, true, false, source, now);
  association_event(to, from, true, false, source, now);
  return true;
}

void HubspotPortal::association_event(const End& from, const End& to, bool removed, bool primary,
                                      const HubspotSource& source, Instant now) {
  if (!from.first->told) return;
  std::string type = from.first->singular + "_TO_" + to.first->singular;
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  events_.push_back(Json::object({{"eventId", chance_.below(std::int64_t{1} << 32)},
                                  {"subscriptionId", from.first->name == "contacts" ? 1'279 : 1'280},
                                  {"portalId", portal_id_},
                                  {"appId", app_id_},
                                  {"occurredAt", ms_since_epoch(now)},
                                  {"subscriptionType", from.first->singular + ".associationChange"},
                                  {"associationType", type},
                                  {"fromObjectId", from.second},
                                  {"toObjectId", to.second},
                                  {"associationRemoved", removed},
                                  {"isPrimaryAssociation", primary},
                                  {"changeSource", source.change_source},
                                  {"sourceId", source.source_id}}));
}

// What a person picks on a contact's page: {"companies": "123"} makes it the primary company, null takes it away.
HubspotResult<void> HubspotPortal::edit_associations(const HubspotType& type, HubspotRecord& record, const Json& wanted,
                                                     const HubspotSource& source, Instant now) {
  for (const auto& [name, id] : wanted.members()) {
    const HubspotType* to = associable(type, name);
    if (!to) return refuse("Unable to infer object type of the association");
    if (id.is_null()) {
      std::set<std::int64_t> away;
      for (const HubspotLink& l : links)
        if (l.from_type == type.name && l.from == record.id && l.to_type == to->name) away.insert(l.to);
      for (const std::int64_t one : away) dissociate({&type, record.id}, {to, one}, source, now);
      continue;
    }
    const HubspotRecord* there = find(*to, id_text(id));
    if (!there || there->archived) return tl::unexpected(hubspot_not_found());
    associate({&type, record.id}, {to, there->id}, type.name == "contacts" ? primary_company : 0, "HUBSPOT_DEFINED",
              source, now);
  }
  return {};
}

// objects/{type}/{id}/associations/…
HubspotResult<Answer> HubspotVendor::associations_of(const Ask& ask) {
  const auto& path = ask.route.path;
  const std::string& method = ask.request.method;
  HubspotRecord* from = portal_.find(ask.type(), path[1]);
  if (!from || from->archived) return tl::unexpected(hubspot_not_found());
  const bool unlabelled = path[3] == "default";
  const std::size_t at = unlabelled ? 4 : 3;
  const HubspotType* to_type = at < path.size() ? associable(ask.type(), path[at]) : nullptr;
  if (!to_type) return refuse("Unable to infer object type of the association");
  const HubspotPortal::End here{&ask.type(), from->id};
  if (path.size() == at + 1 && method == "GET" && !unlabelled)
    return hubspot_json(200, Json::object({{"results", linked_to(portal_, here, *to_type)}}));
  if (path.size() != at + 2) return tl::unexpected(hubspot_not_found());
  HubspotRecord* to = portal_.find(*to_type, path[at + 1]);
  if (!to || to->archived) return tl::unexpected(hubspot_not_found());
  const HubspotPortal::End there{to_type, to->id};
  if (method == "DELETE" && !unlabelled) {
    portal_.dissociate(here, there, source(), ask.now);
    return Answer{204, {}, ""};
  }
  if (method != "PUT") return tl::unexpected(HubspotRefusal{405, "VALIDATION_ERROR", "Method not allowed", {}, {}});
  if (unlabelled) {
    portal_.associate(here, there, 0, "HUBSPOT_DEFINED", source(), ask.now);
    return hubspot_json(200, completed({associated_json(here, there), associated_json(there, here)}, {}, ask.now));
  }
  if (!ask.body.is_list() || ask.body.items().empty())
    return refuse("Invalid input JSON: a list of association types is required");
  for (const Json& spec : ask.body.items()) {
    if (!spec["associationTypeId"].integer() || spec["associationCategory"].text().empty())
      return refuse("Invalid association type");
  }
  portal_.dissociate(here, there, source(), ask.now);  // writing labels replaces those that are there
  for (const Json& spec : ask.body.items())
    portal_.associate(here, there, static_cast<int>(*spec["associationTypeId"].integer()),
                      spec["associationCategory"].text(), source(), ask.now);
  return hubspot_json(201, pair_json(here, there));
}

// associations/{from}/{to}/labels, …/batch/{read,create,archive,associate/default}
HubspotResult<Answer> HubspotVendor::associations(const Ask& ask) {
  const auto& path = ask.route.path;
  const HubspotType* to = path.size() >= 2 ? associable(ask.type(), path[1]) : nullptr;
  if (!to) return tl::unexpected(hubspot_not_found());
  if (path.size() == 3 && path[2] == "labels" && ask.request.method == "GET") {
    const Json label = Json::object({{"category", "HUBSPOT_DEFINED"},
                                     {"typeId", default_association(ask.type().name, to->name)},
                                     {"label", Json()}});
    return hubspot_json(200, Json::object({{"results", Json::list({label})}}));
  }
  const bool unlabelled = path.size() == 5 && path[3] == "associate" && path[4] == "default";
  if ((path.size() != 4 && !unlabelled) || path[2] != "batch" || ask.request.method != "POST")
    return tl::unexpected(hubspot_not_found());
  const auto& inputs = ask.body["inputs"].items();
  if (path[3] == "create" || path[3] == "archive" || unlabelled) return associate_batch(ask, *to);
  if (path[3] != "read") return tl::unexpected(hubspot_not_found());
  if (inputs.empty() || inputs.size() > read_most) return refuse("A batch has 1 to 1000 inputs");
  Json::List results;
  for (const Json& input : inputs) {
    const HubspotRecord* from = portal_.find(ask.type(), id_text(input["id"]));
    Json::List linked = from ? linked_to(portal_, {&ask.type(), from->id}, *to) : Json::List{};
    if (!linked.empty())
      results.push_back(Json::object({{"from", Json::object({{"id", input["id"]}})}, {"to", std::move(linked)}}));
  }
  return hubspot_json(200, completed(std::move(results), {}, ask.now));
}

HubspotResult<Answer> HubspotVendor::associate_batch(const Ask& ask, const HubspotType& to) {
  const auto& inputs = ask.body["inputs"].items();
  const bool archives = ask.route.path[3] == "archive", unlabelled = ask.route.path[3] == "associate";
  if (inputs.empty() || inputs.size() > write_most) return refuse("A batch has 1 to 2000 inputs");
  const auto end = [&](const HubspotType& type, const Json& id) -> std::optional<HubspotPortal::End> {
    const HubspotRecord* record = portal_.find(type, id_text(id));
    if (!record || record->archived) return std::nullopt;
    return HubspotPortal::End{&type, record->id};
  };
  Json::List results, errors;
  for (const Json& input : inputs) {
    const auto from = end(ask.type(), input["from"]["id"]);
    if (archives) {
      if (!input["to"].is_list()) return refuse("Invalid input JSON: to is a list of ids");
      for (const Json& one : input["to"].items())
        if (const auto there = end(to, one["id"]); from && there) portal_.dissociate(*from, *there, source(), ask.now);
      continue;
    }
    const auto there = end(to, input["to"]["id"]);
    if (!from || !there) {
      errors.push_back(Json::object({{"status", "error"},
                                     {"category", "OBJECT_NOT_FOUND"},
                                     {"message", "One of the objects of the association does not exist"},
                                     {"context", Json::object({{"fromObjectId", Json::list({input["from"]["id"]})},
                                                               {"toObjectId", Json::list({input["to"]["id"]})}})}}));
      continue;
    }
    if (unlabelled) {  // told of both directions
      portal_.associate(*from, *there, 0, "HUBSPOT_DEFINED", source(), ask.now);
      results.push_back(associated_json(*from, *there));
      results.push_back(associated_json(*there, *from));
      continue;
    }
    for (const Json& spec : input["types"].items())
      if (!spec["associationTypeId"].integer() || spec["associationCategory"].text().empty())
        return refuse("Invalid association type");
    for (const Json& spec : input["types"].items())
      portal_.associate(*from, *there, static_cast<int>(*spec["associationTypeId"].integer()),
                        spec["associationCategory"].text(), source(), ask.now);
    results.push_back(pair_json(*from, *there));
  }
  if (archives) return Answer{204, {}, ""};
  const int status = errors.empty() ? 201 : 207;
  return hubspot_json(status, completed(std::move(results), std::move(errors), ask.now));
}

}  // namespace linchpin::sandbox
