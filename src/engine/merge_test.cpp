#include "engine/merge.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/blank.hpp"
#include "engine/derive.hpp"
#include "engine/small_family.hpp"

namespace linchpin::engine {
namespace {

using small::books;
using small::crm;
using small::monday;
using small::Person;

TEST(Merge, OwnerWinsOverALaterWriteFromElsewhere) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"family_name", "Tan"}}, monday);
  p.merge(*hub, books("a"), {{"given_name", "Maya"}, {"family_name", "Tan"}}, monday + seconds(60));
  EXPECT_EQ(p.value("given_name"), Value("Mia"));
  EXPECT_EQ(p.golden.fields.at(FieldName("given_name")).rule, "owner");
}

TEST(Merge, WhatOthersKnewFillsABlankThatTheOwnerLeaves) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, books("a"), {{"given_name", "Mia"}, {"family_name", "Tan"}}, monday);
  EXPECT_EQ(p.value("given_name"), Value("Mia"));
  EXPECT_EQ(p.value("stage"), Value("lead")) << "the field's default";
}

// A default is for whom the owner does not know: what its owner has and leaves blank is blank.
TEST(Merge, ADefaultIsForWhomTheOwnerDoesNotKnow) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"stage", Value()}}, monday);
  EXPECT_TRUE(p.value("stage").is_null());
  EXPECT_EQ(p.golden.fields.at(FieldName("stage")).rule, left_blank);
  p.merge(*hub, books("a"), {{"given_name", "Mia"}}, monday);
  EXPECT_TRUE(p.value("stage").is_null()) << "whoever else knows them";
  p.link(crm("1")).gone = true;
  EXPECT_TRUE(survive(*hub, p.golden, p.links).at(FieldName("stage")).value.is_null()) << "nor does it say so by going";
  p.link(crm("1")).gone = false;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"stage", "client"}}, monday + seconds(1));
  EXPECT_EQ(p.value("stage"), Value("client"));
}

TEST(Merge, ADefaultThatTheOwnerWasGivenStandsUntilItIsTakenOutThere) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, books("a"), {{"given_name", "Mia"}}, monday);
  ASSERT_EQ(p.value("stage"), Value("lead"));
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}}, monday);
  p.link(crm("1")).base["stage"] = p.link(crm("1")).given["stage"] = Value("lead");
  EXPECT_EQ(survive(*hub, p.golden, p.links).at(FieldName("stage")).rule, "default");
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"stage", Value()}}, monday + seconds(1));
  EXPECT_TRUE(p.value("stage").is_null());

  // What the hub could not write there is not blank by anybody's word.
  p.link(crm("1")).left["stage"] = Value("lead");
  EXPECT_EQ(survive(*hub, p.golden, p.links).at(FieldName("stage")).value, Value("lead"));
}

TEST(Merge, TheLaterWriteWinsWhereNobodyOwnsTheField) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"phone", "+61400000001"}}, monday + seconds(5));
  p.merge(*hub, crm("2"), {{"phone", "+61400000002"}}, monday);
  EXPECT_EQ(p.value("phone"), Value("+61400000001"));
  p.merge(*hub, crm("2"), {{"phone", "+61400000003"}}, monday + seconds(9));
  EXPECT_EQ(p.value("phone"), Value("+61400000003"));
}

TEST(Merge, AnUnrelatedEditNeverWinsAField) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"phone", "+61400000001"}, {"given_name", "Mia"}}, monday);
  p.merge(*hub, crm("2"), {{"phone", "+61400000002"}}, monday + seconds(1));
  const Merged& merged =
      p.merge(*hub, crm("1"), {{"phone", "+61400000001"}, {"given_name", "Maya"}}, monday + seconds(2));
  EXPECT_EQ(merged.took, std::vector<FieldName>{FieldName("given_name")});
  EXPECT_EQ(p.value("phone"), Value("+61400000002")) << "crm:1 has not changed its phone";
}

