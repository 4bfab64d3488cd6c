// A revert: what somebody takes back, and how far that has come. Kept as a row of `meta` under its id.
#pragma once

#include <string>

#include "engine/ports.hpp"

namespace linchpin::engine {

struct Reverting {
  std::int64_t number = 0;  // its id is "revert.N"
  Store::PastAsked asked;
  std::string what;  // in words: "change c3.0"
  std::string by, why;
  Instant at{};
  GoldenId after;                      // how far
  std::int64_t fields = 0, stays = 0;  // that are as before, and that stay as they are
  bool done = false;
  ChangeId id() const { return ChangeId("revert." + std::to_string(number)); }
};

inline bool is_revert(const ChangeId& change) { return change.text.starts_with("revert."); }
Json to_json(const Reverting&);
Result<Reverting> reverting_of(std::int64_t number, const std::string& kept);

}  // namespace linchpin::engine
