// What the vendors hold of people, in the judge's own form. It knows the example hub's systems by their documented
// members and shares no code with the mappings and transforms that it judges.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/json.hpp"

namespace linchpin::sim {

enum class Site { Hubspot, Xero };
enum class Field { Given, Family, Email, Phone, Stage };
inline constexpr Site all_sites[] = {Site::Hubspot, Site::Xero};
inline constexpr Field shared_fields[] = {Field::Given, Field::Family, Field::Email, Field::Phone};  // both hold them
std::string_view to_text(Site);  // the system's name
std::string_view to_text(Field);
Site other(Site);

// As two values are compared: names without outer and double spaces, e-mails in lower case, phones as their digits
// without the country's.
std::string comparable(Field, std::string_view);

struct Held {
  std::string id;
  std::map<Field, std::string> values;  // comparable; Xero's stage is "ACTIVE" or "ARCHIVED"
  bool away = false;                    // archived
  std::string merged_into;              // Xero: the survivor
  std::string golden;                   // the hub's id in it
  std::string name;                     // Xero's Name, without the number that tells namesakes apart
  std::string verification;             // HubSpot's identity_verification
  bool organisation = false;            // Xero: no first name
};
using Holdings = std::map<std::string, Held>;  // by record id
Held held_in(Site, const Json& record);
Holdings holdings(Site, const Json& vendor_state);

}  // namespace linchpin::sim