TEST(Merge, AnEchoChangesNothing) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}}, monday);
  p.merge(*hub, books("a"), {{"given_name", "Maya"}}, monday);
  const std::int64_t version = p.golden.version;
  const Merged& merged =
      p.merge(*hub, books("a"), {{"given_name", "Mia"}}, monday + seconds(3));  // what we wrote there
  EXPECT_TRUE(merged.changed.empty());
  EXPECT_TRUE(merged.foreign.empty());
  EXPECT_EQ(p.golden.version, version);
  EXPECT_EQ(merged.link.given.at("given_name"), Value("Mia"));
}

TEST(Merge, AWriteToWhatAnotherSystemOwnsIsAQuestion) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}}, monday);
  p.merge(*hub, books("a"), {{"given_name", "Mia"}}, monday);
  const Merged& merged = p.merge(*hub, books("a"), {{"given_name", "Mai"}}, monday + seconds(3));
  ASSERT_EQ(merged.foreign.size(), 1u);
  EXPECT_EQ(merged.foreign[0].ruling, model::ForeignWrite::Review);
  EXPECT_EQ(p.value("given_name"), Value("Mia"));
  EXPECT_EQ(merged.link.left.at("given_name"), Value("Mia")) << "left as it is there until somebody answers";
}

TEST(Merge, WhatIsPutBackTooOftenIsAQuestion) {
  const auto hub = small::hub({{"entities/contact.yaml", "given_name: { type: text, class: personal, owner: crm }",
                                "given_name: { type: text, class: personal, owner: crm, on_foreign_write: restore }"}});
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}}, monday);
  p.merge(*hub, books("a"), {{"given_name", "Mia"}}, monday);
  for (const char* name : {"Mai", "May", "Maj"}) {
    const Merged& merged = p.merge(*hub, books("a"), {{"given_name", name}}, monday + seconds(3));
    ASSERT_EQ(merged.foreign.size(), 1u);
    EXPECT_EQ(merged.foreign[0].ruling, model::ForeignWrite::Restore);
    EXPECT_FALSE(merged.link.left.contains("given_name")) << "it is put back";
  }
  const Merged& merged = p.merge(*hub, books("a"), {{"given_name", "Mae"}}, monday + seconds(3));
  ASSERT_EQ(merged.foreign.size(), 1u);
  EXPECT_TRUE(merged.foreign[0].often);
  EXPECT_EQ(merged.foreign[0].ruling, model::ForeignWrite::Review);
  EXPECT_EQ(merged.link.left.at("given_name"), Value("Mia"));
}

TEST(Merge, AnEventDatesOnlyWhatWasWrittenAfterTheStateThatWasKnown) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"phone", "+61400000001"}}, monday);
  p.link(crm("1")).updated = monday;
  const Merged& read = p.merge(*hub, crm("1"), {{"phone", "+61400000002"}}, monday + seconds(9), "c2.0",
                               {{"mobile", monday}});  // of the first; that of the second is still on its way
  EXPECT_EQ(read.link.own.at(FieldName("phone")).at, monday + seconds(9));
}

TEST(Merge, AnEventThatComesAfterTheReadThatShowedItsValueDatesIt) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"phone", "+61400000001"}}, monday);
  p.link(crm("1")).updated = monday;
  p.merge(*hub, crm("1"), {{"phone", "+61400000002"}}, monday + seconds(9), "c2.0", {{"mobile", monday + seconds(1)}});
  p.merge(*hub, books("a"), {{"phone", "+61400000003"}}, monday + seconds(3));
  EXPECT_EQ(p.value("phone"), Value("+61400000003")) << "the crm's counts as of the event that is known";
  p.merge(*hub, crm("1"), {{"phone", "+61400000002"}}, monday + seconds(9), "c3.0", {{"mobile", monday + seconds(5)}});
  EXPECT_EQ(p.value("phone"), Value("+61400000002")) << "it was written later than that";
}

