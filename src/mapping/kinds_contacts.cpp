// The kinds of transform for how a person or a firm is reached: telephone numbers, e-mail, URLs, countries, addresses.
#include "mapping/country.hpp"
#include "mapping/email.hpp"
#include "mapping/kind.hpp"
#include "mapping/options.hpp"
#include "mapping/phone.hpp"

namespace linchpin::mapping {

namespace {

using Where = KindOption::Where;

Result<Json> phone_normalise(const Json& in, const Json& o) { return normalise_phone(in, option_text(o, "region")); }
Result<Json> phone_format(const Json& in, const Json& o) {
  const Value canonical = TRY(normalise_phone(in, option_text(o, "region")));
  return format_phone(canonical, phone_style(o));
}
Result<Json> phone_join(const Json& in, const Json& o) {
  if (in.is_null()) return Json();
  if (!in.is_object()) return fail(Code::ValueInvalid, "the value is not an object with the parts of a number");
  return join_phone({in["country"], in["area"], in["number"]}, option_text(o, "region"));
}
Result<Json> email_normalise(const Json& in, const Json& o) {
  const std::string named = option_text(o, "display_name");
  return normalise_email(in, !named.empty() && named != "false");
}
Result<Json> email_match_key(const Json& in, const Json& o) {
  return email_key(in, option_flag(o, "drop_tag"), option_flag(o, "gmail"));
}
Result<Json> url_normalise(const Json& in, const Json&) { return normalise_url(in); }
Result<Json> country(const Json& in, const Json& o) {
  const Value alpha_2 = TRY(normalise_country(in));
  return format_country(alpha_2, country_form(o));
}
Result<Json> address_au(const Json& in, const Json& o) {
  return option_text(o, "what") == "state" ? normalise_australian_state(in) : normalise_australian_postcode(in);
}
Result<Json> address(const Json& in, const Json& o) {
  const AddressNames names = TRY(address_options(o));
  return option_text(o, "direction") == "out" ? address_out(in, names) : address_in(in, names);
}

const KindOption region{.name = "region",
                        .what = "the country of a number that has no country code, as in AU",
                        .otherwise = "none; in a mapping the field's `region:`",
                        .fits = is_region};

}  // namespace

std::vector<Kind> kinds_of_contacts() {
  return {
      {.name = "phone.normalise",
       .run = phone_normalise,
       .what = "Reads a telephone number as people write it: E.164, with its extension.",
       .options = {region},
       .forms = {{"phone.normalise", Type::Phone, R"("0412 345 678")"}},
       .examples = {{R"("0412 345 678")", R"({"region":"AU"})"},
                    {R"("02 9123 4567 ext 12")", R"({"region":"AU"})"},
                    {R"("+64 21 123 4567")"},
                    {R"(" ")"},
                    {R"("0412 345 678")"},
                    {R"("0412 345")", R"({"region":"AU"})"}}},
      {.name = "phone.format",
       .run = phone_format,
       .what = "Writes a telephone number in the form that a system wants.",
       .options = {{.name = "style", .what = "the form", .choices = {"national", "international", "rfc3966"}}, region},
       .forms = {{"phone.format(style: national)", Type::Phone, R"("0412 345 678")"},
                 {"phone.format(style: international)", Type::Phone, R"("0412 345 678")"}},
       .examples = {{R"("+61412345678")", R"({"style":"national"})"},
                    {R"("+61412345678")", R"({"style":"international"})"},
                    {R"("+61291234567;ext=12")", R"({"style":"rfc3966"})"},
                    {R"("0412 345 678")", R"({"style":"international","region":"AU"})"},
                    {R"("0412 345 678")", R"({"style":"international"})"},
                    {R"("+61 412")", R"({"style":"national"})"}}},
      {.name = "phone.join",
       .run = phone_join,
       .what = "Puts a telephone number together that a system holds in parts, and takes it apart again.",
       .options = {{.name = "region", .what = region.what, .otherwise = "none", .where = Where::Tried},
                   {.name = "country",
                    .what = "the member with the country code",
                    .otherwise = "the number holds it",
                    .where = Where::Mapped},
                   {.name = "area",
                    .what = "the member with the area code",
                    .otherwise = "the number holds it",
                    .where = Where::Mapped},
                   {.name = "number", .what = "the member with the number", .where = Where::Mapped}},
       .forms = {{"phone.join(country: PhoneCountryCode, area: PhoneAreaCode, number: PhoneNumber)", Type::Phone,
                  R"({"PhoneCountryCode":"61","PhoneAreaCode":"02","PhoneNumber":"9123 4567"})"},
                 {"phone.join(country: PhoneCountryCode, number: PhoneNumber)", Type::Phone,
                  R"({"PhoneCountryCode":"61","PhoneNumber":"0412 345 678"})"}},
       .examples = {{R"({"country":"61","area":"02","number":"9123 4567"})"},
                    {R"({"country":"","area":"","number":"0412 345 678"})", R"({"region":"AU"})"},
                    {R"({"country":"","area":"","number":"0412 345 678"})"},
                    {R"({"country":"64","area":"","number":"+61 412 345 678"})"},
                    {R"({"country":"61","area":"","number":"12"})"}}},
      {.name = "email.normalise",
       .run = email_normalise,
       .what = "Reads one e-mail address: the domain in lower case and ASCII, the local part as it is written.",
       .options = {{.name = "display_name", .what = "`true` takes a name before it off", .otherwise = "false"}},
       .forms = {{"email.normalise", Type::Email, R"("Jane.Citizen@Mail.Example")"}},
       .examples = {{R"("Jane.Citizen@MÜNCHEN.example")"},
                    {R"("Jane Citizen <jane@mail.example>")", R"({"display_name":true})"},
                    {R"("Jane Citizen <jane@mail.example>")"},
                    {R"("jane@mail.example; john@mail.example")"}}},
      {.name = "email.key",
       .run = email_match_key,
       .what = "Makes of an e-mail address what its spellings share, to match by and never to send to.",
       .options = {{.name = "drop_tag", .what = "`true` leaves out what stands behind a +", .otherwise = "false"},
                   {.name = "gmail",
                    .what = "`true` takes out the dots of an address at Google Mail, and knows its two domains as one",
                    .otherwise = "false"}},
       .forms = {{"email.key(drop_tag: true)", Type::Text, R"("Jane.Citizen+news@Mail.Example")"}},
       .examples = {{R"("Jane.Citizen+news@Mail.Example")"},
                    {R"("Jane.Citizen+news@Mail.Example")", R"({"drop_tag":true})"},
                    {R"("Jane.Citizen@googlemail.com")", R"({"gmail":true})"},
                    {R"("jane")"}}},
      {.name = "url.normalise",
       .run = url_normalise,
       .what = "Reads a web address (http or https) as browsers do.",
       .options = {},
       .forms = {{"url.normalise", Type::Url, R"("HTTPS://Example.com:443/a/../b")"}},
       .examples = {{R"("HTTPS://Example.com:443/a/../b?q=1 2")"}, {"\"javascript:alert(1)\""}, {R"("example.com")"}}},
      {.name = "country",
       .run = country,
       .what = "Reads a country by its code or its name, and writes the code or the name that a system wants.",
       .options = {{.name = "to",
                    .what = "what a system is written",
                    .choices = {"alpha_2", "alpha_3", "numeric", "name"},
                    .otherwise = "alpha_2"}},
       .forms = {{"country", Type::Country, R"("Australia")"}, {"country(to: name)", Type::Country, R"("Australia")"}},
       .examples = {{R"("Australia")"},
                    {R"("Australia")", R"({"to":"alpha_3"})"},
                    {R"("036")", R"({"to":"name"})"},
                    {R"("aus")", R"({"to":"numeric"})"},
                    {R"("Korea")"},
                    {R"("Autralia")"},
                    {R"("Nigera")"}}},
      {.name = "address.au",
       .run = address_au,
       .what = "Reads a state or a postcode of Australia.",
       .options = {{.name = "what", .what = "which of the two", .choices = {"state", "postcode"}}},
       .forms = {{"address.au(what: state)", Type::Text, R"("New South Wales")"},
                 {"address.au(what: postcode)", Type::Text, "800"}},
       .examples = {{R"("n.s.w.")", R"({"what":"state"})"},
                    {"800", R"({"what":"postcode"})"},
                    {R"("Cambria")", R"({"what":"state"})"},
                    {R"("12")", R"({"what":"postcode"})"}}},
      {.name = "address",
       .run = address,
       .what = "Reads and writes an address that a system holds in parts under names of its own.",
       .options = {{.name = "street", .what = "the member with the street", .otherwise = "it has none"},
                   {.name = "suburb", .what = "the member with the suburb or town", .otherwise = "it has none"},
                   {.name = "state", .what = "the member with the state", .otherwise = "it has none"},
                   {.name = "postcode", .what = "the member with the postcode", .otherwise = "it has none"},
                   {.name = "country", .what = "the member with the country", .otherwise = "it has none"},
                   {.name = "direction",
                    .what = "which way it is run",
                    .choices = {"in", "out"},
                    .otherwise = "in",
                    .where = Where::Tried}},
       .forms =
           {{"address(street: AddressLine1, suburb: City, state: Region, postcode: PostalCode, country: Country)",
             Type::Address,
             R"({"AddressLine1":"1 High St","City":"Ryde","Region":"NSW","PostalCode":"2112","Country":"Australia"})"}},
       .examples = {{R"({"Line1":"1 High St","City":"Ryde","Region":"NSW","Zip":2112,"Land":"Australia"})",
                     R"({"street":"Line1","suburb":"City","state":"Region","postcode":"Zip","country":"Land"})"},
                    {R"({"street":"1 High St","suburb":"Ryde"})", R"({"street":"Line1","direction":"out"})"},
                    {R"({"Line1":"1 High St","Land":"Autralia"})", R"({"street":"Line1","country":"Land"})"},
                    {R"("1 High St, Ryde")", R"({"street":"Line1"})"}}},
  };
}

}  // namespace linchpin::mapping
