#include "mapping/phone.hpp"

#include <phonenumbers/phonenumberutil.h>

#include <algorithm>

#include "mapping/decimal.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

const PhoneNumberUtil& phones() { return *PhoneNumberUtil::GetInstance(); }

tl::unexpected<Error> not_a_phone() {
  return fail(Code::ValueInvalid, "the value is not a whole valid telephone number of its region",
              "Correct it in the system that it comes from");
}
tl::unexpected<Error> no_region() {
  return fail(Code::ValueNeedsRegion, "the number has no country code, and no region is declared",
              "Add region: to the field, as in region: AU");
}

// What the hub holds has been normalised: its country code stands in it, whatever region the field declares.
tl::unexpected<Error> not_canonical() {
  return fail(Code::ValueInvalid, "the number is not in the hub's form, which begins with + and the country code",
              "Write it so, as in +61412345678");
}

// A text as it is, a whole number written out; anything else is no telephone number.
Result<std::string> written(const Json& value) {
  if (value.is_null()) return std::string();
  if (value.is_text()) return trimmed(value.text());
  if (value.is_number()) {
    const auto number = Decimal::parse(value.number_text());
    if (number && number->places() == 0 && !number->is_negative()) return number->text();
  }
  return not_a_phone();
}

bool has_plus(std::string_view text) {
  return text.find('+') != std::string_view::npos || text.find("\xEF\xBC\x8B") != std::string_view::npos;
}

Result<PhoneNumber> parse(const std::string& text, std::string_view region) {
  PhoneNumber number;
  const auto outcome = phones().Parse(text, region.empty() ? "ZZ" : upper_ascii(region), &number);
  if (outcome == PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR && !has_plus(text)) return no_region();
  if (outcome != PhoneNumberUtil::NO_PARSING_ERROR) return not_a_phone();
  return number;
}
Result<PhoneNumber> parse_valid(const std::string& text, std::string_view region) {
  PhoneNumber number = TRY(parse(text, region));
  if (!phones().IsValidNumber(number)) return not_a_phone();
  return number;
}

Result<PhoneNumber> parse_canonical(const std::string& text) {
  if (!text.starts_with('+')) return not_canonical();
  return parse_valid(text, "");
}

std::string canonical_text(const PhoneNumber& number) {
  std::string out;
  phones().Format(number, PhoneNumberUtil::E164, &out);
  if (number.has_extension() && !number.extension().empty()) out += ";ext=" + number.extension();
  return out;
}

std::string national_digits(const PhoneNumber& number) {
  std::string out;
  phones().GetNationalSignificantNumber(number, &out);
  return out;
}

std::string digits_of(std::string_view text) {
  std::string out;
  for (const char c : ascii_digits(text)) {
    if (c >= '0' && c <= '9') out += c;
  }
  return out;
}
std::string without_zeros(std::string digits) {
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

// Whether the area part says nothing that the number does not: "02", "2" beside +61 2 9123 4567.
bool agrees(const PhoneNumber& number, const std::string& area) {
  return area.empty() || national_digits(number).starts_with(without_zeros(area)) ||
         national_digits(number).starts_with(area);
}

}  // namespace

bool is_region(std::string_view region) { return phones().GetCountryCodeForRegion(upper_ascii(region)) != 0; }

Result<Value> normalise_phone(const Json& value, std::string_view region) {
  const std::string text = TRY(written(value));
  if (text.empty()) return Value();
  return Value(canonical_text(TRY(parse_valid(text, region))));
}

Result<Json> format_phone(const Value& canonical, PhoneStyle style) {
  const std::string text = TRY(written(canonical));
  if (text.empty()) return Json();
  const PhoneNumber number = TRY(parse_canonical(text));
  std::string out;
  switch (style) {
    case PhoneStyle::National:
      phones().Format(number, PhoneNumberUtil::NATIONAL, &out);
      break;
    case PhoneStyle::International:
      phones().Format(number, PhoneNumberUtil::INTERNATIONAL, &out);
      break;
    case PhoneStyle::Rfc3966:
      phones().Format(number, PhoneNumberUtil::RFC3966, &out);
      break;
  }
  return Json(out);
}

