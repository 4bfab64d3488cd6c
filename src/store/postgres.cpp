#include "store/postgres.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>

#include "base/crypto.hpp"

namespace linchpin::store {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds backoff_first{100}, backoff_most{2000};

// A transaction of ours is one round trip: one that waits longer for its next statement belongs to a process that
// stands still, and PostgreSQL ends it.
constexpr const char* settings =
    "SET idle_in_transaction_session_timeout = '5s'; SET client_min_messages = warning; SET TimeZone = 'UTC'";

// PostgreSQL warns in a commit only to say that it is not where it should be: "canceling wait for synchronous
// replication".
void on_notice(void* doubtful, const PGresult* notice) {
  const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity && std::string_view(severity) == "WARNING") *static_cast<bool*>(doubtful) = true;
}

std::string field_of(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text ? text : "";
}

// What libpq says of a connection that could not be made: hosts, names and reasons; a password is never in it.
std::string first_line(const char* message) {
  std::string_view text = message ? message : "";
  text = text.substr(0, text.find('\n'));
  return std::string(text.substr(0, 300));
}

struct Arguments {  // as libpq takes them
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
  explicit Arguments(const Parameters& parameters) {
    for (const std::string& value : parameters.values()) {
      values.push_back(value.data());
      lengths.push_back(static_cast<int>(value.size()));
      formats.push_back(1);
    }
  }
  int count() const { return static_cast<int>(values.size()); }
};

}  // namespace

Rows::Rows(std::shared_ptr<pg_result> result) : result_(std::move(result)), count_(PQntuples(result_.get())) {}
std::string_view Rows::bytes(int column) const {
  return {PQgetvalue(result_.get(), at_, column), static_cast<std::size_t>(PQgetlength(result_.get(), at_, column))};
}
bool Rows::nothing(int column) const { return PQgetisnull(result_.get(), at_, column) != 0; }

Result<std::unique_ptr<Postgres>> Postgres::open(PostgresPlace place, Session session) {
  auto made = std::unique_ptr<Postgres>(new Postgres(std::move(place), std::move(session)));
  TRY(made->connected());
  return made;
}

Postgres::~Postgres() { close(); }

void Postgres::close() {
  if (connection_) PQfinish(connection_);
  connection_ = nullptr;
  statements_.clear();
}

int Postgres::socket() const { return connection_ ? PQsocket(connection_) : -1; }

// Whether the server has ended it while nothing was asked. What else came meanwhile (a notification) is kept.
bool Postgres::ended() {
  for (pollfd at{PQsocket(connection_), POLLIN, 0}; ::poll(&at, 1, 0) > 0;)
    if (PQconsumeInput(connection_) == 0 || PQstatus(connection_) != CONNECTION_OK) return true;
  return false;
}

Result<void> Postgres::connected() {
  if (connection_ && PQstatus(connection_) == CONNECTION_OK && !ended()) return {};
  close();
  if (steady_clock::now() < again_at_)
    return fail(Code::StoreUnavailable, "PostgreSQL is out of reach", "The hub tries again by itself.");
  Result<void> done = connect();
  if (done) done = begin_session();
  if (done) {
    backoff_ = milliseconds(0);
    return {};
  }
  close();
  backoff_ = std::clamp(backoff_ * 2, backoff_first, backoff_most);
  again_at_ = steady_clock::now() + backoff_;
  return done;
}

