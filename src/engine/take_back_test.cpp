#include "engine/take_back.hpp"

#include <gtest/gtest.h>

#include "engine/confirm.hpp"
#include "engine/revert.hpp"
#include "engine/seal.hpp"
#include "engine/small_family.hpp"

namespace linchpin::engine {
namespace {

using small::books;
using small::crm;
using small::monday;

const FieldName phone("phone"), given_name("given_name"), family_name("family_name");
const Value old_number("+61400000001"), new_number("+61400000002"), other_number("+61400000003");

// The small hub, in which the books hold phones too.
std::shared_ptr<const model::Hub> files(std::vector<model::small_hub::Edit> edits = {}) {
  edits.push_back(
      {"mappings/books.contacts.yaml", "  family_name: LastName\n", "  family_name: LastName\n  phone: Mobile\n"});
  return small::hub(edits);
}

// A person, and what is kept of how they came to be so.
struct Story {
  explicit Story(std::shared_ptr<const model::Hub> with = files()) : hub(std::move(with)) {
    p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"family_name", "Tan"}, {"phone", old_number}, {"stage", "lead"}},
            monday, "c1.0");
    p.merge(*hub, books("a"), {{"given_name", "Mia"}, {"family_name", "Tan"}, {"phone", old_number}}, monday, "c1.1");
    p.link(crm("1")).updated = p.link(books("a")).updated = monday;
  }
  void keep(const std::string& change, Instant at, const Golden& golden, const std::vector<Link>& links) {
    std::vector<Turn> turns = golden_turns(hub->entity(golden.entity), golden, p.golden);
    for (const Link& link : p.links) {
      Link none;
      none.key = link.key;
      for (const Link& l : links)
        if (l.key == link.key) none = l;
      for (Turn& turn : own_turns(none, link)) turns.push_back(std::move(turn));
    }
    past.push_back({static_cast<std::int64_t>(past.size()) + 1, golden.id, ChangeId(change), at, std::move(turns)});
  }
  void says(const RecordKey& key, Values values, Instant at, const std::string& change) {
    const Golden golden = p.golden;
    const std::vector<Link> links = p.links;
    p.merge(*hub, key, std::move(values), at, change);
    keep(change, at, golden, links);
  }
  // We wrote the golden value there, and it was confirmed.
  void written(const RecordKey& key, const FieldName& field, Instant at, const std::string& change) {
    Delivery d;
    d.values.emplace(field.text, p.value(field.text));
    d.mapping = p.link(key).mapping;
    const mapping::Mapping& mapping = hub->mappings.at(d.mapping);
    past.push_back({static_cast<std::int64_t>(past.size()) + 1, p.golden.id, ChangeId(change), at,
                    written_turns(d, with_sent(mapping, p.link(key)), key)});
    Record record;
    record.id = key.record, record.body = mapping::write(mapping, d.values, p.link(key).held).record;
    p.link(key) = confirm(*hub, d, p.link(key), record, at);
  }
  TakenBack take_back(Store::PastAsked asked) const {
    if (asked.up_to == 0) asked.up_to = static_cast<std::int64_t>(past.size());
    Family family;
    family.golden = p.golden, family.links = p.links;
    return engine::take_back(*hub, family, past, asked);
  }
  TakenBack change(const std::string& id) const { return take_back({.change = ChangeId(id)}); }
  TakenBack since(Instant at) const { return take_back({.change = {}, .since = at}); }
  void becomes(const TakenBack& taken, const std::string& id, Instant at) {
    const Golden golden = p.golden;
    const std::vector<Link> links = p.links;
    p.golden = taken.golden, p.links = taken.links;
    keep(id, at, golden, links);
  }

  std::shared_ptr<const model::Hub> hub;
  small::Person p;
  std::vector<Past> past;
};

Value value_of(const TakenBack& taken, const FieldName& field) {
  const auto at = taken.golden.fields.find(field);
  return at == taken.golden.fields.end() ? Value() : at->second.value;
}
std::string why(const TakenBack& taken, const FieldName& field) {
  for (const Stays& s : taken.stays)
    if (s.field == field) return s.why;
  return "";
}

TEST(TakeBack, AFieldIsWhatItWasBeforeTheChangeWhereverItWasSaid) {
  Story story;
  story.says(crm("1"), {{"phone", new_number}}, monday + seconds(5), "c2.0");
  story.written(books("a"), phone, monday + seconds(6), "c2.0");
  const TakenBack taken = story.change("c2.0");
  EXPECT_EQ(taken.fields, std::vector{phone});
  EXPECT_TRUE(taken.stays.empty());
  EXPECT_EQ(value_of(taken, phone), old_number);
  const Own& own = taken.links.front().own.at(phone);
  EXPECT_EQ(own.value, old_number);
  EXPECT_EQ(own.at, monday) << "the crm says again what it had said, and when: any later edit wins over it";
  EXPECT_EQ(taken.golden.version, story.p.golden.version + 1);
}

