// The contract of the stores, as one suite: SQLite's and the simulator's (and whoever comes next) must pass it.
// Included by tests only. A world W is made empty and gives its stores; reopen() closes and opens them, as a restart
// does:
//   engine::Store& store();  engine::AuditStore& audit();  engine::Inbox& inbox();  engine::KeyStore& keys();  void
//   reopen();
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "store/contract_rows.hpp"

namespace linchpin::store {

using namespace engine;

template <class World>
class StoreContract : public testing::Test {
 protected:
  World world;
  Store& store() { return world.store(); }
  AuditStore& audit() { return world.audit(); }
  Inbox& inbox() { return world.inbox(); }
  KeyStore& keys() { return world.keys(); }
};
TYPED_TEST_SUITE_P(StoreContract);

TYPED_TEST_P(StoreContract, AnEmptyStoreHasNothing) {
  Store& store = this->store();
  EXPECT_FALSE(golden_in(store, GoldenId("g_1")));
  EXPECT_TRUE(links_to(store, "1").empty());
  EXPECT_FALSE(must(store.next_due(SystemName("xero"))));
  EXPECT_EQ(must(store.last_delivery()), DeliveryId(0));
  EXPECT_EQ(must(store.done_up_to()), Position(0));
  EXPECT_TRUE(must(store.done(Position(1), Position(3))).whole.empty());
  EXPECT_FALSE(must(store.meta("hub")));
  EXPECT_EQ(must(this->inbox().last()), Position(0));
  EXPECT_TRUE(must(this->inbox().read(Position(0), 10)).empty());
  EXPECT_EQ(must(this->audit().size()), 0);
  EXPECT_FALSE(must(this->audit().last_checkpoint()));
}

TYPED_TEST_P(StoreContract, GoldenRecordsAreReadBackAsTheyWereCommitted) {
  Batch batch;
  batch.goldens = {golden_row("g_2"), golden_row("g_1"), golden_row("g_3")};
  batch.goldens[2].entity = EntityName("verification");
  must(this->store().commit(batch));
  Batch again;
  again.goldens = {golden_row("g_1")};
  again.goldens[0].version = 2;
  again.goldens[0].sealed = "other";
  must(this->store().commit(again));
  this->world.reopen();

  const auto one = golden_in(this->store(), GoldenId("g_1"));
  ASSERT_TRUE(one);
  EXPECT_EQ(one->version, 2);
  EXPECT_EQ(one->sealed, "other");
  EXPECT_EQ(one->created, from_ms(1000));
  EXPECT_EQ(golden_in(this->store(), GoldenId("g_2"))->sealed, std::string("se\0aled", 7));
  const auto contacts = must(this->store().goldens(EntityName("contact"), GoldenId(""), 10));
  ASSERT_EQ(contacts.size(), 2u);
  EXPECT_EQ(contacts[0].id, GoldenId("g_1"));
  EXPECT_EQ(must(this->store().goldens(EntityName("contact"), GoldenId("g_1"), 10)).size(), 1u);
  EXPECT_EQ(must(this->store().goldens(EntityName("contact"), GoldenId(""), 1)).size(), 1u);
}

TYPED_TEST_P(StoreContract, WhatARecordWasAtRestIsKeptUntilOneOfItsLinksIsPut) {
  Batch batch, rest, put;
  batch.links = {link_row("2", "g_1"), link_row("1", "g_1"), link_row("1", "g_9", "other"), link_row("3", "g_2")};
  must(this->store().commit(batch));
  const std::map<RecordId, std::string> kept{{RecordId("1"), "one"}, {RecordId("3"), std::string("th\0ree", 6)}};
  for (const auto& [id, digest] : kept) rest.at_rest.emplace_back(record(id.text.c_str()), digest);
  must(this->store().commit(rest));
  const std::vector<RecordId> asked{RecordId("1"), RecordId("2"), RecordId("3"), RecordId("4")};
  EXPECT_EQ(must(this->store().at_rest(SystemName("hubspot"), ObjectName("contacts"), asked)), kept);
  put.links = {link_row("1", "g_9", "other"), link_row("3", "g_2")};
  must(this->store().commit(put));
  EXPECT_TRUE(must(this->store().at_rest(SystemName("hubspot"), ObjectName("contacts"), asked)).empty());
}

TYPED_TEST_P(StoreContract, LinksAreFoundByGoldenRecordByRecordAndInOrder) {
  Batch batch;
  batch.goldens = {golden_row("g_1"), golden_row("g_2")};
  batch.links = {link_row("2", "g_1"), link_row("1", "g_1"), link_row("1", "g_9", "verification"),
                 link_row("3", "g_2")};
  batch.links[3].gone = true;
  must(this->store().commit(batch));
  EXPECT_EQ(links_in(this->store(), GoldenId("g_1")).size(), 2u);
  const auto of_record = links_to(this->store(), "1");
  ASSERT_EQ(of_record.size(), 2u);
  EXPECT_EQ(of_record[0].entity, EntityName("contact"));
  EXPECT_EQ(of_record[1].golden, GoldenId("g_9"));
  const std::vector<RecordId> several{RecordId("2"), RecordId("none"), RecordId("1"), RecordId("1")};
  const auto page = must(this->store().links_of(SystemName("hubspot"), ObjectName("contacts"), several));
  ASSERT_EQ(page.size(), 3u);
  EXPECT_EQ(page[0].key, record("1"));
  EXPECT_EQ(page[1].golden, GoldenId("g_9"));
  EXPECT_EQ(page[2].key, record("2"));

  // Both links of record 1 come together, though one was asked for.
  const auto first = must(this->store().links_in(SystemName("hubspot"), ObjectName("contacts"), RecordId(""), 1));
  ASSERT_EQ(first.size(), 2u);
  const auto rest = must(this->store().links_in(SystemName("hubspot"), ObjectName("contacts"), RecordId("1"), 10));
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[0].key.record, RecordId("2"));
  EXPECT_TRUE(rest[1].gone);
  EXPECT_EQ(must(this->store().linked(SystemName("hubspot"), EntityName("contact"))), 3);
  EXPECT_EQ(must(this->store().linked(SystemName("hubspot"), EntityName("verification"))), 1);
  EXPECT_EQ(must(this->store().linked(SystemName("xero"), EntityName("contact"))), 0);
  EXPECT_EQ(rest[1].sealed, "link");

