#include "base/http.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/json.hpp"

namespace linchpin {
namespace {

TEST(Http, HeadersAreFoundWithoutCase) {
  const Headers headers = {{"Content-Type", "a"}, {"X-Id", "1"}, {"x-id", "2"}};
  ASSERT_NE(find_header(headers, "X-ID"), nullptr);
  EXPECT_EQ(*find_header(headers, "X-ID"), "1");
  EXPECT_EQ(count_headers(headers, "x-Id"), 2u);
  EXPECT_EQ(find_header(headers, "X-I"), nullptr);
  EXPECT_EQ(count_headers(headers, "host"), 0u);
}

TEST(Http, ATargetFallsIntoPathAndQuery) {
  EXPECT_EQ(path_of("/a%2Fb?x=1?2"), "/a%2Fb");
  EXPECT_EQ(query_of("/a?x=1?2"), "x=1?2");
  EXPECT_EQ(path_of("/a"), "/a");
  EXPECT_EQ(query_of("/a"), "");
}

TEST(Http, AQueryIsReadWithItsEscapes) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(parse_query("a=1&b=x+y%2B&c&=d&&a=2%"),
            (Pairs{{"a", "1"}, {"b", "x y+"}, {"c", ""}, {"", "d"}, {"a", "2%"}}));
  EXPECT_EQ(query_value("/p?limit=10&cursor=a%3Db", "cursor"), "a=b");
  EXPECT_EQ(query_value("/p?limit=10", "cursor"), std::nullopt);
  EXPECT_EQ(query_value("/p?a=1&a=2", "a"), "1");
}

TEST(Http, ABrokenEscapeStaysAsItIs) {
  EXPECT_EQ(percent_decode("%4a%4A+%zz%4"), "JJ+%zz%4");
  EXPECT_EQ(percent_decode("%"), "%");
}

TEST(Http, OnlyTheUnreservedStandUnescaped) { EXPECT_EQ(percent_encode("aZ0-._~ /é'"), "aZ0-._~%20%2F%C3%A9%27"); }

RC_GTEST_PROP(Http, WhatIsEncodedIsDecoded, (std::string text)) {
  RC_ASSERT(percent_decode(percent_encode(text)) == text);
}

TEST(Http, AProblemHasTheStatusOfItsCodeAndItsRemedy) {
  const Answer answer = problem(Error{Code::ReviewAnswered, "the review has an answer", {}, "Look at review show"});
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(*find_header(answer.headers, "content-type"), "application/problem+json");
  EXPECT_EQ(answer.body, R"({"code":"review_answered","detail":"the review has an answer. Look at review show",)"
                         R"("status":409,"title":"Conflict"})");
}

TEST(Http, EveryCodesStatusHasATitleOfItsOwn) {
  for (const Code code : {
#define ERROR(name, code, exit, http, meaning) Code::name,
#include "base/errors.def"
#undef ERROR
       }) {
    const Json body = parse_json(problem(Error{code, "x", {}, {}}).body).value();
    if (http_status(code) != 500) EXPECT_NE(body["title"].text(), "Internal Server Error") << code_text(code);
  }
}

}  // namespace
}  // namespace linchpin
