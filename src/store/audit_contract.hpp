// What every AuditStore promises, whichever store it is in: of the same worlds as store_contract.hpp.
#pragma once

#include "store/store_contract.hpp"

namespace linchpin::store {

template <class World>
class AuditContract : public StoreContract<World> {};

TYPED_TEST_SUITE_P(AuditContract);

TYPED_TEST_P(AuditContract, AuditRowsWaitInTheOrderOfTheirCommitUntilTheyAreLeaves) {
  Batch batch;
  batch.audit = {{99, "mia", "{\"a\":1}"}, {98, "", "{\"b\":2}"}};
  must(this->store().commit(batch));
  batch.audit = {{1, "mia", "{\"c\":3}"}};
  must(this->store().commit(batch));
  this->world.reopen();
  const auto rows = must(this->audit().waiting(10));
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].body, "{\"a\":1}");
  EXPECT_EQ(rows[2].body, "{\"c\":3}");
  EXPECT_LT(rows[0].id, rows[1].id);
  EXPECT_LT(rows[1].id, rows[2].id);
  EXPECT_EQ(must(this->audit().waiting(1)).size(), 1u);

  EXPECT_FALSE(must(this->audit().last_index_of("mia")));
  must(this->audit().integrate(
      {{0, "e0", "mia", rows[0].id}, {1, "e1", "", rows[1].id}},
      {{0, 0, std::string(32, 'a')}, {0, 1, std::string(32, 'b')}, {1, 0, std::string(32, 'c')}}));
  this->world.reopen();
  EXPECT_EQ(must(this->audit().size()), 2);
  EXPECT_EQ(must(this->audit().waiting(10)).size(), 1u);
  EXPECT_EQ(must(this->audit().last_index_of("mia")), 0);
  EXPECT_EQ(must(this->audit().node(1, 0)), std::string(32, 'c'));
  EXPECT_FALSE(must(this->audit().node(1, 1)));
  const auto leaves = must(this->audit().leaves(1, 5));
  ASSERT_EQ(leaves.size(), 1u);
  EXPECT_EQ(leaves[0].entry, "e1");
  EXPECT_EQ(leaves[0].row, rows[1].id);

  // A gap, and a row that is a leaf already, are refused whole.
  EXPECT_FALSE(this->audit().integrate({{3, "e3", "", rows[2].id}}, {}));
  EXPECT_FALSE(this->audit().integrate({{2, "e2", "", rows[2].id}, {3, "e3", "", rows[1].id}}, {}));
  EXPECT_EQ(must(this->audit().size()), 2);
  EXPECT_EQ(must(this->audit().waiting(10)).size(), 1u);

  must(this->audit().checkpoint(1, "one"));
  must(this->audit().checkpoint(2, "two"));
  this->world.reopen();
  EXPECT_EQ(must(this->audit().last_checkpoint())->second, "two");
}

TYPED_TEST_P(AuditContract, AnAuditEntryTooLargeForTheLogStopsTheCommitThatItAttests) {
  Batch batch;
  batch.goldens = {golden_row("g_1")};
  batch.audit = {{0, "", std::string(audit_body_max + 1, 'x')}};
  EXPECT_FALSE(this->store().commit(batch));
  EXPECT_FALSE(golden_in(this->store(), GoldenId("g_1")));
  batch.audit[0].body.pop_back();
  must(this->store().commit(batch));
}

REGISTER_TYPED_TEST_SUITE_P(AuditContract, AuditRowsWaitInTheOrderOfTheirCommitUntilTheyAreLeaves,
                            AnAuditEntryTooLargeForTheLogStopsTheCommitThatItAttests);

}  // namespace linchpin::store
