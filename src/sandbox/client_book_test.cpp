#include "sandbox/client_book.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "sandbox/text.hpp"
#include "sandbox/vendor.hpp"

namespace linchpin::sandbox {
namespace {

constexpr Instant now = Instant{milliseconds{1'795'480'000'000}};

std::map<std::string, Json> by_id(const Json& list, const char* id) {
  std::map<std::string, Json> all;
  for (const Json& record : list.items()) all[record[id].text()] = record;
  return all;
}

std::string national(const std::string& digits) {  // as both forms end: nine digits without the leading zero
  return digits.size() > 9 ? digits.substr(digits.size() - 9) : digits;
}

struct Sides {
  std::string hubspot_email, xero_email, hubspot_phone, xero_phone;
};

class Book : public ::testing::Test {
 protected:
  Sides sides(const ClientPair& pair) const {
    const Json& h = contacts_.at(pair.hubspot)["properties"];
    const Json& x = accounts_.at(pair.xero);
    const Json& phone = x["Phones"][0];
    return {lower_ascii(h["email"].text()), lower_ascii(x["EmailAddress"].text()),
            national(digits_of(h["mobilephone"].text())),
            national(digits_of(phone["PhoneCountryCode"].text() + phone["PhoneAreaCode"].text() +
                               phone["PhoneNumber"].text()))};
  }
  const ClientBook book_ = make_client_book(1, now);
  const std::map<std::string, Json> contacts_ = by_id(book_.hubspot["objects"]["contacts"], "id");
  const std::map<std::string, Json> accounts_ = by_id(book_.xero["objects"]["Contacts"], "ContactID");
};

TEST_F(Book, HoldsFiveHundredPeopleOfWhomThreeHundredAndFiftyAreInXero) {
  EXPECT_EQ(contacts_.size(), 500u);
  EXPECT_EQ(book_.same.size() + book_.undecided.size(), 350u);
  EXPECT_EQ(book_.undecided.size(), 8u);
  EXPECT_EQ(accounts_.size(), 350u + 20u + 40u);
  std::size_t organisations = 0;
  for (const auto& [id, contact] : accounts_) organisations += contact["FirstName"].is_null();
  EXPECT_EQ(organisations, 40u);
}

TEST_F(Book, EmailAndPhoneAgreeForThoseThatTheRulesDecideAndNotBothForTheOthers) {
  int in_other_forms = 0;
  for (const ClientPair& pair : book_.same) {
    const Sides s = sides(pair);
    EXPECT_EQ(s.hubspot_email, s.xero_email);
    EXPECT_EQ(s.hubspot_phone, s.xero_phone);
    in_other_forms += contacts_.at(pair.hubspot)["properties"]["firstname"] != accounts_.at(pair.xero)["FirstName"] ||
                      contacts_.at(pair.hubspot)["properties"]["lastname"] != accounts_.at(pair.xero)["LastName"];
  }
  EXPECT_GT(in_other_forms, 80);
  for (const ClientPair& pair : book_.undecided) {
    const Sides s = sides(pair);
    EXPECT_NE(s.hubspot_email, s.xero_email);
  }
}

TEST_F(Book, SpousesShareAMailboxInXeroAndAFamilyItsPhone) {
  EXPECT_EQ(sides(book_.mailbox_first).xero_email, sides(book_.mailbox_second).xero_email);
  EXPECT_NE(book_.mailbox_first.xero, book_.mailbox_second.xero);
  EXPECT_EQ(sides(book_.phone_first).hubspot_phone, sides(book_.phone_second).hubspot_phone);
  EXPECT_NE(sides(book_.phone_first).hubspot_email, sides(book_.phone_second).hubspot_email);
}

TEST_F(Book, NoTwoPeopleOfHubspotHaveOneNameOrOneEmail) {
  std::set<std::string> names, emails;
  for (const auto& [id, contact] : contacts_) {
    names.insert(contact["properties"]["firstname"].text() + " " + contact["properties"]["lastname"].text());
    emails.insert(contact["properties"]["email"].text());
  }
  EXPECT_EQ(names.size(), 500u);
  EXPECT_EQ(emails.size(), 500u);
}

TEST_F(Book, IsWhatTheSandboxesTake) {
  auto hubspot = *make_vendor("hubspot", 1, Limits::None);
  auto xero = *make_vendor("xero", 1, Limits::None);
  EXPECT_TRUE(hubspot->seed(book_.hubspot, now)) << to_text(hubspot->seed(book_.hubspot, now).error());
  EXPECT_TRUE(xero->seed(book_.xero, now)) << to_text(xero->seed(book_.xero, now).error());
  EXPECT_EQ(hubspot->state(now)["objects"]["contacts"].items().size(), 500u);
  EXPECT_EQ(xero->state(now)["objects"]["Contacts"].items().size(), 410u);
}

TEST(ClientBook, IsTheSameForTheSameSeedAndUsesNoRealAddress) {
  const ClientBook a = make_client_book(3, now), b = make_client_book(3, now), c = make_client_book(4, now);
  EXPECT_EQ(a.hubspot, b.hubspot);
  EXPECT_EQ(a.xero, b.xero);
  EXPECT_EQ(a.truth(), b.truth());
  EXPECT_NE(a.hubspot, c.hubspot);
  for (const Json& contact : a.hubspot["objects"]["contacts"].items()) {
    EXPECT_TRUE(contact["properties"]["email"].text().ends_with(".example"));
  }
}

TEST(ClientBook, GrowsToTensOfThousands) {
  const ClientBook book = make_client_book(5, now, client_book_of(20'000));
  EXPECT_EQ(book.hubspot["objects"]["contacts"].items().size(), 20'000u);
  EXPECT_EQ(book.same.size() + book.undecided.size(), 14'000u);
  auto xero = *make_vendor("xero", 1, Limits::None);
  EXPECT_TRUE(xero->seed(book.xero, now)) << to_text(xero->seed(book.xero, now).error());
}

}  // namespace
}  // namespace linchpin::sandbox
