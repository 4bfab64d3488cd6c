// What an audit entry says: who moved what, from where to where, by names of fields and salted commitments, never
// values. Format: docs/internals/audit-log.md. Made in the same commit as what it attests (AuditedWithCommit).
#pragma once

#include <string>

#include "base/crypto.hpp"
#include "engine/delivery.hpp"
#include "engine/golden.hpp"
#include "engine/rows.hpp"

namespace linchpin::engine {

struct Attested {
  std::string entry{};    // unique: "c41.3/contact", "d17/2/sent"
  std::string kind{};     // received, sent, confirmed, refused, set, review, connected, applied
  std::string trigger{};  // "webhook", "poll", "flow clients", "person"
  ChangeId change{};
  FlowName flow{};
  SystemName system{};
  std::string direction{};  // "in", "out", ""
  EntityName entity{};
  Values values{};  // committed to, not told
  std::string outcome{};
  std::string by{};
  Instant at{};
  std::int64_t version = 0;  // of the register
};

// What became of a delivery's attempt: "sent" and "confirmed" commit to its values, "refused" says a code.
Attested delivered(const Delivery&, std::string kind, std::string outcome, Instant now);

// `data_key`: of the person's golden record, or the hub's where no person is concerned (then `about_person` is false).
AuditRow audit_row(const Attested&, const Secret& data_key, bool about_person);

// SHA-256("linchpin/commit/v1" || salt || field || value), hex; salt = HMAC(salt key of the person, entry || field).
std::string commitment(std::string_view data_key, std::string_view entry, std::string_view field, const Value&);

}  // namespace linchpin::engine
