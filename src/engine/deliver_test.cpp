#include "engine/deliver.hpp"

#include <gtest/gtest.h>

#include "engine/small_family.hpp"

namespace linchpin::engine {
namespace {

Delivery delivery(std::int64_t id, Operation operation = Operation::Update) {
  Delivery d;
  d.id = DeliveryId(id);
  d.system = SystemName("crm"), d.object = ObjectName("contacts"), d.mapping = MappingName("crm.contacts");
  d.golden = GoldenId("g" + std::to_string(id)), d.entity = EntityName("contact");
  d.operation = operation;
  if (operation == Operation::Update) d.record = RecordId(std::to_string(id));
  d.values = {{"given_name", "Mia"}};
  return d;
}

model::Manifest manifest() {
  model::Manifest m = *small::hub()->system(SystemName("crm")).connector;
  m.objects[0].create_most = 2, m.objects[0].update_most = 3;
  return m;
}

TEST(Deliver, DeliveriesOfOneKindShareACallUpToWhatTheSystemTakes) {
  const std::vector<Load> all =
      loads(manifest(), {delivery(1), delivery(2, Operation::Create), delivery(3), delivery(4), delivery(5)}, {});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].deliveries.size(), 3u);
  EXPECT_EQ(all[1].operation, Operation::Create);
  EXPECT_EQ(all[2].deliveries[0].id.number, 5);
}

TEST(Deliver, WhatWasRefusedInCompanyGoesByItself) {
  const std::vector<Load> all = loads(manifest(), {delivery(1), delivery(2), delivery(3)}, {DeliveryId(2)});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].deliveries.size(), 2u);
  EXPECT_EQ(all[1].deliveries[0].id.number, 2);
}

TEST(Deliver, AnOperationGoesByItself) {
  Delivery ask = delivery(1, Operation::Do);
  ask.named = "create_check";
  EXPECT_EQ(loads(manifest(), {ask, delivery(2, Operation::Do)}, {}).size(), 2u);
}

TEST(Deliver, ValuesAreWrittenInTheSystemsForm) {
  const auto hub = small::hub();
  Delivery d = delivery(1);
  d.values = {{"given_name", "Mia"}, {"stage", "client"}};
  const Put made = put(*hub, d, nullptr);
  EXPECT_TRUE(made.errors.empty());
  EXPECT_TRUE(made.item.body == Json::object({{"first", "Mia"}, {"stage", "customer"}})) << canonical(made.item.body);
}

TEST(Deliver, AUniqueNameGetsItsSuffix) {
  const auto hub = small::hub();
  Delivery d = delivery(1, Operation::Create);
  d.system = SystemName("books"), d.object = ObjectName("Contacts"), d.mapping = MappingName("books.contacts");
  d.values = {{"full_name", "Mia Tan"}};
  d.suffix = 2;
  EXPECT_TRUE(put(*hub, d, nullptr).item.body["Name"] == Json("Mia Tan (2)"));
}

TEST(Deliver, AValueThatDoesNotFitIsLeftOutAndTheRestGoesOn) {
  const auto hub = small::hub();
  Delivery d = delivery(1);
  d.values = {{"given_name", "Mia"}, {"stage", "unheard-of"}};
  const Put made = put(*hub, d, nullptr);
  ASSERT_EQ(made.errors.size(), 1u);
  EXPECT_EQ(made.errors[0].field.text, "stage");
  EXPECT_TRUE(made.item.body == Json::object({{"first", "Mia"}}));
}

// Breaks InOrderPerRecord on purpose: two deliveries for one record in one call.
TEST(DeliverDeathTest, TwoDeliveriesForOneRecordInOneCallEndTheProcess) {
  const Delivery one = delivery(1);
  Delivery two = one;
  two.id = DeliveryId(2);
  EXPECT_DEATH((void)loads(manifest(), {one, two}, {}), "InOrderPerRecord");
}

}  // namespace
}  // namespace linchpin::engine
