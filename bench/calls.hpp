// Calls of vendors' APIs for many changed contacts, in the simulated world: the real engine and connectors, the vendors
// with their real limits, in virtual time. Once the contacts are changed at HubSpot, once at Xero.
//
// The least that is possible, by the sizes that the manifests name: what changed is read where it changed, since events
// carry no record (HubSpot's one property, Xero's nothing), and written where it is to be. What the hub asks beside
// that is told by kind: reading what its own writes told again, sweeps, tokens.
#pragma once

#include "base/json.hpp"
#include "base/result.hpp"

namespace linchpin::bench {

struct CallsOptions {
  int contacts = 10'000;
  std::uint64_t seed = 1;
};

Result<Json> measure_calls(const CallsOptions&);
std::string calls_table(const Json& measured);

}  // namespace linchpin::bench