TEST(Merge, APinWinsUntilItEndsAndWhatSystemsSayIsKept) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"family_name", "Tan"}}, monday);
  p.golden.pins[FieldName("given_name")] = {Value("Maya"), monday + seconds(1), {}, "kim", "by phone"};
  p.merge(*hub, crm("1"), {{"given_name", "Mina"}}, monday + seconds(9));
  EXPECT_EQ(p.value("given_name"), Value("Maya")) << "whatever its owner says later";
  EXPECT_EQ(p.value("full_name"), Value("Maya Tan")) << "what is made of it follows";
  EXPECT_EQ(p.golden.fields.at(FieldName("given_name")).rule, "pin");
  p.golden.pins.clear();
  EXPECT_EQ(survive(*hub, p.golden, p.links).at(FieldName("given_name")).value, Value("Mina"));
}

TEST(Merge, WhatNobodyDatedIsSaidWhereTheLaterValueWins) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"phone", "+61400000001"}, {"given_name", "Mia"}}, monday);
  p.link(crm("1")).updated = monday;
  const Merged& read =
      p.merge(*hub, crm("1"), {{"phone", "+61400000002"}, {"given_name", "Maya"}}, monday + seconds(9));
  EXPECT_EQ(read.untold, std::vector<FieldName>{FieldName("phone")}) << "a name has an owner: its time decides nothing";
  p.link(crm("1")).updated = monday + seconds(9);
  const Merged& told = p.merge(*hub, crm("1"), {{"phone", "+61400000003"}}, monday + seconds(20), "c2.0",
                               {{"mobile", monday + seconds(12)}});
  EXPECT_TRUE(told.untold.empty());
  EXPECT_EQ(told.link.own.at(FieldName("phone")).at, monday + seconds(12));
}

TEST(Merge, WhatWeSentWithoutAnAnswerIsNobodysWrite) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"phone", "+61400000001"}}, monday);
  p.merge(*hub, books("a"), {{"given_name", "Mia"}, {"phone", "+61400000001"}}, monday);
  p.link(books("a")).tried = {{FieldName("given_name"), {Value("Mai"), Value("May")}},
                              {FieldName("phone"), {Value("+61400000002")}}};
  p.merge(*hub, crm("1"), {{"given_name", "Maya"}, {"phone", "+61400000003"}}, monday + seconds(2));
  const Merged& merged =
      p.merge(*hub, books("a"), {{"given_name", "May"}, {"phone", "+61400000002"}}, monday + seconds(3));
  EXPECT_TRUE(merged.foreign.empty());
  EXPECT_EQ(p.value("given_name"), Value("Maya"));
  EXPECT_EQ(p.value("phone"), Value("+61400000003")) << "an older value that arrived late wins nothing";
  EXPECT_EQ(merged.link.base.at("given_name"), Value("May")) << "so that the new one is written";
  EXPECT_FALSE(merged.link.left.contains("given_name"));
}

TEST(Merge, WhatWasSentWithoutAnAnswerIsKnownWithoutItsOuterSpaces) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}}, monday);
  p.merge(*hub, books("a"), {{"given_name", "Mia"}}, monday);
  p.link(books("a")).tried = {{FieldName("given_name"), {Value("Mai ")}}};
  p.merge(*hub, crm("1"), {{"given_name", "Mai "}}, monday + seconds(2));
  const Merged& merged = p.merge(*hub, books("a"), {{"given_name", "Mai"}}, monday + seconds(3));
  EXPECT_TRUE(merged.foreign.empty()) << "the system took them off; nobody wrote there";
  EXPECT_EQ(merged.link.given.at("given_name"), Value("Mai "));
}

TEST(Merge, ARecordThatOthersWereMergedIntoHoldsWhatTheyWereGiven) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, books("a"), {{"phone", "+61400000001"}}, monday);
  p.merge(*hub, crm("1"), {{"phone", "+61400000002"}}, monday - seconds(9));
  p.link(crm("1")).given["phone"] = Value("+61400000001");  // written there
  const Merged& merged = p.merge(*hub, crm("3"), {{"phone", "+61400000001"}}, monday + seconds(9));
  EXPECT_FALSE(merged.link.own.contains(FieldName("phone"))) << "of no later time than Monday's";
  EXPECT_EQ(merged.link.given.at("phone"), Value("+61400000001"));
}