TEST(TakeBack, WhatTheSameOrAnotherSystemChangedSinceStaysAndIsTold) {
  for (const RecordKey& who : {crm("1"), books("a")}) {
    Story story;
    story.says(crm("1"), {{"phone", new_number}}, monday + seconds(5), "c2.0");
    story.written(books("a"), phone, monday + seconds(6), "c2.0");
    story.says(who, {{"phone", other_number}}, monday + seconds(9), "c3.0");
    const TakenBack taken = story.change("c2.0");
    EXPECT_TRUE(taken.fields.empty());
    EXPECT_EQ(value_of(taken, phone), other_number);
    EXPECT_NE(why(taken, phone).find("changed since, by " + who.system.text + ":" + who.record.text), std::string::npos)
        << why(taken, phone);
  }
}

TEST(TakeBack, AValueThatSomebodySaidMeanwhileAndThatLostIsNotBroughtUp) {
  Story story;
  story.says(crm("1"), {{"phone", new_number}}, monday + seconds(9), "c2.0");
  story.says(books("a"), {{"phone", other_number}}, monday + seconds(5), "c3.0");  // earlier, and known later
  const TakenBack taken = story.change("c2.0");
  EXPECT_TRUE(taken.fields.empty());
  EXPECT_EQ(value_of(taken, phone), new_number);
  EXPECT_NE(why(taken, phone).find("another source, by books:a"), std::string::npos) << why(taken, phone);
}

TEST(TakeBack, SinceATimeSeveralChangesAreTakenBackToWhatWasBeforeTheFirst) {
  Story story;
  story.says(crm("1"), {{"phone", other_number}}, monday + seconds(1), "c2.0");
  story.written(books("a"), phone, monday + seconds(2), "c2.0");
  story.says(crm("1"), {{"phone", new_number}}, monday + seconds(5), "c3.0");
  story.written(books("a"), phone, monday + seconds(6), "c3.0");
  EXPECT_EQ(value_of(story.since(monday), phone), old_number);
  EXPECT_EQ(value_of(story.since(monday + seconds(4)), phone), other_number);
  EXPECT_EQ(value_of(story.since(monday + seconds(6)), phone), other_number)
      << "what was written then had been said before";
  EXPECT_TRUE(story.since(monday + seconds(7)).fields.empty());
}

TEST(TakeBack, WhatIsNotWrittenYetIsSomebodysChangeSince) {
  Story story;
  story.says(crm("1"), {{"phone", new_number}}, monday + seconds(5), "c2.0");
  story.p.golden.fields.at(phone);
  story.written(books("a"), phone, monday + seconds(6), "c2.0");
  story.says(crm("1"), {{"phone", other_number}}, monday + seconds(7), "c3.0");
  const TakenBack taken = story.since(monday + seconds(1));
  EXPECT_TRUE(taken.fields.empty());
  EXPECT_NE(why(taken, phone).find("changed since"), std::string::npos);
}

TEST(TakeBack, FieldsThatBelongTogetherAreTakenBackTogetherOrNotAtAll) {
  Story story;
  story.says(crm("1"), {{"given_name", "Maya"}, {"family_name", "Lee"}}, monday + seconds(5), "c2.0");
  EXPECT_EQ(value_of(story.change("c2.0"), family_name), Value("Tan"));
  EXPECT_EQ(value_of(story.change("c2.0"), FieldName("full_name")), Value("Mia Tan")) << "what is made of them follows";
  story.says(crm("1"), {{"family_name", "Leigh"}}, monday + seconds(9), "c3.0");
  const TakenBack taken = story.change("c2.0");
  EXPECT_TRUE(taken.fields.empty());
  EXPECT_NE(why(taken, given_name).find("goes with family_name"), std::string::npos) << why(taken, given_name);
}

TEST(TakeBack, WhatWasTakenBackCanBeGivenAgain) {
  Story story;
  story.says(crm("1"), {{"phone", new_number}}, monday + seconds(5), "c2.0");
  story.becomes(story.change("c2.0"), "revert.1", monday + seconds(8));
  EXPECT_EQ(story.p.value("phone"), old_number);
  EXPECT_TRUE(story.change("c2.0").fields.empty()) << "it has been taken back";
  const TakenBack again = story.change("revert.1");
  EXPECT_EQ(value_of(again, phone), new_number);
  EXPECT_EQ(again.links.front().own.at(phone).change, ChangeId("c2.0"));
}

