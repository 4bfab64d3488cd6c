#include "model/difference.hpp"

#include <gtest/gtest.h>

namespace linchpin::model {
namespace {

std::string told(const std::vector<HubFile>& before, const std::vector<HubFile>& after) {
  std::string text;
  for (const Difference& d : differences(before, after))
    text += d.file + " " + d.path + ": " + d.before + " -> " + d.after + "\n";
  return text;
}

TEST(Difference, SaysWhichKeysHaveOtherValues) {
  EXPECT_EQ(told({{"flows/clients.yaml", "flow: clients\nmode: link\nsystems: { xero: { read: realtime } }\n"}},
                 {{"flows/clients.yaml",
                   "flow: clients\nmode: live\nsystems: { xero: { read: realtime, write: realtime } }\n"}}),
            "flows/clients.yaml mode: \"link\" -> \"live\"\n"
            "flows/clients.yaml systems.xero.write:  -> \"realtime\"\n");
}

TEST(Difference, CommentsQuotesAndOrderMakeNone) {
  EXPECT_EQ(
      told({{"hub.yaml", "hub: firm  # ours\ntime_zone: UTC\n"}}, {{"hub.yaml", "time_zone: \"UTC\"\nhub: firm\n"}}),
      "");
}

TEST(Difference, AFileIsNewOrGone) {
  EXPECT_EQ(told({{"a.yaml", "a: 1"}}, {{"b.yaml", "b: 1"}}), "a.yaml : there -> \nb.yaml :  -> there\n");
}

TEST(Difference, AListIsComparedWhole) {
  EXPECT_EQ(told({{"a.yaml", "values: [lead, client]"}}, {{"a.yaml", "values: [lead, former]"}}),
            "a.yaml values: [\"lead\",\"client\"] -> [\"lead\",\"former\"]\n");
}

}  // namespace
}  // namespace linchpin::model