  Batch moved;
  moved.links = {link_row("2", "g_2")};
  moved.links_dropped = {{record("1"), EntityName("contact")}};
  must(this->store().commit(moved));
  EXPECT_TRUE(links_in(this->store(), GoldenId("g_1")).empty());
  EXPECT_EQ(links_in(this->store(), GoldenId("g_2")).size(), 2u);
  EXPECT_EQ(links_to(this->store(), "1").size(), 1u);
}

TYPED_TEST_P(StoreContract, FamiliesComeTogetherEachWithItsOwn) {
  Batch batch;
  batch.goldens = {golden_row("g_1"), golden_row("g_2"), golden_row("g_3")};
  batch.links = {link_row("2", "g_1"), link_row("1", "g_1"), link_row("3", "g_2"), link_row("4", "g_9")};
  batch.deliveries = {delivery_row(2, Priority::Realtime, 10), delivery_row(1, Priority::Batch, 10),
                      delivery_row(3, Priority::Realtime, 10)};
  batch.deliveries[2].golden = GoldenId("g_3");
  must(this->store().commit(batch));
  EXPECT_TRUE(must(this->store().families({})).empty());
  std::map<std::string, FamilyRows> found;
  for (FamilyRows& family :
       must(this->store().families({GoldenId("g_9"), GoldenId("g_3"), GoldenId("g_1"), GoldenId("g_2")})))
    found.emplace(family.golden.id.text, family);
  ASSERT_EQ(found.size(), 3u) << "links alone are no golden record";
  ASSERT_EQ(found.at("g_1").links.size(), 2u);
  EXPECT_EQ(found.at("g_1").links[0].key.record, RecordId("1"));
  EXPECT_EQ(ids(found.at("g_1").deliveries), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(found.at("g_2").links.size(), 1u);
  EXPECT_TRUE(found.at("g_2").deliveries.empty());
  EXPECT_TRUE(found.at("g_3").links.empty());
  EXPECT_EQ(ids(found.at("g_3").deliveries), (std::vector<std::int64_t>{3}));
}

TYPED_TEST_P(StoreContract, ALinksMatchKeysAreReplacedWhole) {
  const std::string a("\0key-a", 6), b = "key-b";
  Batch batch;
  batch.match_keys = {{a, EntityName("contact"), GoldenId("g_1"), record("1")},
                      {b, EntityName("contact"), GoldenId("g_1"), record("1")},
                      {a, EntityName("contact"), GoldenId("g_2"), record("2")},
                      {a, EntityName("verification"), GoldenId("g_3"), record("2")}};
  must(this->store().commit(batch));
  must(this->store().commit(batch));  // put again: the same
  EXPECT_EQ(must(this->store().match_keys(EntityName("contact"), a, 10)).size(), 2u);
  EXPECT_EQ(must(this->store().match_keys(EntityName("contact"), a, 1)).size(), 1u);
  EXPECT_EQ(must(this->store().match_keys_of(GoldenId("g_1"))).size(), 2u);

  Batch replaced;
  replaced.match_keys_dropped = {{record("1"), EntityName("contact")}};
  replaced.match_keys = {{"key-c", EntityName("contact"), GoldenId("g_1"), record("1")}};
  must(this->store().commit(replaced));
  const auto left = must(this->store().match_keys(EntityName("contact"), a, 10));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].record, record("2"));
  const auto of = must(this->store().match_keys_of(GoldenId("g_1")));
  ASSERT_EQ(of.size(), 1u);
  EXPECT_EQ(of[0].key, "key-c");
}