TEST(Merge, ABlankIsNoChangeWhereTheMappingIgnoresIt) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"phone", "+61400000001"}}, monday);
  p.merge(*hub, crm("1"), {{"phone", Value()}}, monday + seconds(2));
  EXPECT_EQ(p.value("phone"), Value("+61400000001"));
  EXPECT_EQ(p.link(crm("1")).base.at("phone"), Value()) << "so that it is written back";
}

TEST(Merge, FieldsThatBelongTogetherComeFromOneSource) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"family_name", "Tan"}}, monday);
  p.merge(*hub, crm("2"), {{"given_name", "Maya"}, {"family_name", "Lee"}}, monday + seconds(1));
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"family_name", "Tang"}}, monday + seconds(2));
  EXPECT_EQ(p.value("given_name"), Value("Mia"));
  EXPECT_EQ(p.value("family_name"), Value("Tang"));
}

TEST(Merge, WhoWritesOnePartHasTheOtherAsItWasGivenToThem) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"family_name", "Tan"}}, monday);
  p.merge(*hub, crm("2"), {{"given_name", "Mia"}, {"family_name", "Tang"}}, monday + seconds(1));
  // The hub writes the new family name into the first record, and there somebody mends the given name.
  p.link(crm("1")).base["family_name"] = p.link(crm("1")).given["family_name"] = Value("Tang");
  p.merge(*hub, crm("1"), {{"given_name", "Maya"}, {"family_name", "Tang"}}, monday + seconds(2));
  EXPECT_EQ(p.value("given_name"), Value("Maya"));
  EXPECT_EQ(p.value("family_name"), Value("Tang")) << "and not what that record held before";
}

TEST(Merge, AForeignWriteThatWaitsDoesNotCountBecauseItsOwnerIsGone) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"family_name", "Tan"}}, monday);
  p.merge(*hub, books("a"), {{"given_name", "Mia"}, {"family_name", Value()}}, monday + seconds(1));
  p.link(books("a")).own.erase(FieldName("family_name"));
  p.link(books("a")).base["family_name"] = p.link(books("a")).given["family_name"] = Value("Tan");
  p.merge(*hub, books("a"), {{"given_name", "Mia"}, {"family_name", "Tang"}}, monday + seconds(9), "c2.0");
  ASSERT_EQ(p.last.foreign.size(), 1u);
  p.link(crm("1")).gone = true;
  EXPECT_EQ(survive(*hub, p.golden, p.links).at(FieldName("family_name")).value, Value("Tan"));
  Person q = p;
  p.merge(*hub, books("a"), {{"given_name", "Mia"}, {"family_name", "Teng"}}, monday + seconds(20), "c3.0");
  EXPECT_EQ(p.value("family_name"), Value("Teng")) << "what is written now is the last word there is";

  q.merge(*hub, books("a"), {{"given_name", "Maya"}, {"family_name", "Tang"}}, monday + seconds(20), "c3.0");
  EXPECT_EQ(q.value("given_name"), Value("Maya")) << "and is not put back";
  EXPECT_EQ(q.value("family_name"), Value("Tang")) << "who wrote it had this beside it";
  EXPECT_FALSE(q.link(books("a")).left.contains("family_name"));
}

TEST(Merge, APartThatDidNotCountIsNotLostWhenTheOtherPartWins) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"family_name", "Tan"}}, monday);
  p.merge(*hub, crm("2"), {{"given_name", "Mia"}, {"family_name", "Tang"}}, monday + seconds(1));
  // As under other files, where what the second record said of the family name was somebody else's to say.
  p.link(crm("2")).own.erase(FieldName("family_name"));
  p.link(crm("2")).given.erase("family_name");
  p.merge(*hub, crm("2"), {{"given_name", "Maya"}, {"family_name", "Tang"}}, monday + seconds(2));
  EXPECT_EQ(p.value("given_name"), Value("Maya"));
  EXPECT_EQ(p.value("family_name"), Value("Tang")) << "what stands beside it there, and not nothing";
}

