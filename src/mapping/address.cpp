// Australian states (ISO 3166-2:AU by iso-codes) and postcodes, and addresses in parts.
#include <algorithm>
#include <array>

#include "mapping/country.hpp"
#include "mapping/decimal.hpp"
#include "mapping/iso_codes.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

Result<Value> normalise_australian_state(const Json& value) {
  if (value.is_null() || (value.is_text() && is_blank(value.text()))) return Value();
  if (value.is_text()) {
    std::string key = lower_ascii(single_spaced(value.text()));
    std::erase(key, '.');
    for (const Subdivision& state : subdivisions_of_australia()) {
      const std::string code = lower_ascii(state.code);
      if (key == code || key == code.substr(3) || key == lower_ascii(state.name)) return Value(state.code.substr(3));
    }
  }
  return fail(Code::ValueInvalid, "the value is not a state or territory of Australia (ISO 3166-2:AU)",
              "Correct it in the system that it comes from");
}

Result<Value> normalise_australian_postcode(const Json& value) {
  if (value.is_null() || (value.is_text() && is_blank(value.text()))) return Value();
  std::string digits;
  if (value.is_number()) {
    const auto number = Decimal::parse(value.number_text());
    if (number && number->places() == 0 && !number->is_negative()) digits = number->text();
  } else if (value.is_text()) {
    digits = ascii_digits(trimmed(value.text()));
  }
  // Postcodes of the Northern Territory begin with 0, which a number does not keep.
  if (digits.size() == 3) digits.insert(0, 1, '0');
  const bool whole =
      digits.size() == 4 && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  // Australia Post gives out 0200 to 0299 and 0800 to 9999.
  const bool given_out = whole && (digits >= "0800" || (digits >= "0200" && digits <= "0299"));
  if (!given_out) {
    return fail(Code::ValueInvalid, "the value is not a postcode of Australia",
                "Correct it in the system that it comes from");
  }
  return Value(std::move(digits));
}

namespace {

struct Part {
  const char* hub;
  std::string AddressNames::* system;
};
constexpr std::array<Part, 5> parts{{{"street", &AddressNames::street},
                                     {"suburb", &AddressNames::suburb},
                                     {"state", &AddressNames::state},
                                     {"postcode", &AddressNames::postcode},
                                     {"country", &AddressNames::country}}};

Result<Value> part_in(const Json& part, std::string_view name) {
  if (part.is_null()) return Value();
  if (name == "country") return normalise_country(part);
  if (part.is_number()) return Value(part.number_text());
  if (part.is_text()) {
    std::string text = nfc(trimmed(part.text()));
    return text.empty() ? Value() : Value(std::move(text));
  }
  return fail(Code::ValueInvalid, "a part of the address is not a text", "Correct it in the system that it comes from");
}

}  // namespace

Result<Value> address_in(const Json& value, const AddressNames& names) {
  if (value.is_null() || (value.is_text() && is_blank(value.text()))) return Value();
  if (!value.is_object()) {
    return fail(Code::ValueInvalid, "the value is not an address in parts",
                "Name the parts, as in address(street: AddressLine1, suburb: City)");
  }
  Json::Object out;
  bool any = false;
  for (const Part& part : parts) {
    const std::string& name = names.*part.system;
    Value own = name.empty() ? Value() : TRY(part_in(value[name], part.hub));
    any = any || !own.is_null();
    out.emplace_back(part.hub, std::move(own));
  }
  return any ? Value(std::move(out)) : Value();
}

Result<Json> address_out(const Value& value, const AddressNames& names) {
  Json::Object out;
  for (const Part& part : parts) {
    const std::string& name = names.*part.system;
    if (!name.empty()) out.emplace_back(name, value[part.hub]);
  }
  return Json(std::move(out));
}

}  // namespace linchpin::mapping