Result<void> Postgres::connect() {
  const std::string password(place_.password.bytes());
  // Before dbname: what the URL may say otherwise. A standby is refused, and a host that is gone is noticed within
  // seconds.
  std::vector<const char*> names{"target_session_attrs", "connect_timeout",  "keepalives_idle", "keepalives_interval",
                                 "keepalives_count",     "tcp_user_timeout", "dbname",          "application_name",
                                 "client_encoding"};
  std::vector<const char*> values{"read-write",          "3",   "5", "2", "3", "10000", place_.url.c_str(),
                                  session_.name.c_str(), "UTF8"};
  if (!password.empty()) {
    names.push_back("password");
    values.push_back(password.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  connection_ = PQconnectdbParams(names.data(), values.data(), 1);
  if (!connection_ || PQstatus(connection_) != CONNECTION_OK) {
    return fail(Code::StoreUnavailable, "PostgreSQL is out of reach: " + first_line(PQerrorMessage(connection_)),
                "Look at `store:` in environments/ and at the database; the hub tries again by itself.");
  }
  PQsetNoticeReceiver(connection_, on_notice, &doubtful_);
  PQsetnonblocking(connection_, 1);
  return {};
}

Result<void> Postgres::begin_session() {
  std::string sql = settings;
  if (!session_.schema.empty()) sql += "; SET search_path = " + session_.schema + ", pg_temp";
  TRY(script(sql));
  return session_.check ? session_.check(*this) : Result<void>{};
}

bool Postgres::wait(bool write, steady_clock::time_point until) {
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd at{PQsocket(connection_), static_cast<short>(POLLIN | (write ? POLLOUT : 0)), 0};
    const int ready = ::poll(&at, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

// Reads while it writes: a server whose answers are not read stops reading.
bool Postgres::flush(steady_clock::time_point until) {
  for (;;) {
    const int more = PQflush(connection_);
    if (more == 0) return true;
    if (more < 0 || !wait(true, until) || PQconsumeInput(connection_) == 0) return false;
  }
}

pg_result* Postgres::next_result(steady_clock::time_point until) {
  while (PQisBusy(connection_)) {
    if (!wait(false, until) || PQconsumeInput(connection_) == 0) {
      close();
      return nullptr;
    }
  }
  return PQgetResult(connection_);
}

tl::unexpected<Error> Postgres::lost() {
  close();
  error_ = {"", "", true};
  return fail(Code::StoreUnavailable, "the connection to PostgreSQL was lost", "The hub connects again by itself.");
}

tl::unexpected<Error> Postgres::failure(const pg_result* result) {
  error_ = {field_of(result, PG_DIAG_SQLSTATE), field_of(result, PG_DIAG_CONSTRAINT_NAME), false};
  const std::string& state = error_.state;
  const std::string said = " (SQLSTATE " + state + ")";
  const auto of = [&](std::initializer_list<std::string_view> kinds) {
    return std::ranges::any_of(kinds, [&](std::string_view kind) { return state.starts_with(kind); });
  };
  if (state.empty() || of({"08", "57P"})) return lost();
  if (of({"25006"})) close();  // it has become a standby: the next connection goes to the primary
  if (of({"53100"}))
    return fail(Code::StoreUnavailable, "PostgreSQL has no room to write",
                "Make room on its disk; the hub goes on by itself.");
  if (of({"XX001", "XX002"}))
    return fail(Code::StoreCorrupt, "PostgreSQL says that its data is damaged" + said, "Restore it from a backup.");
  if (of({"42501"}))
    return fail(Code::StoreUnavailable, "the database's user may not do what the hub needs",
                "Make it the owner of the database, or grant it CREATE there.");
  if (of({"25006", "40", "53", "55", "57", "58"}))
    return fail(Code::StoreUnavailable, "PostgreSQL refuses for now" + said, "The hub tries again by itself.");
  return fail(Code::Internal, "a statement failed in PostgreSQL" + said);
}

// The one result of what was sent, and the end of it.
Result<Rows> Postgres::collect() {
  const auto until = steady_clock::now() + session_.answer_within;
  if (!flush(until)) return lost();
  std::shared_ptr<PGresult> last;
  std::optional<tl::unexpected<Error>> failed;
  while (PGresult* result = next_result(until)) {
    std::shared_ptr<PGresult> held(result, PQclear);
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
      if (!failed) failed = failure(result);
      if (!connection_) return *failed;
    } else {
      last = std::move(held);
    }
  }
  if (!connection_ || PQstatus(connection_) != CONNECTION_OK) return lost();
  if (failed) return *failed;
  if (doubtful_ || !last) return lost();
  return Rows(std::move(last));
}

Result<void> Postgres::script(const std::string& sql) {
  if (!connection_ || PQsendQuery(connection_, sql.c_str()) == 0) return lost();
  TRY(collect());
  return {};
}

Result<std::string> Postgres::prepared(std::string_view sql) {
  const auto known = statements_.find(std::string(sql));
  if (known != statements_.end()) return known->second;
  const std::string name = "s" + std::to_string(statements_.size());
  if (PQsendPrepare(connection_, name.c_str(), std::string(sql).c_str(), 0, nullptr) == 0) return lost();
  TRY(collect());
  statements_.emplace(sql, name);
  return name;
}

bool Postgres::send(const std::string& name, const Parameters& parameters) {
  const Arguments a(parameters);
  return PQsendQueryPrepared(connection_, name.c_str(), a.count(), a.values.data(), a.lengths.data(), a.formats.data(),
                             1) != 0;
}

Result<Rows> Postgres::run(std::string_view sql, const Parameters& parameters) {
  error_ = {};
  TRY(connected());
  const std::string name = TRY(prepared(sql));
  doubtful_ = false;
  if (!send(name, parameters)) return lost();
  return collect();
}

Result<void> Postgres::transaction(std::span<const Statement> statements) {
  error_ = {};
  TRY(connected());
  doubtful_ = false;
  if (PQenterPipelineMode(connection_) == 0) return lost();
  // In order, what is sent; where it is a statement being prepared: its text.
  std::vector<std::string> preparing;
  const auto plain = [&](const char* sql) {
    preparing.emplace_back();
    return PQsendQueryParams(connection_, sql, 0, nullptr, nullptr, nullptr, nullptr, 1) != 0;
  };
  std::unordered_map<std::string, std::string> fresh;
  bool sent = plain("BEGIN ISOLATION LEVEL SERIALIZABLE");
  for (const Statement& statement : statements) {
    const std::string sql = statement.sql;
    std::string name;
    if (const auto known = statements_.find(sql); known != statements_.end()) {
      name = known->second;
    } else if (const auto asked = fresh.find(sql); asked != fresh.end()) {
      name = asked->second;
    } else {
      name = "s" + std::to_string(statements_.size() + fresh.size());
      preparing.push_back(sql);
      sent = sent && PQsendPrepare(connection_, name.c_str(), statement.sql, 0, nullptr) != 0;
      fresh.emplace(sql, name);
    }
    preparing.emplace_back();
    sent = sent && send(name, statement.parameters);
  }
  sent = sent && plain("COMMIT") && PQpipelineSync(connection_) != 0;
  const auto until = steady_clock::now() + session_.answer_within;
  if (!sent || !flush(until)) return lost();

  std::optional<tl::unexpected<Error>> failed;
  SqlError how;
  std::string tag;
  for (const std::string& sql : preparing) {
    PGresult* result = next_result(until);
    if (!result) return lost();
    const ExecStatusType status = PQresultStatus(result);
    tag = PQcmdStatus(result);
    if (status == PGRES_FATAL_ERROR && !failed) {
      failed = failure(result);
      how = error_;
    }
    PQclear(result);
    if (!connection_) return *failed;
    if (status == PGRES_COMMAND_OK && !sql.empty()) statements_.emplace(sql, fresh.at(sql));
    while (PGresult* more = next_result(until)) PQclear(more);
    if (!connection_) return lost();
  }
  PGresult* synced = next_result(until);
  const bool in_step = synced && PQresultStatus(synced) == PGRES_PIPELINE_SYNC;
  PQclear(synced);
  if (!in_step || PQexitPipelineMode(connection_) == 0) return failed ? (close(), *failed) : lost();
  if (failed) {
    // A connection that will not roll back is of no use; PostgreSQL rolls back what it loses.
    if (PQtransactionStatus(connection_) != PQTRANS_IDLE && !script("ROLLBACK")) close();
    error_ = how;
    return *failed;
  }
  if (doubtful_ || tag != "COMMIT") return lost();
  return {};
}

std::vector<std::string> Postgres::notifications() {
  std::vector<std::string> payloads;
  if (connection_ && PQconsumeInput(connection_) == 0) close();
  if (!connection_) return payloads;
  while (PGnotify* notify = PQnotifies(connection_)) {
    payloads.emplace_back(notify->extra);
    PQfreemem(notify);
  }
  return payloads;
}

std::int64_t new_token() {
  std::uint64_t number = 0;
  for (const char c : random_bytes(8)) number = number << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(number >> 1 | 1);
}

}  // namespace linchpin::store
