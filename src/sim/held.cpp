#include "sim/held.hpp"

#include <algorithm>
#include <cctype>

namespace linchpin::sim {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
  return text;
}

std::string single_spaced(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out.push_back(c);
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// "Mia Tan (2)" is Mia Tan.
std::string unnumbered(std::string name) {
  const std::size_t open = name.rfind(" (");
  if (open != std::string::npos && name.ends_with(')') &&
      name.find_first_not_of("0123456789", open + 2) == name.size() - 1)
    name.erase(open);
  return name;
}

// Digits of an Australian number without its country code or trunk zero.
std::string digits(std::string_view text) {
  std::string all;
  for (const char c : text)
    if (std::isdigit(static_cast<unsigned char>(c))) all.push_back(c);
  if (all.starts_with("0061")) all.erase(0, 4);
  if (all.starts_with("61") && all.size() == 11) all.erase(0, 2);
  if (all.starts_with("0")) all.erase(0, 1);
  return all;
}

Held from_hubspot(const Json& record) {
  const Json& p = record["properties"];
  Held held;
  held.id = record["id"].text();
  held.away = record["archived"].boolean();
  held.golden = p["linchpin_id"].text();
  held.verification = p["identity_verification"].text();
  const std::pair<Field, const char*> members[] = {{Field::Given, "firstname"},
                                                   {Field::Family, "lastname"},
                                                   {Field::Email, "email"},
                                                   {Field::Phone, "phone"},
                                                   {Field::Stage, "lifecyclestage"}};
  for (const auto& [field, name] : members) held.values[field] = comparable(field, p[name].text());
  return held;
}

Held from_xero(const Json& contact) {
  Held held;
  held.id = contact["ContactID"].text();
  held.away = contact["ContactStatus"].text() != "ACTIVE";
  held.merged_into = contact["MergedToContactID"].text();
  held.golden = contact["ContactNumber"].text();
  held.name = unnumbered(single_spaced(contact["Name"].text()));
  held.organisation = contact["FirstName"].text().empty();
  held.values[Field::Given] = comparable(Field::Given, contact["FirstName"].text());
  held.values[Field::Family] = comparable(Field::Family, contact["LastName"].text());
  held.values[Field::Email] = comparable(Field::Email, contact["EmailAddress"].text());
  held.values[Field::Stage] = contact["ContactStatus"].text();
  for (const Json& phone : contact["Phones"].items())
    if (phone["PhoneType"].text() == "MOBILE")
      held.values[Field::Phone] = comparable(
          Field::Phone, phone["PhoneCountryCode"].text() + phone["PhoneAreaCode"].text() + phone["PhoneNumber"].text());
  return held;
}

}  // namespace

std::string_view to_text(Site site) { return site == Site::Hubspot ? "hubspot" : "xero"; }

std::string_view to_text(Field field) {
  switch (field) {
    case Field::Given:
      return "given_name";
    case Field::Family:
      return "family_name";
    case Field::Email:
      return "email";
    case Field::Phone:
      return "phone";
    case Field::Stage:
      return "lifecycle_stage";
  }
  return "";
}

Site other(Site site) { return site == Site::Hubspot ? Site::Xero : Site::Hubspot; }

std::string comparable(Field field, std::string_view text) {
  switch (field) {
    case Field::Given:
    case Field::Family:
      return single_spaced(text);
    case Field::Email:
      return lower(single_spaced(text));
    case Field::Phone:
      return digits(text);
    case Field::Stage:
      return std::string(text);
  }
  return {};
}

Held held_in(Site site, const Json& record) { return site == Site::Hubspot ? from_hubspot(record) : from_xero(record); }

Holdings holdings(Site site, const Json& state) {
  Holdings all;
  const Json& records = site == Site::Hubspot ? state["objects"]["contacts"] : state["objects"]["Contacts"];
  for (const Json& record : records.items()) {
    Held held = held_in(site, record);
    const std::string id = held.id;
    all.emplace(id, std::move(held));
  }
  return all;
}

}  // namespace linchpin::sim
