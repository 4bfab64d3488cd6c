// One connection to PostgreSQL: statements that are prepared once and kept, binary values, and a transaction as one
// round trip (libpq's pipeline mode). Every wait has an end: a connection that does not answer in time is closed, and
// what it was doing has an unknown outcome. A connection that was lost is made again at the next call, not more often
// than its backoff says. Not thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/crypto.hpp"
#include "base/result.hpp"
#include "store/postgres_values.hpp"

struct pg_conn;
struct pg_result;

namespace linchpin::store {

// Where a database is. Its password is no part of the URL.
struct PostgresPlace {
  std::string url;  // postgresql://user@host:5432/database?…, as libpq reads it; several hosts too
  Secret password;  // "": libpq's own ways (PGPASSFILE, ~/.pgpass, a socket's peer)
};

// What a statement found. Read in order: while (rows.next()) rows.take(row.id, row.name);
class Rows {
 public:
  explicit Rows(std::shared_ptr<pg_result>);
  bool next() { return ++at_ < count_; }
  int size() const { return count_; }
  template <class... T>
  void take(T&... values) {
    int column = 0;
    (take_one(column++, values), ...);
  }

 private:
  std::string_view bytes(int column) const;
  bool nothing(int column) const;
  template <class T>
  void take_one(int column, T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      value = bytes(column);
    } else if constexpr (requires { value.text; }) {
      value.text = bytes(column);
    } else if constexpr (requires { value.number; }) {
      value.number = number_of(bytes(column));
    } else if constexpr (std::is_same_v<T, Instant>) {
      value = from_ms(number_of(bytes(column)));
    } else if constexpr (std::is_same_v<T, std::optional<Instant>>) {
      if (!nothing(column)) value = from_ms(number_of(bytes(column)));
    } else {
      value = static_cast<T>(number_of(bytes(column)));
    }
  }

  std::shared_ptr<pg_result> result_;
  int at_ = -1;
  int count_ = 0;
};

struct Statement {
  const char* sql;
  Parameters parameters;
};

// A failure as PostgreSQL says it.
struct SqlError {
  std::string state;       // SQLSTATE, five characters; "" when no answer came
  std::string constraint;  // the name of the constraint that was broken
  bool unknown = false;    // it may have been done: the connection was lost before the answer
};

class Postgres {
 public:
  // What is said after each connecting: it must be the same database that it was before (schemas are looked for by
  // name).
  struct Session {
    std::string name;                              // application_name, at most 63 bytes
    std::string schema;                            // search_path; "" before there is one
    std::function<Result<void>(Postgres&)> check;  // asked once a connection stands; may be empty
    std::chrono::seconds answer_within{30};        // then the connection is given up
  };
  static Result<std::unique_ptr<Postgres>> open(PostgresPlace, Session);
  ~Postgres();

  template <class... V>
  Result<Rows> query(std::string_view sql, const V&... values) {
    return run(sql, Parameters(values...));
  }
  template <class T, class... V>
  Result<T> one(std::string_view sql,
                const V&... values) {  // the first column of the first row; T{} when there is none
    Rows rows = TRY(query(sql, values...));
    T value{};
    if (rows.next()) rows.take(value);
    return value;
  }
  Result<Rows> run(std::string_view sql, const Parameters&);

  // All of them in one SERIALIZABLE transaction and one round trip. Done and durable, or failed with error() saying
  // how: rolled back, or (unknown) perhaps not.
  Result<void> transaction(std::span<const Statement>);
  Result<void> script(const std::string& sql);  // several statements; not kept

  const SqlError& error() const { return error_; }  // of the last call that failed

  // Whether a connection stands; makes one if it may. StoreUnavailable while the backoff runs.
  Result<void> connected();
  void close();
  int socket() const;                        // for poll(); -1 without a connection
  std::vector<std::string> notifications();  // the payloads of what came since the last call; reads what has arrived

 private:
  Postgres(PostgresPlace place, Session session) : place_(std::move(place)), session_(std::move(session)) {}
  bool ended();
  Result<void> connect();
  Result<void> begin_session();
  Result<std::string> prepared(std::string_view sql);
  bool wait(bool write, std::chrono::steady_clock::time_point until);
  bool flush(std::chrono::steady_clock::time_point until);
  pg_result* next_result(std::chrono::steady_clock::time_point until);  // nullptr: none, or the connection is lost
  Result<Rows> collect();                                               // the answer to what was sent
  bool send(const std::string& name, const Parameters&);
  tl::unexpected<Error> lost();
  tl::unexpected<Error> failure(const pg_result*);

  PostgresPlace place_;
  Session session_;
  pg_conn* connection_ = nullptr;
  std::unordered_map<std::string, std::string> statements_;  // SQL → its name, on this connection
  std::chrono::steady_clock::time_point again_at_{};
  std::chrono::milliseconds backoff_{0};
  SqlError error_;
  bool doubtful_ = false;  // PostgreSQL said that a commit is not where it should be (see postgres.cpp, on_notice)
};

// By which a commit is known again whose answer was lost: random, and never 0, which is a store without a commit.
std::int64_t new_token();

}  // namespace linchpin::store
