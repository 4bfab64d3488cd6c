#include "cli/printable.hpp"

#include <gtest/gtest.h>

namespace linchpin::cli {
namespace {

TEST(Printable, WhatPeopleWriteStaysAsItIs) {
  for (const char* text : {"", "Zoë O'Brien", "王小明", "عمر", "🦘 & <b>", R"(C:\new\table)", "a\u00a0b", "x\u200dy"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, ANameNeitherColoursNorBeginsALine) {
  EXPECT_EQ(printable("Holt\x1b[31m\nxero:fake  lastname  x -> y"), R"(Holt\x1b[31m\nxero:fake  lastname  x -> y)");
  EXPECT_EQ(printable("12 A St\r\n\tLevel 3\b"), R"(12 A St\r\n\tLevel 3\x08)");
  EXPECT_EQ(printable(std::string_view("a\0b\x7f", 4)), R"(a\x00b\x7f)");
}

TEST(Printable, NorDoesACharacterOfMoreThanOneByte) {
  EXPECT_EQ(printable("a\u009b31mb\u0085c"), R"(a\u009b31mb\u0085c)") << "C1: ESC and [ in one";
  EXPECT_EQ(printable("\u202aa\u202e\u2066b\u2069"), R"(\u202aa\u202e\u2066b\u2069)") << "letters that change places";
  EXPECT_EQ(printable("a\u2028b\u2029"), R"(a\u2028b\u2029)");
}

TEST(Printable, BytesThatAreNoTextAreShownEach) {
  EXPECT_EQ(printable("a\x9b"
                      "31m"),
            R"(a\x9b31m)");
  EXPECT_EQ(printable("\xe2\x80"), R"(\xe2\x80)") << "cut off";
  EXPECT_EQ(printable("\xc0\x8a"), R"(\xc0\x8a)") << "a line's end in more bytes than it takes";
}

TEST(Printable, OfAnAnswerEachTextAndNothingElse) {
  const Json answer = Json::object(
      {{"writes",
        Json::list({Json::object({{"after", "a\nb"}, {"hidden", false}, {"at", Json(Json::Number{"1.50"})}})})},
       {"before", nullptr},
       {"value", Json::object({{"street", "12 A St\x1b[0m"}})}});
  EXPECT_EQ(
      printable_answer(answer),
      Json::object({{"writes", Json::list({Json::object(
                                   {{"after", R"(a\nb)"}, {"hidden", false}, {"at", Json(Json::Number{"1.50"})}})})},
                    {"before", nullptr},
                    {"value", Json::object({{"street", R"(12 A St\x1b[0m)"}})}}));
}

TEST(Printable, AnAddressInALineSaysOnceWhereItsLinesEnd) {
  const Json address = printable_answer(Json::object({{"street", "12 A St\nLevel 3"}, {"suburb", R"(C:\x "y")"}}));
  EXPECT_EQ(in_line(address), R"({"street":"12 A St\nLevel 3","suburb":"C:\x \"y\""})");
  EXPECT_EQ(in_line("a"), "a");
  EXPECT_EQ(in_line(nullptr), "null");
}

}  // namespace
}  // namespace linchpin::cli
