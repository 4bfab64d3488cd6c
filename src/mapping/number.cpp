#include "mapping/number.hpp"

#include <algorithm>
#include <vector>

#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

tl::unexpected<Error> not_a_number() {
  return fail(Code::ValueInvalid, "the value is not a number", "Correct it in the system that it comes from");
}
tl::unexpected<Error> ambiguous_sign() {
  return fail(Code::ValueAmbiguous, "whether the number's sign is a decimal sign or divides groups is not declared",
              "Declare decimal: or group: in the mapping");
}

bool all_digits(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Every kind of space and apostrophe that divides groups is one: NBSP, the narrow one, the thin one, ’.
std::string plain_marks(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const char32_t c = next_code_point(text, i);
    if (is_space(c))
      out += ' ';
    else if (c == 0x2019 || c == 0x02BC)
      out += '\'';
    else if (c == 0x2212)
      out += '-';
    else if (!is_invisible(c))
      append(out, c);
  }
  return out;
}

bool groups_fit(const std::vector<std::string_view>& groups, bool indian) {
  if (groups.size() < 2) return groups.size() == 1 && all_digits(groups[0]);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const bool last = i + 1 == groups.size();
    const std::size_t full = last || !indian ? 3 : 2;
    if (!all_digits(groups[i]) || (i == 0 ? groups[i].size() > full : groups[i].size() != full)) return false;
  }
  return true;
}

std::vector<std::string_view> split_at(std::string_view text, char mark) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find(mark, at);
    out.push_back(text.substr(at, end == std::string_view::npos ? end : end - at));
    if (end == std::string_view::npos) return out;
    at = end + 1;
  }
}

Result<std::string> written(const Json& value) {
  if (value.is_null()) return std::string();
  if (value.is_number()) return value.number_text();
  if (value.is_text()) return ascii_digits(trimmed(value.text()));
  return not_a_number();
}
Result<Decimal> decimal_of(const Json& value, const std::string& text, const NumberForm& form) {
  if (!value.is_number()) return parse_number_text(text, form);
  const auto decimal = Decimal::parse(text);
  if (!decimal) return fail(Code::ValueOutOfRange, "the number has more than 1,000 digits");
  return *decimal;
}

std::string decimal_sign(const NumberForm& form) {
  if (!form.decimal.empty()) return form.decimal;
  return form.group == "." ? "," : ".";
}

std::string group_sign(const NumberForm& form) {
  if (form.group == "indian") return ",";
  if (!form.group.empty()) return form.group;
  return decimal_sign(form) == "," ? "." : ",";
}

}  // namespace

bool are_signs(const NumberForm& form) {
  const std::string decimal = decimal_sign(form), group = group_sign(form);
  return decimal.size() == 1 && group.size() == 1 && decimal != group;
}

Result<Json> number_out(const std::string& canonical, const NumberForm& form) {
  // What another system put into a field of texts may be anything, and is not to stand in a request unquoted.
  if (const auto number = parse_json(canonical); !number || number->number_text() != canonical) return not_a_number();
  const std::string sign = decimal_sign(form);
  if (sign == ".") return Json(Json::Number{canonical});
  std::string out = canonical;
  if (const auto point = out.find('.'); point != std::string::npos) out.replace(point, 1, sign);
  return Json(std::move(out));
}

Result<Decimal> parse_number_text(std::string_view raw, const NumberForm& form) {
  std::string text = plain_marks(raw);
  std::string sign;
  if (text.starts_with('-') || text.starts_with('+')) {
    if (text[0] == '-') sign = "-";
    text.erase(0, 1);
  }
  const bool indian = form.group == "indian";
  const std::string decimal = decimal_sign(form);
  const std::string group = group_sign(form);
  if (!are_signs(form)) {
    return fail(Code::ValueInvalid, "decimal: and group: are not two different signs",
                "Declare decimal: \",\" and group: \".\", or the like");
  }

  const auto point = text.rfind(decimal[0]);
  std::string_view whole = std::string_view(text).substr(0, point);
  const std::string_view fraction =
      point == std::string::npos ? std::string_view{} : std::string_view(text).substr(point + 1);
  // A text that would be a number if the signs stood for the other thing is refused as ambiguous, not as no number.
  const bool undeclared = form.decimal.empty() && form.group.empty();
  const auto refused = [&](bool other_reading) -> Result<Decimal> {
    if (undeclared && other_reading) return ambiguous_sign();
    return not_a_number();
  };
  if (whole.find(decimal[0]) != std::string_view::npos) return refused(true);
  // A text such as 1.5E3 is exact and has one reading.
  if (whole.find(group[0]) == std::string_view::npos && whole.find(' ') == std::string_view::npos) {
    std::string plain = sign + std::string(whole) + (point == std::string::npos ? "" : "." + std::string(fraction));
    const bool signed_twice = whole.starts_with('+') || whole.starts_with('-');
    if (const auto out = Decimal::parse(plain); out && !signed_twice) return *out;
    return refused(fraction.find(group[0]) != std::string_view::npos);
  }
  if (point != std::string::npos && !all_digits(fraction))
    return refused(fraction.find(group[0]) != std::string_view::npos);
  // Spaces always divide groups, where another mark does not.
  const bool by_space = whole.find(' ') != std::string_view::npos;
  if (by_space && !form.group.empty() && form.group != " ") return not_a_number();
  const std::vector<std::string_view> groups = split_at(whole, by_space ? ' ' : group[0]);
  const bool one_mark = groups.size() == 2 && point == std::string::npos && !by_space;
  if (!groups_fit(groups, indian)) return refused(one_mark);
  if (one_mark && undeclared) return ambiguous_sign();
  std::string plain = sign;
  for (const std::string_view part : groups) plain += part;
  if (point != std::string::npos) plain += "." + std::string(fraction);
  const auto out = Decimal::parse(plain);
  if (!out) return not_a_number();
  return *out;
}

Result<Value> normalise_integer(const Json& value, const NumberForm& form) {
  const std::string text = TRY(written(value));
  if (text.empty()) return Value();
  const Decimal number = TRY(decimal_of(value, text, form));
  if (number.places() > 0)
    return fail(Code::ValueLossy, "the number has a fraction where a whole one is due", "Map it as a decimal");
  const auto whole = number.integer();
  if (!whole)
    return fail(Code::ValueOutOfRange, "the number does not fit into 64 bits", "Map it as text or as a decimal");
  return Value(*whole);
}

Result<Value> normalise_decimal(const Json& value, const NumberForm& form) {
  const std::string text = TRY(written(value));
  if (text.empty()) return Value();
  return Value(TRY(decimal_of(value, text, form)).text());
}

}  // namespace linchpin::mapping
