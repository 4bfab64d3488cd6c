// Metrics by the names of docs (interfaces: Metrics), in Prometheus' text format. Thread-safe. Labels are names of the
// hub files and fixed words, never values.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace linchpin::metric {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

void add(std::string_view name, Labels, double by = 1);  // a counter: its name ends in _total
void set(std::string_view name, Labels, double value);   // a gauge
// A gauge whose series come and go: all that it has now, by their labels. What it told of others is 0 from here on,
// whoever told it: an engine begins anew with each apply, and the program goes on.
using Series = std::map<std::map<std::string, std::string>, double>;
void set_all(std::string_view name, const Series&);
void observe(std::string_view name, Labels, double seconds);  // a histogram of seconds: 1 ms to 1 h

// A counter that is looked up once, for where each look-up would be felt. Lives as long as the program.
class Counter {
 public:
  Counter(std::string_view name, Labels);
  void add(double by = 1) const;

 private:
  void* counter_;
};

std::string exposition();  // the whole registry as text, for GET /metrics

}  // namespace linchpin::metric
