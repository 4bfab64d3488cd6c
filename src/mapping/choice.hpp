// Yes and no, and tables of a system's own words.
#pragma once

#include <string>
#include <string_view>

#include "base/value.hpp"

namespace linchpin::mapping {

// true, false, 1, 0 and YAML 1.1's words (yes, no, on, off, true, false, y, n) in any case; blank is null.
Result<Value> normalise_boolean(const Json& value);

struct EnumTable {
  Json::Object rows;  // hub value: system value; "*" for the rest, out only
  bool ignore_case = false;
  bool trim = false;
  std::string list;  // the separator of several values in one text; "" when there is one value
};
bool is_one_to_one(const EnumTable&);
Result<Value> enum_in(const Json& system_value, const EnumTable&);
Result<Json> enum_out(const Value& hub_value, const EnumTable&);

// A text of items with a separator to a list, and back. Empty items are none (HubSpot appends with a leading ";").
Result<Json> list_from_text(const Json& value, std::string_view separator, bool trim);
Result<Json> text_from_list(const Json& value, std::string_view separator,
                            bool trim);  // ValueLossy: it would be read as other items

}  // namespace linchpin::mapping