// A state of a record, and when it came to be so: many at one time as those of another record.
struct State {
  RecordKey key;
  Values values;
  Instant at;
};

// What the hub holds when the states have come in that order; the states of one record come in their own.
// `times`: how often each one comes.
std::map<FieldName, Sourced> held_after(const model::Hub& hub, const std::vector<std::vector<State>>& records,
                                        const std::vector<std::size_t>& order,
                                        const std::vector<std::size_t>& times = {}) {
  Person p;
  std::vector<std::size_t> next(records.size(), 0);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const State& s = records[order[i]][next[order[i]]++];
    for (std::size_t n = times.empty() ? 1 : times[i]; n > 0; --n)
      p.merge(hub, s.key, s.values, s.at, "c" + std::to_string(order[i]) + "." + std::to_string(next[order[i]]));
  }
  return p.golden.fields;
}

TEST(Merge, TheOutcomeDoesNotDependOnTheOrderOfArrival) {
  const auto hub = small::hub();
  EXPECT_TRUE(rc::check([&] {
    // Three records with one to three states each; nobody types what somebody else has typed.
    int typed = 0;
    std::vector<std::vector<State>> records;
    std::vector<std::size_t> order;
    for (const RecordKey& key : {crm("1"), crm("2"), books("a")}) {
      std::vector<State>& states = records.emplace_back();
      Instant at = monday + seconds(*rc::gen::inRange(0, 3));
      for (int i = *rc::gen::inRange(1, 4); i > 0; --i, at += seconds(*rc::gen::inRange(1, 3))) {
        Values values = states.empty() ? Values{} : states.back().values;
        for (const char* field : {"phone", "given_name", "family_name"})
          if (states.empty() || *rc::gen::arbitrary<bool>()) {
            const std::string number = std::to_string(++typed + 100);
            values[field] = Value(field == std::string("phone") ? "+61400000" + number : "Name" + number);
          }
        states.push_back({key, values, at});
        order.push_back(records.size() - 1);
      }
    }
    const auto first = held_after(*hub, records, order);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[*rc::gen::inRange<std::size_t>(0, i)]);
    RC_ASSERT(held_after(*hub, records, order) == first);
  }));
}

// Every rule at once, a field each, over two systems that both say it.
std::shared_ptr<const model::Hub> hub_of_all_rules() {
  const std::string fields =
      "  owned: { type: text, class: internal, owner: crm }\n"
      "  kept: { type: text, class: internal, owner: books, default: nothing }\n"
      "  recent: { type: text, class: internal, survivorship: recency }\n"
      "  ranked: { type: text, class: internal, survivorship: [books, crm] }\n"
      "  oldest: { type: text, class: internal, survivorship: oldest }\n"
      "  asked: { type: text, class: internal, survivorship: review }\n"
      "  tags: { type: list<text>, class: internal, survivorship: union }\n"
      "  consent: { type: boolean, class: internal, survivorship: strictest }\n"
      "  one: { type: text, class: internal, survivorship: recency }\n"
      "  two: { type: text, class: internal, survivorship: recency }\n";
  std::string paths;
  for (const char* name : {"owned", "kept", "recent", "ranked", "oldest", "asked", "tags", "consent", "one", "two"})
    paths += "  " + std::string(name) + ": x." + name + "\n";
  return small::hub(
      {{"entities/contact.yaml", "together: [[given_name", fields + "together: [[one, two], [given_name"},
       {"mappings/crm.contacts.yaml", "  phone: mobile\n", "  phone: mobile\n" + paths},
       {"mappings/books.contacts.yaml", "  family_name: LastName\n", "  family_name: LastName\n" + paths}});
}

