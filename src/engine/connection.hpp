// A connection's tokens as they are kept: sealed with the hub's key, with a digest of the refresh token that the
// environment gave, so that a new one there counts and the kept ones are dropped.
#pragma once

#include "engine/connector.hpp"
#include "engine/work.hpp"

namespace linchpin::engine {

// Fills in the tokens that were kept for the system, or the environment's refresh token where there are none.
Result<void> restore_tokens(Credential&, const SystemName&, Store&, Keys&);

// Takes what the system answered into the credential, and puts it into the work's commit with its audit entry. Nothing
// may be sent with the new tokens before that commit: a rotated token that was not kept would be the last.
Result<void> keep_tokens(Work&, Credential&, const SystemName&, const Authorised&, Keys&, Instant now);

}  // namespace linchpin::engine