TYPED_TEST_P(StoreContract, DueDeliveriesComeByPriorityThenAge) {
  Batch batch;
  batch.goldens = {golden_row("g_1")};
  batch.deliveries = {delivery_row(1, Priority::Batch, 10), delivery_row(2, Priority::Realtime, 10),
                      delivery_row(3, Priority::Regulated, 30), delivery_row(4, Priority::Realtime, 10),
                      delivery_row(5, Priority::Regulated, 5)};
  batch.deliveries[3].state = DeliveryState::Sent;
  must(this->store().commit(batch));
  const SystemName xero("xero");
  EXPECT_EQ(ids(must(this->store().due(xero, from_ms(10), 10))), (std::vector<std::int64_t>{5, 2, 1}));
  EXPECT_EQ(ids(must(this->store().due(xero, from_ms(10), 2))), (std::vector<std::int64_t>{5, 2}));
  EXPECT_EQ(ids(must(this->store().due(xero, from_ms(30), 10))), (std::vector<std::int64_t>{3, 5, 2, 1}));
  EXPECT_TRUE(must(this->store().due(SystemName("hubspot"), from_ms(99), 10)).empty());
  EXPECT_EQ(must(this->store().next_due(xero)), from_ms(5));
  EXPECT_EQ(ids(must(this->store().deliveries_in(DeliveryState::Sent, 10))), (std::vector<std::int64_t>{4}));
  EXPECT_EQ(must(this->store().families({GoldenId("g_1")})).at(0).deliveries.size(), 5u);
  const auto depth = must(this->store().outbox_depth());
  ASSERT_EQ(depth.size(), 3u);
  EXPECT_EQ(depth[0].priority, Priority::Regulated);
  EXPECT_EQ(depth[0].count, 2);
}

TYPED_TEST_P(StoreContract, ADeliveryIsReadBackWholeAndItsNumberIsNeverUsedAgain) {
  DeliveryRow row = delivery_row(12, Priority::Realtime, 1);
  row.record = RecordId("r");
  row.mapping = MappingName("xero.contacts");
  row.flow = FlowName("clients");
  row.operation = Operation::Do;
  row.named = "verify";
  row.regulated = true;
  row.state = DeliveryState::Unknown;
  row.attempt = 3;
  row.suffix = 2;
  row.made = from_ms(11);
  row.seen = from_ms(12);
  row.change = ChangeId("c1.0");
  row.idempotency_key = "key";
  row.sealed = std::string("\0\xff", 2);
  Batch batch;
  batch.deliveries = {row};
  must(this->store().commit(batch));
  this->world.reopen();
  const auto back = must(this->store().delivery(DeliveryId(12)));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->record, row.record);
  EXPECT_EQ(back->mapping, row.mapping);
  EXPECT_EQ(back->flow, row.flow);
  EXPECT_EQ(back->operation, row.operation);
  EXPECT_EQ(back->named, row.named);
  EXPECT_TRUE(back->regulated);
  EXPECT_EQ(back->state, row.state);
  EXPECT_EQ(back->attempt, 3);
  EXPECT_EQ(back->suffix, 2);
  EXPECT_EQ(back->made, row.made);
  EXPECT_EQ(back->seen, row.seen);
  EXPECT_EQ(back->change, row.change);
  EXPECT_EQ(back->idempotency_key, "key");
  EXPECT_EQ(back->sealed, row.sealed);

  Batch confirmed;
  confirmed.deliveries_dropped = {DeliveryId(12)};
  must(this->store().commit(confirmed));
  this->world.reopen();
  EXPECT_FALSE(must(this->store().delivery(DeliveryId(12))));
  EXPECT_EQ(must(this->store().last_delivery()), DeliveryId(12));
}

