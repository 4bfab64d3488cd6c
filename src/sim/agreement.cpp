#include "sim/agreement.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace linchpin::sim {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
  return text;
}

// Digits of an Australian number without its country code or trunk zero.
std::string digits(const std::string& text) {
  std::string all;
  for (const char c : text)
    if (std::isdigit(static_cast<unsigned char>(c))) all.push_back(c);
  if (all.starts_with("0061")) all.erase(0, 4);
  if (all.starts_with("61") && all.size() == 11) all.erase(0, 2);
  if (all.starts_with("0")) all.erase(0, 1);
  return all;
}

std::string mobile_of(const Json& contact) {
  for (const Json& phone : contact["Phones"].items())
    if (phone["PhoneType"].text() == "MOBILE")
      return digits(phone["PhoneCountryCode"].text() + phone["PhoneAreaCode"].text() + phone["PhoneNumber"].text());
  return {};
}

}  // namespace

Judged judge_agreement(const Json& hubspot_state, const Json& xero_state,
                       const std::map<std::string, std::string>& links) {
  Judged judged;
  std::map<std::string, const Json*> contacts;
  std::map<std::string, int> numbers, names;
  for (const Json& c : xero_state["objects"]["Contacts"].items()) {
    contacts[c["ContactID"].text()] = &c;
    if (!c["ContactNumber"].text().empty() && ++numbers[c["ContactNumber"].text()] > 1)
      judged.complaints.push_back("two Xero contacts have one ContactNumber: " + c["ContactID"].text());
  }
  std::map<std::string, int> ids;
  for (const Json& record : hubspot_state["objects"]["contacts"].items()) {
    const Json& p = record["properties"];
    const std::string& id = record["id"].text();
    if (!p["linchpin_id"].text().empty() && ++ids[p["linchpin_id"].text()] > 1)
      judged.complaints.push_back("two HubSpot contacts have one linchpin_id: " + id);
    const auto link = links.find(id);
    if (link == links.end()) continue;
    const auto contact = contacts.find(link->second);
    if (contact == contacts.end()) {
      judged.complaints.push_back("HubSpot " + id + " is linked to no Xero contact");
      continue;
    }
    ++judged.compared;
    const Json& x = *contact->second;
    const auto differ = [&](const char* what, const std::string& a, const std::string& b) {
      if (a != b) judged.complaints.push_back(std::string(what) + " differs: HubSpot " + id + ", Xero " + link->second);
    };
    differ("first name", p["firstname"].text(), x["FirstName"].text());
    differ("last name", p["lastname"].text(), x["LastName"].text());
    differ("e-mail", lower(p["email"].text()), lower(x["EmailAddress"].text()));
    differ("phone", digits(p["phone"].text()), mobile_of(x));
  }
  return judged;
}

}  // namespace linchpin::sim
