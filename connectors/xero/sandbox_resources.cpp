// Contacts, contact groups and invoices as the Accounting API lists and writes them.
#include <algorithm>
#include <set>

#include "connectors/xero/sandbox_query.hpp"
#include "connectors/xero/sandbox_vendor.hpp"
#include "sandbox/text.hpp"

namespace linchpin::sandbox {
namespace {

bool flag(const Request& request, std::string_view name) {
  return lower_ascii(query_value(request.url, name).value_or("false")) == "true";
}

Json element_error(const Json& given, const std::vector<std::string>& errors, const char* id_field) {
  Json::List messages;
  for (const std::string& error : errors) messages.push_back(Json::object({{"Message", error}}));
  Json element = given.is_object() ? given : Json(Json::Object{});
  if (element[id_field].is_null()) element = element.with(id_field, "00000000-0000-0000-0000-000000000000");
  return element.with("ValidationErrors", messages).with("HasValidationErrors", true);
}

// The elements of a write: {"Contacts":[…]}, or one alone.
Json::List elements(const Json& body, const char* name) {
  const Json& list = body[name];
  if (list.is_list()) return list.items();
  return {body};
}

constexpr const char* by_an_app = "System Generated";
constexpr std::size_t note_most = 2'500;  // characters of its details

std::optional<int> month(std::string_view name) {
  constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto at = names.find(name);
  return at == std::string_view::npos || name.size() != 3 ? std::nullopt : std::optional(static_cast<int>(at / 3) + 1);
}

}  // namespace

XeroSlice xero_slice(const Request& request, std::size_t count, bool force_paging) {
  const auto page_text = query_value(request.url, "page");
  const auto size_text = query_value(request.url, "pageSize");
  if (!page_text && !size_text && !force_paging) return {0, count, {}};
  const auto whole = [](const std::optional<std::string>& text, double otherwise, double most) {
    const auto number = text ? as_number(*text) : std::nullopt;
    return static_cast<std::size_t>(std::clamp(number.value_or(otherwise), 1.0, most));
  };
  const std::size_t size = whole(size_text, 100, 1'000), page = whole(page_text, 1, 1e6);
  XeroSlice slice;
  slice.begin = std::min(count, (page - 1) * size);
  slice.end = std::min(count, slice.begin + size);
  slice.pagination = Json::object({{"page", static_cast<std::int64_t>(page)},
                                   {"pageSize", static_cast<std::int64_t>(size)},
                                   {"pageCount", static_cast<std::int64_t>((count + size - 1) / size)},
                                   {"itemCount", static_cast<std::int64_t>(count)}});
  return slice;
}

std::optional<Instant> xero_modified_since(const Request& request) {
  const std::string* header = find_header(request.headers, "If-Modified-Since");
  if (!header) return std::nullopt;
  auto at = parse_xero_date(*header);
  if (!at) {  // "Tue, 24 Nov 2026 01:02:03 GMT" (RFC 9110)
    const auto words = split(*header, ' ');
    const auto m = words.size() == 6 ? month(words[2]) : std::nullopt;
    if (!m) return std::nullopt;
    const std::string two = (*m < 10 ? "0" : "") + std::to_string(*m);
    at = parse_xero_date(words[3] + "-" + two + "-" + (words[1].size() == 1 ? "0" : "") + words[1] + "T" + words[4]);
    if (!at) return std::nullopt;
  }
  return std::chrono::floor<std::chrono::seconds>(*at);
}

std::vector<std::string> xero_listed(const Request& request, std::string_view name) {
  std::vector<std::string> list;
  for (const std::string& part : split(query_value(request.url, name).value_or(""), ','))
    list.push_back(lower_ascii(trimmed(part)));
  return list;
}

Answer xero_query_problem(const std::string& message) {
  return xero_json(400, Json::object({{"ErrorNumber", 16}, {"Type", "QueryParseException"}, {"Message", message}}));
}

Json XeroVendor::groups_of(const std::string& contact_id) const {
  Json::List list;
  for (const auto& [id, group] : groups_) {
    if (std::find(group.members.begin(), group.members.end(), contact_id) == group.members.end()) continue;
    list.push_back(group_json(id, group, false));
  }
  return Json(list);
}

Json XeroVendor::contact_json(const XeroContact& contact, XeroShape shape) const {
  return xero_contact_json(contact, shape, groups_of(contact.id));
}

Answer XeroVendor::list_contacts(const Request& request, Instant now) {
  const auto ids = xero_listed(request, "IDs");
  const auto since = xero_modified_since(request);
  const std::string term = lower_ascii(query_value(request.url, "searchTerm").value_or(""));
  const bool archived = flag(request, "includeArchived"), summary = flag(request, "summaryOnly");
  if (find_header(request.headers, "If-Modified-Since") && !since)
    return xero_query_problem("The If-Modified-Since header is not a valid date.");
  std::vector<const XeroContact*> found;
  const auto consider = [&](const XeroContact& contact) {
    if (contact.status != "ACTIVE" && !archived) return;
    if (since && contact.updated <= *since) return;
    if (!term.empty()) {
      bool hit = false;
      for (const auto& [name, text] : contact.texts) hit = hit || lower_ascii(text).find(term) != std::string::npos;
      if (!hit) return;
    }
    found.push_back(&contact);
  };
  if (ids.empty()) {
    for (const auto& [id, contact] : contacts_.all()) consider(contact);
  } else if (!leaves_out()) {
    for (const std::string& id : std::set<std::string>(ids.begin(), ids.end()))
      if (const XeroContact* contact = contacts_.by_id(id)) consider(*contact);
  }
  if (const auto where = query_value(request.url, "where"); where && !where->empty()) {
    const auto conditions = parse_xero_where(*where);
    if (!conditions) return xero_query_problem(conditions.error());
    std::erase_if(found, [&](const XeroContact* c) {
      return !xero_matches(*conditions, xero_contact_json(*c, XeroShape::Full, {}));
    });
  }
  const auto text = query_value(request.url, "order");
  const auto order = parse_xero_order(text && !text->empty() ? *text : "UpdatedDateUTC");
  if (!order) return xero_query_problem(order.error());
  if (order->field == "UpdatedDateUTC" && !order->descending) {
    std::sort(found.begin(), found.end(), [](const XeroContact* a, const XeroContact* b) {
      return std::tie(a->updated, a->id) < std::tie(b->updated, b->id);
    });
  } else if (order->field == "ContactID" && !order->descending) {
    std::sort(found.begin(), found.end(), [](const XeroContact* a, const XeroContact* b) { return a->id < b->id; });
  } else {
    std::vector<std::pair<Json, const XeroContact*>> keyed;
    for (const XeroContact* c : found) keyed.emplace_back(xero_contact_json(*c, XeroShape::Full, {}), c);
    std::sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) {
      if (xero_less(*order, a.first, b.first)) return true;
      return !xero_less(*order, b.first, a.first) && a.second->id < b.second->id;
    });
    for (std::size_t i = 0; i < keyed.size(); ++i) found[i] = keyed[i].second;
  }
  const XeroSlice slice = xero_slice(request, found.size(), summary);
  const bool paged = slice.pagination.is_object();
  Json::List items;
  for (std::size_t i = slice.begin; i < slice.end; ++i) {
    Json item = contact_json(*found[i], paged && !summary ? XeroShape::Full : XeroShape::List);
    if (summary) item = item.without("Phones").without("Addresses").without("ContactGroups");
    items.push_back(std::move(item));
  }
  return envelope("Contacts", Json(items), now, slice.pagination);
}

