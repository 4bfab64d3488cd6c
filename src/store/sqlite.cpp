#include "store/sqlite.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "store/checked_pages.hpp"

namespace linchpin::store {
namespace fs = std::filesystem;

namespace {

constexpr int application_id = 0x4c4e4348;             // "LNCH"
constexpr std::uintmax_t quick_check_max = 32u << 20;  // a file up to this size is checked in well under 200 ms

// FULL: an answered commit is on the disk. autocheckpoint off: the owner checkpoints when that holds nobody up.
// secure_delete: what is deleted is zeroed in the file. temp_store: nothing is spilled to /tmp.
constexpr const char* pragmas =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint=0;"
    "PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF; PRAGMA cache_size=-2000;"
    "PRAGMA journal_size_limit=16777216;";

Result<void> sync_file(const fs::path& path, int flags) {
  const int at = ::open(path.c_str(), flags | O_RDONLY | O_CLOEXEC);
  const bool synced = at >= 0 && ::fsync(at) == 0;
  if (at >= 0) ::close(at);
  if (synced) return {};
  return fail(Code::StoreUnavailable, path.string() + " cannot be made durable", "Look at its disk.");
}

}  // namespace

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Result<bool> Query::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_->error(code);
}

void Query::bind_text(int at, std::string_view text) {
  sqlite3_bind_text64(statement_, at, text.data() ? text.data() : "", text.size(), SQLITE_STATIC, SQLITE_UTF8);
}
void Query::bind_blob(int at, std::string_view blob) {
  sqlite3_bind_blob64(statement_, at, blob.data() ? blob.data() : "", blob.size(), SQLITE_STATIC);
}
void Query::bind_integer(int at, std::int64_t number) { sqlite3_bind_int64(statement_, at, number); }
void Query::bind_nothing(int at) { sqlite3_bind_null(statement_, at); }

std::string Query::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return data ? std::string(static_cast<const char*>(data), static_cast<std::size_t>(size)) : std::string();
}
std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }
bool Query::nothing(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

tl::unexpected<Error> Database::error(int code) {
  // The message of the library may quote names of ours but never a value; its short text is enough and says no more.
  const std::string file = path_.filename().string();
  const bool page_is_wrong = code == SQLITE_IOERR_DATA || code == SQLITE_IOERR_CORRUPTFS;
  switch (page_is_wrong ? SQLITE_CORRUPT : code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      damaged_ = true;
      return fail(Code::StoreCorrupt, "the file " + file + " is damaged",
                  "Restore it from a backup; it is not served.");
    case SQLITE_FULL:
      return fail(Code::StoreUnavailable, "there is no room to write " + file,
                  "Make room on its disk; the hub goes on by itself.");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(Code::StoreUnavailable, "another process holds a lock on " + file,
                  "End the program that has it open (a backup, sqlite3).");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return fail(Code::StoreUnavailable, "the file " + file + " cannot be opened for writing",
                  "Give the folder " + path_.parent_path().string() + " to the user that runs Linchpin.");
    case SQLITE_CONSTRAINT:
    case SQLITE_MISUSE:
    case SQLITE_ERROR:
      return fail(Code::Internal, "a statement failed on " + file + ": " + sqlite3_errstr(code));
    default:
      return fail(Code::StoreUnavailable, "the file " + file + " cannot be read or written: " + sqlite3_errstr(code),
                  "Look at its disk; the hub goes on by itself.");
  }
}

Result<void> Database::connect(Pages pages) {
  TRY(register_checked_pages());
  const int code =
      sqlite3_open_v2(path_.c_str(), &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                      pages == Pages::Checked ? checked_pages : nullptr);
  if (code != SQLITE_OK) return error(code);
  sqlite3_busy_timeout(handle_, 2000);
  return {};
}

// Needs: wal_autocheckpoint has been set. It is a hook of the same kind, and takes the place of ours.
void Database::count_wal_pages() {
  sqlite3_wal_hook(
      handle_,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Database*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      this);
}

Result<void> Database::script(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code);
  return {};
}

