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

// Plain words for the transforms that have both directions: every word must stand in the text. The first that fits
// holds.
struct Described {
  std::array<std::string_view, 2> words;
  std::string_view as;
  Type type;
};
constexpr std::array<Described, 30> described{{
    {{"phone", "parts"}, "phone.join(country: country, area: area, number: number)", Type::Phone},
    {{"phone", "international"}, "phone.format(style: international)", Type::Phone},
    {{"phone", "national"}, "phone.format(style: national)", Type::Phone},
    {{"phone", "rfc3966"}, "phone.format(style: rfc3966)", Type::Phone},
    {{"phone", ""}, "phone.normalise", Type::Phone},
    {{"xero", "datetime"}, "xero.datetime(to: datetime)", Type::Datetime},
    {{"xero", "date"}, "xero.datetime(to: date)", Type::Date},
    {{"hubspot", "datetime"}, "hubspot.datetime(to: datetime)", Type::Datetime},
    {{"hubspot", "date"}, "hubspot.datetime(to: date)", Type::Date},
    {{"epoch", "date"}, "hubspot.datetime(to: epoch)", Type::Date},
    {{"epoch", ""}, "hubspot.datetime(to: epoch)", Type::Datetime},
    {{"excel", ""}, "date.parse(format: excel)", Type::Date},
    {{"dmy", ""}, "date.parse(order: dmy)", Type::Date},
    {{"mdy", ""}, "date.parse(order: mdy)", Type::Date},
    {{"local", ""}, "datetime.to_local", Type::Datetime},
    {{"country", "numeric"}, "country(to: numeric)", Type::Country},
    {{"country", "name"}, "country(to: name)", Type::Country},
    {{"country", "alpha"}, "country(to: alpha_3)", Type::Country},
    {{"alpha", "3"}, "country(to: alpha_3)", Type::Country},
    {{"country", ""}, "country(to: name)", Type::Country},
    {{"yes", "no"}, "boolean(true: Yes, false: No)", Type::Boolean},
    {{"y/n", ""}, "boolean(true: Y, false: N)", Type::Boolean},
    {{"1/0", ""}, "boolean(true: 1, false: 0)", Type::Boolean},
    {{"boolean", "words"}, "boolean(true: Yes, false: No)", Type::Boolean},
    {{"boolean", ""}, "boolean(true: true, false: false)", Type::Boolean},
    {{"list", ""}, "list.join(separator: \";\")", Type::ListOf},
    {{"joined", ""}, "list.join(separator: \";\")", Type::ListOf},
    {{"postcode", ""}, "address.au(what: postcode)", Type::Text},
    {{"state", ""}, "address.au(what: state)", Type::Text},
    {{"address", "parts"},
     "address(street: street, suburb: suburb, state: state, postcode: postcode, country: country)",
     Type::Address},
}};

Result<Json> there_and_back(const Transform& transform, const Json& value, const Context& context) {
  if (!transform.in || !transform.out) {
    return fail(Code::ValueNotInvertible, "the transform has one direction only", "Write direction: in or out");
  }
  auto out = transform.out(value, context);
  if (!out) return out;
  return transform.in(*out, context);
}

// The parts of a name, as one text and back. Whose family name is two words comes back as somebody else.
Result<Json> name_there_and_back(const Json& parts, const std::string& locale) {
  const Value joined = TRY(join_name(parts, locale, false));
  Value back = TRY(split_name(joined, {locale, false, std::nullopt}));
  for (const std::string_view part : {"title", "given", "family", "suffix"})
    if (nfc(single_spaced(parts[part].text())) != back[part].text())
      return fail(Code::ValueLossy, "the name does not come back with the parts that it went out with",
                  "Map the parts, each to a member of its own");
  return back;
}

// As `email text`: a field's type, whose system keeps everything as a text.
Result<Json> text_there_and_back(Type type, const Json& value, const Context& context) {
  const Transform transform = default_transform(type);
  if (!transform.in || !transform.out) return there_and_back(transform, value, context);
  const Json out = TRY(transform.out(value, context));
  return transform.in(out.is_number() ? Json(out.number_text()) : out, context);
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
  const auto said = [&](std::string_view word) { return words.find(word) != std::string::npos; };
  if (plain && said("name") && value.is_object()) return name_there_and_back(value, option_text(options, "locale"));
  // Cents say nothing of their currency, which the mapping declares.
  if (plain && (said("minor") || said("cents"))) {
    const Json minor = TRY(minor_units(value));
    MoneyForm form;
    form.currency = value["currency"].text();
    form.minor_in = true;
    return normalise_money(minor, form);
  }
  for (const Described& one : described) {
    if (!plain || !std::all_of(one.words.begin(), one.words.end(), said)) continue;
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
  if (const std::string_view of(words); of.ends_with(" text"))
    if (const auto type = parse_type(of.substr(0, of.size() - 5)))
      return text_there_and_back(*type, value, context_of(options, *type));
  // What is tried is of no field: only words are read as a text's.
  const Kind* const kind = find_kind(trimmed(std::string_view(as).substr(0, as.find('('))));
  const Type own = kind == nullptr || kind->forms.empty() ? Type::Text : kind->forms[0].type;
  const Type type = own == Type::Text || own == Type::Ref ? own : Type::JsonAny;
  return there_and_back(TRY(parse_transform(as, type)), value, context_of(options, Type::Text));
}

}  // namespace linchpin::mapping