Answer XeroVendor::write_contacts(const Request& request, const Json& body, const std::string& only_id, Instant now) {
  Json::List given = elements(body, "Contacts");
  if (!only_id.empty()) {
    const XeroContact* contact = contacts_.by_id(only_id);
    if (!contact) contact = contacts_.by_number(only_id);
    if (!contact)
      return Answer{404, {{"Content-Type", "text/plain"}}, "The resource you're looking for cannot be found"};
    if (given.size() != 1) return xero_validation({});
    given[0] = given[0].with("ContactID", contact->id);
  }
  const auto mode = request.method == "PUT" ? XeroContacts::Mode::Create : XeroContacts::Mode::Upsert;
  std::vector<XeroContacts::Written> plans;
  bool refused = false;
  for (const Json& element : given) {
    plans.push_back(contacts_.plan(element, mode, stamp(now), plans));
    refused = refused || !plans.back().errors.empty();
  }
  const bool one_by_one = lower_ascii(query_value(request.url, "summarizeErrors").value_or("true")) == "false";
  if (refused && !one_by_one) {
    Json::List elements;
    for (std::size_t i = 0; i < plans.size(); ++i)
      elements.push_back(element_error(given[i], plans[i].errors, "ContactID"));
    return xero_validation(elements);
  }
  Json::List items;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (!plans[i].errors.empty()) {
      items.push_back(element_error(given[i], plans[i].errors, "ContactID").with("StatusAttributeString", "ERROR"));
      continue;
    }
    plans[i].contact.history.push_back({plans[i].created ? "Created" : "Edited", by_an_app, "", now});
    contacts_.put(plans[i].contact);
    tell("CONTACT", "Contacts", plans[i].contact.id, plans[i].created, now);
    Json item = contact_json(plans[i].contact, XeroShape::Full);
    if (one_by_one) item = item.with("StatusAttributeString", "OK");
    items.push_back(std::move(item));
  }
  return envelope("Contacts", Json(items), now);
}

