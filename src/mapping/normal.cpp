#include "mapping/normal.hpp"

#include <algorithm>

#include "mapping/choice.hpp"
#include "mapping/country.hpp"
#include "mapping/date.hpp"
#include "mapping/email.hpp"
#include "mapping/number.hpp"
#include "mapping/phone.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

tl::unexpected<Error> not_of_type(std::string_view due) {
  return fail(Code::ValueInvalid, "the value is not " + std::string(due),
              "Correct it in the system that it comes from");
}

Result<Value> text_of(const Json& value, bool trim) {
  if (value.is_number()) return Value(value.number_text());
  if (!value.is_text()) return not_of_type("a text");
  return Value(nfc(trim ? trimmed(value.text()) : value.text()));
}

}  // namespace

Result<Value> normalise(Type type, const Json& value, const Context& context) {
  if (value.is_null() || (value.is_text() && is_blank(value.text()))) return Value();
  switch (type) {
    case Type::Text:
    case Type::Note:
      return text_of(value, false);
    case Type::GovernmentId:
    case Type::Ref:
      return text_of(value, true);
    case Type::Email:
      return normalise_email(value, false);
    case Type::Phone:
      return normalise_phone(value, context.region);
    case Type::Url:
      return normalise_url(value);
    case Type::Date:
      return parse_date(value, {});
    case Type::Datetime:
      return to_utc(value, {});
    case Type::Boolean:
      return normalise_boolean(value);
    case Type::Integer:
      return normalise_integer(value, {});
    case Type::Decimal:
      return normalise_decimal(value, {});
    case Type::Money:
      return normalise_money(value, {});
    case Type::Country:
      return normalise_country(value);
    case Type::Address:
      return address_in(value, {});
    case Type::Enum: {
      Value text = TRY(text_of(value, true));
      const auto& allowed = context.enum_values;
      if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), text.text()) == allowed.end()) {
        return fail(Code::ValueUnmapped, "the value is not one of the field's", "Map it with as: enum.table(…)");
      }
      return text;
    }
    case Type::ListOf:
      if (!value.is_list()) return not_of_type("a list");
      return value;
    case Type::JsonAny:
      break;
  }
  return value;
}

}  // namespace linchpin::mapping
