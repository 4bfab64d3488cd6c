#include "store/sqlite_inbox.hpp"

#include <algorithm>
#include <iterator>

namespace linchpin::store {
namespace fs = std::filesystem;

using namespace engine;

namespace {

constexpr std::string_view prefix = "inbox-", suffix = ".db";

}  // namespace

fs::path SqliteInbox::file_of(const std::string& day) const {
  return folder_ / (std::string(prefix) + day + std::string(suffix));
}

Result<std::unique_ptr<SqliteInbox>> SqliteInbox::open(const fs::path& folder, const InboxLimits& limits) {
  auto inbox = std::unique_ptr<SqliteInbox>(new SqliteInbox(folder));
  TRY(inbox->find_days());
  SqliteInbox& self = *inbox;
  self.queue_.emplace(
      limits, [&self](const std::string& day, auto group) { return self.write_day(day, group); },
      [&self](bool idle) { self.rest(idle); });
  return inbox;
}

// Every file is opened once as its writer would, which checks it and brings its tables up to date.
Result<void> SqliteInbox::find_days() {
  std::vector<std::string> found;
  std::error_code failed;
  for (auto at = fs::directory_iterator(folder_, failed); !failed && at != fs::directory_iterator();
       at.increment(failed)) {
    std::string name = at->path().filename().string();
    if (name.starts_with(prefix) && name.ends_with("-commits")) {
      name.resize(name.size() - std::string_view("-commits").size());
      TRY(DurableFile::is_there(folder_ / name));
      continue;
    }
    if (!name.starts_with(prefix) || !name.ends_with(suffix)) continue;
    const std::string day = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
    if (is_day(day)) found.push_back(day);
  }
  if (failed) {
    return fail(Code::StoreUnavailable, "the folder " + folder_.string() + " cannot be read",
                "Give it to the user that runs Linchpin.");
  }
  for (const std::string& day : found) {
    const auto file = TRY(DurableFile::open(file_of(day), inbox_schema()));
    Database& db = *TRY(file->database());
    const auto last =
        TRY(db.one<Position>("SELECT max(base, (SELECT coalesce(max(position), 0) FROM entry)) FROM file"));
    days_[day] = last;
    durable_ = std::max(durable_.load(), last.number);
  }
  return {};
}

void SqliteInbox::rest(bool idle) {
  std::scoped_lock lock(writer_mutex_);
  for (auto& [day, file] : writers_) file->tidy(idle);
}

Result<void> SqliteInbox::write_day(const std::string& day, std::span<AppendQueue::Waiting> group) {
  std::scoped_lock writing(writer_mutex_);
  DurableFile& file = *TRY(writer_of(day));
  if (file.in_doubt()) TRY(mend(file));
  std::int64_t position = durable_.load();
  TRY(file.commit([&](Database& db) -> Result<void> {
    for (AppendQueue::Waiting& w : group) {
      w.entry.position = Position(++position);
      TRY(db.run("INSERT INTO entry (position, system, object, cause, at, sealed) VALUES (?,?,?,?,?,?)",
                 w.entry.position, w.entry.system, w.entry.object, w.entry.trigger, w.entry.at, Blob{w.entry.sealed}));
    }
    return {};
  }));
  {
    std::scoped_lock lock(days_mutex_);
    days_[day] = Position(position);
  }
  durable_ = position;
  return {};
}

Result<DurableFile*> SqliteInbox::writer_of(const std::string& day) {
  const auto open = writers_.find(day);
  if (open != writers_.end()) return open->second.get();
  if (writers_.size() >= 2) writers_.erase(writers_.begin());
  auto file = TRY(DurableFile::open(file_of(day), inbox_schema()));
  std::scoped_lock lock(days_mutex_);
  if (!days_.contains(day)) {
    // Positions go on from the other days', also when those have been forgotten.
    const Position base(durable_.load());
    TRY(file->commit([&](Database& db) { return db.run("UPDATE file SET base = ?", base); }));
    days_[day] = base;
  }
  return (writers_[day] = std::move(file)).get();
}

Result<void> SqliteInbox::mend(DurableFile& file) {
  std::scoped_lock lock(readers_mutex_);
  readers_.clear();
  return file.recover();
}

// Only what was durable when the read began: a file that is looked at later may already hold a higher position than one
// that is still being written in a file looked at earlier.
Result<std::vector<InboxEntry>> SqliteInbox::read(Position after, std::size_t most) {
  const Position up_to(durable_.load());
  std::vector<std::string> days;
  {
    std::scoped_lock lock(days_mutex_);
    for (const auto& [day, last] : days_) {
      if (last > after) days.push_back(day);
    }
  }
  std::scoped_lock lock(readers_mutex_);
  std::vector<InboxEntry> entries;
  for (const std::string& day : days) {
    std::vector<InboxEntry> more = TRY(read_day(day, after, up_to, most));
    std::move(more.begin(), more.end(), std::back_inserter(entries));
  }
  std::sort(entries.begin(), entries.end(),
            [](const InboxEntry& a, const InboxEntry& b) { return a.position < b.position; });
  if (entries.size() > most) entries.resize(most);
  return entries;
}

Result<std::vector<InboxEntry>> SqliteInbox::read_day(const std::string& day, Position after, Position up_to,
                                                      std::size_t most) {
  std::unique_ptr<Database>& reader = readers_[day];
  if (!reader) {
    auto opened = Database::open_reader(file_of(day));
    if (!opened) {
      readers_.erase(day);
      return tl::unexpected(opened.error());
    }
    reader = std::move(*opened);
  }
  Query query =
      TRY(reader->query("SELECT position, system, object, cause, at, sealed FROM entry "
                        "WHERE position > ? AND position <= ? ORDER BY position LIMIT ?",
                        after, up_to, most));
  std::vector<InboxEntry> entries;
  while (TRY(query.next())) {
    InboxEntry& entry = entries.emplace_back();
    query.take(entry.position, entry.system, entry.object, entry.trigger, entry.at, entry.sealed);
    entry.day = day;
  }
  return entries;
}

Result<void> SqliteInbox::go_on_after(Position position) {
  std::scoped_lock lock(writer_mutex_);
  durable_ = std::max(durable_.load(), position.number);
  return {};
}

Result<void> SqliteInbox::forget_before(const std::string& day) {
  std::scoped_lock lock(writer_mutex_, readers_mutex_);
  std::vector<std::string> old;
  bool all = false;
  {
    std::scoped_lock days_lock(days_mutex_);
    for (const auto& [known, last] : days_) {
      if (known < day) old.push_back(known);
    }
    all = !old.empty() && old.size() == days_.size();
  }
  // Some file must remember how far the positions went.
  if (all) TRY(writer_of(day));
  for (const std::string& known : old) {
    writers_.erase(known);
    readers_.erase(known);
    const std::string file = file_of(known).string();
    std::error_code failed;
    fs::remove(file + "-commits", failed);  // first: alone it would say that the file is missing
    if (!failed) fs::remove(file, failed);
    if (failed) {
      return fail(Code::StoreUnavailable, "the file " + file_of(known).filename().string() + " cannot be removed",
                  "Give the folder to the user that runs Linchpin.");
    }
    std::error_code ignored;
    for (const char* part : {"-wal", "-shm"}) fs::remove(file + part, ignored);
    std::scoped_lock days_lock(days_mutex_);
    days_.erase(known);
  }
  return old.empty() ? Result<void>{} : sync_folder(folder_);
}

}  // namespace linchpin::store