TEST(TakeBack, WhatAnotherTakeBackLeftBesideItIsNobodysWord) {
  for (const char* by : {"revert.2", "c3.0"}) {
    Story story;
    story.says(crm("1"), {{"phone", new_number}}, monday + seconds(5), "c2.0");
    story.becomes(story.change("c2.0"), "revert.1", monday + seconds(8));
    const Golden golden = story.p.golden;
    const std::vector<Link> links = story.p.links;
    story.p.link(crm("1")).own.at(phone).value = other_number;
    story.keep(by, monday + seconds(9), golden, links);
    const TakenBack taken = story.change("revert.1");
    const bool goes = is_revert(ChangeId(by));
    EXPECT_EQ(taken.fields, goes ? std::vector{phone} : std::vector<FieldName>{});
    EXPECT_EQ(why(taken, phone).find("another value was written since") == std::string::npos, goes);
  }
}

TEST(TakeBack, TheNextEditWinsOverWhatWasTakenBack) {
  Story story;
  story.says(crm("1"), {{"phone", new_number}}, monday + seconds(5), "c2.0");
  story.becomes(story.change("c2.0"), "revert.1", monday + seconds(8));
  story.says(books("a"), {{"phone", other_number}}, monday + seconds(1), "c3.0");  // by a clock that is behind
  EXPECT_EQ(story.p.value("phone"), other_number);
}

TEST(TakeBack, APinAndAQuestionThatWaitsStayAsTheyAre) {
  Story story;
  story.says(crm("1"), {{"given_name", "Maya"}}, monday + seconds(5), "c2.0");
  story.says(books("a"), {{"given_name", "Mai"}}, monday + seconds(6), "c3.0");  // a foreign write: a review
  const TakenBack taken = story.change("c2.0");
  ASSERT_EQ(taken.fields, std::vector{given_name});
  EXPECT_EQ(taken.links.back().left.at("given_name"), Value("Mia")) << "nothing is written over it";
  ASSERT_EQ(taken.stays.size(), 1u);
  EXPECT_EQ(taken.stays[0].record, books("a"));

  story.p.golden.pins[given_name] = {Value("Mo"), monday + seconds(7), {}, "kim", "by phone"};
  story.p.golden.fields = survive(*story.hub, story.p.golden, story.p.links);
  EXPECT_NE(why(story.change("c2.0"), given_name).find("pinned by kim"), std::string::npos);
}

TEST(TakeBack, WhatTheFilesSayIsNotTakenBackWhileTheySayIt) {
  const auto owned_by_books =
      files({{"entities/contact.yaml", "phone: { type: phone, class: personal, survivorship: recency, region: AU }",
              "phone: { type: phone, class: personal, survivorship: [books, crm], region: AU }"}});
  Story story;
  story.says(books("a"), {{"phone", other_number}}, monday - seconds(5), "c2.0");  // older: it loses
  ASSERT_EQ(story.p.value("phone"), old_number);
  const auto before = story.hub;
  story.hub = owned_by_books;  // version 2
  const Golden golden = story.p.golden;
  story.p.golden.fields = survive(*story.hub, story.p.golden, story.p.links);
  ASSERT_EQ(story.p.value("phone"), other_number);
  story.keep("apply.2", monday + seconds(9), golden, story.p.links);
  story.written(crm("1"), phone, monday + seconds(9), "apply.2");
  EXPECT_NE(why(story.change("apply.2"), phone).find("apply the earlier files first"), std::string::npos);
  EXPECT_NE(why(story.since(monday + seconds(8)), phone).find("apply the earlier files first"), std::string::npos);
}

TEST(TakeBack, OneNoAnywhereIsTakenBackToo) {
  const auto hub =
      files({{"entities/contact.yaml", "  phone: {",
              "  consent: { type: boolean, class: internal, survivorship: strictest }\n"
              "  phone: {"},
             {"mappings/crm.contacts.yaml", "  phone: mobile\n", "  phone: mobile\n  consent: consent\n"}});
  Story story(hub);
  story.says(crm("1"), {{"consent", true}}, monday + seconds(1), "c2.0");
  story.says(crm("1"), {{"consent", false}}, monday + seconds(5), "c3.0");
  ASSERT_EQ(story.p.value("consent"), Value(false));
  EXPECT_EQ(value_of(story.change("c3.0"), FieldName("consent")), Value(true));
}

