#include <array>

#include "connectors/hubspot/sandbox_portal.hpp"
#include "sandbox/text.hpp"

namespace linchpin::sandbox {
namespace {

using Options = std::vector<std::pair<std::string, std::string>>;

HubspotProperty property(std::string name, std::string label, std::string type, std::string field_type,
                         std::string group, Options options = {}) {
  HubspotProperty p;
  p.name = std::move(name);
  p.label = std::move(label);
  p.type = std::move(type);
  p.field_type = std::move(field_type);
  p.group = std::move(group);
  p.options = std::move(options);
  return p;
}

HubspotProperty read_only(HubspotProperty p) {
  p.read_only = true;
  return p;
}

HubspotProperty of_the_firm(HubspotProperty p) {
  p.custom = true;
  return p;
}

const Options yes_no{{"true", "True"}, {"false", "False"}};

void add_common(std::vector<HubspotProperty>& list, const HubspotType& type) {
  const std::string& g = type.group;
  HubspotProperty owner = property("hubspot_owner_id", "Owner", "enumeration", "select", g);
  owner.external_options = "OWNER";
  list.push_back(owner);
  list.push_back(read_only(property("createdate", "Create Date", "datetime", "date", g)));
  list.push_back(read_only(property(type.modified, "Last Modified Date", "datetime", "date", g)));
  list.push_back(read_only(property("hs_object_id", "Record ID", "number", "number", g)));
  list.push_back(read_only(property("hs_merged_object_ids", "Merged record IDs", "enumeration", "checkbox", g)));
}

std::vector<HubspotProperty> contact_properties(const HubspotType& type) {
  const std::string& g = type.group;
  std::vector<HubspotProperty> list;
  HubspotProperty email = property("email", "Email", "string", "text", g);
  email.unique = true;
  list.push_back(email);
  for (const auto& [name, label] : std::initializer_list<std::pair<const char*, const char*>>{
           {"firstname", "First Name"},
           {"lastname", "Last Name"},
           {"salutation", "Salutation"},
           {"company", "Company Name"},
           {"jobtitle", "Job Title"},
           {"address", "Street Address"},
           {"city", "City"},
           {"state", "State/Region"},
           {"zip", "Postal Code"},
           {"country", "Country/Region"},
           {"website", "Website URL"},
           {"date_of_birth", "Date of birth"},
           {"hs_additional_emails", "Additional email addresses"}}) {
    list.push_back(property(name, label, "string", "text", g));
  }
  list.push_back(property("phone", "Phone Number", "string", "phonenumber", g));
  list.push_back(property("mobilephone", "Mobile Phone Number", "string", "phonenumber", g));
  list.push_back(property("lifecyclestage", "Lifecycle Stage", "enumeration", "radio", g, hubspot_lifecycle_stages()));
  list.push_back(property("hs_lead_status", "Lead Status", "enumeration", "radio", g,
                          {{"NEW", "New"},
                           {"OPEN", "Open"},
                           {"IN_PROGRESS", "In Progress"},
                           {"OPEN_DEAL", "Open Deal"},
                           {"UNQUALIFIED", "Unqualified"},
                           {"ATTEMPTED_TO_CONTACT", "Attempted to Contact"},
                           {"CONNECTED", "Connected"},
                           {"BAD_TIMING", "Bad Timing"}}));
  list.push_back(property("associatedcompanyid", "Primary Associated Company ID", "number", "number", g));
  HubspotProperty searchable = read_only(property("hs_searchable_calculated_phone_number",
                                                  "Calculated Phone Number without country code", "string", "text", g));
  searchable.calculated = true;
  list.push_back(searchable);
  list.push_back(of_the_firm(property("identity_verification", "Identity verification", "enumeration", "select", g,
                                      {{"none", "None"},
                                       {"pending", "Pending"},
                                       {"verified", "Verified"},
                                       {"action_required", "Action required"},
                                       {"expired", "Expired"}})));
  list.push_back(of_the_firm(property("identity_verified_at", "Identity verified at", "datetime", "date", g)));
  list.push_back(of_the_firm(property("marketing_consent", "Marketing consent", "bool", "booleancheckbox", g, yes_no)));
  return list;
}

std::vector<HubspotProperty> company_properties(const HubspotType& type) {
  const std::string& g = type.group;
  std::vector<HubspotProperty> list;
  for (const auto& [name, label] :
       std::initializer_list<std::pair<const char*, const char*>>{{"name", "Company name"},
                                                                  {"domain", "Company Domain Name"},
                                                                  {"website", "Website URL"},
                                                                  {"address", "Street Address"},
                                                                  {"city", "City"},
                                                                  {"state", "State/Region"},
                                                                  {"zip", "Postal Code"},
                                                                  {"country", "Country/Region"},
                                                                  {"industry", "Industry"},
                                                                  {"description", "Description"}}) {
    list.push_back(property(name, label, "string", "text", g));
  }
  list.push_back(property("phone", "Phone Number", "string", "phonenumber", g));
  list.push_back(property("numberofemployees", "Number of Employees", "number", "number", g));
  list.push_back(property("annualrevenue", "Annual Revenue", "number", "number", g));
  list.push_back(property("hs_parent_company_id", "Parent Company", "number", "number", g));
  list.push_back(of_the_firm(property("abn", "ABN", "string", "text", g)));
  list.push_back(property("lifecyclestage", "Lifecycle Stage", "enumeration", "radio", g, hubspot_lifecycle_stages()));
  return list;
}

std::vector<HubspotProperty> deal_properties(const HubspotType& type) {
  const std::string& g = type.group;
  std::vector<HubspotProperty> list{property("dealname", "Deal Name", "string", "text", g),
                                    property("amount", "Amount", "number", "number", g),
                                    property("deal_currency_code", "Currency", "string", "text", g),
                                    property("description", "Deal Description", "string", "textarea", g),
                                    property("closedate", "Close Date", "datetime", "date", g)};
  list.push_back(property("pipeline", "Pipeline", "enumeration", "select", g, {{"default", "Sales Pipeline"}}));
  list.push_back(property("dealstage", "Deal Stage", "enumeration", "radio", g,
                          {{"appointmentscheduled", "Appointment Scheduled"},
                           {"qualifiedtobuy", "Qualified To Buy"},
                           {"presentationscheduled", "Presentation Scheduled"},
                           {"decisionmakerboughtin", "Decision Maker Bought-In"},
                           {"contractsent", "Contract Sent"},
                           {"closedwon", "Closed Won"},
                           {"closedlost", "Closed Lost"}}));
  list.push_back(property("dealtype", "Deal Type", "enumeration", "radio", g,
                          {{"newbusiness", "New Business"}, {"existingbusiness", "Existing Business"}}));
  for (const char* name : {"hs_is_closed", "hs_is_closed_won", "hs_is_closed_lost"}) {
    HubspotProperty closed = read_only(property(name, name, "bool", "booleancheckbox", g, yes_no));
    closed.calculated = true;
    list.push_back(closed);
  }
  return list;
}

// What an invoice is worth HubSpot reckons from its line items. Source: developers.hubspot.com, crm/objects/invoices.
std::vector<HubspotProperty> invoice_properties(const HubspotType& type) {
  const std::string& g = type.group;
  std::vector<HubspotProperty> list{property("hs_title", "Title", "string", "text", g),
                                    read_only(property("hs_number", "Number", "string", "text", g)),
                                    property("hs_currency", "Currency", "string", "text", g),
                                    property("hs_invoice_date", "Invoice date", "date", "date", g),
                                    property("hs_due_date", "Due date", "date", "date", g)};
  list.push_back(property("hs_invoice_status", "Status", "enumeration", "select", g,
                          {{"draft", "Draft"}, {"open", "Open"}, {"paid", "Paid"}, {"voided", "Voided"}}));
  for (const char* name : {"hs_amount_billed", "hs_balance_due"}) {
    HubspotProperty amount = read_only(property(name, name, "number", "number", g));
    amount.calculated = true;
    list.push_back(amount);
  }
  list.push_back(of_the_firm(property("xero_number", "Xero number", "string", "text", g)));
  list.push_back(of_the_firm(property(
      "xero_status", "Xero status", "enumeration", "select", g,
      {{"draft", "Draft"}, {"submitted", "Submitted"}, {"open", "Open"}, {"paid", "Paid"}, {"void", "Void"}})));
  list.push_back(of_the_firm(property("xero_total", "Xero total", "number", "number", g)));
  list.push_back(of_the_firm(property("xero_due", "Xero amount due", "number", "number", g)));
  return list;
}

// "2026-11-24" as milliseconds, when it is a day of the calendar.
std::optional<std::int64_t> day_ms(const std::string& text) {
  if (text.size() != 10) return std::nullopt;
  const auto at = parse_rfc3339(text + "T00:00:00Z");
  return at && rfc3339(*at).starts_with(text) ? std::optional(ms_since_epoch(*at)) : std::nullopt;
}

std::optional<std::int64_t> epoch_ms(const std::string& text) {
  if (text.empty() || text.size() > 15 || text.find_first_not_of("0123456789", text[0] == '-' ? 1 : 0) != text.npos) {
    return std::nullopt;
  }
  return text == "-" ? std::nullopt : std::optional(static_cast<std::int64_t>(std::stoll(text)));
}

std::optional<std::int64_t> time_ms(const std::string& text) {
  if (const auto ms = epoch_ms(text)) return ms;
  if (const auto ms = day_ms(text)) return ms;
  const auto at = parse_rfc3339(text);
  return at ? std::optional(ms_since_epoch(*at)) : std::nullopt;
}

std::string allowed(const HubspotProperty& p) {
  std::string text;
  for (const auto& [value, label] : p.options) {
    text += (text.empty() ? "" : ", ");
    text += "label: \"" + label + "\"\nvalue: \"" + value + "\"\n";
  }
  return "[" + text + "]";
}

bool is_option(const HubspotProperty& p, const std::string& value, const std::vector<std::string>& owner_ids) {
  if (p.external_options == "OWNER") return std::find(owner_ids.begin(), owner_ids.end(), value) != owner_ids.end();
  return std::any_of(p.options.begin(), p.options.end(), [&](const auto& o) { return o.first == value; });
}

}  // namespace

const std::vector<HubspotType>& hubspot_types() {
  static const std::vector<HubspotType> types{
      {"contacts",
       "contact",
       "0-1",
       "lastmodifieddate",
       "contactinformation",
       {"createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"},
       {"email", "firstname", "lastname"}},
      {"companies",
       "company",
       "0-2",
       "hs_lastmodifieddate",
       "companyinformation",
       {"createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"},
       {"name", "domain"}},
      {"deals",
       "deal",
       "0-3",
       "hs_lastmodifieddate",
       "dealinformation",
       {"amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate", "hs_object_id",
        "pipeline"},
       {"dealname"}},
      {"invoices",
       "invoice",
       "0-53",
       "hs_lastmodifieddate",
       "invoiceinformation",
       {"createdate", "hs_lastmodifieddate", "hs_object_id"},
       {"hs_currency"},
       false}};
  return types;
}

const HubspotType* find_hubspot_type(std::string_view text) {
  for (const HubspotType& type : hubspot_types()) {
    if (text == type.name || text == type.singular || text == type.id) return &type;
  }
  return nullptr;
}

const std::vector<std::pair<std::string, std::string>>& hubspot_lifecycle_stages() {
  static const std::vector<std::pair<std::string, std::string>> stages{
      {"subscriber", "Subscriber"},
      {"lead", "Lead"},
      {"marketingqualifiedlead", "Marketing Qualified Lead"},
      {"salesqualifiedlead", "Sales Qualified Lead"},
      {"opportunity", "Opportunity"},
      {"customer", "Customer"},
      {"evangelist", "Evangelist"},
      {"other", "Other"}};
  return stages;
}

std::vector<HubspotProperty> hubspot_default_properties(const HubspotType& type) {
  std::vector<HubspotProperty> list = type.name == "contacts"    ? contact_properties(type)
                                      : type.name == "companies" ? company_properties(type)
                                      : type.name == "invoices"  ? invoice_properties(type)
                                                                 : deal_properties(type);
  add_common(list, type);
  return list;
}

tl::expected<std::string, HubspotValueError> hubspot_value(const HubspotProperty& p, const std::string& given,
                                                           const std::vector<std::string>& owner_ids) {
  const auto refuse = [](std::string message, std::string code) {
    return tl::unexpected(HubspotValueError{std::move(message), std::move(code)});
  };
  if (given.empty()) return given;
  if (p.name == "email") {
    const std::string email = lower_ascii(trimmed(given));
    if (!looks_like_email(email)) return refuse("Email address " + given + " is invalid", "INVALID_EMAIL");
    return email;
  }
  if (p.type == "number") {
    if (!as_number(given)) return refuse(given + " was not a valid number.", "INVALID_INTEGER");
    return given;
  }
  if (p.type == "bool") {
    const std::string value = lower_ascii(given);
    if (value != "true" && value != "false") {
      return refuse(given + " was not one of the allowed options: " + allowed(p), "INVALID_OPTION");
    }
    return value;
  }
  if (p.type == "enumeration") {
    const bool many = p.field_type == "checkbox";
    for (const std::string& part : many ? split(given, ';') : std::vector<std::string>{given}) {
      if (part.empty() && many) continue;
      if (!is_option(p, part, owner_ids)) {
        return refuse(part + " was not one of the allowed options: " + allowed(p), "INVALID_OPTION");
      }
    }
    return given;
  }
  if (p.type == "date") {
    const auto ms = time_ms(given);
    if (!ms) return refuse(given + " was not a valid date.", "INVALID_DATE");
    if (*ms % 86'400'000 != 0) return refuse(given + " is not at midnight UTC.", "INVALID_DATE");
    return rfc3339(from_ms(*ms)).substr(0, 10);
  }
  if (p.type == "datetime") {
    const auto ms = time_ms(given);
    if (!ms) return refuse(given + " was not a valid date.", "INVALID_DATE");
    return rfc3339(from_ms(*ms));
  }
  if (character_count(given) > 65'536) return refuse("The value is longer than 65536 characters.", "STRING_TOO_LONG");
  return given;
}

std::string hubspot_event_value(const HubspotProperty& p, const std::string& value) {
  if (p.type != "date" && p.type != "datetime") return value;
  const auto ms = time_ms(value);
  return ms ? std::to_string(*ms) : value;
}

Json property_json(const HubspotProperty& p) {
  Json::List options;
  for (const auto& [value, label] : p.options) {
    options.push_back(Json::object({{"label", label},
                                    {"value", value},
                                    {"displayOrder", static_cast<std::int64_t>(options.size())},
                                    {"hidden", false}}));
  }
  return Json::object({{"name", p.name},
                       {"label", p.label},
                       {"type", p.type},
                       {"fieldType", p.field_type},
                       {"description", p.description},
                       {"groupName", p.group},
                       {"options", options},
                       {"displayOrder", -1},
                       {"calculated", p.calculated},
                       {"externalOptions", !p.external_options.empty()},
                       {"referencedObjectType", p.external_options.empty() ? Json() : Json(p.external_options)},
                       {"hasUniqueValue", p.unique && p.custom},
                       {"hidden", false},
                       {"hubspotDefined", !p.custom},
                       {"formField", !p.read_only},
                       {"dataSensitivity", "non_sensitive"},
                       {"archived", p.archived},
                       {"modificationMetadata", Json::object({{"archivable", p.custom},
                                                              {"readOnlyDefinition", !p.custom},
                                                              {"readOnlyOptions", !p.custom},
                                                              {"readOnlyValue", p.read_only}})}});
}

}  // namespace linchpin::sandbox
