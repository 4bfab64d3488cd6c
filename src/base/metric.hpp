// Metrics by the names of docs (interfaces: Metrics), in Prometheus' text format. Thread-safe. Labels are names of the
// hub files and fixed words, never values.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace linchpin::metric {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

void add(std::string_view name, Labels, double by = 1);       // a counter: its name ends in _total
void set(std::string_view name, Labels, double value);        // a gauge
void observe(std::string_view name, Labels, double seconds);  // a histogram of seconds: 1 ms to 1 h

std::string exposition();  // the whole registry as text, for GET /metrics

}  // namespace linchpin::metric
