#include "base/metric.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace linchpin {
namespace {

bool exposes(std::string_view line) { return metric::exposition().find(std::string(line) + "\n") != std::string::npos; }

TEST(Metric, ACounterAddsUpByItsLabels) {
  metric::add("test_changes_total", {{"system", "hubspot"}, {"outcome", "merged"}});
  metric::add("test_changes_total", {{"outcome", "merged"}, {"system", "hubspot"}}, 2);
  metric::add("test_changes_total", {{"system", "xero"}, {"outcome", "merged"}});
  EXPECT_TRUE(exposes("# TYPE test_changes_total counter"));
  EXPECT_TRUE(exposes(R"(test_changes_total{outcome="merged",system="hubspot"} 3)"));
  EXPECT_TRUE(exposes(R"(test_changes_total{outcome="merged",system="xero"} 1)"));
}

TEST(Metric, AGaugeIsWhatItWasLastSetTo) {
  metric::set("test_inbox_lag", {}, 4);
  metric::set("test_inbox_lag", {}, 1.5);
  EXPECT_TRUE(exposes("test_inbox_lag 1.5"));
}

TEST(Metric, WhatAGaugeNoLongerHasIsToldToBeNothing) {
  metric::set_all("test_depth", {{{{"system", "xero"}}, 3}, {{{"system", "hubspot"}}, 1}});
  metric::set_all("test_depth", {{{{"system", "hubspot"}}, 2}});
  EXPECT_TRUE(exposes(R"(test_depth{system="xero"} 0)"));
  EXPECT_TRUE(exposes(R"(test_depth{system="hubspot"} 2)"));
}

TEST(Metric, AHistogramCountsFromAMillisecondToAnHour) {
  metric::observe("test_latency_seconds", {{"flow", "clients"}}, 0.0005);
  metric::observe("test_latency_seconds", {{"flow", "clients"}}, 3000);
  metric::observe("test_latency_seconds", {{"flow", "clients"}}, 9000);
  EXPECT_TRUE(exposes(R"(test_latency_seconds_bucket{flow="clients",le="0.001"} 1)"));
  EXPECT_TRUE(exposes(R"(test_latency_seconds_bucket{flow="clients",le="1800"} 1)"));
  EXPECT_TRUE(exposes(R"(test_latency_seconds_bucket{flow="clients",le="3600"} 2)"));
  EXPECT_TRUE(exposes(R"(test_latency_seconds_count{flow="clients"} 3)"));
}

TEST(Metric, ManyThreadsLoseNothing) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 500; ++i) metric::add("test_threads_total", {{"system", "hubspot"}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(exposes(R"(test_threads_total{system="hubspot"} 2000)"));
}

}  // namespace
}  // namespace linchpin