// GET and PUT Contacts/{id}/History: the latest first.
Answer XeroVendor::history(const Request& request, const Json& body, const XeroContact& contact, Instant now) {
  const auto shown = [](const XeroNote& note) {
    const std::string utc = rfc3339(note.at);
    return Json::object({{"Changes", note.changes},
                         {"DateUTCString", utc.substr(0, 19)},
                         {"DateUTC", xero_date(note.at)},
                         {"User", note.user},
                         {"Details", note.details}});
  };
  Json::List items;
  if (request.method == "GET") {
    for (auto note = contact.history.rbegin(); note != contact.history.rend(); ++note) items.push_back(shown(*note));
  } else {
    XeroContact noted = contact;
    for (const Json& element : elements(body, "HistoryRecords")) {
      const std::string details = trimmed(element["Details"].text());
      if (details.empty() || character_count(details) > note_most)
        return xero_validation({element_error(element, {"The Details must have 1 to 2500 characters."}, "ContactID")});
      noted.history.push_back({"Note", by_an_app, details, now});
      items.push_back(shown(noted.history.back()));
    }
    contacts_.put(noted);
  }
  return envelope("HistoryRecords", Json(items), now);
}

Json XeroVendor::group_json(const std::string& id, const Group& group, bool with_members) const {
  Json body = Json::object(
      {{"ContactGroupID", id}, {"Name", group.name}, {"Status", group.status}, {"HasValidationErrors", false}});
  if (!with_members) return body;
  Json::List members;
  for (const std::string& member : group.members) {
    if (const XeroContact* contact = contacts_.by_id(member)) {
      members.push_back(Json::object({{"ContactID", member}, {"Name", contact->text("Name")}}));
    }
  }
  return body.with("Contacts", members);
}

Answer XeroVendor::groups(const Request& request, const std::vector<std::string>& path, const Json& body, Instant now) {
  const std::string& method = request.method;
  const Answer absent{404, {{"Content-Type", "text/plain"}}, "The resource you're looking for cannot be found"};
  if (path.size() == 3 && method == "GET") {
    Json::List items;
    for (const auto& [id, group] : groups_) {
      if (group.status == "ACTIVE") items.push_back(group_json(id, group, false));
    }
    return envelope("ContactGroups", Json(items), now);
  }
  if (path.size() == 3 && (method == "PUT" || method == "POST")) {
    Json::List items;
    for (const Json& element : elements(body, "ContactGroups")) {
      const std::string name = trimmed(element["Name"].text());
      const bool taken = std::any_of(groups_.begin(), groups_.end(), [&](const auto& g) {
        return g.second.status == "ACTIVE" && lower_ascii(g.second.name) == lower_ascii(name);
      });
      if (name.empty() || taken) {
        return xero_validation({element_error(
            element, {name.empty() ? "The Name must be specified." : "A contact group with this name already exists."},
            "ContactGroupID")});
      }
      const std::string id = chance_.uuid();
      groups_[id].name = name;
      items.push_back(group_json(id, groups_[id], true));
    }
    return envelope("ContactGroups", Json(items), now);
  }
  const auto found = path.size() >= 4 ? groups_.find(lower_ascii(path[3])) : groups_.end();
  if (found == groups_.end()) return absent;
  Group& group = found->second;
  if (path.size() == 4 && method == "POST") {
    const Json element = elements(body, "ContactGroups").front();
    if (element["Name"].is_text()) group.name = trimmed(element["Name"].text());
    if (element["Status"].text() == "DELETED") group.status = "DELETED";
  } else if (path.size() == 5 && path[4] == "Contacts" && method == "PUT") {
    for (const Json& element : elements(body, "Contacts")) {
      const XeroContact* contact = contacts_.by_id(element["ContactID"].text());
      if (!contact) return xero_validation({element_error(element, {"The contact does not exist."}, "ContactID")});
      if (std::find(group.members.begin(), group.members.end(), contact->id) == group.members.end())
        group.members.push_back(contact->id);
    }
  } else if (path.size() >= 5 && path[4] == "Contacts" && method == "DELETE") {
    std::erase_if(group.members, [&](const std::string& id) { return path.size() == 5 || id == lower_ascii(path[5]); });
    return Answer{204, {}, ""};
  } else if (path.size() != 4 || method != "GET") {
    return absent;
  }
  return envelope("ContactGroups", Json::list({group_json(found->first, group, true)}), now);
}