TYPED_TEST_P(StoreContract, DeadLettersAndReviewsComeByAge) {
  DeadLetterRow letter;
  letter.id = "d2";
  letter.kind = "field";
  letter.system = SystemName("xero");
  letter.code = "too_long";
  letter.place = "mappings/xero.yaml:3:1";
  letter.since = from_ms(5);
  letter.golden = GoldenId("g_1");
  letter.record = record("1");
  letter.sealed = "s";
  DeadLetterRow older = letter;
  older.id = "d3";
  older.since = from_ms(4);
  ReviewRow review;
  review.id = "r1";
  review.kind = "match";
  review.golden = GoldenId("g_1");
  review.record = record("2");
  ReviewRow answered = review;
  answered.id = "r2";
  answered.state = "accepted";
  answered.by = "mia";
  answered.answered = from_ms(9);
  answered.golden = GoldenId("g_2");
  Batch batch;
  batch.dead_letters = {letter, older};
  batch.reviews = {review, answered};
  must(this->store().commit(batch));
  this->world.reopen();

  const auto letters = must(this->store().dead_letters());
  ASSERT_EQ(letters.size(), 2u);
  EXPECT_EQ(letters[0].id, "d3");
  EXPECT_EQ(letters[1].place, letter.place);
  EXPECT_EQ(letters[1].record, record("1"));
  const auto waiting = must(this->store().letters_waiting());
  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_EQ(waiting[0].system, letter.system);
  EXPECT_EQ(waiting[0].flow, letter.flow);
  EXPECT_EQ(waiting[0].count, 2);
  const auto open = must(this->store().questions_open());
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0].kind, review.kind);
  EXPECT_EQ(open[0].count, 1);
  EXPECT_EQ(must(this->store().reviews(true)).size(), 1u);
  EXPECT_EQ(must(this->store().reviews(false)).size(), 2u);
  EXPECT_EQ(must(this->store().review("r2"))->by, "mia");
  EXPECT_EQ(must(this->store().review("r2"))->answered, from_ms(9));
  EXPECT_FALSE(must(this->store().review("r3")));
  EXPECT_EQ(must(this->store().reviews_of(record("2"))).size(), 2u);
  EXPECT_EQ(must(this->store().reviews_of(GoldenId("g_2"))).size(), 1u);

  Batch mended;
  mended.dead_letters_dropped = {"d3"};
  must(this->store().commit(mended));
  EXPECT_EQ(must(this->store().dead_letters()).size(), 1u);
}

TYPED_TEST_P(StoreContract, CursorsCredentialsRegistersAppsAndMetaAreKept) {
  CursorRow cursor{SystemName("xero"), ObjectName("Contacts"), "sweep", "page-2", from_ms(7), from_ms(8), true};
  CursorRow first = cursor;
  first.purpose = "first_load";
  first.since = std::nullopt;
  Batch batch;
  batch.cursors = {cursor, first};
  batch.credentials = {{SystemName("xero"), "one"}};
  batch.registers = {{2, "digest", "mia", "why", from_ms(3), std::string("\0sealed", 7)},
                     {1, "digest", "mia", "", from_ms(2), ""}};
  batch.apps = {{"crm", "hash", from_ms(1), false}};
  batch.metas = {{"hub", "practice"}};
  must(this->store().commit(batch));
  Batch next;
  next.credentials = {{SystemName("xero"), "two"}};
  next.apps = {{"crm", "hash", from_ms(1), true}};
  next.metas = {{"hub", "other"}};
  must(this->store().commit(next));
  this->world.reopen();

  const auto kept = must(this->store().cursor(SystemName("xero"), ObjectName("Contacts"), "sweep"));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->cursor, "page-2");
  EXPECT_EQ(kept->since, from_ms(7));
  EXPECT_EQ(kept->at, from_ms(8));
  EXPECT_TRUE(kept->done);
  EXPECT_FALSE(must(this->store().cursor(SystemName("xero"), ObjectName("Contacts"), "first_load"))->since);
  EXPECT_EQ(must(this->store().credential(SystemName("xero")))->sealed, "two");
  const auto registers = must(this->store().registers());
  ASSERT_EQ(registers.size(), 2u);
  EXPECT_EQ(registers[1].why, "why");
  EXPECT_EQ(registers[1].sealed, std::string("\0sealed", 7));
  EXPECT_TRUE(must(this->store().apps()).at(0).revoked);
  EXPECT_EQ(must(this->store().meta("hub")), "other");

  Batch twice;
  twice.registers = {{2, "digest", "", "", from_ms(3), ""}};
  twice.metas = {{"hub", "lost"}};
  EXPECT_FALSE(this->store().commit(twice));
  EXPECT_EQ(must(this->store().meta("hub")), "other");
}

