// `linchpin audit verify`: everything recomputed from the entries alone, and compared with what is stored and what is
// signed.
#pragma once

#include "audit/checkpoint.hpp"
#include "engine/ports.hpp"

namespace linchpin::audit {

struct Verified {
  std::int64_t entries = 0;   // in the tree
  std::int64_t attested = 0;  // of them, under the last checkpoint; the rest was being logged when the hub stopped
  std::int64_t waiting = 0;   // not yet in the tree (counted up to 10,000)
  Hash root{};                // of all entries
};

// Verifies the log that `key` is of. `earlier`: a signed checkpoint that the verifier kept, which the log must extend:
// without one, and without a witness, whoever holds the signing key could have written another history. AuditBroken
// names the first entry that is wrong; KeyWrong says that another key signed, which is no sign of an alteration.
Result<Verified> verify_log(engine::AuditStore&, const VerifierKey& key, std::optional<std::string> earlier = {});

}  // namespace linchpin::audit
