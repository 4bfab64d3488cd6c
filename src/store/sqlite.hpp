// One connection to one SQLite file: statements that are prepared once and kept, values bound and read by their type.
// Not thread-safe. A file that is found damaged is not read again: every call after that is StoreCorrupt.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "store/schema.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace linchpin::store {

struct Blob {
  std::string_view bytes;
};

class Database;

// A statement in use. Its rows are read in order: while (TRY(query.next())) query.take(row.id, row.name);
class Query {
 public:
  Query(Database& database, sqlite3_stmt* statement) : database_(&database), statement_(statement) {}
  Query(Query&& other) noexcept : database_(other.database_), statement_(other.statement_) {
    other.statement_ = nullptr;
  }
  Query& operator=(Query&&) = delete;
  ~Query();

  Result<bool> next();  // whether a row stands
  template <class... T>
  void take(T&... values) {
    int column = 0;
    (take_one(column++, values), ...);
  }

  template <class... T>
  void bind(const T&... values) {
    int at = 1;
    (bind_one(at++, values), ...);
  }

 private:
  // What is bound must live until the last next(): it is not copied.
  void bind_text(int at, std::string_view);
  void bind_blob(int at, std::string_view);
  void bind_integer(int at, std::int64_t);
  void bind_nothing(int at);
  template <class T>
  void bind_one(int at, const T& value) {
    if constexpr (std::is_same_v<T, Blob>) {
      bind_blob(at, value.bytes);
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      bind_text(at, value);
    } else if constexpr (requires { value.text; }) {
      bind_text(at, value.text);
    } else if constexpr (requires { value.number; }) {
      bind_integer(at, value.number);
    } else if constexpr (std::is_same_v<T, Instant>) {
      bind_integer(at, ms_since_epoch(value));
    } else if constexpr (std::is_same_v<T, std::optional<Instant>>) {
      value ? bind_integer(at, ms_since_epoch(*value)) : bind_nothing(at);
    } else {
      bind_integer(at, static_cast<std::int64_t>(value));
    }
  }

  std::string bytes(int column) const;
  std::int64_t integer(int column) const;
  bool nothing(int column) const;
  template <class T>
  void take_one(int column, T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      value = bytes(column);
    } else if constexpr (requires { value.text; }) {
      value.text = bytes(column);
    } else if constexpr (requires { value.number; }) {
      value.number = integer(column);
    } else if constexpr (std::is_same_v<T, Instant>) {
      value = from_ms(integer(column));
    } else if constexpr (std::is_same_v<T, std::optional<Instant>>) {
      if (!nothing(column)) value = from_ms(integer(column));
    } else {
      value = static_cast<T>(integer(column));
    }
  }

  Database* database_;
  sqlite3_stmt* statement_;
};

class Database {
 public:
  // For the one writer: made with its tables if there is none, brought up to date, checked. Files are readable by their
  // owner only.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path&, std::span<const Migration>);
  // For a reader of a file that has a writer. Unchecked: for what proves itself otherwise (the audit log), so that it
  // can say more of what was changed than that a page was.
  enum class Pages { Checked, Unchecked };
  static Result<std::unique_ptr<Database>> open_reader(const std::filesystem::path&, Pages = Pages::Checked);
  ~Database();

  // `sql` is a literal: the statement is kept under its address.
  template <class... T>
  Result<Query> query(const char* sql, const T&... values) {
    Query ready = TRY(prepare(sql));
    ready.bind(values...);
    return ready;
  }
  template <class... T>
  Result<void> run(const char* sql, const T&... values) {
    Query ready = TRY(query(sql, values...));
    while (TRY(ready.next())) continue;
    return {};
  }
  template <class T, class... V>
  Result<T> one(const char* sql, const V&... values) {  // the first column of the first row; T{} when there is none
    Query ready = TRY(query(sql, values...));
    T value{};
    if (TRY(ready.next())) ready.take(value);
    return value;
  }
  // Whether a commit waits for the disk. Not inside a transaction.
  Result<void> commits_wait(bool);
  std::int64_t changes() const;  // rows that the last statement changed

  int wal_pages() const { return wal_pages_; }  // in the -wal after the last commit
  // Moves the -wal's content into the file as far as readers let it (Passive), or all of it, and empties the -wal; then
  // StoreUnavailable if it could not.
  enum class Checkpoint { Passive, Truncate };
  Result<void> checkpoint(Checkpoint);

  const std::filesystem::path& path() const { return path_; }
  tl::unexpected<Error> error(int code);

 private:
  explicit Database(std::filesystem::path path) : path_(std::move(path)) {}
  Result<Query> prepare(const char* sql);
  Result<void> connect(Pages = Pages::Checked);
  void count_wal_pages();
  Result<void> script(const char* sql);
  Result<void> migrate(std::span<const Migration>);
  Result<void> quick_check();
  static Result<void> make(const std::filesystem::path&, std::span<const Migration>);

  std::filesystem::path path_;
  sqlite3* handle_ = nullptr;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
  int wal_pages_ = 0;
  bool damaged_ = false;
};

Result<void> sync_folder(const std::filesystem::path&);

}  // namespace linchpin::store
