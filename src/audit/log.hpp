// The audit log's sequencer: gives waiting entries their index in the tree, makes that durable, and then signs a
// checkpoint. One at a time: it is the only writer of its tree.
#pragma once

#include <memory>

#include "audit/checkpoint.hpp"
#include "engine/ports.hpp"

namespace linchpin::audit {

inline constexpr std::size_t entry_bytes_max = 65'535;  // C2SP tlog-tiles: an entry's length is a 16-bit number

// An entry as it is logged: canonical JSON of the row's body with three members more. `person` and `previous` only
// where a person is concerned; `previous` is null in the first entry of a person.
Result<std::string> entry_of(const engine::AuditRow&, std::int64_t index, std::optional<std::int64_t> previous);

class Log {
 public:
  // `origin` is the log's name and its key's, "hub.example.com/audit". KeyWrong when the last checkpoint was signed by
  // another key; AuditBroken when the tree does not fit it (a state cut back behind it: a log must never sign twice).
  static Result<std::unique_ptr<Log>> open(engine::AuditStore&, std::string origin, SigningKey);

  // Puts up to `most` waiting rows into the tree. Whether there were any.
  Result<bool> grow(std::size_t most = 1024);
  // The same, and signs a checkpoint over the tree. True when something was done: ask again. After an error nothing was
  // signed that is not durable; it may be tried again.
  Result<bool> integrate(std::size_t most = 1024);

  Result<std::optional<std::string>> checkpoint();  // the last signed one
  const VerifierKey& verifier() const { return verifier_; }

 private:
  Log(engine::AuditStore& store, std::string origin, SigningKey key)
      : store_(store),
        origin_(std::move(origin)),
        key_(std::move(key)),
        verifier_(verifier_key(origin_, ed25519_type, key_.public_key)) {}
  Result<void> put_leaves(const std::vector<engine::AuditRow>&, std::int64_t size);
  Result<void> sign_at(std::int64_t size);

  engine::AuditStore& store_;
  const std::string origin_;
  const SigningKey key_;
  const VerifierKey verifier_;
  std::int64_t signed_ = -1;  // the size of the last checkpoint; -1: none yet
};

}  // namespace linchpin::audit
