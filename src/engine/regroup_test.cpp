// What is left in a record of a golden record that it no longer belongs to.
#include "engine/regroup.hpp"

#include "engine/small_family.hpp"

namespace linchpin::engine {
namespace {

using namespace small;

// Bob's record in the books, into which a wrong merge has written Ann's name.
Person bob_named_ann(const model::Hub& hub) {
  Person p;
  p.merge(hub, books("2"), {{"given_name", Value("Bob")}, {"family_name", Value("Lee")}}, monday);
  Link& link = p.link(books("2"));
  link.base["given_name"] = link.given["given_name"] = Value("Ann");
  return p;
}

Value given_name(const model::Hub& hub, const Person& p) {
  const auto fields = survive(hub, p.golden, p.links);
  const auto at = fields.find(FieldName("given_name"));
  return at == fields.end() ? Value() : at->second.value;
}

TEST(Regroup, WhatIsLentToARecordIsNobodysWord) {
  const auto files = hub();
  Person p = bob_named_ann(*files);
  EXPECT_EQ(given_name(*files, p), Value("Ann")) << "as long as they are one, what it was given is its word";
  p.link(books("2")).lent.insert(FieldName("given_name"));
  EXPECT_EQ(given_name(*files, p), Value("Bob"));
  p.link(books("2")).own.erase(FieldName("given_name"));
  EXPECT_EQ(given_name(*files, p), Value()) << "who said nothing is not given another's name";
  p.merge(*files, crm("1"), {{"given_name", Value("Robert")}}, monday - seconds(60), "c0.0");
  EXPECT_EQ(given_name(*files, p), Value("Robert")) << "and what another record of Bob's says is heard";
}

TEST(Regroup, WhatIsLentIsSoUntilSomethingElseStandsThere) {
  const auto files = hub();
  Person p = bob_named_ann(*files);
  p.link(books("2")).lent.insert(FieldName("given_name"));
  p.merge(*files, books("2"), {{"given_name", Value("Ann")}}, monday + seconds(60), "c2.0");
  EXPECT_TRUE(p.link(books("2")).lent.contains(FieldName("given_name"))) << "it was read again";
  EXPECT_EQ(p.value("given_name"), Value("Bob"));
  p.merge(*files, books("2"), {{"given_name", Value("Bobby")}}, monday + seconds(120), "c3.0");
  EXPECT_TRUE(p.link(books("2")).lent.empty());
  EXPECT_EQ(p.value("given_name"), Value("Bobby"));
}

TEST(Regroup, WhatWasSentForTheOtherAndLandsLateIsLentToo) {
  const auto files = hub();
  Person p = bob_named_ann(*files);
  Link& link = p.link(books("2"));
  link.lent.insert(FieldName("given_name"));
  link.tried[FieldName("given_name")] = {Value("Anna")};
  p.merge(*files, books("2"), {{"given_name", Value("Anna")}}, monday + seconds(60), "c2.0");
  EXPECT_TRUE(p.link(books("2")).lent.contains(FieldName("given_name")));
  EXPECT_EQ(p.value("given_name"), Value("Bob"));
}

}  // namespace
}  // namespace linchpin::engine
