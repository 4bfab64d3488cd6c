// brake: how much a flow may write to a system in a while before a person is asked. What leaves for the first time
// counts, in windows: one begins with the first write after the one before has ended. A first load does not count, nor
// what follows from files that are applied, since `plan` has shown every write of them; nor what comes back from it: a
// flow is counted again half an hour after the last of its load has left. A flow that would go over is paused, a review
// says what was about to happen, and what it would have written is kept; with each yes as many more may leave.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/json.hpp"
#include "engine/delivery.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

struct Braking {          // one flow's creates, updates or deletes in one system
  Instant since{};        // when the window began
  std::int64_t most = 0;  // in it
  std::int64_t count = 0;
  std::map<SystemName, std::int64_t> of{};  // by whose word: one system's overwriting is told from many people's edits
};

// Whose word it carries: the system that said the latest of its values; "" of what flows and people set.
SystemName said_by(const Delivery&, const Golden&);
// What a delivery counts against; nullptr when nothing holds it back.
const model::Brake* brake_of(const model::Hub&, const Delivery&);
inline constexpr std::chrono::minutes unbraked_after_load{30};  // two sweeps: what the load wrote has been read back
// Of the records that the system had when the window began, where the ceiling is a share of them; at least one.
std::int64_t most_of(const model::Brake&, std::int64_t records);
// The window that a write at `now` is of: another one has ended, or lies in the future of a clock that was set back.
bool ended(const Braking&, const model::Brake&, Instant now);

Json to_json(const Braking&);
Result<Braking> braking_of(const std::string& kept);

}  // namespace linchpin::engine
