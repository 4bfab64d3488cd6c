#include "engine/read.hpp"

#include <gtest/gtest.h>

namespace linchpin::engine {
namespace {

const Instant noon = from_ms(1795500000000);
const SystemName crm("crm");
const ObjectName contacts("contacts");
RecordKey key(const std::string& id) { return {crm, contacts, RecordId(id)}; }
Settles item(std::int64_t position) { return {Position(position), 0}; }

Record record(const std::string& id) {
  Record r;
  r.id = RecordId(id);
  return r;
}

TEST(Read, HintsForOneRecordAreJoinedIntoOneChange) {
  Read read;
  read.hint(
      key("1"),
      {.trigger = Trigger::Webhook, .seen = noon + seconds(1), .property = "properties.phone", .settles = {item(2)}});
  read.hint(key("1"),
            {.trigger = Trigger::Webhook, .seen = noon, .property = "properties.email", .settles = {item(1)}});
  const FetchCall call{contacts, read.ask(crm, contacts, 10, 10, noon), {}};
  ASSERT_EQ(call.records.size(), 1u);
  const std::vector<Change> changes = read.answered(crm, call, {{record("1")}}, noon);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].settles, (std::vector<Settles>{item(1), item(2)}));
  EXPECT_EQ(changes[0].seen, noon);
  EXPECT_EQ(changes[0].id.text, "c1.0");
  EXPECT_EQ(changes[0].property_at.at("properties.phone"), noon + seconds(1));
  EXPECT_TRUE(read.empty());
}

TEST(Read, ManyRecordsAreFetchedInOneCallInTheOrderOfTheirHints) {
  Read read;
  for (const char* id : {"3", "1", "2"}) read.hint(key(id), {});
  EXPECT_EQ(read.ask(crm, contacts, 2, 2, noon), (std::vector<RecordId>{RecordId("3"), RecordId("1")}));
  EXPECT_EQ(read.ask(crm, contacts, 2, 2, noon), (std::vector<RecordId>{RecordId("2")}));
  EXPECT_TRUE(read.ask(crm, contacts, 2, 2, noon).empty());
}

TEST(Read, WhatAnEventToldOfIsReadBeforeWhatWasListed) {
  Read read;
  for (const char* id : {"1", "2", "3"}) read.hint(key(id), {.trigger = Trigger::Poll});
  read.hint(key("4"), {.trigger = Trigger::Webhook, .seen = noon, .settles = {item(1)}});
  read.hint(key("3"), {.trigger = Trigger::Webhook, .seen = noon, .settles = {item(2)}});
  const FetchCall call{contacts, read.ask(crm, contacts, 3, 3, noon), {}};
  EXPECT_EQ(call.records, (std::vector<RecordId>{RecordId("4"), RecordId("3"), RecordId("1")}));
  read.failed(crm, call, noon);
  EXPECT_EQ(read.ask(crm, contacts, 4, 4, noon),
            (std::vector<RecordId>{RecordId("4"), RecordId("3"), RecordId("2"), RecordId("1")}));
}

TEST(Read, RecordsWhoseHistoryIsDueAreAskedForByThemselvesAndNotTooManyAtOnce) {
  Read read;
  for (const char* id : {"1", "2", "3", "4"})
    read.hint(key(id), {.trigger = Trigger::Poll, .with_history = std::string(id) != "2"});
  const std::vector<RecordId> first = read.ask(crm, contacts, 10, 2, noon);
  EXPECT_EQ(first, (std::vector<RecordId>{RecordId("1"), RecordId("3")}));
  EXPECT_TRUE(read.with_history(key("1")));
  EXPECT_EQ(read.ask(crm, contacts, 10, 2, noon), (std::vector<RecordId>{RecordId("2")}));
  EXPECT_EQ(read.ask(crm, contacts, 10, 2, noon), (std::vector<RecordId>{RecordId("4")}));
}

TEST(Read, AHintThatComesAfterTheRecordWasAskedForIsReadAgain) {
  Read read;
  read.hint(key("1"), {.trigger = Trigger::Webhook, .seen = noon, .settles = {item(1)}});
  const FetchCall call{contacts, read.ask(crm, contacts, 10, 10, noon), {}};
  read.hint(key("1"), {.trigger = Trigger::Webhook, .seen = noon, .settles = {item(2)}});
  EXPECT_EQ(read.answered(crm, call, {{record("1")}}, noon)[0].settles, std::vector<Settles>{item(1)});
  ASSERT_TRUE(read.waits(key("1")));
  const FetchCall again{contacts, read.ask(crm, contacts, 10, 10, noon), {}};
  EXPECT_EQ(read.answered(crm, again, {{record("1")}}, noon)[0].settles, std::vector<Settles>{item(2)});
}

