#include "engine/confirm.hpp"

#include <gtest/gtest.h>

#include "engine/share.hpp"
#include "engine/small_family.hpp"

namespace linchpin::engine {
namespace {

using small::books;
using small::crm;
using small::monday;
using small::Person;

Delivery update(const Person& person, Values values) {
  Delivery d;
  d.system = SystemName("crm"), d.object = ObjectName("contacts"), d.mapping = MappingName("crm.contacts");
  d.record = RecordId("1"), d.golden = person.golden.id, d.entity = person.golden.entity;
  d.values = std::move(values);
  return d;
}

Delivery create(const Person& person, Values values) {
  Delivery d = update(person, std::move(values));
  d.record = {};
  d.operation = Operation::Create;
  return d;
}

TEST(Confirm, WhatTheSystemMadeOfAValueIsItsBaseAndStillAgrees) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"family_name", "Tan"}, {"stage", "lead"}}, monday);
  p.golden.set[FieldName("given_name")] = {Value("  Mia-Rose "), monday + seconds(5), {}, {}, {}, {}, "set"};
  p.golden.fields = survive(*hub, p.golden, p.links);
  Record returned;
  returned.id = RecordId("1");
  returned.updated = monday + seconds(9);
  returned.body = Json::object({{"first", "MIA-ROSE"}, {"last", "Tan"}});
  p.links[0] = confirm(*hub, update(p, {{"given_name", "  Mia-Rose "}}), p.links[0], returned, monday + seconds(10));
  EXPECT_EQ(p.links[0].base.at("given_name"), Value("MIA-ROSE"));
  EXPECT_EQ(p.links[0].updated, monday + seconds(9));
  EXPECT_TRUE(discrepant(*hub, p.golden, p.links[0]).empty());

  const std::int64_t version = p.golden.version;
  const Merged& echo =
      p.merge(*hub, crm("1"), {{"given_name", "MIA-ROSE"}, {"family_name", "Tan"}}, monday + seconds(11));
  EXPECT_TRUE(echo.took.empty()) << "our own write that comes back as a webhook is silent";
  EXPECT_EQ(p.golden.version, version);
}

TEST(Confirm, ACreateMakesTheLink) {
  const auto hub = small::hub();
  Person p;
  Delivery d = create(p, {{"given_name", "Mia"}});
  Record returned;
  returned.id = RecordId("77");
  returned.body = Json::object({{"first", "Mia"}, {"mobile", "0400 000 001"}});
  const Link link = confirm(*hub, d, {}, returned, monday);
  EXPECT_EQ(link.key, crm("77"));
  EXPECT_EQ(link.base.at("given_name"), Value("Mia"));
  EXPECT_EQ(link.confirmed, monday);
}

TEST(Confirm, WhatEarlierAttemptsAtACreateSentMayStillLand) {
  const auto hub = small::hub();
  Person p;
  Delivery d = create(p, {{"given_name", "Mia"}});
  d.tried[FieldName("given_name")] = {Value("Maya"), Value("Mia")};
  Record returned;
  returned.id = RecordId("77");
  returned.body = Json::object({{"first", "Mia"}});
  const Link link = confirm(*hub, d, {}, returned, monday);
  EXPECT_EQ(link.tried.at(FieldName("given_name")), std::vector<Value>{Value("Maya")});
}

TEST(Confirm, WithoutAnAnswerWhatWasSentIsTheBase) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}}, monday);
  const Link link = confirm(*hub, update(p, {{"given_name", "Maya"}}), p.links[0], {}, monday);
  EXPECT_EQ(link.base.at("given_name"), Value("Maya"));
}

TEST(Confirm, APartialAnswerHidesNothingThatIsKnown) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}}, monday);
  p.links[0].held = Json::object({{"first", "Mia"}, {"last", "Tan"}});
  Record returned;
  returned.id = RecordId("1");
  returned.body = Json::object({{"first", "Maya"}});
  const Link link = confirm(*hub, update(p, {{"given_name", "Maya"}}), p.links[0], returned, monday);
  EXPECT_TRUE(link.held == Json::object({{"first", "Maya"}, {"last", "Tan"}}));
}

TEST(Confirm, AnAnswerShowsWhatSomebodyChangedOfWhatWeOnlySend) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"stage", "lead"}}, monday);
  p.golden.fields[FieldName("checked")] = {Value("verified"), monday, {}, {}, {}, {}, "set"};
  p.links[0].given["checked"] = Value("verified");
  p.links[0].held = Json::object({{"first", "Mia"}, {"checked", "verified"}});
  Record returned;
  returned.id = RecordId("1");
  returned.body = Json::object({{"first", "Mia"}, {"checked", "none"}});
  const Link link = confirm(*hub, update(p, {{"given_name", "Mia"}}), p.links[0], returned, monday);
  EXPECT_EQ(discrepant(*hub, p.golden, link), std::vector{FieldName("checked")}) << "it is to be put back";
}

TEST(Confirm, WhatIsFoundAfterALostAnswerMayHoldSomebodysWord) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, books("a"), {{"given_name", " Mia"}, {"family_name", "Tan"}, {"phone", "+61400000001"}}, monday);
  Delivery d = create(p, {{"given_name", " Mia"}, {"family_name", "Tan"}, {"phone", "+61400000001"}});
  Record found;
  found.id = RecordId("77");
  p.links.push_back(confirm(*hub, d, {}, found, monday + seconds(1)));
  EXPECT_EQ(p.link(crm("77")).key, crm("77"));

  const Values by_now{{"given_name", "Mia"}, {"family_name", "Tan"}, {"phone", "+61400000002"}};
  const Merged& read = p.merge(*hub, crm("77"), by_now, monday + seconds(2));
  EXPECT_EQ(p.value("phone"), Value("+61400000002")) << "somebody wrote there before we knew of the record";
  EXPECT_FALSE(read.link.own.contains(FieldName("given_name"))) << "the system took a space off";
  EXPECT_EQ(p.value("given_name"), Value(" Mia"));
}

TEST(Confirm, WhatIsFoundAfterTwoAttemptsIsTheWorkOfEither) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, books("a"), {{"given_name", "Mia"}, {"family_name", "Tan"}, {"phone", "+61400000002"}}, monday);
  Delivery d = create(p, {{"given_name", "Mia"}, {"family_name", "Tan"}, {"phone", "+61400000002"}});
  d.tried[FieldName("phone")] = {Value("+61400000001"), Value("+61400000002")};
  Record found;
  found.id = RecordId("77");
  p.links.push_back(confirm(*hub, d, {}, found, monday + seconds(1)));

  p.merge(*hub, crm("77"), {{"given_name", "Mia"}, {"family_name", "Tan"}, {"phone", "+61400000001"}},
          monday + seconds(2));
  EXPECT_EQ(p.value("phone"), Value("+61400000002")) << "the first attempt was only late";
}

}  // namespace
}  // namespace linchpin::engine