Result<Value> join_phone(const PhoneParts& parts, std::string_view region) {
  const std::string country_text = TRY(written(parts.country));
  const std::string area = digits_of(TRY(written(parts.area)));
  const std::string rest = TRY(written(parts.number));
  if (rest.empty()) {
    if (country_text.empty() && area.empty()) return Value();
    // A country code that a system fills in by itself is no number.
    if (area.empty()) return Value();
    return not_a_phone();
  }

  int country = 0;
  std::string home = std::string(region);
  const std::string country_digits = without_zeros(digits_of(country_text));
  if (!country_digits.empty()) {
    if (country_digits.size() > 3) return not_a_phone();
    country = std::stoi(country_digits);
    std::string main_region;
    phones().GetRegionCodeForCountryCode(country, &main_region);
    if (main_region == "ZZ") return not_a_phone();
    // +1 and +44 are several regions': the declared one decides what is valid there if it is one of them.
    if (region.empty() || phones().GetCountryCodeForRegion(upper_ascii(region)) != country) home = main_region;
  } else if (!country_text.empty()) {
    country = phones().GetCountryCodeForRegion(upper_ascii(country_text));
    if (country == 0) return not_a_phone();
    home = upper_ascii(country_text);
  }

  const bool international = rest[0] == '+' || rest.starts_with("\xEF\xBC\x8B") || rest.starts_with("tel:");
  if (international) {
    const PhoneNumber number = TRY(parse_valid(rest, home));
    if ((country != 0 && number.country_code() != country) || !agrees(number, area)) {
      return fail(Code::ValueMismatch, "the number's own country or area code is not that of the parts beside it",
                  "Correct the parts in the system that they come from");
    }
    return Value(canonical_text(number));
  }

  // In this order: the parts as they are meant; the number with its area code repeated inside; with the country code
  // too.
  const std::string prefix = country != 0 ? "+" + std::to_string(country) + " " : "";
  Result<PhoneNumber> number = parse_valid(prefix + area + " " + rest, home);
  if (!number && !area.empty()) {
    auto whole = parse_valid(prefix + rest, home);
    if (whole && !agrees(*whole, area)) {
      return fail(Code::ValueMismatch, "the number holds another area code than the part beside it",
                  "Correct the parts in the system that they come from");
    }
    if (whole) number = std::move(whole);
  }
  if (!number && country != 0 && without_zeros(digits_of(rest)).starts_with(std::to_string(country))) {
    auto whole = parse_valid("+" + without_zeros(rest), home);
    if (whole && whole->country_code() == country && agrees(*whole, area)) number = std::move(whole);
  }
  if (!number) return tl::unexpected(number.error());
  if (country != 0 && number->country_code() != country) {
    return fail(Code::ValueMismatch, "the number is one of another country than the part beside it",
                "Correct the parts in the system that they come from");
  }
  return Value(canonical_text(*number));
}

Result<PhoneParts> split_phone(const Value& canonical) {
  const std::string text = TRY(written(canonical));
  if (text.empty()) return PhoneParts{};
  const PhoneNumber number = TRY(parse_canonical(text));
  const std::string national = national_digits(number);
  const int area = phones().GetLengthOfGeographicalAreaCode(number);
  std::string rest = national.substr(static_cast<std::size_t>(std::max(0, area)));
  if (number.has_extension() && !number.extension().empty()) rest += " ext. " + number.extension();
  return PhoneParts{.country = std::to_string(number.country_code()),
                    .area = national.substr(0, static_cast<std::size_t>(std::max(0, area))),
                    .number = std::move(rest)};
}

}  // namespace linchpin::mapping
