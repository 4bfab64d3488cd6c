// intake: signature, age and size over the raw bytes, and nothing else. A correctly signed body within its size is
// stored whole, sealed with the key of the day; its sender is acknowledged when the inbox has it on disk.
#pragma once

#include <string_view>
#include <variant>

#include "engine/connector.hpp"
#include "engine/ports.hpp"

namespace linchpin::engine {

struct Refusal {
  int status = 401;          // 401, 413, 415
  std::string_view outcome;  // the metric's word: "unsigned", "stale", "refused"
};
struct IntakeLimits {
  std::size_t body_bytes = 4u << 20;
};
// The entry to append, or why not. KeyMissing and the like when the hub cannot seal: the sender is to come back (503).
Result<std::variant<InboxEntry, Refusal>> intake(const SystemName&, const Request&, const Connector&,
                                                 const std::string& public_url, const Credential&, Keys&, Instant now,
                                                 IntakeLimits = {});

// The day that an instant is in, UTC: "2026-11-24".
std::string day_of(Instant);

}  // namespace linchpin::engine
