// Countries (ISO 3166-1) and Australian addresses. A near name is refused, never guessed.
#pragma once

#include <string>
#include <string_view>

#include "base/value.hpp"

namespace linchpin::mapping {

// A code (alpha-2, alpha-3, numeric) or a name (iso-codes' or CLDR's, in any language that CLDR has) to alpha-2; blank
// is null.
Result<Value> normalise_country(const Json& value);
enum class CountryForm { Alpha2, Alpha3, Numeric, Name };
Result<Json> format_country(const Value& alpha_2, CountryForm);

Result<Value> normalise_australian_state(const Json& value);     // "New South Wales", "nsw", "AU-NSW" are "NSW"
Result<Value> normalise_australian_postcode(const Json& value);  // 800 and "0800" are "0800"

// An address of parts under a system's names to the canonical object, and back: {"street","suburb","state","postcode",
// "country"}, every part there and null where blank. All blank is null.
struct AddressNames {
  std::string street = "street", suburb = "suburb", state = "state", postcode = "postcode", country = "country";
};
Result<Value> address_in(const Json& value, const AddressNames&);
Result<Json> address_out(const Value& value, const AddressNames&);

}  // namespace linchpin::mapping
