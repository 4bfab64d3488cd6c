#include "mapping/derivation.hpp"

#include <gtest/gtest.h>

namespace linchpin::mapping {
namespace {

Derivation made_of(std::string_view from, Type type = Type::Text) {
  return Derivation::parse(from, {.type = type, .region = "AU", .zone = "UTC", .enum_values = {"high", "low"}}).value();
}

TEST(Derivation, FieldsInBracesLeaveNoGapWhereOneIsNull) {
  const Derivation name = made_of("{given_name} {family_name}");
  EXPECT_EQ(name.value({{"given_name", Json("Jane")}, {"family_name", Json("Citizen")}})->text(), "Jane Citizen");
  EXPECT_EQ(name.value({{"given_name", Json()}, {"family_name", Json("Citizen")}})->text(), "Citizen");
  EXPECT_TRUE(name.value({{"given_name", Json()}})->is_null());
  EXPECT_EQ(name.reads(), (std::set<std::string, std::less<>>{"family_name", "given_name"}));
}

TEST(Derivation, AnExpressionIsGivenTheFieldsThatItReads) {
  const Derivation domain = made_of("=if .email == null then null else .email | split(\"@\") | .[1] end");
  EXPECT_EQ(domain.value({{"email", Json("mia@example.com")}, {"phone", Json("1")}})->text(), "example.com");
  EXPECT_TRUE(domain.value({})->is_null()) << "absent is null";
  EXPECT_EQ(domain.reads(), (std::set<std::string, std::less<>>{"email"}));
}

TEST(Derivation, GivesWhatItsTypeHolds) {
  const Derivation risk = made_of("=if .total > 100 then \"high\" else .otherwise end", Type::Enum);
  EXPECT_EQ(risk.value({{"total", Json(200)}})->text(), "high");
  EXPECT_EQ(risk.value({{"total", Json(2)}, {"otherwise", Json("middle")}}).error().code, Code::ValueUnmapped);
  EXPECT_EQ(made_of("=.n", Type::Phone).value({{"n", Json("0491 570 006")}})->text(), "+61491570006");
  EXPECT_EQ(made_of("=.a + .b", Type::Integer).value({{"a", Json(2)}, {"b", Json(3)}}).value(), Json(5));
  EXPECT_TRUE(made_of("=empty").value({})->is_null());
  EXPECT_FALSE(made_of("=.a + 1").value({{"a", Json("Jane")}}));
}

TEST(Derivation, AnErrorHoldsNoValue) {
  const std::vector<std::pair<const char*, Type>> all = {
      {"=.a + 1", Type::Text}, {"=.a", Type::Date}, {"{b}", Type::Text}};
  for (const auto& [from, type] : all) {
    const auto made = made_of(from, type).value({{"a", Json("Jane")}, {"b", Json::list({Json("Jane")})}});
    ASSERT_FALSE(made) << from;
    EXPECT_EQ((made.error().what + made.error().fix).find("Jane"), std::string::npos) << from;
  }
}

TEST(Derivation, SaysWhatItCannotBeMadeOf) {
  for (const char* from : {"", "a name", "{given_name", "given_name}", "{{a}}", "=", "=.a +", "=.", "=keys"})
    EXPECT_FALSE(Derivation::parse(from, {})) << from;
}

}  // namespace
}  // namespace linchpin::mapping
