#include "bench/bare_sqlite.hpp"

#include <sqlite3.h>

#include <array>

#include "store/durable_file.hpp"

namespace linchpin::bench {
namespace {

// Those of store/sqlite.cpp.
constexpr const char* pragmas =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint=0;"
    "PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF; PRAGMA cache_size=-8000;"
    "PRAGMA journal_size_limit=16777216;";

enum Statement : std::size_t {
  Begin,
  PutGolden,
  PutLink,
  DropKey,
  PutKey,
  PutDelivery,
  PutAudit,
  PutSeen,
  PutDone,
  Commit
};
constexpr std::array statements{
    "BEGIN IMMEDIATE",
    "UPDATE golden SET version = ?, sealed = ? WHERE id = ?",
    "UPDATE link SET confirmed = ?, sealed = ? WHERE system = ? AND object = ? AND record = ? AND entity = ?",
    "DELETE FROM match_key WHERE key = ? AND entity = ? AND golden = ? AND system = ? AND object = ? AND record = ?",
    "INSERT INTO match_key (key, entity, golden, system, object, record) VALUES (?,?,?,?,?,?)",
    "INSERT INTO delivery (id, system, object, record, golden, entity, mapping, flow, operation, named, priority, "
    "regulated, state, attempt, suffix, due, made, seen, change, idempotency_key, sealed) "
    "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "INSERT INTO audit (person, body) VALUES (?,?)",
    "INSERT INTO seen (system, digest) VALUES (?,?)",
    "UPDATE mark SET number = ? WHERE name = 'done_up_to'",
    "COMMIT"};

struct Blob {
  std::string_view bytes;
};
template <class T>
void bind(sqlite3_stmt* to, int at, const T& value) {
  if constexpr (std::is_same_v<T, Blob>) {
    sqlite3_bind_blob64(to, at, value.bytes.data(), value.bytes.size(), SQLITE_STATIC);
  } else if constexpr (std::is_convertible_v<T, std::string_view>) {
    const std::string_view text = value;
    sqlite3_bind_text64(to, at, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  } else if constexpr (requires { value.text; }) {
    bind(to, at, value.text);
  } else if constexpr (requires { value.number; }) {
    sqlite3_bind_int64(to, at, value.number);
  } else if constexpr (std::is_same_v<T, Instant>) {
    sqlite3_bind_int64(to, at, ms_since_epoch(value));
  } else {
    sqlite3_bind_int64(to, at, static_cast<std::int64_t>(value));
  }
}

tl::unexpected<Error> refused() {
  return fail(Code::StoreUnavailable, "bare SQLite refuses", "Name another --folder.");
}

}  // namespace

Result<BareSqlite> BareSqlite::open(const std::filesystem::path& file) {
  sqlite3* handle = nullptr;
  const int opened = sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  BareSqlite bare(handle);
  if (opened != SQLITE_OK || sqlite3_exec(handle, pragmas, nullptr, nullptr, nullptr) != SQLITE_OK) return refused();
  sqlite3_wal_hook(
      handle,
      [](void* pages, sqlite3*, const char*, int now) {
        *static_cast<int*>(pages) = now;
        return SQLITE_OK;
      },
      bare.wal_pages_.get());
  for (const char* sql : statements) {
    sqlite3_stmt*& statement = bare.statements_.emplace_back(nullptr);
    if (sqlite3_prepare_v3(handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
      return refused();
  }
  return bare;
}

BareSqlite::BareSqlite(BareSqlite&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      statements_(std::exchange(other.statements_, {})),
      wal_pages_(std::move(other.wal_pages_)) {}

BareSqlite::~BareSqlite() {
  for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

// Each must change one row: what is measured is done.
template <class... T>
Result<void> BareSqlite::run(std::size_t which, const T&... values) {
  sqlite3_stmt* statement = statements_[which];
  int at = 1;
  (bind(statement, at++, values), ...);
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  if (code != SQLITE_DONE) return refused();
  if (which != Begin && which != Statement::Commit && sqlite3_changes(handle_) != 1) return refused();
  return {};
}

Result<void> BareSqlite::commit(const Group& group) {
  const engine::Batch& batch = group.batch;
  TRY(run(Begin));
  for (const auto& row : batch.goldens) TRY(run(PutGolden, row.version, Blob{row.sealed}, row.id));
  for (const auto& row : batch.links)
    TRY(run(PutLink, row.confirmed, Blob{row.sealed}, row.key.system, row.key.object, row.key.record, row.entity));
  for (const auto& row : group.stale)
    TRY(run(DropKey, Blob{row.key}, row.entity, row.golden, row.record.system, row.record.object, row.record.record));
  for (const auto& row : group.fresh)
    TRY(run(PutKey, Blob{row.key}, row.entity, row.golden, row.record.system, row.record.object, row.record.record));
  for (const auto& row : batch.deliveries)
    TRY(run(PutDelivery, row.id, row.system, row.object, row.record, row.golden, row.entity, row.mapping, row.flow,
            row.operation, row.named, row.priority, row.regulated, row.state, row.attempt, row.suffix, row.due,
            row.made, row.seen, row.change, row.idempotency_key, Blob{row.sealed}));
  for (const auto& row : batch.audit) TRY(run(PutAudit, row.person, Blob{row.body}));
  for (const auto& [system, digest] : batch.seen) TRY(run(PutSeen, system, Blob{digest}));
  TRY(run(PutDone, batch.done_whole.back()));
  TRY(run(Statement::Commit));
  if (*wal_pages_ >= store::DurableFile::wal_pages_most)
    sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  return {};
}

}  // namespace linchpin::bench
