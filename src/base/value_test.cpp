#include "base/value.hpp"

#include <gtest/gtest.h>

namespace linchpin {
namespace {

Value number(const char* text) { return Json(Json::Number{text}); }
Value money(const char* amount, const char* currency) {
  return Json::object({{"amount", amount}, {"currency", currency}});
}

TEST(Value, ClassesAreOrderedFromPublicToComplianceOnly) {
  EXPECT_LT(Class::Public, Class::Internal);
  EXPECT_LT(Class::Internal, Class::Personal);
  EXPECT_LT(Class::Personal, Class::Restricted);
  EXPECT_LT(Class::Restricted, Class::ComplianceOnly);
}

TEST(Value, ClassesAndTypesAreReadAsTheyAreWritten) {
  for (const char* name : {"public", "internal", "personal", "restricted", "compliance_only"}) {
    EXPECT_EQ(to_text(parse_class(name).value()), name);
  }
  for (const char* name : {"text", "note", "email", "phone", "url", "date", "datetime", "boolean", "integer", "decimal",
                           "money", "enum", "country", "address", "ref", "government_id", "json"}) {
    EXPECT_EQ(to_text(parse_type(name).value()), name);
  }
  EXPECT_EQ(parse_type("government_id"), Type::GovernmentId);
  EXPECT_EQ(parse_type("json"), Type::JsonAny);
  EXPECT_EQ(parse_class("Personal"), std::nullopt);
  EXPECT_EQ(parse_type("string"), std::nullopt);
}

TEST(SameValue, AnEmailIsTheSameInAnyCase) {
  EXPECT_TRUE(same_value(Type::Email, "JANE.Doe@Practice.AU", "jane.doe@practice.au"));
  EXPECT_FALSE(same_value(Type::Email, "jane.doe@practice.au", "janedoe@practice.au"));
  EXPECT_FALSE(same_value(Type::Email, "jane@practice.au", "jane@practice.au.com"));
}

TEST(SameValue, ATextIsTheSameOnlyAsItStands) {
  EXPECT_FALSE(same_value(Type::Text, "Jane", "jane"));
  EXPECT_FALSE(same_value(Type::Text, "Jane", "Jane "));
  EXPECT_TRUE(same_value(Type::Text, "Jané", "Jané"));
}

TEST(SameValue, NumbersCompareByWhatTheyAreWorth) {
  EXPECT_TRUE(same_value(Type::Decimal, "1.50", "1.5"));
  EXPECT_TRUE(same_value(Type::Decimal, "150e-2", "1.5"));
  EXPECT_TRUE(same_value(Type::Decimal, number("1.50"), "1.5"));
  EXPECT_TRUE(same_value(Type::Decimal, "-0.00", "0"));
  EXPECT_TRUE(same_value(Type::Integer, number("100"), number("1E+2")));
  EXPECT_TRUE(same_value(Type::Integer, "007", "7"));
  EXPECT_FALSE(same_value(Type::Decimal, "1.5", "-1.5"));
  EXPECT_FALSE(same_value(Type::Integer, number("9007199254740993"), number("9007199254740992")));
  EXPECT_FALSE(same_value(Type::Decimal, "0.1", "0.10000000000000000000000001"));
}

TEST(SameValue, WhatIsNoNumberIsTheSameOnlyAsItStands) {
  EXPECT_TRUE(same_value(Type::Decimal, "n/a", "n/a"));
  EXPECT_FALSE(same_value(Type::Decimal, "", "0"));
  EXPECT_FALSE(same_value(Type::Decimal, "1.2.3", "1.2.30"));
  EXPECT_FALSE(same_value(Type::Decimal, "1e", "1"));
}

TEST(SameValue, MoneyNeedsItsCurrency) {
  EXPECT_TRUE(same_value(Type::Money, money("10.0", "AUD"), money("10.00", "AUD")));
  EXPECT_FALSE(same_value(Type::Money, money("10.0", "AUD"), money("10.0", "NZD")));
}

TEST(SameValue, NoValueIsTheSameOnlyAsNoValue) {
  EXPECT_TRUE(same_value(Type::Email, nullptr, nullptr));
  EXPECT_FALSE(same_value(Type::Email, nullptr, ""));
  EXPECT_FALSE(same_value(Type::Decimal, "0", nullptr));
}

}  // namespace
}  // namespace linchpin