TEST(Read, OnlyWhatTheSystemCallsGoneIsGone) {
  Read read;
  for (const char* id : {"1", "2", "3"}) read.hint(key(id), {.seen = noon, .settles = {item(id[0] - '0')}});
  const FetchCall call{contacts, read.ask(crm, contacts, 10, 10, noon), {}};
  const std::vector<Change> changes = read.answered(crm, call, {{record("1")}, {RecordId("2")}}, noon);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_FALSE(changes[0].gone);
  EXPECT_TRUE(changes[1].gone);
  EXPECT_FALSE(read.waits(key("2")));
  EXPECT_TRUE(read.is_asked(key("3"))) << "of which it said nothing";
}

TEST(Read, WhatAnEventCalledDeletedIsGoneThoughTheAnswerLeavesItOutWithoutAWord) {
  Read read;
  read.hint(key("1"), {.seen = noon, .settles = {item(1)}, .deleted = true});
  const FetchCall call{contacts, read.ask(crm, contacts, 10, 10, noon), {}};
  const std::vector<Change> changes = read.answered(crm, call, {}, noon);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_TRUE(changes[0].gone);
}

// What happened before the answer was made, by the system's own clock, is in it; when it happened is kept.
TEST(Read, WhatHappenedBeforeTheAnswerIsNotAskedForAgain) {
  Read read;
  Record found = record("1");
  found.updated = noon + milliseconds(250);
  read.hint(key("1"), {.seen = noon, .property = "properties.phone", .settles = {item(1)}});
  FetchCall call{contacts, read.ask(crm, contacts, 10, 10, noon), {}};
  read.hint(key("1"), {.seen = noon + milliseconds(250), .property = "properties.email", .settles = {item(2)}});
  read.hint(key("1"), {.seen = noon + milliseconds(251), .settles = {item(3)}});
  const std::vector<Change> changes = read.answered(crm, call, {{found}}, noon);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].settles.size(), 2u);
  EXPECT_EQ(changes[0].property_at.at("properties.email"), noon + milliseconds(250));
  EXPECT_TRUE(read.waits(key("1"))) << "something happened later";
  EXPECT_FALSE(read.holds(key("1"), found.updated)) << "it is to be read";

  call.records = read.ask(crm, contacts, 10, 10, noon);
  found.updated = noon + milliseconds(300);
  read.answered(crm, call, {{found}}, noon);
  EXPECT_TRUE(read.holds(key("1"), noon + milliseconds(300)));
  EXPECT_FALSE(read.holds(key("1"), noon + milliseconds(301)));
  EXPECT_FALSE(read.holds(key("1"), Instant{})) << "a list that does not say when";
}

TEST(Read, WithinOneSecondOfATimeToTheSecondMoreMayHaveHappened) {
  Read read;
  Record found = record("1");
  found.updated = noon;
  read.hint(key("1"), {.seen = noon, .settles = {item(1)}});
  const FetchCall call{contacts, read.ask(crm, contacts, 10, 10, noon), {}};
  read.hint(key("1"), {.seen = noon, .settles = {item(2)}});
  read.answered(crm, call, {{found}}, noon);
  EXPECT_TRUE(read.waits(key("1")));
}

TEST(Read, ACallThatFailedIsAskedAgainAndForgetsNothing) {
  Read read;
  read.hint(key("1"), {.trigger = Trigger::Webhook, .seen = noon, .settles = {item(1)}});
  const FetchCall call{contacts, read.ask(crm, contacts, 10, 10, noon), {}};
  read.hint(key("1"), {.trigger = Trigger::Webhook, .seen = noon, .settles = {item(2)}});
  read.failed(crm, call, noon + seconds(5));
  EXPECT_TRUE(read.ask(crm, contacts, 10, 10, noon + seconds(4)).empty());
  EXPECT_TRUE(read.objects(crm, noon + seconds(4)).empty());
  const FetchCall again{contacts, read.ask(crm, contacts, 10, 10, noon + seconds(5)), {}};
  ASSERT_EQ(again.records.size(), 1u);
  EXPECT_EQ(read.answered(crm, again, {{record("1")}}, noon)[0].settles.size(), 2u);
}

}  // namespace
}  // namespace linchpin::engine