// In any order, and however often each comes. Owners say something: what another system writes where its owner is
// linked and blank is a question, and what stood there before the owner was linked fills the blank.
TEST(Merge, NoRuleDependsOnTheOrderOrOnHowOftenAChangeComes) {
  const auto hub = hub_of_all_rules();
  ASSERT_NE(hub, nullptr);
  const char* const texts[] = {"owned", "kept", "recent", "ranked", "oldest", "asked", "one", "two"};
  EXPECT_TRUE(rc::check([&] {
    int typed = 0;  // nobody types what somebody else has typed
    const auto text = [&] { return Value("v" + std::to_string(++typed + 100)); };
    const auto is_owned = [](std::string_view field) { return field == "owned" || field == "kept"; };
    std::vector<std::vector<State>> records;
    std::vector<std::size_t> order;
    for (const RecordKey& key : {crm("1"), crm("2"), books("a"), books("b")}) {
      std::vector<State>& states = records.emplace_back();
      Instant at = monday + seconds(*rc::gen::inRange(0, 3));
      for (int i = *rc::gen::inRange(1, 4); i > 0; --i, at += seconds(*rc::gen::inRange(1, 3))) {
        Values values = states.empty() ? Values{{"consent", Value(*rc::gen::arbitrary<bool>())}} : states.back().values;
        for (const char* field : texts)
          if (states.empty() || *rc::gen::arbitrary<bool>())
            values[field] = is_owned(field) || *rc::gen::inRange(0, 5) > 0 ? text() : Value();
        if (states.empty() || *rc::gen::arbitrary<bool>()) values["tags"] = Value(Json::List{text(), text()});
        states.push_back({key, std::move(values), at});
        order.push_back(records.size() - 1);
      }
    }
    const auto first = held_after(*hub, records, order);
    for (int shuffle = 0; shuffle < 5; ++shuffle) {
      std::vector<std::size_t> times;
      for (std::size_t i = order.size(); i > 0; --i) times.push_back(*rc::gen::inRange<std::size_t>(1, 3));
      for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[*rc::gen::inRange<std::size_t>(0, i)]);
      const auto now = held_after(*hub, records, order, times);
      RC_ASSERT(now.size() == first.size());
      for (const auto& [name, s] : first) {
        RC_LOG() << name.text << " by " << s.rule << "\n";
        RC_ASSERT(now.contains(name));
        RC_ASSERT(now.at(name) == s);
      }
    }
  }));
}

TEST(Merge, DerivedFieldsFollowTheirParts) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Zoë"}, {"family_name", "O'Brien"}}, monday);
  EXPECT_EQ(p.value("full_name"), Value("Zoë O'Brien"));
}

TEST(Merge, AnExpressionMakesAFieldOfOthersAndOfWhatIsMadeOfThem) {
  const auto hub = small::hub(
      {{"entities/contact.yaml", "from: \"{given_name} {family_name}\" }",
        "from: '=\"\\(.initial). \\(.family_name)\"' }\n"  // stands before what it is made of
        "  initial: { type: text, class: personal, from: '=.given_name | .[0:1] | ascii_upcase', default: X }"}});
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "mia"}, {"family_name", "Tan"}}, monday);
  EXPECT_EQ(p.value("full_name"), Value("M. Tan"));
  EXPECT_EQ(p.golden.fields.at(FieldName("full_name")).at, monday);
}

TEST(Merge, WhatCannotBeMadeHasNoValueAndSaysWhy) {
  const auto hub = small::hub({{"entities/contact.yaml", "\"{given_name} {family_name}\"",
                                "'=if .family_name == \"Tan\" then .family_name - 1 else .family_name end'"}});
  Person p;
  p.merge(*hub, crm("1"), {{"family_name", "Tan"}}, monday);
  EXPECT_FALSE(p.golden.fields.contains(FieldName("full_name")));
  const auto errors = not_derived(hub->entity(p.golden.entity), p.golden);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].error.at.file, "entities/contact.yaml");
  p.merge(*hub, crm("1"), {{"family_name", "Tang"}}, monday + seconds(1));
  EXPECT_EQ(p.value("full_name"), Value("Tang"));
  EXPECT_TRUE(not_derived(hub->entity(p.golden.entity), p.golden).empty());
}

}  // namespace
}  // namespace linchpin::engine
