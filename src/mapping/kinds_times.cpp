// The kinds of transform for dates and times.
#include "mapping/kind.hpp"
#include "mapping/options.hpp"
#include "mapping/vendor_date.hpp"

namespace linchpin::mapping {

namespace {

Result<Json> date_parse(const Json& in, const Json& o) {
  const DateReading reading = TRY(date_options(o));
  return parse_date(in, reading);
}
Result<Json> datetime_to_date(const Json& in, const Json& o) {
  return to_date(in, option_text(o, "zone"), option_text(o, "date_at") == "midnight_utc");
}
Result<Json> datetime_to_utc(const Json& in, const Json& o) { return to_utc(in, local_options(o)); }
Result<Json> datetime_to_local(const Json& in, const Json& o) { return to_local(in, option_text(o, "zone")); }

VendorTo vendor_to(const Json& o) {
  const std::string to = option_text(o, "to");
  if (to == "date") return VendorTo::Date;
  return to == "datetime" || to.empty() ? VendorTo::Datetime : VendorTo::Vendor;
}
Result<Json> xero(const Json& in, const Json& o) { return xero_datetime(in, vendor_to(o)); }
Result<Json> hubspot(const Json& in, const Json& o) { return hubspot_datetime(in, vendor_to(o)); }

const KindOption zone{.name = "zone",
                      .what = "a zone of the tz database, as in Australia/Sydney",
                      .otherwise = "none; in a mapping the hub's `time_zone:`",
                      .fits = is_zone};

KindOption vendor_option(std::string_view vendors_own) {
  return {.name = "to",
          .what = "what it is read as; the last one is the vendor's own form, in which a mapping writes",
          .choices = {"datetime", "date", vendors_own},
          .otherwise = "datetime; in a mapping as the field's type says"};
}

}  // namespace

std::vector<Kind> kinds_of_times() {
  constexpr auto sydney = R"({"zone":"Australia/Sydney"})";
  return {
      {.name = "date.parse",
       .run = date_parse,
       .what = "Reads a date as people write it, and guesses nothing.",
       .options = {{.name = "order",
                    .what = "whether the day or the month stands first",
                    .choices = {"dmy", "mdy"},
                    .otherwise = "a date of which it decides is refused"},
                   {.name = "pivot",
                    .what = "years of two digits up to it are 20xx, the others 19xx",
                    .otherwise = "a year of two digits is refused",
                    .fits = is_year},
                   {.name = "format",
                    .what = "a day number as Excel counts",
                    .choices = {"excel"},
                    .otherwise = "a date that is written out"},
                   {.name = "not_before", .what = "the first date that is taken", .otherwise = "any"},
                   {.name = "not_after", .what = "the last date that is taken", .otherwise = "any"}},
       .forms = {{"date.parse(order: dmy)", Type::Date, R"("03/04/2025")"},
                 {"date.parse(format: excel)", Type::Date, "45750"}},
       .examples = {{R"("Thu, 3rd April 2025")"},
                    {R"("03/04/2025")", R"({"order":"dmy"})"},
                    {R"("03/04/2025")", R"({"order":"mdy"})"},
                    {R"("03/04/68")", R"({"order":"dmy","pivot":30})"},
                    {"45750", R"({"format":"excel"})"},
                    {R"("03/04/2025")"},
                    {R"("03/04/68")", R"({"order":"dmy"})"},
                    {R"("29/02/2025")", R"({"order":"dmy"})"},
                    {R"("Fri, 3 April 2025")"},
                    {R"("2025-04-03T10:00:00")"},
                    {R"("2025-04-03T10:00:00Z")"},
                    {R"("2025-04-03T10:00:00 AEST")"},
                    {R"("1825-04-03")", R"({"not_before":"1900-01-01"})"},
                    {R"("2125-04-03")", R"({"not_after":"2100-12-31"})"}}},
      {.name = "datetime.to_date",
       .run = datetime_to_date,
       .what = "Takes the date out of a time.",
       .options = {zone,
                   {.name = "date_at",
                    .what = "how the system keeps a date as a time",
                    .choices = {"midnight_utc"},
                    .otherwise = "as a moment, whose date is the one in the zone"}},
       .forms = {{"datetime.to_date", Type::Date, R"("2025-04-02T23:30:00Z")"}},
       .examples = {{R"("2025-04-02T23:30:00Z")", sydney},
                    {R"("2025-04-03T00:00:00Z")", R"({"date_at":"midnight_utc"})"},
                    {R"("2025-04-02T23:30:00Z")", R"({"date_at":"midnight_utc"})"},
                    {R"("2025-04-02T23:30:00Z")"},
                    {R"("2025-04-02T23:30:00Z")", R"({"zone":"Sydney"})"},
                    {R"("9999-12-31T23:30:00Z")", sydney},
                    {R"("yesterday")", sydney}}},
      {.name = "datetime.to_utc",
       .run = datetime_to_utc,
       .what = "Reads a time of a zone, or one with its own offset, as a moment in UTC.",
       .options = {zone,
                   {.name = "gap",
                    .what = "which moment a time is that the clocks jump over",
                    .choices = {"reject", "earlier", "later"},
                    .otherwise = "reject"},
                   {.name = "overlap",
                    .what = "which moment a time is that happens twice",
                    .choices = {"reject", "earlier", "later"},
                    .otherwise = "reject"},
                   {.name = "at",
                    .what = "the time of day of a date alone, as in 09:00",
                    .otherwise = "it is refused",
                    .fits = is_time_of_day}},
       .forms = {{"datetime.to_utc", Type::Datetime, R"("2025-04-03T10:00:00")"}},
       .examples = {{R"("2025-04-03T10:00:00")", sydney},
                    {R"("2025-04-03T10:00:00.120+02:00")"},
                    {R"("2025-04-03")", R"({"zone":"Australia/Sydney","at":"09:00"})"},
                    {R"("2025-04-06T02:30:00")", R"({"zone":"Australia/Sydney","overlap":"earlier"})"},
                    {R"("2025-10-05T02:30:00")", R"({"zone":"Australia/Sydney","gap":"later"})"},
                    {R"("2025-04-06T02:30:00")", sydney},
                    {R"("2025-10-05T02:30:00")", sydney},
                    {R"("2025-04-03")", sydney},
                    {R"("2025-04-03T10:00:00")"},
                    {R"("2025-04-03T10:00:00 AEST")", sydney},
                    {R"("9999-12-31T23:30:00-02:00")"},
                    {R"("yesterday")", sydney}}},
      {.name = "datetime.to_local",
       .run = datetime_to_local,
       .what = "Writes a moment as the time of a zone, with its offset.",
       .options = {zone},
       .forms = {{"datetime.to_local", Type::Datetime, R"("2025-04-03T10:00:00+08:00")"}},
       .examples = {{R"("2025-04-05T15:30:00Z")", sydney},
                    {R"("2025-04-05T15:30:00Z")"},
                    {R"("2025-04-05T15:30:00Z")", R"({"zone":"AEST"})"},
                    {R"("2025-04-05")", sydney},
                    {R"("1890-01-01T00:00:00Z")", sydney},
                    {R"("9999-12-31T23:30:00Z")", sydney},
                    {R"("yesterday")", sydney}}},
      {.name = "xero.datetime",
       .run = xero,
       .what = "Reads and writes dates and times as Xero's API has them.",
       .options = {vendor_option("xero")},
       .forms = {{"xero.datetime", Type::Datetime, R"("/Date(1419937200000+1300)/")"},
                 {"xero.datetime(to: date)", Type::Date, R"("2015-08-13T00:00:00")"}},
       .examples = {{R"("/Date(1419937200000+1300)/")"},
                    {R"("/Date(1439424000000+0000)/")", R"({"to":"date"})"},
                    {R"("2015-08-13")", R"({"to":"xero"})"},
                    {R"("/Date(1419937200000+1300)/")", R"({"to":"date"})"},
                    {R"("2015-08-13")"},
                    {R"("2015-08-13T00:00:00")"},
                    {R"("2015-08-13T00:00:00 NZST")"},
                    {R"("/Date(253402300800000)/")"},
                    {R"("13 August 2015")"}}},
      {.name = "hubspot.datetime",
       .run = hubspot,
       .what = "Reads and writes dates and times as HubSpot's API has them.",
       .options = {vendor_option("epoch")},
       .forms = {{"hubspot.datetime", Type::Datetime, R"("2025-04-03T10:00:00.000Z")"},
                 {"hubspot.datetime(to: date)", Type::Date, R"("1430438400000")"},
                 {"hubspot.datetime(to: epoch)", Type::Datetime, R"("1430438400000")"}},
       .examples = {{R"("1430438400123")"},
                    {"1430438400000", R"({"to":"date"})"},
                    {R"("2015-05-01")", R"({"to":"epoch"})"},
                    {R"("1430438400123")", R"({"to":"date"})"},
                    {R"("2015-05-01")"},
                    {R"("2015-05-01T00:00:00")"},
                    {R"("2015-05-01T00:00:00 AEST")"},
                    {"253402300800000"},
                    {R"("1 May 2015")"}}},
  };
}

}  // namespace linchpin::mapping
