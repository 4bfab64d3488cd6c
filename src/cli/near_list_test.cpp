#include "cli/near_list.hpp"

#include <gtest/gtest.h>

namespace linchpin::cli {
namespace {

Json plan(int created, Json left_out) {
  return Json::object({{"near", Json::object({{"created", created},
                                              {"alike", 1},
                                              {"pairs", Json::list({Json::object({{"id_a", "1"}})})},
                                              {"left_out", std::move(left_out)}})}});
}

TEST(NearList, APlanSaysWhatTheListLeavesOut) {
  const std::string all = near_sentence(plan(2, Json::list({})), "near.csv");
  EXPECT_EQ(all.find("left out"), std::string::npos) << all;
  const std::string one = near_sentence(plan(2, Json::list({"company"})), "near.csv");
  EXPECT_EQ(one, all + " company is left out: no field there is a person's name.");
  const std::string three = near_sentence(plan(0, Json::list({"asset", "company", "invoice"})), "near.csv");
  EXPECT_EQ(three,
            "Nobody is created by these files, so near.csv lists nobody. asset, company and invoice are left out: no "
            "field there is a person's name.");
}

TEST(NearList, AHubThatDoesNotSayLeavesNothingOut) {
  const Json older = plan(2, Json());
  EXPECT_EQ(near_sentence(older, "near.csv").find("left out"), std::string::npos);
}

}  // namespace
}  // namespace linchpin::cli
