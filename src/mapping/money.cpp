// Amounts of money. Currencies are ISO 4217's (iso-codes); how many decimals each has and what signs it is written with
// is ICU's.
#include <unicode/ucurr.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "mapping/iso_codes.hpp"
#include "mapping/number.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

tl::unexpected<Error> not_money() {
  return fail(Code::ValueInvalid, "the value is not an amount of money", "Correct it in the system that it comes from");
}
tl::unexpected<Error> unknown_currency() {
  return fail(Code::ValueUnknownCurrency, "the currency is not in ISO 4217", "Use its code, as in AUD");
}
tl::unexpected<Error> other_currency() {
  return fail(Code::ValueMismatch, "the amount is in another currency than the mapping declares",
              "Map the currency too, or correct it");
}

int decimals_of(const std::string& currency) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString code = icu::UnicodeString::fromUTF8(currency);
  const int32_t digits = ucurr_getDefaultFractionDigits(icu::UnicodeString(code).getTerminatedBuffer(), &status);
  return U_SUCCESS(status) ? digits : 2;
}

std::string sign_of(const std::string& currency, UCurrNameStyle style) {
  UErrorCode status = U_ZERO_ERROR;
  int32_t length = 0;
  icu::UnicodeString code = icu::UnicodeString::fromUTF8(currency);
  const UChar* const name = ucurr_getName(code.getTerminatedBuffer(), "en", style, nullptr, &length, &status);
  std::string out;
  if (U_SUCCESS(status)) icu::UnicodeString(name, length).toUTF8String(out);
  return out;
}

// Whether people write `mark` beside amounts of the currency: AUD, A$, AU$, $.
bool is_sign_of(const std::string& mark, const std::string& currency) {
  if (upper_ascii(mark) == currency) return true;
  const std::string narrow = sign_of(currency, UCURR_NARROW_SYMBOL_NAME);
  return mark == narrow || mark == sign_of(currency, UCURR_SYMBOL_NAME) ||
         upper_ascii(mark) == currency.substr(0, 2) + narrow;
}

// The one currency that a mark stands for by itself: a code, or a sign that is no other's. "" when it is several's, or
// none's.
struct MarkMeaning {
  int count = 0;
  std::string currency;
};
MarkMeaning meaning_of(const std::string& mark) {
  if (is_currency(upper_ascii(mark))) return {1, upper_ascii(mark)};
  MarkMeaning out;
  for (const std::string& code : currencies()) {
    if (!is_sign_of(mark, code)) continue;
    ++out.count;
    out.currency = code;
  }
  return out;
}

struct Written {
  std::string mark;    // the currency's sign or code, "" when none stands there
  std::string number;  // with its sign
};

Result<Written> take_apart(std::string_view raw) {
  std::string text = ascii_digits(trimmed(raw));
  bool negative = false;
  if (text.size() > 2 && text.front() == '(' && text.back() == ')') {
    negative = true;
    text = trimmed(std::string_view(text).substr(1, text.size() - 2));
  }
  const auto first = std::find_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (first == text.end()) return not_money();
  std::size_t begin = static_cast<std::size_t>(first - text.begin());
  while (begin > 0 && (text[begin - 1] == '.' || text[begin - 1] == ',')) --begin;
  std::size_t end = text.size();
  while (end > begin && !(text[end - 1] >= '0' && text[end - 1] <= '9')) --end;
  if (end < text.size() && (text[end] == '.' || text[end] == ',')) return not_money();

  std::string marks[2] = {trimmed(std::string_view(text).substr(0, begin)),
                          trimmed(std::string_view(text).substr(end))};
  for (std::string& mark : marks) {
    for (const std::string_view minus : {"-", "\xE2\x88\x92"}) {
      const bool front = mark.starts_with(minus);
      if (!front && !mark.ends_with(minus)) continue;
      if (negative) return not_money();
      negative = true;
      mark = trimmed(front ? std::string_view(mark).substr(minus.size())
                           : std::string_view(mark).substr(0, mark.size() - minus.size()));
    }
  }
  if (marks[0] == "+") marks[0].clear();
  if (!marks[0].empty() && !marks[1].empty()) {
    // "$10 AUD": the code says more than the sign.
    if (!is_currency(upper_ascii(marks[1])) || !is_sign_of(marks[0], upper_ascii(marks[1]))) return not_money();
    marks[0].clear();
  }
  return Written{marks[0].empty() ? marks[1] : marks[0], (negative ? "-" : "") + text.substr(begin, end - begin)};
}

Result<Value> amount(Decimal number, const std::string& currency, const MoneyForm& form) {
  const int decimals = decimals_of(currency);
  if (form.minor_in) number = number.shifted(-decimals);
  if (number.places() > decimals) {
    if (!form.rounding) {
      return fail(Code::ValueLossy, "the amount has more decimals than its currency",
                  "Declare round: half_even, half_up or down");
    }
    number = number.rounded(decimals, *form.rounding);
  }
  return Value(Json::object({{"amount", Json(number.fixed(decimals))}, {"currency", Json(currency)}}));
}

}  // namespace

Result<Value> normalise_money(const Json& value, const MoneyForm& form) {
  if (value.is_null() || (value.is_text() && is_blank(value.text()))) return Value();
  std::string currency = upper_ascii(trimmed(form.currency));
  if (!currency.empty() && !is_currency(currency)) return unknown_currency();
  if (value.is_object()) {
    const Json& its_currency = value["currency"];
    if (its_currency.is_text() && !is_blank(its_currency.text())) {
      const std::string own = upper_ascii(trimmed(its_currency.text()));
      if (!is_currency(own)) return unknown_currency();
      if (!currency.empty() && own != currency) return other_currency();
      currency = own;
    }
    if (value["amount"].is_object()) return not_money();
    MoneyForm inner = form;
    inner.currency = currency;
    return normalise_money(value["amount"], inner);
  }
  if (value.is_number()) {
    if (currency.empty())
      return fail(Code::ValueNeedsCurrency, "an amount stands without a currency",
                  "Declare currency:, as in currency: AUD");
    const auto number = Decimal::parse(value.number_text());
    if (!number) return fail(Code::ValueOutOfRange, "the number has more than 1,000 digits");
    return amount(*number, currency, form);
  }
  if (!value.is_text()) return not_money();
  const Written written = TRY(take_apart(value.text()));
  const Decimal number = TRY(parse_number_text(written.number, form.number));
  if (!written.mark.empty()) {
    if (currency.empty()) {
      const MarkMeaning meaning = meaning_of(written.mark);
      if (meaning.count == 0) return not_money();
      if (meaning.count == 1) currency = meaning.currency;
    } else if (!is_sign_of(written.mark, currency)) {
      if (meaning_of(written.mark).count > 0) return other_currency();
      return not_money();
    }
  }
  if (currency.empty())
    return fail(Code::ValueNeedsCurrency, "an amount stands without a currency",
                "Declare currency:, as in currency: AUD");
  return amount(number, currency, form);
}

Result<Json> minor_units(const Value& money) {
  if (money.is_null()) return Json();
  const auto number = Decimal::parse(money["amount"].text());
  const std::string& currency = money["currency"].text();
  if (!number || !is_currency(currency)) return not_money();
  const auto minor = number->shifted(decimals_of(currency));
  if (minor.places() > 0) return fail(Code::ValueLossy, "the amount has more decimals than its currency");
  return Json(Json::Number{minor.text()});
}

}  // namespace linchpin::mapping
