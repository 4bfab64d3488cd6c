// A hub's stores in PostgreSQL, opened: its schemas are made and brought up to date, its settings are looked at, and
// the claim is tried once.
#pragma once

#include "store/open.hpp"
#include "store/postgres.hpp"
#include "store/postgres_claim.hpp"

namespace linchpin::store {

struct PostgresPlaces {
  PostgresPlace store;
  std::optional<PostgresPlace> keys;  // none: a schema of their own in the same database
  std::string address;                // of this process, for people: who stands by says it
  LeaseTimes lease;
};

// All of them. There is no lock: several processes may have one hub open, and the claim says who works.
// StoreUnavailable when PostgreSQL is out of reach, or could lose a commit (synchronous_commit or fsync is off).
Result<Files> open_postgres(const PostgresPlaces&, const InboxLimits& = {});
// The audit log as it stands now, beside processes that may be running.
Result<std::unique_ptr<engine::AuditStore>> open_postgres_audit_snapshot(const PostgresPlace&);

}  // namespace linchpin::store
