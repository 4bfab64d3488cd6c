#include "model/gives.hpp"

#include <gtest/gtest.h>

#include "model/small_hub.hpp"

namespace linchpin::model {
namespace {

std::vector<std::string> told(const std::vector<small_hub::Edit>& edits = {}) {
  const Checked checked = small_hub::checked(edits);
  EXPECT_TRUE(checked.hub) << (checked.findings.empty() ? "" : to_text(checked.findings.front().error));
  std::vector<std::string> all;
  for (const Gives& one : checked.hub ? gives(*checked.hub) : std::vector<Gives>{}) {
    std::string text = one.from + " -> " + one.to + ":";
    for (const std::string& field : one.fields) text += " " + field;
    all.push_back(text + (one.by_hand ? " (by hand)" : "") + (one.regulated ? " (regulated)" : ""));
  }
  return all;
}

TEST(Gives, AFieldComesFromItsOwnerAndOneMadeOfOthersFromTheirs) {
  EXPECT_EQ(told(),
            (std::vector<std::string>{"checks -> crm: checked", "crm -> books: given_name family_name full_name",
                                      "crm -> checks: given_name family_name (regulated)"}));
}

TEST(Gives, WhatNobodyReadsIsTheHubsOwn) {
  const auto all =
      told({{"mappings/checks.contacts.yaml", "  checked: { at: outcome, direction: in }\n", ""},
            {"entities/contact.yaml", "class: internal, owner: checks }", "class: internal, survivorship: recency }"}});
  EXPECT_NE(std::ranges::find(all, "the hub -> crm: checked"), all.end());
}

TEST(Gives, AFlowThatIsOffGivesNothing) {
  EXPECT_EQ(told({{"flows/clients.yaml", "keep: contact\n", "keep: contact\nmode: \"off\"\n"}}),
            (std::vector<std::string>{"the hub -> checks: given_name family_name (regulated)"}));
}

TEST(Gives, WhatPeopleCarryIsInTheMap) {
  const auto all = told({{"flows/payroll.yaml", "",
                          "flow: payroll\nmanual: the bookkeeper types it\nfrom: a spreadsheet\nto: books\n"
                          "fields: [salary]\nwhy: payroll has no interface\n"}});
  EXPECT_EQ(all.front(), "a spreadsheet -> books: salary (by hand)");
}

}  // namespace
}  // namespace linchpin::model
