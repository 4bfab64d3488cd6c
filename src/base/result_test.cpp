#include "base/result.hpp"

#include <gtest/gtest.h>

#include <set>

namespace linchpin {
namespace {

constexpr Code every_code[] = {
#define ERROR(name, code, exit, http, meaning) Code::name,
#include "base/errors.def"
#undef ERROR
};

TEST(Result, AnErrorSaysWhatWhereAndTheFix) {
  const Error error{Code::MappingNotInvertible, "'both' needs an inverse; table(…) has none",
                    Place{"mappings/xero.yaml", 14, 9}, "Write direction: out"};
  EXPECT_EQ(to_text(error),
            "mappings/xero.yaml:14:9: 'both' needs an inverse; table(…) has none. Write direction: out.");
}

TEST(Result, AnErrorWithoutPlaceOrFixIsOneSentence) {
  EXPECT_EQ(to_text(Error{Code::NotFound, "no such person", {}, {}}), "no such person.");
}

TEST(Result, APlaceLeavesOutWhatIsUnknown) {
  EXPECT_EQ(to_text(Place{"hub.yaml", 3, 0}), "hub.yaml:3");
  EXPECT_EQ(to_text(Place{"hub.yaml", 0, 7}), "hub.yaml");
}

TEST(Result, TryPassesAnErrorUpOfAResultWithoutAValueToo) {
  const auto run = [](Result<void> first) -> Result<int> {
    TRY(first);
    return 1;
  };
  EXPECT_EQ(run({}), 1);
  EXPECT_EQ(run(fail(Code::NotFound, "x")).error().code, Code::NotFound);
}

TEST(Result, EveryCodeHasATextOfItsOwnAndStatusesThatExist) {
  std::set<std::string_view> texts;
  for (const Code code : every_code) {
    EXPECT_TRUE(texts.insert(code_text(code)).second) << code_text(code);
    EXPECT_GE(exit_status(code), 1) << code_text(code);
    EXPECT_LE(exit_status(code), 3) << code_text(code);
    EXPECT_GE(http_status(code), 400) << code_text(code);
    EXPECT_LT(http_status(code), 600) << code_text(code);
    EXPECT_TRUE(code_meaning(code).ends_with('.')) << code_text(code);
  }
}

Result<int> half(int number) {
  if (number % 2 != 0) return fail(Code::InvalidArgument, "the number is odd");
  return number / 2;
}
Result<int> quarter(int number) { return TRY(half(TRY(half(number)))); }

TEST(Result, TryGivesTheValueOrPassesTheErrorUp) {
  EXPECT_EQ(quarter(8), 2);
  EXPECT_EQ(quarter(6).error().code, Code::InvalidArgument);
}

}  // namespace
}  // namespace linchpin