Result<void> Database::migrate(std::span<const Migration> schema) {
  const auto version = TRY(one<std::int64_t>("PRAGMA user_version"));
  if (version > static_cast<std::int64_t>(schema.size())) {
    return fail(Code::StoreUnavailable, "the file " + path_.filename().string() + " was made by a newer version",
                "Run that version, or restore the backup that was made before it.");
  }
  for (std::size_t i = static_cast<std::size_t>(version); i < schema.size(); ++i) {
    const std::string step =
        std::string("BEGIN IMMEDIATE;") + schema[i].sql + "PRAGMA user_version=" + std::to_string(i + 1) + "; COMMIT;";
    const Result<void> done = script(step.c_str());
    if (!done) {
      sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
      return done;
    }
  }
  return {};
}

Result<void> Database::quick_check() {
  std::error_code ignored;
  if (fs::file_size(path_, ignored) > quick_check_max) return {};
  if (TRY(one<std::string>("PRAGMA quick_check(1)")) != "ok") return error(SQLITE_CORRUPT);
  return {};
}

// A new file is made under another name and takes its own when its tables are durable: an empty file under its own name
// is a damaged one, not a new one. So the disk is waited for once, when all of it is there.
Result<void> Database::make(const fs::path& path, std::span<const Migration> schema) {
  fs::path made = path;
  made += ".new";
  std::error_code ignored;
  for (const char* part : {"", "-wal", "-shm"}) fs::remove(fs::path(made.string() + part), ignored);
  const int file = ::open(made.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  Database database(made);
  if (file < 0) return database.error(SQLITE_CANTOPEN);
  ::close(file);
  TRY(database.connect());
  int reserved = checksum_bytes;
  if (sqlite3_file_control(database.handle_, nullptr, SQLITE_FCNTL_RESERVE_BYTES, &reserved) != SQLITE_OK)
    return fail(Code::Internal, "SQLite reserves no room for checksums in " + path.filename().string());
  TRY(database.script("PRAGMA page_size=4096"));
  TRY(database.script("PRAGMA synchronous=OFF; PRAGMA journal_mode=WAL;"));
  TRY(database.script(pragmas));
  TRY(database.script("PRAGMA synchronous=OFF"));
  TRY(database.script(("PRAGMA application_id=" + std::to_string(application_id)).c_str()));
  TRY(database.migrate(schema));
  TRY(database.checkpoint(Checkpoint::Truncate));
  database.statements_.clear();
  for (sqlite3_stmt* s = nullptr; (s = sqlite3_next_stmt(database.handle_, nullptr)) != nullptr;) sqlite3_finalize(s);
  sqlite3_close(std::exchange(database.handle_, nullptr));
  TRY(sync_file(made, 0));
  std::error_code failed;
  fs::rename(made, path, failed);
  if (failed) return database.error(SQLITE_CANTOPEN);
  return sync_folder(path.parent_path());
}

Result<std::unique_ptr<Database>> Database::open(const fs::path& path, std::span<const Migration> schema) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) TRY(make(path, schema));
  auto database = std::unique_ptr<Database>(new Database(path));
  if (fs::file_size(path, ignored) == 0) return database->error(SQLITE_NOTADB);
  TRY(database->connect());
  TRY(database->script(pragmas));
  database->count_wal_pages();
  if (TRY(database->one<std::int64_t>("PRAGMA application_id")) != application_id)
    return database->error(SQLITE_NOTADB);
  TRY(database->quick_check());
  TRY(database->migrate(schema));
  return database;
}

Result<std::unique_ptr<Database>> Database::open_reader(const fs::path& path, Pages pages) {
  auto database = std::unique_ptr<Database>(new Database(path));
  TRY(database->connect(pages));
  TRY(database->script("PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-1000;"));
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Result<Query> Database::prepare(const char* sql) {
  if (damaged_) return error(SQLITE_CORRUPT);
  sqlite3_stmt*& statement = statements_[sql];
  if (statement == nullptr) {
    const int code = sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return error(code);
  }
  return Query(*this, statement);
}

// Such a PRAGMA is carried out when it is prepared, so a kept statement would do nothing.
Result<void> Database::commits_wait(bool wait) {
  return script(wait ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
}

std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }

Result<void> Database::checkpoint(Checkpoint kind) {
  const bool all = kind == Checkpoint::Truncate;
  int pages = 0;
  const int code = sqlite3_wal_checkpoint_v2(
      handle_, nullptr, all ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &pages, nullptr);
  if (code != SQLITE_OK && (all || code != SQLITE_BUSY)) return error(code);
  if (all) wal_pages_ = 0;
  return {};
}

Result<void> sync_folder(const fs::path& folder) { return sync_file(folder.empty() ? "." : folder, O_DIRECTORY); }

}  // namespace linchpin::store