// The files of version 2 began to write to the books; the golden record was what it is.
TEST(TakeBack, WhatTheFilesHadWrittenIsGivenBackOnceTheEarlierFilesRun) {
  Story story;
  story.p.link(books("a")).base["phone"] = other_number;
  story.written(books("a"), phone, monday + seconds(9), "apply.2");
  EXPECT_NE(why(story.change("apply.2"), phone).find("apply the earlier files first"), std::string::npos);
  EXPECT_TRUE(story.change("apply.2").given.empty());

  story.hub = files({{"flows/clients.yaml", "keep: contact\n", "keep: contact\nmode: shadow\n"}});
  const TakenBack taken = story.change("apply.2");
  ASSERT_EQ(taken.given.size(), 1u);
  EXPECT_EQ(taken.given[0].record, books("a"));
  EXPECT_EQ(taken.given[0].value, other_number);
  EXPECT_TRUE(taken.fields.empty()) << "the golden record was no other";

  story.p.link(books("a")).base["phone"] = new_number;
  story.p.link(books("a")).given.erase("phone");
  EXPECT_TRUE(story.change("apply.2").given.empty());
  EXPECT_NE(why(story.change("apply.2"), phone).find("something else was written there since"), std::string::npos);
}

const FieldName full_name("full_name");
Json named(const char* name) { return Json::object({{"Name", name}}); }

// The files of version 2 wrote the joined name over the one that people had typed there.
TEST(TakeBack, WhatIsMadeOfOtherFieldsIsGivenBackAsTheRecordHeldIt) {
  Story story;
  story.p.link(books("a")).held = named("Tan, Mia");
  story.written(books("a"), full_name, monday + seconds(9), "apply.2");
  ASSERT_EQ(story.p.link(books("a")).held, named("Mia Tan"));
  EXPECT_NE(why(story.change("apply.2"), full_name).find("apply the earlier files first"), std::string::npos);

  story.hub = files({{"flows/clients.yaml", "keep: contact\n", "keep: contact\nmode: link\n"}});
  const TakenBack taken = story.change("apply.2");
  ASSERT_EQ(taken.given.size(), 1u);
  EXPECT_EQ(taken.given[0].field, full_name);
  EXPECT_EQ(taken.given[0].value, Value("Tan, Mia"));
  EXPECT_TRUE(taken.stays.empty());

  Link& link = story.p.link(books("a"));
  held_now(story.hub->mappings.at(link.mapping), link, named("Mia Tan OAM"));
  EXPECT_TRUE(story.change("apply.2").given.empty());
  EXPECT_NE(why(story.change("apply.2"), full_name).find("something else was written there since"), std::string::npos);
  held_now(story.hub->mappings.at(link.mapping), link, named("Tan, Mia"));
  EXPECT_TRUE(story.change("apply.2").nothing()) << "somebody has typed it again";
  EXPECT_TRUE(story.change("apply.2").stays.empty());
}

TEST(TakeBack, WhatASystemHeldAndCannotBeToldIsListed) {
  Story story;
  story.written(books("a"), full_name, monday + seconds(9), "apply.2");  // over what was never read
  story.hub = files({{"flows/clients.yaml", "keep: contact\n", "keep: contact\nmode: link\n"}});
  EXPECT_TRUE(story.change("apply.2").given.empty());
  EXPECT_NE(why(story.change("apply.2"), full_name).find("not known"), std::string::npos);
}

// Where the flow is not live, nobody writes it there.
TEST(TakeBack, WhatIsMadeOfOtherFieldsGoesWithThemOrIsToldToStay) {
  Story story;
  story.p.link(books("a")).held = named("Mia Tan");
  story.says(crm("1"), {{"given_name", "Maya"}}, monday + seconds(5), "c2.0");
  story.written(books("a"), given_name, monday + seconds(6), "c2.0");
  story.written(books("a"), full_name, monday + seconds(6), "c2.0");
  const TakenBack taken = story.change("c2.0");
  EXPECT_EQ(taken.fields, std::vector{given_name});
  EXPECT_TRUE(taken.given.empty());
  const RecordKey a = books("a");
  EXPECT_TRUE(out_of_reach(*story.hub, taken, {{crm("1"), given_name}, {a, given_name}, {a, full_name}}).empty());
  const std::vector<Stays> stays = out_of_reach(*story.hub, taken, {{crm("1"), given_name}, {a, given_name}});
  ASSERT_EQ(stays.size(), 1u);
  EXPECT_EQ(stays[0].field, full_name);
}

