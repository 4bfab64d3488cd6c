#include "connectors/xero/sandbox_contacts.hpp"

#include <algorithm>
#include <cmath>

#include "sandbox/text.hpp"

namespace linchpin::sandbox {
namespace {

struct Limit {
  const char* name;
  std::size_t most;
};
constexpr Limit text_limits[] = {{"ContactNumber", 50},  {"AccountNumber", 50},       {"Name", 255},
                                 {"FirstName", 255},     {"LastName", 255},           {"EmailAddress", 255},
                                 {"CompanyNumber", 50},  {"BankAccountDetails", 255}, {"TaxNumber", 50},
                                 {"SkypeUserName", 255}, {"XeroNetworkKey", 255}};
constexpr Limit phone_limits[] = {{"PhoneNumber", 50}, {"PhoneAreaCode", 10}, {"PhoneCountryCode", 20}};
constexpr Limit address_limits[] = {{"AddressLine1", 500}, {"AddressLine2", 500}, {"AddressLine3", 500},
                                    {"AddressLine4", 500}, {"City", 255},         {"Region", 255},
                                    {"PostalCode", 50},    {"Country", 50},       {"AttentionTo", 255}};
constexpr const char* phone_types[] = {"DDI", "DEFAULT", "FAX", "MOBILE"};
constexpr const char* address_types[] = {"STREET", "POBOX"};
constexpr const char* kept_as_given[] = {
    "PaymentTerms",           "DefaultCurrency",         "AccountsReceivableTaxType",
    "AccountsPayableTaxType", "SalesDefaultAccountCode", "PurchasesDefaultAccountCode",
    "BatchPayments"};
constexpr std::size_t persons_most = 5;

std::string as_text(const Json& json) {
  if (json.is_number()) return json.number_text();
  if (json.is_boolean()) return json.boolean() ? "true" : "false";
  return json.text();
}

// Trimmed, and with single spaces inside.
std::string tidy(std::string_view text) {
  std::string tidied;
  for (const char c : trimmed(text)) {
    if (c != ' ' || tidied.empty() || tidied.back() != ' ') tidied += c;
  }
  return tidied;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string too_long(const std::string& field, std::size_t most) {
  return "The value in the " + field + " field exceeds the maximum length of " + std::to_string(most) + " characters.";
}

template <std::size_t N>
void read_parts(const Json& given, const Limit (&limits)[N], std::map<std::string, std::string>& parts,
                std::vector<std::string>& errors) {
  parts.clear();  // an entry of a type replaces that type
  for (const auto& [name, most] : limits) {
    const Json* value = given.find(name);
    if (!value || value->is_null()) continue;
    std::string text = trimmed(as_text(*value));
    if (character_count(text) > most) errors.push_back(too_long(name, most));
    if (!text.empty()) parts[name] = std::move(text);
  }
}

void read_phones(const Json& list, XeroContact& contact, std::vector<std::string>& errors) {
  for (const Json& phone : list.items()) {
    std::string type = phone["PhoneType"].is_null() ? "DEFAULT" : phone["PhoneType"].text();
    const bool known =
        type == "OFFICE" || std::find(std::begin(phone_types), std::end(phone_types), type) != std::end(phone_types);
    if (!known) {
      errors.push_back("The PhoneType '" + type + "' is not valid.");
      continue;
    }
    read_parts(phone, phone_limits, contact.phones[type], errors);
  }
}

void read_addresses(const Json& list, XeroContact& contact, std::vector<std::string>& errors) {
  for (const Json& address : list.items()) {
    std::string type = address["AddressType"].is_null() ? "POBOX" : address["AddressType"].text();
    if (type != "STREET" && type != "POBOX" && type != "DELIVERY") {
      errors.push_back("The AddressType '" + type + "' is not valid.");
      continue;
    }
    auto& parts = contact.addresses[type];
    read_parts(address, address_limits, parts, errors);
    const auto country = parts.find("Country");
    if (country != parts.end() && country->second.find_first_of("0123456789") != std::string::npos) {
      errors.push_back("The Country field may only contain letters.");
    }
  }
}

void read_persons(const Json& list, XeroContact& contact, std::vector<std::string>& errors) {
  contact.persons.clear();  // a nested list replaces what is there
  if (list.items().size() > persons_most) errors.push_back("A contact may have at most 5 contact persons.");
  for (const Json& person : list.items()) {
    Json::Object shown;
    for (const char* name : {"FirstName", "LastName", "EmailAddress"}) {
      const std::string text = trimmed(as_text(person[name]));
      if (character_count(text) > 255) errors.push_back(too_long(name, 255));
      shown.emplace_back(name, text);
    }
    if (!shown[2].second.text().empty() && !looks_like_email(shown[2].second.text())) {
      errors.push_back("Contact person email address must be valid.");
    }
    shown.emplace_back("IncludeInEmails", person["IncludeInEmails"].boolean());
    contact.persons.push_back(Json(shown));
  }
}

}  // namespace

const std::string& XeroContact::text(const std::string& name) const {
  static const std::string none;
  const auto found = texts.find(name);
  return found == texts.end() ? none : found->second;
}

bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

std::string xero_date(Instant at) { return "/Date(" + std::to_string(ms_since_epoch(at)) + "+0000)/"; }

std::optional<Instant> parse_xero_date(std::string_view text) {
  if (text.starts_with("/Date(") && text.ends_with(")/")) {
    std::string_view inside = text.substr(6, text.size() - 8);
    inside = inside.substr(0, inside.find_first_of("+-", 1));
    const auto ms = as_number(inside);
    if (!ms || std::abs(*ms) > 1e14) return std::nullopt;  // some 3,000 years
    return from_ms(static_cast<std::int64_t>(*ms));
  }
  std::string full(text);
  if (full.size() == 10) full += "T00:00:00";
  auto at = parse_rfc3339(full);
  if (!at) at = parse_rfc3339(full + "Z");
  return at ? std::optional(*at) : std::nullopt;
}

const XeroContact* XeroContacts::by_id(std::string_view id) const {
  const auto found = contacts_.find(lower_ascii(id));
  return found == contacts_.end() ? nullptr : &found->second;
}

const XeroContact* XeroContacts::by_number(std::string_view number) const {
  const auto found = by_number_.find(std::string(number));
  return found == by_number_.end() ? nullptr : by_id(found->second);
}

const XeroContact* XeroContacts::by_name(std::string_view name) const {
  const auto found = by_name_.find(lower_ascii(tidy(name)));
  return found == by_name_.end() ? nullptr : by_id(found->second);
}

void XeroContacts::clear() {
  contacts_.clear();
  by_name_.clear();
  by_number_.clear();
}

void XeroContacts::put(const XeroContact& contact) {
  const auto forget = [&](std::map<std::string, std::string>& index, const std::string& key) {
    const auto at = index.find(key);
    if (at != index.end() && at->second == contact.id) index.erase(at);
  };
  if (const auto before = contacts_.find(contact.id); before != contacts_.end()) {
    forget(by_name_, lower_ascii(before->second.text("Name")));
    forget(by_number_, before->second.text("ContactNumber"));
  }
  contacts_[contact.id] = contact;
  if (contact.status == "ACTIVE") by_name_[lower_ascii(contact.text("Name"))] = contact.id;
  if (!contact.text("ContactNumber").empty()) by_number_[contact.text("ContactNumber")] = contact.id;
}

XeroContacts::Written XeroContacts::plan(const Json& given, Mode mode, Instant now,
                                         const std::vector<Written>& earlier) {
  Written written;
  XeroContact& contact = written.contact;
  std::vector<std::string>& errors = written.errors;
  const std::string id = lower_ascii(as_text(given["ContactID"]));
  const std::string number = trimmed(as_text(given["ContactNumber"]));
  const std::string name = tidy(as_text(given["Name"]));
  if (!id.empty() && !is_guid(id)) errors.push_back("ContactID must be a valid identifier.");

  // Which contact an upsert means: by ContactID, else ContactNumber, else Name.
  const XeroContact* existing = nullptr;
  if (mode == Mode::Upsert) {
    if (!id.empty()) {
      existing = by_id(id);
      if (!existing) errors.push_back("A contact with this ContactID does not exist.");
    } else {
      if (!number.empty()) existing = by_number(number);
      if (!existing && !name.empty()) existing = by_name(name);
    }
  } else if (mode == Mode::Create && !id.empty()) {
    errors.push_back("ContactID may not be given when a contact is created.");
  }
  if (existing) {
    contact = *existing;
  } else {
    contact.id = mode == Mode::Replace && !id.empty() ? id : chance_.uuid();
    written.created = true;
  }
  if (existing && existing->status == "GDPRREQUEST")
    errors.push_back("The contact has been removed and cannot be changed.");

  for (const auto& [field, most] : text_limits) {
    const Json* value = given.find(field);
    if (!value || value->is_null()) continue;  // absent and null: left as it is
    if (value->is_object() || value->is_list()) {
      errors.push_back(std::string("The value in the ") + field + " field is not a text.");
      continue;
    }
    std::string text = std::string_view(field) == "Name" ? name : trimmed(as_text(*value));
    if (character_count(text) > most) errors.push_back(too_long(field, most));
    text.empty() ? void(contact.texts.erase(field)) : void(contact.texts[field] = std::move(text));
  }
  const std::string& email = contact.text("EmailAddress");
  if (!email.empty() && (!looks_like_email(email) || !is_ascii(email)))
    errors.push_back("Email address must be valid.");
  if (given["Phones"].is_list()) read_phones(given["Phones"], contact, errors);
  if (given["Addresses"].is_list()) read_addresses(given["Addresses"], contact, errors);
  if (given["ContactPersons"].is_list()) read_persons(given["ContactPersons"], contact, errors);
  for (const char* key : kept_as_given) {
    if (const Json* value = given.find(key); value && !value->is_null())
      contact.extra = contact.extra.with(key, *value);
  }
  if (const Json* status = given.find("ContactStatus"); status && !status->is_null()) {
    const std::string& wanted = status->text();
    if (wanted == "ACTIVE" || wanted == "ARCHIVED" || wanted == "GDPRREQUEST")
      contact.status = wanted;
    else
      errors.push_back("The ContactStatus '" + wanted + "' is not valid.");
  }
  if (mode == Mode::Replace) {
    contact.merged_to = given["MergedToContactID"].text();
    contact.supplier = given["IsSupplier"].boolean();
    contact.customer = given["IsCustomer"].boolean();
  }

  // Name and ContactNumber are unique: among what is there, and among the call's other elements.
  if (contact.text("Name").empty()) errors.push_back("The contact name must be specified.");
  if (contact.text("Name").find_first_of("<>") != std::string::npos)
    errors.push_back("The contact name may not contain < or >.");
  const auto other = [&](const XeroContact* holder) { return holder && holder->id != contact.id; };
  bool name_taken = other(by_name(contact.text("Name")));
  bool number_taken = !contact.text("ContactNumber").empty() && other(by_number(contact.text("ContactNumber")));
  for (const Written& w : earlier) {
    if (!w.errors.empty() || w.contact.id == contact.id) continue;
    name_taken = name_taken || lower_ascii(w.contact.text("Name")) == lower_ascii(contact.text("Name"));
    number_taken = number_taken || (!contact.text("ContactNumber").empty() &&
                                    w.contact.text("ContactNumber") == contact.text("ContactNumber"));
  }
  if (name_taken && contact.status == "ACTIVE" && !contact.text("Name").empty()) {
    errors.push_back(
        "The contact name " + contact.text("Name") +
        " is already assigned to another contact. The contact name must be unique across all active contacts.");
  }
  if (number_taken) {
    errors.push_back("The contact number " + contact.text("ContactNumber") +
                     " is already assigned to another contact. The contact number must be unique.");
  }
  contact.updated = now;
  if (mode == Mode::Replace) contact.updated = parse_xero_date(given["UpdatedDateUTC"].text()).value_or(now);
  return written;
}

Json xero_contact_json(const XeroContact& contact, XeroShape shape, const Json& groups) {
  Json::Object body{{"ContactID", contact.id}};
  const auto text_if_set = [&](const char* name) {
    if (!contact.text(name).empty()) body.emplace_back(name, contact.text(name));
  };
  text_if_set("ContactNumber");
  text_if_set("AccountNumber");
  body.emplace_back("ContactStatus", contact.status);
  text_if_set("Name");
  text_if_set("FirstName");
  text_if_set("LastName");
  text_if_set("CompanyNumber");
  body.emplace_back("EmailAddress", contact.text("EmailAddress"));
  body.emplace_back("BankAccountDetails", contact.text("BankAccountDetails"));
  text_if_set("SkypeUserName");
  text_if_set("TaxNumber");
  text_if_set("XeroNetworkKey");

  const auto parts_of = [](const std::map<std::string, std::map<std::string, std::string>>& all,
                           const std::string& type) {
    const auto found = all.find(type);
    return found == all.end() ? std::map<std::string, std::string>{} : found->second;
  };
  Json::List addresses;
  for (const char* type : address_types) {
    auto parts = parts_of(contact.addresses, type);
    Json::Object shown{{"AddressType", type}};
    for (const char* name : {"AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4"}) {
      if (parts.count(name)) shown.emplace_back(name, parts[name]);
    }
    for (const char* name : {"City", "Region", "PostalCode", "Country"}) shown.emplace_back(name, parts[name]);
    if (parts.count("AttentionTo")) shown.emplace_back("AttentionTo", parts["AttentionTo"]);
    addresses.push_back(Json(shown));
  }
  body.emplace_back("Addresses", addresses);
  Json::List phones;
  const auto phone = [&](const std::string& type) {
    auto parts = parts_of(contact.phones, type);
    phones.push_back(Json::object({{"PhoneType", type},
                                   {"PhoneNumber", parts["PhoneNumber"]},
                                   {"PhoneAreaCode", parts["PhoneAreaCode"]},
                                   {"PhoneCountryCode", parts["PhoneCountryCode"]}}));
  };
  for (const char* type : phone_types) phone(type);
  if (contact.phones.count("OFFICE")) phone("OFFICE");
  body.emplace_back("Phones", phones);
  body.emplace_back("UpdatedDateUTC", xero_date(contact.updated));
  body.emplace_back("ContactGroups", groups.is_list() ? groups : Json(Json::List{}));
  body.emplace_back("IsSupplier", contact.supplier);
  body.emplace_back("IsCustomer", contact.customer);
  if (shape == XeroShape::Full) {
    if (!contact.merged_to.empty()) body.emplace_back("MergedToContactID", contact.merged_to);
    body.emplace_back("SalesTrackingCategories", Json::List{});
    body.emplace_back("PurchasesTrackingCategories", Json::List{});
    body.emplace_back("ContactPersons", contact.persons);
    for (const auto& [name, value] : contact.extra.members()) body.emplace_back(name, value);
  }
  body.emplace_back("HasAttachments", false);
  body.emplace_back("HasValidationErrors", false);
  return Json(body);
}

}  // namespace linchpin::sandbox
