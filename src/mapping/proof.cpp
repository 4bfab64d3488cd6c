#include "mapping/proof.hpp"

#include "mapping/kind.hpp"
#include "mapping/options.hpp"

namespace linchpin::mapping {

namespace {

// The type of the values that it is of, which need not be the field's; words are any that the field holds.
Type type_of(const Transform& transform, const Context& context) {
  // What is read of a state is written as it is; a table's own values are its samples.
  if (transform.name == "address.au" || transform.name == "enum.table") return Type::JsonAny;
  const Kind* const kind = find_kind(transform.name);
  const Type type = kind == nullptr ? Type::JsonAny : hub_type(*kind, transform.options, context.type);
  if (type != Type::Text) return type;
  return context.type == Type::Note ? Type::Text : context.type;
}

// Those that have gone wrong: of another country, with a fraction, on the first day that is counted, with what divides.
std::vector<Json> samples_of(Type type) {
  switch (type) {
    case Type::Phone:
      return {"+61412345678", "+61291234567;ext=12", "+611300123456", "+64211234567",
              "+16502530000", "+390612345678",       "+442079460958", "+5491123456789"};
    case Type::Date:
      return {"2025-04-03", "1900-01-01", "1900-02-28", "1900-03-01", "2024-02-29", "9999-12-31"};
    case Type::Datetime:
      return {"2025-04-03T10:00:00Z", "2025-04-05T15:30:00.12Z", "1969-12-31T23:59:59.999Z", "2045-07-01T00:00:00Z"};
    case Type::Decimal:
      return {"0", "1.234", "-0.5", "1234567.1", "0.0000001", "1234"};
    case Type::Integer:
      return {Json(0), Json(-7), Json(1234), Json(std::int64_t{9'223'372'036'854'775'807})};
    case Type::Text:
      return {"1", "Jane", "Jane Citizen", "Zoë O’Brien-Smith"};
    case Type::Email:
      return {"jane@mail.example", "Jane.O'Brien+news@xn--mnchen-3ya.example"};
    case Type::Url:
      return {"https://example.com/b?q=1%202"};
    case Type::Boolean:
      return {Json(true), Json(false)};
    case Type::Country:
      return {"AU", "NZ", "GB", "CI", "KP", "CD"};
    case Type::ListOf: {
      std::vector<Json> out;
      for (const auto& [first, second] : {std::pair{"a", "b"}, {"a;", "b"}, {";a", "b"}, {"a, b", "c."}})
        out.emplace_back(Json::List{first, second});
      return out;
    }
    default:
      return {};
  }
}

std::vector<Json> samples_of(const Transform& transform, const Context& context) {
  const Type type = type_of(transform, context);
  std::vector<Json> out = samples_of(type);
  if (type == Type::Money) {
    const std::string currency = money_options(transform.options).currency;
    for (const char* const own : {"AUD", "KWD", "JPY"}) {
      for (const char* const amount : {"1234.5", "-0.05", "1.234", "1234"}) {
        MoneyForm form;
        form.currency = currency.empty() ? own : currency;
        if (auto money = normalise_money(amount, form)) out.push_back(std::move(*money));
      }
    }
  }
  if (transform.name == "enum.table") {
    const bool several = transform.options.find("list") != nullptr;
    for (const std::string& value : context.enum_values) out.push_back(several ? Json(Json::List{value}) : Json(value));
  }
  return out;
}

Json as_texts(const Json& value) {
  if (value.is_number()) return Json(value.number_text());
  Json out = value;
  for (const auto& [name, member] : value.members()) out = out.with(name, as_texts(member));
  return out;
}

}  // namespace

Result<void> comes_back(const Transform& transform, const Context& context) {
  for (const Json& sample : samples_of(transform, context)) {
    const auto written = transform.out(sample, context);
    if (!written) continue;
    for (const Json& sent : {*written, as_texts(*written)}) {
      const auto back = transform.in(sent, context);
      if (back && *back == sample) continue;
      return fail(Code::MappingNotInvertible,
                  "'both' needs an inverse; " + transform.name + "(…) writes " + canonical(sent) + " of " +
                      canonical(sample) + " and reads it as " +
                      (back ? canonical(*back) : std::string(code_text(back.error().code))),
                  "Write direction: in or out, or declare what is missing");
    }
  }
  return {};
}

}  // namespace linchpin::mapping