// Version 2 chose another value and wrote it; version 3 chooses the one of before, and writes nothing.
TEST(TakeBack, WhatAnApplyHadChosenIsGivenBackWhereTheEarlierChoiceIsNotWritten) {
  Story story;
  story.p.link(books("a")).own.clear();
  story.p.link(books("a")).given["phone"] = old_number;
  const Golden before = story.p.golden;
  story.p.golden.fields.at(phone).value = other_number;
  story.keep("apply.2", monday + seconds(9), before, story.p.links);
  story.written(books("a"), phone, monday + seconds(9), "apply.2");
  story.p.golden = before;
  story.hub = files({{"flows/clients.yaml", "keep: contact\n", "keep: contact\nmode: link\n"}});
  const TakenBack taken = story.change("apply.2");
  EXPECT_TRUE(taken.fields.empty());
  ASSERT_EQ(taken.given.size(), 1u);
  EXPECT_EQ(taken.given[0].value, old_number);
}

// A record that the hub made has said nothing of its own before.
TEST(TakeBack, ANameThatTheWinnerWasGivenIsNobodysWord) {
  Story story;
  story.p.link(crm("1")).own.clear();
  story.p.link(crm("1")).given = {{"given_name", "Mia"}, {"family_name", "Tan"}};
  story.p.golden.fields = survive(*story.hub, story.p.golden, story.p.links);
  story.says(crm("1"), {{"given_name", "Maya"}}, monday + seconds(5), "c2.0");
  ASSERT_EQ(story.p.value("given_name"), Value("Maya"));
  story.written(books("a"), given_name, monday + seconds(6), "c2.0");
  const TakenBack taken = story.change("c2.0");
  EXPECT_EQ(value_of(taken, given_name), Value("Mia"));
  EXPECT_EQ(taken.fields, std::vector{given_name});
}

TEST(TakeBack, WhatCannotBeUndoneIsTold) {
  Story story;
  Delivery create;
  create.operation = Operation::Create;
  Delivery check;
  check.operation = Operation::Do, check.named = "create_check";
  story.past.push_back({1, story.p.golden.id, ChangeId("c2.0"), monday, written_turns(create, {}, books("b"))});
  story.past.push_back({2, story.p.golden.id, ChangeId("c2.0"), monday, written_turns(check, {}, {})});
  const TakenBack taken = story.change("c2.0");
  ASSERT_EQ(taken.stays.size(), 2u);
  EXPECT_NE(taken.stays[0].why.find("created"), std::string::npos);
  EXPECT_NE(taken.stays[1].why.find("create_check"), std::string::npos);
}

TEST(TakeBack, ARecordThatNoWriteReachesIsTold) {
  Story story;
  story.says(crm("1"), {{"phone", new_number}}, monday + seconds(5), "c2.0");
  story.written(books("a"), phone, monday + seconds(6), "c2.0");
  const TakenBack taken = story.change("c2.0");
  EXPECT_EQ(out_of_reach(*story.hub, taken, {}).size(), 2u);
  EXPECT_EQ(out_of_reach(*story.hub, taken, {{crm("1"), phone}, {books("a"), phone}}).size(), 0u);
  TakenBack gone = taken;
  gone.links.back().gone = true;
  const std::vector<Stays> stays = out_of_reach(*story.hub, gone, {{crm("1"), phone}});
  ASSERT_EQ(stays.size(), 1u);
  EXPECT_NE(stays[0].why.find("gone"), std::string::npos);
}

TEST(TakeBack, WhatASystemStoredInAnotherFormIsWhatWeWrote) {
  Story story;
  story.says(crm("1"), {{"given_name", "Maya"}}, monday + seconds(5), "c2.0");
  story.written(books("a"), given_name, monday + seconds(6), "c2.0");
  story.p.link(books("a")).base["given_name"] = Value("MAYA");
  const TakenBack taken = story.change("c2.0");
  EXPECT_EQ(taken.fields, std::vector{given_name});
  EXPECT_EQ(taken.turns.size(), 2u) << "the crm's word, and our write";
}

TEST(TakeBack, WhatIsKeptOfItIsReadBackAsItWasSealed) {
  Story story;
  story.says(crm("1"), {{"phone", new_number}}, monday + seconds(5), "c2.0");
  const Secret key(std::string(32, 'k'));
  PastRow row = to_row(story.past[0], key);
  EXPECT_FALSE(row.written);
  EXPECT_EQ(row.sealed.find("0400"), std::string::npos);
  EXPECT_EQ(open_row(row, key)->turns, story.past[0].turns);
  row.change = ChangeId("c9.0");
  EXPECT_FALSE(open_row(row, key)) << "bound to its change";
}

}  // namespace
}  // namespace linchpin::engine
