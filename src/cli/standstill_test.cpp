#include "cli/standstill.hpp"

#include <gtest/gtest.h>

namespace linchpin::cli {
namespace {

using std::chrono::minutes;

const Instant began = from_ms(1'800'000'000'000);
const SystemName hubspot("hubspot"), xero("xero");
engine::Call list(const SystemName& system) { return {CallId(1), system, engine::ListCall{}, {}}; }
engine::Call authorise(const SystemName& system) { return {CallId(2), system, engine::AuthoriseCall{}, {}}; }
Error error(Code code) { return {code, "it could not be reached", {}, ""}; }
const engine::Retry down{milliseconds(0), error(Code::SystemUnreachable)};

TEST(Standstill, IsOverWhenEveryCallOfOneSystemHasFailedForAsLongAsPatienceLasts) {
  Standstill standstill(minutes(5));
  standstill.heard(list(xero), down, true, began);
  EXPECT_EQ(standstill.waits_for(), "it could not be reached");
  for (int minute = 1; minute < 5; ++minute) {
    standstill.heard(list(xero), down, true, began + minutes(minute));
    standstill.heard(list(hubspot), engine::Listed{}, false, began + minutes(minute));  // others do not make it better
    EXPECT_FALSE(standstill.over(began + minutes(minute)));
  }
  const auto over = standstill.over(began + minutes(5));
  ASSERT_TRUE(over);
  EXPECT_EQ(over->code, Code::SystemUnreachable);
  EXPECT_EQ(over->what, "it could not be reached, and nothing of it has succeeded for 5 minutes");
  standstill.heard(list(xero), engine::Listed{}, true, began + minutes(6));
  EXPECT_FALSE(standstill.over(began + minutes(20)));
  EXPECT_EQ(standstill.waits_for(), "");
}

TEST(Standstill, IsOverAtOnceWhenACredentialIsRefusedForGood) {
  const engine::Unauthorised unauthorised{error(Code::Unauthenticated)};
  const engine::Refused refused{error(Code::Unauthenticated)};
  Standstill token(minutes(5)), renewed(minutes(5)), refresh(minutes(5));
  token.heard(list(hubspot), unauthorised, false, began);
  EXPECT_EQ(token.over(began)->code, Code::Unauthenticated);
  renewed.heard(list(xero), unauthorised, true, began);  // a new access token may be had
  EXPECT_FALSE(renewed.over(began));
  refresh.heard(authorise(xero), refused, true, began);
  EXPECT_EQ(refresh.over(began)->code, Code::Unauthenticated);
}

TEST(Standstill, GoesOnWhenARecordIsRefused) {
  Standstill standstill(minutes(5));
  standstill.heard({CallId(3), xero, engine::WriteCall{}, {}}, engine::Refused{error(Code::WriteRefused)}, true, began);
  EXPECT_FALSE(standstill.over(began + minutes(9)));
  standstill.heard(error(Code::StoreUnavailable), began);  // the hub's own trouble
  EXPECT_EQ(standstill.over(began + minutes(9))->code, Code::StoreUnavailable);
  standstill.heard(std::nullopt, began);
  EXPECT_FALSE(standstill.over(began + minutes(9)));
}

}  // namespace
}  // namespace linchpin::cli
