#include "engine/intake.hpp"

#include <gtest/gtest.h>

#include "engine/seal.hpp"
#include "sim/world.hpp"

namespace linchpin::engine {
namespace {

// The real connector of HubSpot, and a webhook that its sandbox has signed.
class Intake : public testing::Test {
 protected:
  void SetUp() override {
    auto made = sim::World::make({});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
    ASSERT_TRUE(
        world->edit("hubspot", "contacts", "", Json::object({{"firstname", "Mia"}, {"email", "mia@x.example"}})));
    const auto due = world->vendor("hubspot").webhooks_due(world->now() + seconds(10));
    ASSERT_FALSE(due.empty());
    request = due[0].request;
    at = world->now() + seconds(10);
    request.url = "/webhooks/hubspot";
  }
  Result<std::variant<InboxEntry, Refusal>> take(const Request& r, Instant now) {
    return intake(SystemName("hubspot"), r, world->connector("hubspot"), world->hub().environment.public_url,
                  world->credential("hubspot"), world->keys(), now);
  }
  Refusal refused(const Request& r, Instant now) { return std::get<Refusal>(*take(r, now)); }

  std::unique_ptr<sim::World> world;
  Request request;
  Instant at{};
};

TEST_F(Intake, ASignedBodyIsStoredWholeAndSealed) {
  const auto taken = take(request, at);
  ASSERT_TRUE(taken);
  const InboxEntry& entry = std::get<InboxEntry>(*taken);
  EXPECT_EQ(entry.sealed.find("objectId"), std::string::npos);
  const Result<std::string> body = open_body(entry.sealed, entry.system, entry.day, *world->keys().of_day(entry.day));
  ASSERT_TRUE(body);
  EXPECT_EQ(*body, request.body);
}

TEST_F(Intake, AnyOtherByteIsRefused) {
  request.body.back() ^= 1;
  EXPECT_EQ(refused(request, at).status, 401);
  EXPECT_EQ(refused(request, at).outcome, "unsigned");
}

TEST_F(Intake, AStaleSignatureIsRefusedInBothDirections) {
  EXPECT_EQ(refused(request, at + seconds(320)).outcome, "stale");
  EXPECT_EQ(refused(request, at - seconds(320)).outcome, "stale");
}

TEST_F(Intake, AnEncodedOrTooLargeBodyIsRefusedBeforeItIsLookedAt) {
  Request encoded = request;
  encoded.headers.push_back({"content-encoding", "gzip"});
  EXPECT_EQ(refused(encoded, at).status, 415);
  Request large = request;
  large.body.assign((4u << 20) + 1, ' ');
  EXPECT_EQ(refused(large, at).status, 413);
}

TEST_F(Intake, ABodyIsBoundToItsSystemAndDay) {
  const InboxEntry entry = std::get<InboxEntry>(*take(request, at));
  EXPECT_FALSE(open_body(entry.sealed, SystemName("xero"), entry.day, *world->keys().of_day(entry.day)));
  EXPECT_FALSE(open_body(entry.sealed, entry.system, "2020-01-01", *world->keys().of_day(entry.day)));
}

}  // namespace
}  // namespace linchpin::engine
