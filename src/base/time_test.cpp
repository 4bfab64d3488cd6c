#include "base/time.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace linchpin {
namespace {

std::int64_t ms_of(std::string_view text) { return ms_since_epoch(parse_rfc3339(text).value()); }
Code why(std::string_view text) {
  const auto at = parse_rfc3339(text);
  EXPECT_FALSE(at.has_value()) << text;
  return at ? Code::Internal : at.error().code;
}

TEST(Time, AnInstantIsWrittenInUtcWithMillisecondsWhereItHasSome) {
  EXPECT_EQ(rfc3339(from_ms(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339(from_ms(1'795'482'123'045)), "2026-11-24T01:02:03.045Z");
  EXPECT_EQ(rfc3339(from_ms(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(Time, AnyOffsetIsReadAndFinerFractionsAreCut) {
  EXPECT_EQ(ms_of("2026-11-24T12:02:03+11:00"), ms_of("2026-11-24T01:02:03Z"));
  EXPECT_EQ(ms_of("2026-11-23t21:32:03.5-03:30"), ms_of("2026-11-24T01:02:03.500z"));
  EXPECT_EQ(ms_of("1970-01-01T00:00:00.0019999Z"), 1);
  EXPECT_EQ(ms_of("2024-02-29T00:00:00Z") - ms_of("2024-02-28T00:00:00Z"), 86'400'000);
  EXPECT_EQ(ms_of("2016-12-31T23:59:60Z"), ms_of("2017-01-01T00:00:00Z"));
}

TEST(Time, ATimeWithoutAZoneOrADateAloneSaysWhatItLacks) {
  EXPECT_EQ(why("2026-11-24T01:02:03"), Code::ValueNeedsZone);
  EXPECT_EQ(why("2026-11-24T01:02:03.5"), Code::ValueNeedsZone);
  EXPECT_EQ(why("2026-11-24"), Code::ValueNeedsTime);
}

TEST(Time, WhatIsNoTimeIsRefused) {
  for (const char* text :
       {"", "2026", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-00-10T00:00:00Z", "2026-11-24 01:02:03Z",
        "2026-11-24T24:00:00Z", "2026-11-24T01:60:03Z", "2026-11-24T01:02:61Z", "2026-11-24T01:02:03.Z",
        "2026-11-24T01:02:03ZZ", "2026-11-24T01:02:03+1100", "2026-11-24T01:02:03+24:00", "2026-11-24T01:02:03+11:60",
        "2026-11-24T01:02:03+11:00 ", "2026-11-24T01:02Z", "+026-11-24T01:02:03Z", "2026-1-24T01:02:03Z"}) {
    EXPECT_EQ(why(text), Code::ValueInvalid) << text;
  }
}

RC_GTEST_PROP(Time, WhatIsWrittenIsReadBack, ()) {
  const Instant at = from_ms(*rc::gen::inRange<std::int64_t>(-62'135'596'800'000, 253'402'300'799'999));
  RC_ASSERT(parse_rfc3339(rfc3339(at)) == at);
}

TEST(Time, SpansAreReadAsHubFilesWriteThem) {
  EXPECT_EQ(parse_span("30 days"), milliseconds{30LL * 86'400'000});
  EXPECT_EQ(parse_span("15 minutes"), milliseconds{900'000});
  EXPECT_EQ(parse_span("1 hour"), milliseconds{3'600'000});
  EXPECT_EQ(parse_span("90 seconds"), milliseconds{90'000});
  EXPECT_EQ(parse_span("2 weeks"), milliseconds{14LL * 86'400'000});
  EXPECT_EQ(parse_span("250 milliseconds"), milliseconds{250});
  EXPECT_EQ(parse_span("0 days"), milliseconds{0});
}

TEST(Time, ARetentionInYearsIsNeverADayShort) {
  EXPECT_GE(parse_span("7 years").value(),
            ms_of("2031-03-01T00:00:00Z") * milliseconds{1} - ms_of("2024-03-01T00:00:00Z") * milliseconds{1});
}

TEST(Time, WhatIsNoSpanIsRefused) {
  for (const char* text : {"", "days", "30", "30days", "-1 days", "1.5 hours", "30  days", "30 fortnights", "30 Days",
                           "30 dayss", "30 days ", "9223372036854775807 weeks", "99999999999999999999 days"}) {
    const auto span = parse_span(text);
    ASSERT_FALSE(span.has_value()) << text;
    EXPECT_EQ(span.error().code, Code::ValueInvalid);
    EXPECT_FALSE(span.error().fix.empty());
  }
}

}  // namespace
}  // namespace linchpin
