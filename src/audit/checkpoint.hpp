// A checkpoint (C2SP tlog-checkpoint v1.0.0): what a log signs. Three lines: its name, its size, its root.
#pragma once

#include "audit/note.hpp"

namespace linchpin::audit {

struct Checkpoint {
  std::string origin;
  std::int64_t size = 0;
  Hash root{};
  bool operator==(const Checkpoint&) const = default;
};

std::string to_text(const Checkpoint&);                      // the note's text
Result<Checkpoint> parse_checkpoint(std::string_view text);  // extension lines are allowed and ignored

// A signed checkpoint of the log that `key` is of: verified, and under the log's own name. KeyWrong when that key did
// not sign it, AuditBroken else.
Result<Checkpoint> verified_checkpoint(std::string_view note, const VerifierKey& key);

}  // namespace linchpin::audit
