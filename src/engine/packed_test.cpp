#include "engine/packed.hpp"

#include <gtest/gtest.h>

namespace linchpin::engine {
namespace {

Json everything() {
  return *parse_json(
      R"({"a":[null,true,false,{"n":1234567890123456789012345.10,"t":"Zoë\u0000"},[]],"":"","o":{},"m":-0.5e9})");
}

std::string packed() {
  Packer p;
  p.number(0), p.number(-1), p.number(INT64_MIN), p.number(INT64_MAX), p.at(from_ms(1795500000000));
  p.text(""), p.text(std::string(300, 'x')), p.value(everything());
  return p.packed();
}

TEST(Packed, WhatWasPackedIsReadAsItWas) {
  const std::string text = packed();
  Unpacker u(text);
  EXPECT_EQ(u.number(), 0);
  EXPECT_EQ(u.number(), -1);
  EXPECT_EQ(u.number(), INT64_MIN);
  EXPECT_EQ(u.number(), INT64_MAX);
  EXPECT_EQ(u.at(), from_ms(1795500000000));
  EXPECT_EQ(u.text(), "");
  EXPECT_EQ(u.text(), std::string(300, 'x'));
  EXPECT_TRUE(u.value() == everything());
  EXPECT_TRUE(u.end());
}

TEST(Packed, WhatIsCutOrLongerOrOfAnotherFormatIsSaid) {
  const std::string whole = packed();
  const auto reads = [](std::string_view text) {
    Unpacker u(text);
    for (int i = 0; i < 4; ++i) u.number();
    (void)u.at(), (void)u.text(), (void)u.text(), (void)u.value();
    return u.end().has_value();
  };
  EXPECT_TRUE(reads(whole));
  for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_FALSE(reads(std::string_view(whole).substr(0, i))) << i;
  EXPECT_FALSE(reads(whole + '\0'));
  EXPECT_FALSE(reads('\2' + whole.substr(1)));
}

TEST(Packed, NoTextMakesItReadForeverOrTakeMoreThanThereIs) {
  for (int seed = 0; seed < 3000; ++seed) {
    std::string text(1, packed_format);
    for (unsigned at = 0, state = static_cast<unsigned>(seed) * 2654435761u; at < 60; ++at)
      text.push_back(static_cast<char>((state = state * 1664525u + 1013904223u) >> 24 & (seed % 2 ? 0xff : 7)));
    Unpacker u(text);
    (void)u.value();
  }
  std::string deep(1, packed_format);
  for (int i = 0; i < 5000; ++i) deep.append("\x04\x01", 2);
  Unpacker u(deep);
  (void)u.value();
  EXPECT_FALSE(u.end());
}

}  // namespace
}  // namespace linchpin::engine
