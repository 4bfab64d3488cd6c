// The kinds of transform for amounts, numbers, choices, lists, and what refers to another record.
#include "mapping/kind.hpp"
#include "mapping/normal.hpp"
#include "mapping/options.hpp"

namespace linchpin::mapping {

namespace {

using Where = KindOption::Where;

Result<Json> money(const Json& in, const Json& o) {
  const Value value = TRY(normalise_money(in, money_options(o)));
  return option_text(o, "unit") == "minor_out" ? minor_units(value) : Result<Json>(value);
}
Result<Json> number(const Json& in, const Json& o) {
  return option_text(o, "type") == "integer" ? normalise_integer(in, number_options(o))
                                             : normalise_decimal(in, number_options(o));
}
Result<Json> enum_table(const Json& in, const Json& o) {
  const EnumTable table = TRY(enum_options(o));
  return option_text(o, "direction") == "out" ? enum_out(in, table) : enum_in(in, table);
}
Result<Json> boolean(const Json& in, const Json& o) {
  const Json *yes = o.find("true"), *no = o.find("false");
  const auto word = [&](const Json& value) -> Result<Json> {
    if (!value.is_boolean() || (!yes && !no)) return value;
    const Json* own = value.boolean() ? yes : no;
    if (!own)
      return fail(Code::ValueUnmapped, "the system has no word for this value",
                  "Declare both, as in boolean(true: Y, false: N)");
    return *own;
  };
  auto value = normalise_boolean(in);
  if (value) return word(*value);
  if (yes && in == *yes) return Json(true);
  if (no && in == *no) return Json(false);
  return value;
}
Result<Json> list_join(const Json& in, const Json& o) {
  const std::string to = option_text(o, "to");
  std::string separator = option_text(o, "separator");
  if (separator.empty()) separator = ";";
  if (to == "text" || (to.empty() && in.is_list())) return text_from_list(in, separator, option_flag(o, "trim"));
  return list_from_text(in, separator, option_flag(o, "trim"));
}

Result<Json> ref(const Json& in, const Json&) { return normalise(Type::Ref, in, {}); }

const KindOption decimal{.name = "decimal",
                         .what = "the decimal sign; with another than a dot a mapping writes texts",
                         .otherwise = "a dot"};
const KindOption group{.name = "group",
                       .what = "the sign that divides groups of three, or `indian` for lakhs and crores",
                       .otherwise = "a comma or a space; a text such as 1,234 is refused"};

}  // namespace

std::vector<Kind> kinds_of_values() {
  return {
      {.name = "money",
       .run = money,
       .what = "Reads an amount of money, exact, with the decimals of its currency.",
       .options = {{.name = "currency",
                    .what = "a code of ISO 4217, as in AUD",
                    .otherwise = "the value must say it",
                    .fits = is_any_currency},
                   decimal,
                   group,
                   {.name = "round",
                    .what = "how decimals are rounded that the currency does not have",
                    .choices = {"half_even", "half_up", "down"},
                    .otherwise = "they are refused"},
                   {.name = "unit",
                    .what = "that the system counts in cents, read or written; a mapping does both with either",
                    .choices = {"minor_in", "minor_out"},
                    .otherwise = "it counts in whole units"}},
       .forms = {{"money(currency: AUD)", Type::Money, "1234.5"},
                 {"money(currency: AUD, unit: minor_in)", Type::Money, "123450"},
                 {"money(currency: AUD, round: half_even)", Type::Money, "1.005"}},
       .examples = {{"12345678901234567890.1", R"({"currency":"AUD"})"},
                    {"\"(1,234.56)\"", R"({"currency":"AUD"})"},
                    {R"("1.234,50 €")", R"({"decimal":","})"},
                    {R"("1'234.50")", R"({"currency":"CHF","group":"'"})"},
                    {R"("12,34,567.00")", R"({"currency":"INR","group":"indian"})"},
                    {"1.005", R"({"currency":"AUD","round":"half_even"})"},
                    {"1.015", R"({"currency":"AUD","round":"down"})"},
                    {"1234", R"({"currency":"AUD","unit":"minor_in"})"},
                    {R"("12.34")", R"({"currency":"AUD","unit":"minor_out"})"},
                    {"1.005", R"({"currency":"AUD"})"},
                    {R"("1,234")", R"({"currency":"AUD"})"},
                    {R"("$10")"},
                    {R"("€10")", R"({"currency":"AUD"})"},
                    {"10", R"({"currency":"AUS"})"},
                    {"1e1001", R"({"currency":"AUD"})"},
                    {R"("ten")", R"({"currency":"AUD"})"}}},
      {.name = "number",
       .run = number,
       .what = "Reads a whole number or a decimal one, exact.",
       .options = {{.name = "type",
                    .what = "what is due",
                    .choices = {"decimal", "integer"},
                    .otherwise = "decimal; in a mapping as the field's type says"},
                   decimal,
                   group},
       .forms = {{"number", Type::Decimal, R"("1,234,567.10")"},
                 {"number(decimal: \",\")", Type::Decimal, R"("1.234.567,10")"}},
       .examples = {{R"("007")", R"({"type":"integer"})"},
                    {"1e-7"},
                    {R"("1,234")", R"({"group":","})"},
                    {R"("1,5")", R"({"decimal":","})"},
                    {R"("1,234")"},
                    {"7.5", R"({"type":"integer"})"},
                    {"9223372036854775808", R"({"type":"integer"})"},
                    {R"("seven")"}}},
      {.name = "enum.table",
       .run = enum_table,
       .what = "Has a word of the system for each value of the hub.",
       .options = {{.name = "table",
                    .what = "an object of hub values, each with its word; `*` for all others, out only",
                    .where = Where::Tried},
                   {.name = "direction",
                    .what = "which way it is run",
                    .choices = {"in", "out"},
                    .otherwise = "in",
                    .where = Where::Tried},
                   {.name = "…",
                    .what = "a row: the hub's value, and its word; `*` for all others, out only",
                    .where = Where::Mapped},
                   {.name = "ignore_case", .what = "`true`: ACTIVE and Active are one word", .otherwise = "false"},
                   {.name = "trim", .what = "`true`: white space around a word is none of it", .otherwise = "false"},
                   {.name = "list",
                    .what = "what divides several words in one text, and stands in none of them",
                    .otherwise = "it is one word",
                    .fits = is_filled}},
       .forms = {{"enum.table(client: ACTIVE, former: ARCHIVED)", Type::Enum, R"("ACTIVE")"},
                 {"enum.table(client: ACTIVE, *: OTHER)", Type::Enum, R"("ACTIVE")"},
                 {"enum.table(client: ACTIVE, former: GONE, lead: GONE)", Type::Enum, R"("ACTIVE")"}},
       .examples = {{R"("ACTIVE")", R"({"table":{"client":"ACTIVE","former":"ARCHIVED"}})"},
                    {R"("client")", R"({"table":{"client":"ACTIVE","former":"ARCHIVED"},"direction":"out"})"},
                    {R"("lead")", R"({"table":{"client":"ACTIVE","*":"OTHER"},"direction":"out"})"},
                    {R"("Active")", R"({"table":{"client":"ACTIVE"},"ignore_case":true})"},
                    {R"(" ACTIVE")", R"({"table":{"client":"ACTIVE"},"trim":true})"},
                    {R"("A;B")", R"({"table":{"audit":"A","books":"B"},"list":";"})"},
                    {R"("PAUSED")", R"({"table":{"client":"ACTIVE"}})"},
                    {R"("OTHER")", R"({"table":{"client":"ACTIVE","*":"OTHER"}})"},
                    {R"("GONE")", R"({"table":{"former":"GONE","lead":"GONE"}})"},
                    {R"("audit")", R"({"table":{"audit":"A;B"},"list":";","direction":"out"})"},
                    {"true", R"({"table":{"audit":"A"},"list":";"})"}}},
      {.name = "boolean",
       .run = boolean,
       .what = "Reads a yes or a no in the words that are in use, or in a system's own.",
       .options = {{.name = "true",
                    .what = "the system's word for yes; with one, the other is due too",
                    .otherwise = "true"},
                   {.name = "false", .what = "the system's word for no", .otherwise = "false"}},
       .forms = {{"boolean", Type::Boolean, R"("yes")"}, {"boolean(true: Ja, false: Nein)", Type::Boolean, R"("Ja")"}},
       .examples = {{R"("Yes")"},
                    {"0"},
                    {R"("Ja")", R"({"true":"Ja","false":"Nein"})"},
                    {"false", R"({"true":"Ja","false":"Nein"})"},
                    {"false", R"({"true":"Ja"})"},
                    {R"("maybe")"}}},
      {.name = "list.join",
       .run = list_join,
       .what = "Reads a list that a system holds in one text, and writes it so.",
       .options =
           {{.name = "separator", .what = "what divides the items", .otherwise = "a semicolon", .fits = is_filled},
            {.name = "trim", .what = "`true` takes off the white space around items", .otherwise = "false"},
            {.name = "to",
             .what = "what is made",
             .choices = {"list", "text"},
             .otherwise = "a list of a text, a text of a list",
             .where = Where::Tried}},
       .forms = {{"list.join(separator: \";\")", Type::ListOf, R"("audit;books")"}},
       .examples = {{R"("audit;books")"},
                    {R"(["audit","books"])", R"({"separator":", "})"},
                    {R"("audit; books")", R"({"trim":true})"},
                    {R"(["audit","books"])", R"({"to":"list"})"},
                    {R"(["audit;tax","books"])"},
                    {"true"}}},
      {.name = "ref",
       .run = ref,
       .what = "Reads the id by which a record refers to another; the hub looks up which that is.",
       .options = {{.name = "id",
                    .what = "that it is the hub's own id of it",
                    .otherwise = "`record` must be",
                    .where = Where::Mapped},
                   {.name = "record",
                    .what = "that it is the id of a record of the same system",
                    .otherwise = "`id` must be",
                    .where = Where::Mapped}},
       .forms = {{"ref(id)", Type::Ref, "42"}, {"ref(record)", Type::Ref, "42"}},
       .examples = {{R"(" 42 ")"}, {"42"}, {R"({"id":42})"}}},
  };
}

}  // namespace linchpin::mapping
