#include "sim/phones.hpp"

#include <gtest/gtest.h>

namespace linchpin::sim {
namespace {

TEST(Phones, OneIsFoundInAnyForm) {
  Ledger ledger;
  ledger.say(ledger.add(), Field::Phone, {Site::Hubspot, comparable(Field::Phone, "0412310001"), Instant{}, true});
  for (const char* text : {"0412310001", "+61412310001", "+61 412 310 001", "\"0412-310-001\"",
                           "call 2 (0412) 310 001.", "{\"phone\":\"+61412310001\"}", "2026-11-24 0412 310 001"})
    EXPECT_TRUE(holds_phone(ledger, text)) << text;
  for (const char* text : {"", "0412310002", "50412310001", "04123100011", "1412310001", "41231000", "0412x310001"})
    EXPECT_FALSE(holds_phone(ledger, text)) << text;
}

}  // namespace
}  // namespace linchpin::sim
