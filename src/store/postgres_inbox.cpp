#include "store/postgres_inbox.hpp"

#include <algorithm>
#include <chrono>

#include "base/crypto.hpp"

namespace linchpin::store {

using namespace engine;
using std::chrono::steady_clock;

namespace {

constexpr int tries_most = 3;
// A sender waits for about five seconds. A group whose outcome cannot be learned by then is answered 503; if it is
// stored after all, what its senders send again is known by its event.
constexpr std::chrono::seconds learn_within{5};

std::string new_writer() { return to_hex(random_bytes(8)); }

std::string table_of(std::string day) {
  std::replace(day.begin(), day.end(), '-', '_');
  return "inbox_" + day;
}

}  // namespace

PostgresInbox::PostgresInbox(std::unique_ptr<Postgres> writing, std::unique_ptr<Postgres> reading,
                             const InboxLimits& limits)
    : writing_(std::move(writing)),
      writer_(new_writer()),
      reading_(std::move(reading)),
      queue_(limits, [this](const std::string& day, auto group) { return write_day(day, group); }, [](bool) {}) {}

Result<void> PostgresInbox::write_day(const std::string& day, std::span<AppendQueue::Waiting> group) {
  std::int64_t position = TRY(append_group(day, group)) - static_cast<std::int64_t>(group.size());
  for (AppendQueue::Waiting& w : group) w.entry.position = Position(++position);
  return {};
}

// The position of the last entry. A group whose answer was lost is looked for; one that is not there is appended again
// under the same token, so that the first, if it was only slow, shuts the second out.
Result<std::int64_t> PostgresInbox::append_group(const std::string& day, std::span<AppendQueue::Waiting> group) {
  Column systems, objects, causes, ats, sealeds;
  for (const AppendQueue::Waiting& w : group) {
    systems.add(w.entry.system);
    objects.add(w.entry.object);
    causes.add(w.entry.trigger);
    ats.add(w.entry.at);
    sealeds.add(Bytes{w.entry.sealed});
  }
  const std::int64_t token = new_token();
  const auto until = steady_clock::now() + learn_within;
  Result<std::int64_t> last = 0;
  for (int tried = 0; tried < tries_most && (tried == 0 || steady_clock::now() < until); ++tried) {
    last = writing_->one<std::int64_t>("SELECT append_entries($1, $2, $3, $4, $5, $6, $7, $8, $9)", writer_, token_,
                                       token, day, systems, objects, causes, ats, sealeds);
    const SqlError how = writing_->error();
    if (last) {
      token_ = token;
      return last;
    }
    // 23505: the first group of this writer is there already.
    if (!how.unknown && how.state != "LN002" && how.state != "23505") return last;
    const Result<std::optional<std::int64_t>> found = landed(token, until);
    if (found && *found) {
      token_ = token;
      return **found;
    }
    if (!found || !how.unknown) break;
  }
  writer_ = new_writer();
  token_ = 0;
  return tl::unexpected(last.error());
}

Result<std::optional<std::int64_t>> PostgresInbox::landed(std::int64_t token, steady_clock::time_point until) {
  for (;;) {
    Result<Rows> rows = writing_->query("SELECT token, last FROM inbox_writer WHERE writer = $1", writer_);
    if (rows) {
      std::int64_t known = 0, last = 0;
      if (rows->next()) rows->take(known, last);
      if (known != token) return std::nullopt;
      // Behind it, on the standby too, once this is answered (see PostgresState::landed).
      if (writing_->query("UPDATE inbox_writer SET at = now() WHERE writer = $1", writer_)) return last;
    }
    if (steady_clock::now() >= until) return fail(Code::StoreUnavailable, "PostgreSQL is out of reach");
    std::this_thread::sleep_for(milliseconds(50));
  }
}

Result<Position> PostgresInbox::last() {
  std::scoped_lock lock(reading_mutex_);
  return reading_->one<Position>("SELECT last FROM inbox_mark");
}

// Only what was durable when the read began: a table that is looked at later may already hold a higher position than
// one that is still being written to a table looked at earlier.
Result<std::vector<InboxEntry>> PostgresInbox::read(Position after, std::size_t most) {
  std::scoped_lock lock(reading_mutex_);
  Rows rows = TRY(reading_->query(
      "SELECT m.last, d.day FROM inbox_mark m, inbox_day d WHERE m.last > $1 AND d.last > $1 ORDER BY d.day", after));
  std::vector<InboxEntry> entries;
  while (rows.next()) {
    Position up_to;
    std::string day;
    rows.take(up_to, day);
    std::vector<InboxEntry> more = TRY(read_day(day, after, up_to, most));
    std::move(more.begin(), more.end(), std::back_inserter(entries));
  }
  std::sort(entries.begin(), entries.end(),
            [](const InboxEntry& a, const InboxEntry& b) { return a.position < b.position; });
  if (entries.size() > most) entries.resize(most);
  return entries;
}

Result<std::vector<InboxEntry>> PostgresInbox::read_day(const std::string& day, Position after, Position up_to,
                                                        std::size_t most) {
  if (!is_day(day)) return fail(Code::StoreCorrupt, "the inbox has a day that is none");
  Result<Rows> rows = reading_->query("SELECT position, system, object, cause, at, sealed FROM " + table_of(day) +
                                          " WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3",
                                      after, up_to, most);
  std::vector<InboxEntry> entries;
  if (!rows && reading_->error().state == "42P01") return entries;  // forgotten meanwhile
  if (!rows) return tl::unexpected(rows.error());
  while (rows->next()) {
    InboxEntry& entry = entries.emplace_back();
    rows->take(entry.position, entry.system, entry.object, entry.trigger, entry.at, entry.sealed);
    entry.day = day;
  }
  return entries;
}

Result<void> PostgresInbox::go_on_after(Position position) {
  std::scoped_lock lock(reading_mutex_);
  TRY(reading_->query("UPDATE inbox_mark SET last = $1 WHERE last < $1", position));
  return {};
}

// First nobody looks for them any more, then they go: a table that somebody still reads (a backup) is dropped the next
// time.
Result<void> PostgresInbox::forget_before(const std::string& day) {
  std::scoped_lock lock(reading_mutex_);
  TRY(reading_->query("DELETE FROM inbox_day WHERE day < $1", day));
  TRY(reading_->query("DELETE FROM inbox_writer WHERE at < now() - interval '7 days'"));
  Rows rows = TRY(
      reading_->query("SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace "
                      "AND c.relkind = 'r' "
                      "AND c.relname ~ '^inbox_[0-9]{4}_[0-9]{2}_[0-9]{2}$' AND c.relname < $1 "
                      "AND NOT EXISTS (SELECT FROM inbox_day d WHERE 'inbox_' || replace(d.day, '-', '_') = c.relname)",
                      table_of(day)));
  while (rows.next()) {
    std::string table;
    rows.take(table);
    TRY(reading_->script("SET lock_timeout = '2s'; DROP TABLE IF EXISTS " + table + "; RESET lock_timeout"));
  }
  return {};
}

}  // namespace linchpin::store
