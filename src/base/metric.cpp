#include "base/metric.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace linchpin::metric {
namespace {

// From a local answer to a batch that took the night's first hour.
const prometheus::Histogram::BucketBoundaries seconds_buckets = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 1800, 3600};

prometheus::Labels owned(Labels labels) {
  prometheus::Labels copy;
  for (const auto& [name, value] : labels) copy.emplace(name, value);
  return copy;
}

// One family for each name, made when it is first used. The registry owns them and never drops one.
struct Registry {
  prometheus::Registry registry;
  std::mutex mutex;
  std::map<std::string, prometheus::Family<prometheus::Counter>*, std::less<>> counters;
  std::map<std::string, prometheus::Family<prometheus::Gauge>*, std::less<>> gauges;
  std::map<std::string, prometheus::Family<prometheus::Histogram>*, std::less<>> histograms;
  std::map<std::string, std::map<prometheus::Labels, prometheus::Gauge*>> told;  // by set_all

  template <class Map, class Build>
  auto& family(Map& families, std::string_view name, Build build) {
    const std::lock_guard lock(mutex);
    const auto found = families.find(name);
    if (found != families.end()) return *found->second;
    auto& made = build().Name(std::string(name)).Register(registry);
    families.emplace(std::string(name), &made);
    return made;
  }
};
Registry& shared() {
  static Registry registry;
  return registry;
}

}  // namespace

void add(std::string_view name, Labels labels, double by) {
  Registry& r = shared();
  r.family(r.counters, name, prometheus::BuildCounter).Add(owned(labels)).Increment(by);
}
void set(std::string_view name, Labels labels, double value) {
  Registry& r = shared();
  r.family(r.gauges, name, prometheus::BuildGauge).Add(owned(labels)).Set(value);
}
void set_all(std::string_view name, const Series& series) {
  Registry& r = shared();
  auto& family = r.family(r.gauges, name, prometheus::BuildGauge);
  const std::lock_guard lock(r.mutex);
  std::map<prometheus::Labels, prometheus::Gauge*>& told = r.told[std::string(name)];
  for (const auto& [labels, gauge] : told)
    if (!series.contains(labels)) gauge->Set(0);
  for (const auto& [labels, value] : series) {
    prometheus::Gauge& gauge = family.Add(labels);
    gauge.Set(value);
    told[labels] = &gauge;
  }
}
void observe(std::string_view name, Labels labels, double seconds) {
  Registry& r = shared();
  r.family(r.histograms, name, prometheus::BuildHistogram).Add(owned(labels), seconds_buckets).Observe(seconds);
}

Counter::Counter(std::string_view name, Labels labels) {
  Registry& r = shared();
  counter_ = &r.family(r.counters, name, prometheus::BuildCounter).Add(owned(labels));
}
void Counter::add(double by) const { static_cast<prometheus::Counter*>(counter_)->Increment(by); }

std::string exposition() { return prometheus::TextSerializer().Serialize(shared().registry.Collect()); }

}  // namespace linchpin::metric
