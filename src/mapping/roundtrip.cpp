#include "mapping/roundtrip.hpp"

#include <algorithm>
#include <array>

#include "mapping/choice.hpp"
#include "mapping/expression_node.hpp"
#include "mapping/kind.hpp"
#include "mapping/name.hpp"
#include "mapping/normal.hpp"
#include "mapping/options.hpp"
#include "mapping/path.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

Result<Type> type_option(const Json& options, Type fallback) {
  const std::string name = option_text(options, "type");
  if (name.empty()) return fallback;
  if (name.starts_with("list")) return Type::ListOf;
  const auto type = parse_type(name);
  if (!type)
    return fail(Code::ChoiceUnknown, "the option type is not a type of fields",
                "Use text, email, phone, date or another");
  return *type;
}

Context context_of(const Json& options, Type type) {
  return {
      .type = type, .region = option_text(options, "region"), .zone = option_text(options, "zone"), .enum_values = {}};
}

// Plain words for the transforms that have both directions: every word must stand in the text.
struct Described {
  std::array<std::string_view, 2> words;
  std::string_view as;
  Type type;
};
constexpr std::array<Described, 16> described{{
    {{"phone", "parts"}, "phone.join(country: country, area: area, number: number)", Type::Phone},
    {{"phone", "national"}, "phone.format(style: national)", Type::Phone},
    {{"phone", "international"}, "phone.format(style: international)", Type::Phone},
    {{"phone", "rfc3966"}, "phone.format(style: rfc3966)", Type::Phone},
    {{"phone", ""}, "phone.normalise", Type::Phone},
    {{"xero", "datetime"}, "xero.datetime(to: datetime)", Type::Datetime},
    {{"xero", "date"}, "xero.datetime(to: date)", Type::Date},
    {{"hubspot", "datetime"}, "hubspot.datetime(to: datetime)", Type::Datetime},
    {{"hubspot", "date"}, "hubspot.datetime(to: date)", Type::Date},
    {{"epoch", "date"}, "hubspot.datetime(to: epoch)", Type::Date},
    {{"epoch", ""}, "hubspot.datetime(to: epoch)", Type::Datetime},
    {{"country", "alpha"}, "country(to: alpha_3)", Type::Country},
    {{"country", "numeric"}, "country(to: numeric)", Type::Country},
    {{"country", ""}, "country(to: name)", Type::Country},
    {{"yes", "no"}, "boolean(true: Yes, false: No)", Type::Boolean},
    {{"list", ""}, "list.join(separator: \";\")", Type::ListOf},
}};

Result<Json> there_and_back(const Transform& transform, const Json& value, const Context& context) {
  if (!transform.in || !transform.out) {
    return fail(Code::ValueNotInvertible, "the transform has one direction only", "Write direction: in or out");
  }
  auto out = transform.out(value, context);
  if (!out) return out;
  return transform.in(*out, context);
}

}  // namespace

Result<Json> null_effect(const Json& record, const Json& options) {
  const Path at = TRY(parse_path(option_text(options, "at")));
  const Type type = TRY(type_option(options, Type::Text));
  TRY(fits(at, record));
  const auto there = read(at, record);
  if (!there) return Json::object({{"effect", "keep"}});
  const Value value = TRY(normalise(type, *there, context_of(options, type)));
  if (!value.is_null()) return Json::object({{"effect", "set"}, {"value", value}});
  return Json::object({{"effect", option_text(options, "null") == "clear" ? "clear" : "keep"}});
}

Result<Json> same_values(const Json& pair, const Json& options) {
  if (!pair.is_list() || pair.items().size() != 2) return fail(Code::ValueInvalid, "the input is not two values");
  const Type type = TRY(type_option(options, Type::JsonAny));
  const Context context = context_of(options, type);
  const Json &a = pair.items()[0], &b = pair.items()[1];
  // Text is compared as it is: "" is no null, and white space is white space.
  const bool exact = type == Type::Text || type == Type::Note || type == Type::JsonAny || type == Type::ListOf;
  if (a.is_text() && b.is_text() && exact) return Json(nfc(a.text()) == nfc(b.text()));
  if (exact) return Json(same_value(type, a, b) || compare(a, b) == 0);
  const auto x = normalise(type, a, context), y = normalise(type, b, context);
  if (!x || !y) return Json(!x && !y && a == b);
  return Json(same_value(type, *x, *y) || compare(*x, *y) == 0);
}

Result<Json> round_trip(const Json& value, const Json& options) {
  const std::string as = option_text(options, "as");
  const std::string words = lower_ascii(as);
  const bool plain = words.find_first_of("(.") == std::string::npos;
  if (plain && words.find("name") != std::string::npos && value.is_object()) {
    const Value joined = TRY(join_name(value, option_text(options, "locale"), false));
    return split_name(joined, {option_text(options, "locale"), false, std::nullopt});
  }
  // Cents say nothing of their currency, which the mapping declares.
  if (plain && words.find("minor") != std::string::npos) {
    const Json minor = TRY(minor_units(value));
    MoneyForm form;
    form.currency = value["currency"].text();
    form.minor_in = true;
    return normalise_money(minor, form);
  }
  for (const Described& one : described) {
    const bool all = std::all_of(one.words.begin(), one.words.end(),
                                 [&](std::string_view word) { return words.find(word) != std::string::npos; });
    if (!all || !plain) continue;
    const bool date = one.type == Type::Datetime && !one.as.ends_with("(to: datetime)") && days_of(value.text());
    const Type type = date ? Type::Date : one.type;
    return there_and_back(TRY(parse_transform(one.as, type)), value, context_of(options, type));
  }
  if (options["table"].is_object()) {
    const EnumTable table = TRY(enum_options(options));
    if (!is_one_to_one(table))
      return fail(Code::ValueNotInvertible, "the table is not one-to-one", "Write direction: out");
    const Json out = TRY(enum_out(value, table));
    return enum_in(out, table);
  }
  if (const auto type = parse_type(words))
    return there_and_back(default_transform(*type), value, context_of(options, *type));
  // What is tried is of no field: only words are read as a text's.
  const Kind* const kind = find_kind(trimmed(std::string_view(as).substr(0, as.find('('))));
  const Type own = kind == nullptr || kind->forms.empty() ? Type::Text : kind->forms[0].type;
  const Type type = own == Type::Text || own == Type::Ref ? own : Type::JsonAny;
  return there_and_back(TRY(parse_transform(as, type)), value, context_of(options, Type::Text));
}

}  // namespace linchpin::mapping
