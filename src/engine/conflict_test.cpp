#include "engine/conflict.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/seal.hpp"
#include "engine/share.hpp"
#include "engine/small_family.hpp"

namespace linchpin::engine {
namespace {

using small::books;
using small::crm;
using small::monday;
using small::Person;

const FieldName phone("phone");
const std::string one = "+61400000001", two = "+61400000002", three = "+61400000003", four = "+61400000004";

std::shared_ptr<const model::Hub> hub() {
  return small::hub({{"entities/contact.yaml", "phone: { type: phone, class: personal, survivorship: recency",
                      "phone: { type: phone, class: personal, survivorship: review"}});
}

Contest asked(const model::Hub& hub, const Person& p) {
  return contest(*hub.entity(p.golden.entity).field("phone"), p.golden, p.links);
}
// What is asked, in words; "" when nothing is.
std::string question(const model::Hub& hub, const Person& p) {
  std::string text;
  for (const Link* link : asked(hub, p).competing)
    text += link->key.record.text + " says " + link->own.at(phone).value.text() + "; ";
  return text;
}
// What the hub writes into a record, and the record holds from then on.
void write(Person& p, const RecordKey& key) {
  Link& link = p.link(key);
  link.base["phone"] = link.given["phone"] = p.value("phone");
}

TEST(Conflict, AnEditOverWhatAllHoldIsNone) {
  const auto h = hub();
  Person p;
  p.merge(*h, crm("1"), {{"phone", one}}, monday);
  p.merge(*h, books("a"), {{"phone", one}}, monday + seconds(1));
  p.merge(*h, crm("1"), {{"phone", two}}, monday + seconds(2));
  EXPECT_EQ(p.value("phone"), Value(two)) << "the books have not changed theirs";
  EXPECT_EQ(question(*h, p), "");
  write(p, books("a"));
  p.merge(*h, books("a"), {{"phone", three}}, monday + seconds(3));
  EXPECT_EQ(p.value("phone"), Value(three)) << "written over what the hub had brought there";
  EXPECT_EQ(question(*h, p), "");
}

TEST(Conflict, TwoEditsThatHaveNotSeenEachOtherAreOne) {
  const auto h = hub();
  Person p;
  p.merge(*h, crm("1"), {{"phone", one}}, monday);
  p.merge(*h, books("a"), {{"phone", one}}, monday);
  p.merge(*h, books("a"), {{"phone", three}}, monday + seconds(3));
  p.merge(*h, crm("1"), {{"phone", two}}, monday + seconds(2));
  EXPECT_EQ(question(*h, p), "a says " + three + "; 1 says " + two + "; ");
  EXPECT_EQ(p.value("phone"), Value(two)) << "the first that was written stays";
  EXPECT_TRUE(is_undecided(p.golden, phone));
}

TEST(Conflict, WhatDiffersWhenItIsFirstReadIsOne) {
  const auto h = hub();
  Person p;
  p.merge(*h, crm("1"), {{"phone", one}}, monday + seconds(1));
  p.merge(*h, books("a"), {{"phone", two}}, monday);
  EXPECT_EQ(p.value("phone"), Value(two));
  EXPECT_FALSE(question(*h, p).empty());
  p.merge(*h, crm("1"), {{"phone", two}}, monday + seconds(9));
  EXPECT_EQ(question(*h, p), "") << "they agree";
  EXPECT_FALSE(is_undecided(p.golden, phone));
}

TEST(Conflict, UntilItIsDecidedRecordsAreLeftAsTheyAre) {
  const auto h = hub();
  Person p;
  p.merge(*h, crm("1"), {{"phone", one}}, monday);
  p.merge(*h, crm("2"), {{"phone", two}}, monday + seconds(1));
  p.merge(*h, crm("3"), {{"given_name", "Mia"}}, monday);
  const auto writes = [&] {
    std::string all;
    for (const Intent& intent : share(*h, p.golden, p.links, {{FlowName("clients")}, {}, false}))
      if (intent.values.contains("phone")) all += intent.record.text + " ";
    return all;
  };
  EXPECT_EQ(writes(), "3 ") << "which says nothing of its own";
  p.golden.set[phone] = {Value(two), monday + seconds(5), {}, {}, {}, {}, "review r1"};
  for (Link& link : p.links) link.overruled.insert(phone);
  p.golden.fields = survive(*h, p.golden, p.links);
  EXPECT_EQ(writes(), "1 3 ");
}

TEST(Conflict, AnAnswerHoldsUntilSomebodyWritesOverIt) {
  const auto h = hub();
  Person p;
  p.merge(*h, crm("1"), {{"phone", one}}, monday);
  p.merge(*h, books("a"), {{"phone", two}}, monday + seconds(1));
  p.golden.set[phone] = {Value(two), monday + seconds(5), {}, {}, {}, {}, "review r1"};
  for (Link& link : p.links) link.overruled.insert(phone);
  p.golden.fields = survive(*h, p.golden, p.links);
  EXPECT_EQ(question(*h, p), "") << "what was decided against is not asked about again";

  Person unseen = p;  // the answer has not arrived there, and by its clock it was before
  unseen.merge(*h, crm("1"), {{"phone", three}}, monday + seconds(4));
  EXPECT_EQ(unseen.value("phone"), Value(two));
  EXPECT_EQ(question(*h, unseen), "1 says " + three + "; ");

  write(p, crm("1"));
  p.merge(*h, crm("1"), {{"phone", three}}, monday + seconds(9));
  EXPECT_EQ(p.value("phone"), Value(three));
  EXPECT_TRUE(p.golden.set.empty());
  write(p, books("a"));
  p.merge(*h, books("a"), {{"phone", four}}, monday + seconds(12));
  EXPECT_EQ(p.value("phone"), Value(four));
  EXPECT_EQ(question(*h, p), "");
}

TEST(Conflict, APinGoesBefore) {
  const auto h = hub();
  Person p;
  p.merge(*h, crm("1"), {{"phone", one}}, monday);
  p.golden.pins[phone] = {Value(four), monday, {}, "kim", "by phone"};
  p.merge(*h, books("a"), {{"phone", two}}, monday + seconds(1));
  EXPECT_EQ(p.value("phone"), Value(four));
  EXPECT_FALSE(is_undecided(p.golden, phone));
}

TEST(Conflict, WhatALinkKnowsOfItIsKept) {
  const auto h = hub();
  Person p;
  p.merge(*h, crm("1"), {{"phone", one}, {"given_name", "Mia"}}, monday);
  p.merge(*h, crm("1"), {{"phone", two}, {"given_name", "Mia"}}, monday + seconds(1));
  const Secret key{std::string(32, 'k')};
  Link link = p.link(crm("1"));
  for (const bool decided : {false, true}) {
    if (decided) link.overruled.insert(phone);
    const Result<Link> back = open_row(to_row(link, key), key);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->own, link.own);
    EXPECT_EQ(back->own.at(phone).was, Value(one));
    EXPECT_EQ(back->overruled, link.overruled);
    EXPECT_EQ(back->lent, link.lent);
  }
}

// A state of a record, and when it came to be so.
struct State {
  RecordKey key;
  std::string value;
  Instant at;
};
struct Outcome {
  std::map<FieldName, Sourced> fields;
  std::string question;
  bool operator==(const Outcome&) const = default;
};

Outcome after(const model::Hub& hub, const std::vector<std::vector<State>>& records,
              const std::vector<std::size_t>& order, const std::set<std::pair<std::size_t, std::size_t>>& twice,
              const std::set<std::pair<std::size_t, std::size_t>>& unseen) {
  Person p;
  std::vector<std::size_t> next(records.size(), 0);
  for (const std::size_t record : order) {
    const std::size_t number = next[record]++;
    const State& s = records[record][number];
    const std::string id = "c" + std::to_string(record) + "." + std::to_string(number);
    if (unseen.contains({record, number})) continue;  // read in one with the next
    p.merge(hub, s.key, {{"phone", s.value}}, s.at, id);
    if (twice.contains({record, number})) p.merge(hub, s.key, {{"phone", s.value}}, s.at, id);
  }
  std::ranges::sort(p.links, {}, &Link::key);
  return {p.golden.fields, question(hub, p)};
}

TEST(Conflict, DoesNotDependOnTheOrderNorOnWhatComesTwiceOrTogether) {
  const auto h = hub();
  int conflicts = 0;
  EXPECT_TRUE(rc::check([&] {
    int typed = 0;
    std::vector<std::vector<State>> records;
    std::vector<std::size_t> order;
    std::set<std::pair<std::size_t, std::size_t>> twice, unseen;
    for (const RecordKey& key : {crm("1"), crm("2"), books("a")}) {
      std::vector<State>& states = records.emplace_back();
      Instant at = monday + seconds(*rc::gen::inRange(0, 3));
      const int count = *rc::gen::inRange(1, 5);
      // All that is first read may agree; nobody types later what somebody else has typed.
      const std::string first = *rc::gen::arbitrary<bool>() ? one : "+6140000" + std::to_string(1000 + ++typed);
      for (int i = 0; i < count; ++i, at += seconds(*rc::gen::inRange(1, 3))) {
        const bool goes_back = i >= 2 && *rc::gen::inRange(0, 4) == 0;
        const std::string value = i == 0      ? first
                                  : goes_back ? states[states.size() - 2].value
                                              : "+6140000" + std::to_string(1000 + ++typed);
        if (*rc::gen::inRange(0, 3) == 0) twice.insert({records.size() - 1, states.size()});
        states.push_back({key, value, at});
        order.push_back(records.size() - 1);
      }
    }
    const Outcome first = after(*h, records, order, {}, {});
    for (std::size_t r = 0; r < records.size(); ++r)
      for (std::size_t i = 1; i + 1 < records[r].size(); ++i)
        if (*rc::gen::inRange(0, 3) == 0 && records[r][i + 1].value != records[r][i - 1].value) unseen.insert({r, i});
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[*rc::gen::inRange<std::size_t>(0, i)]);
    conflicts += !first.question.empty();
    RC_ASSERT(after(*h, records, order, twice, {}) == first);
    const Outcome together = after(*h, records, order, twice, unseen);
    RC_ASSERT(together.question == first.question);
  }));
  EXPECT_GT(conflicts, 10);
}

}  // namespace
}  // namespace linchpin::engine
