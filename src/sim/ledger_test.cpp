#include "sim/ledger.hpp"

#include <gtest/gtest.h>

namespace linchpin::sim {
namespace {

TEST(Ledger, ASharedMailboxIsOfWhomTheRestIs) {
  Ledger ledger;
  const auto person = [&](const std::string& email, const std::string& phone, const std::string& family) {
    const int number = ledger.add().number;
    Person& made = ledger.people()[static_cast<std::size_t>(number)];
    ledger.say(made, Field::Email, {Site::Hubspot, email, {}, true});
    ledger.say(made, Field::Phone, {Site::Hubspot, phone, {}, true});
    ledger.say(made, Field::Family, {Site::Hubspot, family, {}, true});
    return number;
  };
  const int first = person("both@home.example", "1", "Ng"), second = person("own@home.example", "2", "Ito");
  ledger.say(ledger.people()[static_cast<std::size_t>(second)], Field::Email,
             {Site::Xero, "both@home.example", {}, true});
  const auto whose = [&](const char* email, const char* phone, const char* family) {
    const Person* found = ledger.whose({{Field::Email, email}, {Field::Phone, phone}, {Field::Family, family}});
    return found ? found->number : -1;
  };
  EXPECT_EQ(whose("both@home.example", "2", "Ito"), second);
  EXPECT_EQ(whose("both@home.example", "1", "Ng"), first);
  EXPECT_EQ(whose("own@home.example", "", ""), second) << "what they said once, alone";
  EXPECT_EQ(whose("nobody@home.example", "3", ""), -1);
}

}  // namespace
}  // namespace linchpin::sim