TYPED_TEST_P(StoreContract, AnItemIsDoneOnceAndASecondTimeStoresNothing) {
  Batch batch;
  batch.done = {{Position(2), 1}, {Position(2), 0}};
  must(this->store().commit(batch));
  EXPECT_EQ(items_done(this->store(), 2), (std::set<int>{0, 1}));

  Batch twice;
  twice.goldens = {golden_row("g_1")};
  twice.audit = {{0, "p", "{}"}};
  twice.done = {{Position(2), 2}, {Position(2), 1}};
  const auto refused = this->store().commit(twice);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::InvariantBroken);
  EXPECT_FALSE(golden_in(this->store(), GoldenId("g_1")));
  EXPECT_TRUE(must(this->audit().waiting(10)).empty());
  EXPECT_EQ(items_done(this->store(), 2), (std::set<int>{0, 1}));

  Batch inside;
  inside.done = {{Position(3), 0}, {Position(3), 0}};
  EXPECT_EQ(this->store().commit(inside).error().code, Code::InvariantBroken);

  Batch later;  // and the store goes on after a refusal
  later.done = {{Position(3), 0}};
  must(this->store().commit(later));
}

TYPED_TEST_P(StoreContract, DoneEntriesAreCompactedBelowTheFirstThatIsOpen) {
  Batch batch;
  batch.done = {{Position(1), 0}, {Position(3), 0}};
  batch.done_whole = {Position(3)};
  must(this->store().commit(batch));
  EXPECT_EQ(must(this->store().done_up_to()), Position(0));
  EXPECT_TRUE(wholly_done(this->store(), 3));
  EXPECT_FALSE(wholly_done(this->store(), 1));
  EXPECT_TRUE(items_done(this->store(), 3).empty());

  Batch next;
  next.done_whole = {Position(2), Position(1)};
  must(this->store().commit(next));
  this->world.reopen();
  EXPECT_EQ(must(this->store().done_up_to()), Position(3));
  EXPECT_TRUE(wholly_done(this->store(), 2));
  EXPECT_FALSE(wholly_done(this->store(), 4));

  // An item of an entry that is wholly done cannot be done again, though its own row is long gone.
  for (const std::int64_t position : {1, 3}) {
    Batch again;
    again.done = {{Position(position), 0}};
    EXPECT_EQ(this->store().commit(again).error().code, Code::InvariantBroken);
  }
  must(this->store().commit(next));  // marking it whole again changes nothing
  EXPECT_EQ(must(this->store().done_up_to()), Position(3));
}

TYPED_TEST_P(StoreContract, ADigestThatWasSeenIsKnownForItsSystemOnly) {
  Batch batch;
  batch.seen = {{SystemName("xero"), std::string(32, '\0')}};
  must(this->store().commit(batch));
  must(this->store().commit(batch));
  const std::vector<std::string> asked{std::string(32, '\0'), std::string(32, 'x')};
  EXPECT_EQ(must(this->store().seen(SystemName("xero"), asked)), std::set<std::string>{asked[0]});
  EXPECT_TRUE(must(this->store().seen(SystemName("hubspot"), asked)).empty());
  EXPECT_TRUE(must(this->store().seen(SystemName("xero"), {})).empty());
}

