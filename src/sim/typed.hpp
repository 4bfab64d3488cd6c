// What people type at a vendor's screen, in that vendor's form.
#pragma once

#include <map>
#include <string>

#include "base/json.hpp"
#include "sim/held.hpp"

namespace linchpin::sim {

using Values = std::map<Field, std::string>;

std::string name_of(const Values&);  // "Given Family"
Json in_hubspot(const Values&, const std::string& stage);
Json in_xero(const Values&);
Json phone_in_xero(const std::string& number);
Json typed_in(Site, Field, const std::string& text);  // one field of a record that is there

// As people write it: "0412345678" → "+61 412 345 678", one way of several.
std::string odd_phone(const std::string& digits, std::uint64_t which);
std::string capitals(std::string text);

}  // namespace linchpin::sim
