#include "engine/question.hpp"

#include <gtest/gtest.h>

#include "engine/small_family.hpp"
#include "sim/memory_store.hpp"
#include "vault/keys.hpp"

namespace linchpin::sim {
namespace {

using engine::Delivery;
using engine::DeliveryState;
using engine::Family;
using engine::small::crm;

// Two golden records that have a record in the crm each; a person is asked whether the younger's is the older's.
class InQuestion : public testing::Test {
 protected:
  Family& person(const char* id, const RecordKey& record) {
    engine::Golden golden;
    golden.id = GoldenId(id), golden.entity = EntityName("contact"), golden.in_question = true;
    Family& family = work.make(golden);
    engine::Link link;
    link.key = record, link.entity = EntityName("contact"), link.golden = family.golden.id;
    work.changed_link(family, link);
    return family;
  }
  void SetUp() override {
    engine::ReviewRow row;
    row.id = "r1", row.kind = "match", row.system = SystemName("crm"), row.entity = EntityName("contact");
    row.golden = older.golden.id, row.record = crm("2");
    work.rows().reviews.push_back(row);
  }
  bool waits(const Family& family, const char* system) {
    const auto found = engine::undecided(*hub, family, store, work);
    EXPECT_TRUE(found) << (found ? "" : to_text(found.error()));
    return found && found->systems.contains(SystemName(system));
  }
  void create(Family& family, DeliveryState state) {
    Delivery d;
    d.id = DeliveryId(++number), d.system = SystemName("books"), d.golden = family.golden.id;
    d.operation = engine::Operation::Create, d.state = state;
    work.changed_delivery(family, d);
  }

  std::shared_ptr<const model::Hub> hub = engine::small::hub();
  sim::Store store;
  sim::KeyStore key_store;
  std::unique_ptr<vault::Keys> keys =
      std::move(vault::Keys::open(key_store, {.hub = "small",
                                              .master = Secret(std::string(32, 'm')),
                                              .match = Secret(std::string(32, 'k')),
                                              .random = [](std::size_t count) { return std::string(count, 'r'); }})
                    .value());
  engine::Families kept{0};
  std::int64_t number = 0;
  engine::Work work{store, *keys, kept, 1, number};
  Family& older = person("g_1", crm("1"));
  Family& younger = person("g_2", crm("2"));
};

TEST_F(InQuestion, WhereNeitherHasARecordTheYoungerWaits) {
  EXPECT_TRUE(waits(younger, "books"));
  EXPECT_FALSE(waits(older, "books"));
  older.golden.waits = true;
  EXPECT_FALSE(waits(younger, "books")) << "nothing is made for the older anyway";
}

TEST_F(InQuestion, NothingIsMadeWhereTheOtherIsBeingMade) {
  create(younger, DeliveryState::Pending);
  EXPECT_FALSE(waits(older, "books")) << "it has not left, and waits now";
  create(younger, DeliveryState::Sent);
  EXPECT_TRUE(waits(older, "books"));
}

TEST_F(InQuestion, NothingIsMadeWhereWhatBecameOfTheOthersCreateIsNotKnown) {
  create(younger, DeliveryState::Unknown);
  EXPECT_TRUE(waits(older, "books"));
}

}  // namespace
}  // namespace linchpin::sim