void XeroVendor::written(const XeroInvoices::Written& plan, Instant now) {
  invoices_.put(plan.invoice);
  if (const XeroContact* of = contacts_.by_id(plan.invoice["Contact"]["ContactID"].text())) {
    XeroContact contact = *of;
    (plan.invoice["Type"].text() == "ACCREC" ? contact.customer : contact.supplier) =
        true;  // does not move UpdatedDateUTC
    contacts_.put(contact);
  }
  tell("INVOICE", "Invoices", plan.invoice["InvoiceID"].text(), plan.created, now);
}

Answer XeroVendor::invoices(const Request& request, const std::vector<std::string>& path, const Json& body,
                            Instant now) {
  const Answer absent{404, {{"Content-Type", "text/plain"}}, "The resource you're looking for cannot be found"};
  if (request.method == "GET" && path.size() == 4) {
    const Json* invoice = invoices_.find(path[3]);
    return invoice ? envelope("Invoices", Json::list({*invoice}), now) : absent;
  }
  if (request.method == "GET" && path.size() == 3) {
    const auto since = xero_modified_since(request);
    const auto ids = xero_listed(request, "IDs"), contacts = xero_listed(request, "ContactIDs"),
               statuses = xero_listed(request, "Statuses");
    const auto listed = [](const std::vector<std::string>& list, const Json& value) {
      return list.empty() || std::find(list.begin(), list.end(), lower_ascii(value.text())) != list.end();
    };
    std::vector<XeroCondition> conditions;
    if (const auto where = query_value(request.url, "where"); where && !where->empty()) {
      auto parsed = parse_xero_where(*where);
      if (!parsed) return xero_query_problem(parsed.error());
      conditions = std::move(*parsed);
    }
    XeroOrder order{"UpdatedDateUTC"};
    if (const auto text = query_value(request.url, "order"); text && !text->empty()) {
      const auto parsed = parse_xero_order(*text);
      if (!parsed) return xero_query_problem(parsed.error());
      order = *parsed;
    }
    Json::List all;
    for (const auto& [id, invoice] : invoices_.all()) {
      const auto updated = parse_xero_date(invoice["UpdatedDateUTC"].text());
      if (since && updated && *updated <= *since) continue;
      if (!listed(ids, invoice["InvoiceID"]) || !listed(contacts, invoice["Contact"]["ContactID"]) ||
          !listed(statuses, invoice["Status"]))
        continue;
      if (xero_matches(conditions, invoice)) all.push_back(invoice);
    }
    std::sort(all.begin(), all.end(), [&](const Json& a, const Json& b) {
      if (xero_less(order, a, b)) return true;
      return !xero_less(order, b, a) && a["InvoiceID"].text() < b["InvoiceID"].text();
    });
    const XeroSlice slice = xero_slice(request, all.size(), flag(request, "summaryOnly"));
    Json::List items(all.begin() + static_cast<std::ptrdiff_t>(slice.begin),
                     all.begin() + static_cast<std::ptrdiff_t>(slice.end));
    if (!slice.pagination.is_object() || flag(request, "summaryOnly")) {
      for (Json& item : items) item = item.without("LineItems");
    }
    return envelope("Invoices", Json(items), now, slice.pagination);
  }
  if (request.method != "PUT" && request.method != "POST") return absent;
  Json::List given = elements(body, "Invoices");
  if (path.size() == 4) {
    const Json* invoice = invoices_.find(path[3]);
    if (!invoice || given.size() != 1) return absent;
    given[0] = given[0].with("InvoiceID", (*invoice)["InvoiceID"]);
  }
  const bool one_by_one = lower_ascii(query_value(request.url, "summarizeErrors").value_or("true")) == "false";
  std::vector<XeroInvoices::Written> plans;
  Json::List refused;
  for (const Json& element : given) {
    const auto mode = request.method == "PUT" ? XeroInvoices::Mode::Create : XeroInvoices::Mode::Upsert;
    plans.push_back(invoices_.plan(element, mode, contacts_, now));
    if (!plans.back().errors.empty()) refused.push_back(element_error(element, plans.back().errors, "InvoiceID"));
  }
  if (!refused.empty() && !one_by_one) return xero_validation(refused);
  Json::List items;
  for (const XeroInvoices::Written& plan : plans) {
    if (!plan.errors.empty()) {
      items.push_back(element_error(plan.invoice, plan.errors, "InvoiceID").with("StatusAttributeString", "ERROR"));
      continue;
    }
    written(plan, now);
    items.push_back(one_by_one ? plan.invoice.with("StatusAttributeString", "OK") : plan.invoice);
  }
  return envelope("Invoices", Json(items), now);
}

}  // namespace linchpin::sandbox
