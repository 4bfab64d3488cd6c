// The kinds of transform that show what a mapping does with a whole record or with two values. No mapping names them.
#include "mapping/kind.hpp"
#include "mapping/options.hpp"
#include "mapping/path.hpp"
#include "mapping/roundtrip.hpp"

namespace linchpin::mapping {

namespace {

Result<Json> path_read(const Json& in, const Json& o) {
  const Path at = TRY(parse_path(option_text(o, "at")));
  return read(at, in).value_or(Json());
}
Result<Json> path_write(const Json& in, const Json& o) {
  const Path at = TRY(parse_path(option_text(o, "at")));
  return write(at, in["record"], in["value"]);
}

const KindOption at{.name = "at", .what = "a path, as in Phones[PhoneType=MOBILE].PhoneNumber"};
const KindOption region{
    .name = "region", .what = "the country of a telephone number that has no country code", .otherwise = "none"};

}  // namespace

std::vector<Kind> kinds_of_records() {
  return {
      {.name = "null.effect",
       .run = null_effect,
       .what = "Says what a record does to a field: keeps it, clears it, or sets it to a value, which it reads as the "
               "field's type does.",
       .options = {at,
                   {.name = "null",
                    .what = "what a member without a value means",
                    .choices = {"ignore", "clear"},
                    .otherwise = "ignore"},
                   {.name = "type", .what = "the field's type", .otherwise = "text"},
                   region},
       .forms = {},
       .examples = {{R"({"Email":"Jane@Mail.Example"})", R"({"at":"Email","type":"email"})"},
                    {R"({"Email":""})", R"({"at":"Email","null":"clear"})"},
                    {R"({"Email":""})", R"({"at":"Email"})"},
                    {"{}", R"({"at":"Email","null":"clear"})"},
                    {R"({"Phone":"0412 345 678"})", R"({"at":"Phone","type":"phone","region":"AU"})"},
                    {R"({"Phone":"0412 345 678"})", R"({"at":"Phone","type":"phone"})"},
                    {R"({"Phone":"12"})", R"({"at":"Phone","type":"phone","region":"AU"})"},
                    {R"({"Born":"03/04/1968"})", R"({"at":"Born","type":"date"})"},
                    {R"({"Born":"Fri, 3 April 1968"})", R"({"at":"Born","type":"date"})"},
                    {R"({"Born":"1968-04-03T10:00:00"})", R"({"at":"Born","type":"date"})"},
                    {R"({"Since":"2025-04-03"})", R"({"at":"Since","type":"datetime"})"},
                    {R"({"Since":"2025-04-03T10:00:00"})", R"({"at":"Since","type":"datetime"})"},
                    {R"({"Since":"2025-04-03T10:00:00 AEST"})", R"({"at":"Since","type":"datetime"})"},
                    {R"({"Born":1968})", R"({"at":"Born.Year"})"},
                    {R"({"Owes":10})", R"({"at":"Owes","type":"money"})"},
                    {R"({"Owes":{"amount":10,"currency":"AUS"}})", R"({"at":"Owes","type":"money"})"},
                    {R"({"Staff":9223372036854775808})", R"({"at":"Staff","type":"integer"})"}}},
      {.name = "path.read",
       .run = path_read,
       .what = "Reads what stands at a path of a record.",
       .options = {at},
       .forms = {},
       .examples = {{R"({"Phones":[{"Type":"MOBILE","Number":"1"}]})", R"({"at":"Phones[Type=MOBILE].Number"})"},
                    {R"({"Phones":[]})", R"({"at":"Phones[Type=MOBILE].Number"})"},
                    {R"({"Phones":[]})", R"({"at":"Phones[Type=MOBILE"})"}}},
      {.name = "path.write",
       .run = path_write,
       .what = "Writes a value at a path of a record, and leaves all else as it is.",
       .options = {at},
       .forms = {},
       .examples = {{R"({"record":{"Id":"7"},"value":"1"})", R"({"at":"Phones[Type=MOBILE].Number"})"},
                    {R"({"record":{"Phones":"none"},"value":"1"})", R"({"at":"Phones[Type=MOBILE].Number"})"},
                    {R"({"record":{},"value":"1"})", R"({"at":"Phones[Type=MOBILE"})"}}},
      {.name = "same.value",
       .run = same_values,
       .what = "Says whether two values are the same to a field: then nothing has changed.",
       .options = {{.name = "type", .what = "the field's type", .otherwise = "json"}, region},
       .forms = {},
       .examples = {{R"(["+61412345678","0412 345 678"])", R"({"type":"phone","region":"AU"})"},
                    {R"(["2025-01-01T00:00:00Z","2025-01-01T11:00:00+11:00"])", R"({"type":"datetime"})"},
                    {R"(["Jane ","Jane"])", R"({"type":"text"})"},
                    {R"("Jane")"}}},
      {.name = "roundtrip",
       .run = round_trip,
       .what = "Writes a hub's value and reads it back, and fails as what it is written by fails.",
       .options = {{.name = "as",
                    .what = "a transform as a mapping writes it, a field's type, or words such as `phone parts`",
                    .otherwise = "the table alone"},
                   {.name = "table", .what = "the rows of an enum.table", .otherwise = "none"},
                   {.name = "locale", .what = "the language of a name", .otherwise = "none"},
                   region,
                   {.name = "zone", .what = "the zone of a time", .otherwise = "none"}},
       .forms = {},
       .examples = {{R"("+61412345678")", R"({"as":"phone parts"})"},
                    {R"("0412 345 678")", R"({"as":"phone.normalise","region":"AU"})"},
                    {R"("2025-04-03T10:00:00Z")", R"({"as":"datetime.to_local","zone":"Australia/Sydney"})"},
                    {R"({"given":"太郎","family":"山田"})", R"({"as":"name","locale":"ja"})"},
                    {R"("client")", R"({"table":{"client":"ACTIVE","former":"ARCHIVED"}})"},
                    {R"("client")", R"({"table":{"client":"ACTIVE","former":"ACTIVE"}})"},
                    {R"("Jane")", R"({"as":"fold"})"},
                    {R"("lead")", R"-({"as":"enum.table(client: ACTIVE)"})-"},
                    {R"("Jane Citizen")", R"-({"as":"text.fit(max: 5)"})-"},
                    {R"(["audit;tax"])", R"-({"as":"list.join(separator: \";\")"})-"},
                    {R"("2025-04-03")", R"({"as":"datetime.to_local","zone":"Australia/Sydney"})"}}},
  };
}

}  // namespace linchpin::mapping
