#include "base/log.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace linchpin {
namespace {

template <class T>
concept Logs = std::is_constructible_v<log::Loggable, T>;

// What may hold a record's value cannot be logged: it does not compile.
static_assert(Logs<int> && Logs<SystemName> && Logs<FieldName> && Logs<Code> && Logs<const Error&> && Logs<Place>);
static_assert(!Logs<std::string> && !Logs<std::string_view> && !Logs<Json> && !Logs<RecordId> && !Logs<char*>);

std::string logged(void (*say)()) {
  testing::internal::CaptureStderr();
  say();
  return testing::internal::GetCapturedStderr();
}

TEST(Log, ALineIsOneJsonObjectWithEveryTextEscaped) {
  const std::string line = logged([] {
    log::info("field merged",
              {{"stage", "merge"}, {"field", FieldName("a\"b\n")}, {"count", 3}, {"code", Code::NotFound}});
  });
  ASSERT_TRUE(line.ends_with("}\n"));
  const Json json = parse_json(line).value();
  EXPECT_EQ(json["level"].text(), "info");
  EXPECT_EQ(json["message"].text(), "field merged");
  EXPECT_EQ(json["stage"].text(), "merge");
  EXPECT_EQ(json["field"].text(), "a\"b\n");
  EXPECT_EQ(json["count"].integer(), 3);
  EXPECT_EQ(json["code"].text(), "not_found");
  EXPECT_TRUE(parse_rfc3339(json["at"].text()).has_value());
}

TEST(Log, ALevelSilencesWhatIsBelowIt) {
  log::set_level(log::Level::Error);
  EXPECT_EQ(logged([] { log::warn("unexpected"); }), "");
  EXPECT_EQ(parse_json(logged([] { log::error("a person must act"); })).value()["level"].text(), "error");
  log::set_level(log::Level::Off);
  EXPECT_EQ(logged([] { log::error("nobody hears this"); }), "");
  log::set_level(log::Level::Info);
}

}  // namespace
}  // namespace linchpin