TYPED_TEST_P(StoreContract, WhatWasBeforeIsFoundByChangeByTimeAndByGoldenRecordUntilItIsForgotten) {
  Store& store = this->store();
  EXPECT_EQ(must(store.past_span()).last, 0);
  Batch batch;
  batch.past = {past_row("g_2", "c1.0", 1000, false), past_row("g_1", "c1.0", 2000, true),
                past_row("g_2", "c2.0", 3000, true), past_row("g_2", "c2.0", 3000, true),
                past_row("g_3", "c3.0", 4000, true)};
  EXPECT_FALSE(batch.empty());
  must(store.commit(batch));
  this->world.reopen();
  const Store::PastSpan span = must(this->store().past_span());
  EXPECT_EQ(span.first, from_ms(1000));
  const std::vector<PastRow> of = must(this->store().past_of(GoldenId("g_2")));
  ASSERT_EQ(of.size(), 3u);
  EXPECT_EQ(of[0].change, ChangeId("c1.0"));
  EXPECT_EQ(of[0].at, from_ms(1000));
  EXPECT_FALSE(of[0].written);
  EXPECT_TRUE(of[1].written);
  EXPECT_EQ(of[0].sealed, std::string("se\0aled", 7));
  EXPECT_LT(of[0].id, of[1].id) << "in the order of commit";

  using Ids = std::vector<GoldenId>;
  const auto change = [&](const char* id, std::int64_t up_to, const char* after, std::size_t most) {
    return must(this->store().past_goldens({ChangeId(id), {}, up_to}, GoldenId(after), most));
  };
  EXPECT_EQ(change("c1.0", span.last, "", 10), (Ids{GoldenId("g_1"), GoldenId("g_2")}));
  EXPECT_EQ(change("c1.0", span.last, "", 1), Ids{GoldenId("g_1")});
  EXPECT_EQ(change("c1.0", span.last, "g_1", 10), Ids{GoldenId("g_2")});
  EXPECT_EQ(change("c1.0", of[0].id, "", 10), Ids{GoldenId("g_2")}) << "rows that came later do not count";
  EXPECT_EQ(change("c9.0", span.last, "", 10), Ids{});
  const auto since = [&](std::int64_t at, std::int64_t up_to) {
    return must(this->store().past_goldens({{}, from_ms(at), up_to}, GoldenId(""), 10));
  };
  EXPECT_EQ(since(1000, span.last), (Ids{GoldenId("g_1"), GoldenId("g_2"), GoldenId("g_3")}));
  EXPECT_EQ(since(3000, span.last), (Ids{GoldenId("g_2"), GoldenId("g_3")})) << "each once";
  EXPECT_EQ(since(3000, span.last - 1), Ids{GoldenId("g_2")});

  Batch forgets;
  forgets.past_forgotten = from_ms(4000);
  must(this->store().commit(forgets));
  EXPECT_TRUE(must(this->store().past_of(GoldenId("g_2"))).empty());
  EXPECT_EQ(must(this->store().past_span()).last, span.last);
  forgets.past_forgotten = from_ms(9000);
  must(this->store().commit(forgets));
  EXPECT_EQ(must(this->store().past_span()).first, Instant{});
  Batch next;
  next.past = {past_row("g_1", "c4.0", 9000, true)};
  must(this->store().commit(next));
  EXPECT_GT(must(this->store().past_span()).last, span.last) << "a number is never used again";
}

REGISTER_TYPED_TEST_SUITE_P(StoreContract, AnEmptyStoreHasNothing, GoldenRecordsAreReadBackAsTheyWereCommitted,
                            LinksAreFoundByGoldenRecordByRecordAndInOrder,
                            WhatARecordWasAtRestIsKeptUntilOneOfItsLinksIsPut, FamiliesComeTogetherEachWithItsOwn,
                            ALinksMatchKeysAreReplacedWhole, DueDeliveriesComeByPriorityThenAge,
                            ADeliveryIsReadBackWholeAndItsNumberIsNeverUsedAgain, DeadLettersAndReviewsComeByAge,
                            CursorsCredentialsRegistersAppsAndMetaAreKept,
                            WhatWasBeforeIsFoundByChangeByTimeAndByGoldenRecordUntilItIsForgotten,
                            AnItemIsDoneOnceAndASecondTimeStoresNothing, DoneEntriesAreCompactedBelowTheFirstThatIsOpen,
                            ADigestThatWasSeenIsKnownForItsSystemOnly);

}  // namespace linchpin::store
