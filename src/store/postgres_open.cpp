#include "store/postgres_open.hpp"

#include <unistd.h>

#include "store/postgres_inbox.hpp"
#include "store/postgres_keys.hpp"
#include "store/process_identity.hpp"
#include "store/schema.hpp"

namespace linchpin::store {
namespace {

constexpr std::int64_t version_least = 150000;  // server_version_num: what is tested

// Whether an answered commit is on a disk, and texts are what they are here. Looked at in each session: a setting may
// change.
Result<void> fit(Postgres& database) {
  Rows rows =
      TRY(database.query("SELECT current_setting('synchronous_commit'), current_setting('fsync'), "
                         "current_setting('server_encoding'), current_setting('server_version_num')::bigint"));
  std::string synchronous, fsync, encoding;
  std::int64_t version = 0;
  if (rows.next()) rows.take(synchronous, fsync, encoding, version);
  if (synchronous == "off")
    return fail(Code::StoreUnavailable,
                "PostgreSQL would answer commits before they are durable: synchronous_commit is off",
                "Set it to on for the hub's user: ALTER ROLE … SET synchronous_commit = on.");
  if (fsync != "on")
    return fail(Code::StoreUnavailable, "PostgreSQL does not write to its disk what it answers: fsync is off",
                "Set fsync = on in postgresql.conf.");
  if (encoding != "UTF8")
    return fail(Code::StoreUnavailable, "the database's encoding is " + encoding,
                "Make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.");
  if (version < version_least)
    return fail(Code::StoreUnavailable, "PostgreSQL " + std::to_string(version / 10000) + " is too old",
                "Use 15 or later.");
  return {};
}

Result<void> fit_and_listen(Postgres& database) {
  TRY(fit(database));
  return database.script("LISTEN linchpin_inbox");
}

Result<void> apply(Postgres& database, const std::string& schema, std::span<const Migration> scripts) {
  TRY(database.query("SELECT pg_advisory_xact_lock(hashtext($1))", "linchpin/" + schema));
  if (!TRY(database.one<bool>("SELECT to_regnamespace($1) IS NOT NULL", schema)))
    TRY(database.script("CREATE SCHEMA " + schema));
  TRY(database.script("SET LOCAL search_path = " + schema +
                      "; CREATE TABLE IF NOT EXISTS version (scripts bigint NOT NULL); "
                      "INSERT INTO version SELECT 0 WHERE NOT EXISTS (SELECT FROM version)"));
  const auto applied = TRY(database.one<std::int64_t>("SELECT scripts FROM version"));
  if (applied > static_cast<std::int64_t>(scripts.size()))
    return fail(Code::StoreUnavailable, "the schema " + schema + " was made by a newer version of Linchpin",
                "Run that version, or a later one.");
  for (std::size_t i = static_cast<std::size_t>(applied); i < scripts.size(); ++i) TRY(database.script(scripts[i].sql));
  TRY(database.query("UPDATE version SET scripts = $1", scripts.size()));
  return {};
}

Result<void> migrate(const PostgresPlace& place, const std::string& schema, std::span<const Migration> scripts) {
  const std::unique_ptr<Postgres> database =
      TRY(Postgres::open(place, {"linchpin-schema", "", fit, std::chrono::seconds(60)}));
  TRY(database->script("BEGIN"));
  TRY(apply(*database, schema, scripts));
  return database->script("COMMIT");
}

std::string host() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

}  // namespace

Result<Files> open_postgres(const PostgresPlaces& places, const InboxLimits& limits) {
  const PostgresPlace& keys = places.keys ? *places.keys : places.store;
  TRY(migrate(places.store, "linchpin", postgres_schema()));
  TRY(migrate(keys, "linchpin_keys", postgres_keys_schema()));
  const std::string process = host() + ":" + std::to_string(::getpid());
  const auto open = [&](const PostgresPlace& place, const std::string& what, const char* schema, auto check,
                        std::chrono::seconds answer_within = std::chrono::seconds(30)) {
    return Postgres::open(place, {("linchpin " + what + " " + process).substr(0, 63), schema, check, answer_within});
  };
  Files files;
  auto state = std::make_shared<PostgresState>(TRY(open(places.store, "state", "linchpin", fit)), "line");
  auto writing = TRY(open(places.store, "intake", "linchpin", fit, PostgresInbox::answer_within));
  auto reading = TRY(open(places.store, "inbox", "linchpin", fit));
  files.keys = std::make_unique<PostgresKeyStore>(TRY(open(keys, "keys", "linchpin_keys", fit)));
  files.claim = std::make_unique<PostgresClaim>(
      TRY(open(places.store, "claim", "linchpin", fit_and_listen, std::chrono::seconds(4))), state, "line",
      process_identity(), places.address + " (process " + process + ")", places.lease);
  files.inbox = std::make_unique<PostgresInbox>(std::move(writing), std::move(reading), limits);
  files.state = {std::make_unique<PostgresStore>(state), std::make_unique<PostgresAuditStore>(state)};
  return files;
}

Result<std::unique_ptr<engine::AuditStore>> open_postgres_audit_snapshot(const PostgresPlace& place) {
  auto database = TRY(Postgres::open(place, {"linchpin-audit", "linchpin", {}, std::chrono::seconds(60)}));
  if (!TRY(database->one<bool>("SELECT to_regclass('linchpin.leaf') IS NOT NULL")))
    return fail(Code::NotFound, "there is no state in this database", "The hub makes it when it first runs.");
  TRY(database->script("SET idle_in_transaction_session_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  return std::make_unique<PostgresAuditStore>(std::make_shared<PostgresState>(std::move(database), "line"));
}

}  // namespace linchpin::store
