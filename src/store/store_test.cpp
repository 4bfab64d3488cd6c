// SQLite's stores under the contract, and what only files can do: be damaged, be full, be opened twice, keep a trace.
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <map>

#include "store/checked_pages.hpp"
#include "store/open.hpp"
#include "store/store_contract.hpp"

namespace linchpin::store {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string form = (fs::temp_directory_path() / "linchpin-store-XXXXXX").string();
    path_ = ::mkdtemp(form.data());
  }
  ~Folder() { fs::remove_all(path_); }
  operator const fs::path&() const { return path_; }
  fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}
void write_file(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

struct SqliteWorld {
  Folder folder;
  std::optional<Files> files = must(open_files(folder));
  Store& store() { return *files->state.store; }
  AuditStore& audit() { return *files->state.audit; }
  Inbox& inbox() { return *files->inbox; }
  KeyStore& keys() { return *files->keys; }
  void reopen() {
    files.reset();
    files.emplace(must(open_files(folder)));
  }
};

// A disk that refuses on request: SQLite's own file system with its write and its sync replaced.
struct FaultyDisk {
  static inline int full_after = -1;  // writes that still succeed; -1: all
  static inline bool sync_fails = false;
  static inline int syncs = 0;
  static inline std::map<const sqlite3_io_methods*, sqlite3_io_methods> methods;  // real ones, and ours for them
  static inline sqlite3_vfs* base = nullptr;
  static inline sqlite3_vfs vfs{};

  static const sqlite3_io_methods* real(sqlite3_file* file) {
    for (const auto& [theirs, ours] : methods) {
      if (&ours == file->pMethods) return theirs;
    }
    return file->pMethods;
  }
  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
    if (full_after == 0) return SQLITE_FULL;
    if (full_after > 0) --full_after;
    return real(file)->xWrite(file, data, size, at);
  }
  static int sync(sqlite3_file* file, int flags) {
    ++syncs;
    return sync_fails ? SQLITE_IOERR_FSYNC : real(file)->xSync(file, flags);
  }
  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    const int code = base->xOpen(base, name, file, flags, out);
    if (code != SQLITE_OK || file->pMethods == nullptr) return code;
    sqlite3_io_methods& ours = methods[file->pMethods] = *file->pMethods;
    ours.xWrite = write;
    ours.xSync = sync;
    file->pMethods = &ours;
    return code;
  }
  FaultyDisk() {
    full_after = -1;
    sync_fails = false;
    base = sqlite3_vfs_find(nullptr);
    vfs = *base;
    vfs.zName = "faulty";
    vfs.pNext = nullptr;
    vfs.xOpen = open;
    sqlite3_vfs_register(&vfs, 1);
  }
  ~FaultyDisk() {
    sqlite3_vfs_register(base, 1);
    sqlite3_vfs_unregister(&vfs);
  }
};

Batch confirmed(std::int64_t delivery) {
  Batch batch;
  batch.deliveries_dropped = {DeliveryId(delivery)};
  return batch;
}

Batch meta(const char* key, std::string value) {
  Batch batch;
  batch.metas = {{key, std::move(value)}};
  return batch;
}

}  // namespace

using Sqlite = SqliteWorld;
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, StoreContract, Sqlite);

namespace {

TEST(Confirmations, WaitForNoDiskAndAreDurableWithTheNextCommit) {
  FaultyDisk disk;
  SqliteWorld world;
  for (int round = 1; round <= 3; ++round) {
    must(world.store().commit(meta("round", std::to_string(round))));
    const int before = FaultyDisk::syncs;
    must(world.store().commit(confirmed(round)));
    must(world.store().commit(confirmed(round)));
    EXPECT_EQ(FaultyDisk::syncs, before) << round;
    must(world.store().commit(meta("after", std::to_string(round))));
    EXPECT_GT(FaultyDisk::syncs, before) << round;
  }
  // The commit after one fails: what waited with it is still there.
  Batch made;
  made.deliveries.emplace_back();
  made.deliveries.back().id = DeliveryId(9);
  must(world.store().commit(made));
  must(world.store().commit(confirmed(9)));
  FaultyDisk::sync_fails = true;
  EXPECT_FALSE(world.store().commit(meta("lost", "x")));
  FaultyDisk::sync_fails = false;
  EXPECT_FALSE(must(world.store().delivery(DeliveryId(9))));
  EXPECT_FALSE(must(world.store().meta("lost")));
  world.reopen();
  EXPECT_FALSE(must(world.store().delivery(DeliveryId(9))));
  EXPECT_FALSE(must(world.store().meta("lost")));
}

TEST(FullDisk, TheStateRefusesAndKeepsWhatItHadAndGoesOnWhenThereIsRoom) {
  FaultyDisk disk;
  SqliteWorld world;
  must(world.store().commit(meta("a", "before")));
  // Whichever write is the first that finds no room: nothing of the commit is stored.
  for (int writes = 0; writes < 12; ++writes) {
    FaultyDisk::full_after = writes;
    Batch batch = meta("a", std::string(30000, 'x'));
    batch.done = {{Position(writes + 1), 0}};
    const auto refused = world.store().commit(batch);
    ASSERT_FALSE(refused) << writes;
    EXPECT_EQ(refused.error().code, Code::StoreUnavailable);
    FaultyDisk::full_after = 0;
    EXPECT_EQ(world.store().commit(meta("a", "lost")).error().code, Code::StoreUnavailable);
    FaultyDisk::full_after = -1;
    EXPECT_EQ(must(world.store().meta("a")), "before") << writes;
    must(world.store().commit(meta("b", std::to_string(writes))));
    world.reopen();
    EXPECT_EQ(must(world.store().meta("a")), "before") << writes;
    EXPECT_EQ(must(world.store().meta("b")), std::to_string(writes));
    EXPECT_TRUE(items_done(world.store(), writes + 1).empty());
  }
}

TEST(FailedSync, ACommitThatWasReportedAsFailedDoesNotComeToLifeLater) {
  FaultyDisk disk;
  SqliteWorld world;
  must(world.store().commit(meta("a", "before")));
  Batch batch = meta("a", "failed");
  batch.done = {{Position(1), 0}};
  FaultyDisk::sync_fails = true;
  EXPECT_EQ(world.store().commit(batch).error().code, Code::StoreUnavailable);
  EXPECT_EQ(world.store().commit(batch).error().code, Code::StoreUnavailable);  // not before it was read back
  EXPECT_EQ(world.store().meta("a").error().code, Code::StoreUnavailable);
  FaultyDisk::sync_fails = false;
  EXPECT_EQ(must(world.store().meta("a")), "before");
  must(world.store().commit(batch));  // the caller kept its work: it is merged once
  world.reopen();
  EXPECT_EQ(must(world.store().meta("a")), "failed");
  EXPECT_EQ(items_done(world.store(), 1).size(), 1u);
}

TEST(FailedSync, TheInboxAcknowledgesNothingUntilItsFileWasReadBack) {
  FaultyDisk disk;
  SqliteWorld world;
  must(append_now(world.inbox(), webhook("2026-01-01", "a")));
  EXPECT_EQ(must(world.inbox().read(Position(0), 10)).size(), 1u);  // a reader is open
  for (const bool full : {false, true}) {
    FaultyDisk::sync_fails = !full;
    FaultyDisk::full_after = full ? 1 : -1;
    for (int i = 0; i < 3; ++i) {
      const auto refused = append_now(world.inbox(), webhook("2026-01-01", "lost"));
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().code, Code::StoreUnavailable);
    }
    EXPECT_FALSE(append_now(world.inbox(), webhook("2026-01-02", "lost")));  // nor in a new day's file
    FaultyDisk::sync_fails = false;
    FaultyDisk::full_after = -1;
    EXPECT_EQ(must(append_now(world.inbox(), webhook("2026-01-01", "b"))), Position(full ? 3 : 2));
    world.reopen();
    const auto all = must(world.inbox().read(Position(0), 10));
    ASSERT_EQ(all.size(), full ? 3u : 2u);
    for (const auto& entry : all) EXPECT_NE(entry.sealed, "lost");
  }
}

TEST(Inbox, SaysTooBusyWhenMoreWaitsThanItMayHold) {
  Folder folder;
  auto inbox = must(open_inbox(folder, {.waiting = 4, .waiting_bytes = 100}));
  EXPECT_EQ(append_now(*inbox, webhook("2026-01-01", std::string(101, 'x'))).error().code, Code::TooBusy);
  must(append_now(*inbox, webhook("2026-01-01", std::string(100, 'x'))));
  must(append_now(*inbox, webhook("2026-01-01", std::string(100, 'x'))));  // room again after the first
}

TEST(Inbox, WritesWhatWaitsBeforeItEnds) {
  Folder folder;
  std::atomic<int> told = 0;
  {
    auto inbox = must(open_inbox(folder));
    for (int i = 0; i < 100; ++i)
      inbox->append(webhook("2026-01-01", "x"), [&](Result<Position> at) { told += at.has_value(); });
  }
  EXPECT_EQ(told, 100);
  EXPECT_EQ(must(must(open_inbox(folder))->last()), Position(100));
}

TEST(Lock, ASecondProcessIsToldWhoHasTheHub) {
  Folder folder;
  const auto lock = FolderLock::take(folder);
  ASSERT_TRUE(lock);
  const auto second = FolderLock::take(folder);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().what.find(std::to_string(::getpid())), std::string::npos);
  EXPECT_FALSE(second.error().fix.empty());
}

TEST(Wal, IsMovedIntoItsFileBeforeItGrowsWithoutEnd) {
  Folder folder;
  const State state = must(open_state(folder));
  for (int i = 0; i < 60; ++i) {
    Batch batch;
    for (int j = 0; j < 300; ++j) {
      GoldenRow row = golden_row(("g_" + std::to_string(i * 300 + j)).c_str());
      row.sealed.append(2000, 'x');
      batch.goldens.push_back(std::move(row));
    }
    must(state.store->commit(batch));
  }
  EXPECT_GT(fs::file_size(folder / "state.db"), 20u << 20);
  EXPECT_LT(fs::file_size(folder / "state.db-wal"), 24u << 20);
}

TEST(Damage, AFileWithADamagedHeaderOrOfAnotherKindIsNotServed) {
  for (const std::string& damage :
       {std::string(), std::string("not a database at all, but a text of some length"), std::string(8192, '\xff')}) {
    Folder folder;
    must(must(open_state(folder)).store->commit(meta("a", "b")));
    write_file(folder / "state.db", damage);
    const auto opened = open_state(folder);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Code::StoreCorrupt);
  }
}

TEST(Damage, APageThatWasOverwrittenIsNotServed) {
  Folder folder;
  {
    auto state = must(open_state(folder));
    Batch batch;
    for (int i = 0; i < 200; ++i) batch.goldens.push_back(golden_row(("g_" + std::to_string(i)).c_str()));
    must(state.store->commit(batch));
  }
  std::string file = read_file(folder / "state.db");
  const std::size_t at = file.find("g_77");
  ASSERT_NE(at, std::string::npos);
  const std::size_t page = at / 4096 * 4096;
  file.replace(page, 64, 64, '\x5a');
  write_file(folder / "state.db", file);
  const auto opened = open_state(folder);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::StoreCorrupt);
}

// What a killed process leaves: state.db, most of its content in the -wal, and the count of commits.
class KilledState {
 public:
  static constexpr int goldens = 300;
  KilledState() {
    auto state = must(open_state(folder_));
    for (int i = 0; i < goldens; i += 10) {
      Batch batch;
      for (int j = i; j < i + 10; ++j) {
        batch.goldens.push_back(golden_row(("g_" + std::to_string(j)).c_str()));
        batch.deliveries.push_back(delivery_row(j + 1, Priority::Realtime, 100 + j));
      }
      must(state.store->commit(batch));
      if (i == goldens / 2) {  // so that the file has its share
        state = {};
        state = must(open_state(folder_));
      }
    }
    for (const auto& part : fs::directory_iterator(folder_))
      if (!part.path().string().ends_with("-shm")) files_[part.path().filename()] = read_file(part.path());
  }
  const std::map<fs::path, std::string>& files() const { return files_; }
  void lay(const fs::path& into) const {
    for (const auto& [name, content] : files_) write_file(into / name, content);
  }

 private:
  Folder folder_;
  std::map<fs::path, std::string> files_;
};

// Everything as it was written, or what refused it.
Result<bool> holds_all(const fs::path& folder) {
  const State state = TRY(open_state(folder));
  for (int i = 0; i < KilledState::goldens; ++i) {
    const auto rows = TRY(state.store->families({GoldenId("g_" + std::to_string(i))}));
    const auto delivery = TRY(state.store->delivery(DeliveryId(i + 1)));
    if (rows.empty() || !delivery) return false;
    const GoldenRow* row = &rows.front().golden;
    const GoldenRow wanted = golden_row(row->id.text.c_str());
    const DeliveryRow sent = delivery_row(i + 1, Priority::Realtime, 100 + i);
    if (row->sealed != wanted.sealed || row->version != wanted.version || row->created != wanted.created ||
        delivery->state != sent.state || delivery->due != sent.due || delivery->sealed != sent.sealed)
      return false;
  }
  const auto due = TRY(state.store->due(SystemName("xero"), from_ms(1'000'000), 10'000));
  return due.size() == static_cast<std::size_t>(KilledState::goldens);
}

TEST(Damage, ABitThatFlippedAnywhereIsSaidOrChangesNothing) {
  const KilledState killed;
  std::uint64_t random = 88172645463325252u;
  int refused = 0, unharmed = 0;
  for (int i = 0; i < 150; ++i) {
    Folder folder;
    killed.lay(folder);
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    auto at = killed.files().begin();
    std::advance(at, random % killed.files().size());
    std::string content = at->second;
    const std::size_t bit = (random >> 8) % (content.size() * 8);
    content[bit / 8] = static_cast<char>(content[bit / 8] ^ (1 << bit % 8));
    write_file(static_cast<const fs::path&>(folder) / at->first, content);
    const Result<bool> held = holds_all(folder);
    if (held) {
      EXPECT_TRUE(*held) << "bit " << bit << " of " << at->first << " flipped, and something else was served";
      ++unharmed;
    } else {
      EXPECT_EQ(held.error().code, Code::StoreCorrupt) << bit << " of " << at->first << ": " << held.error().what;
      EXPECT_NE(held.error().what.find("state.db"), std::string::npos) << held.error().what;
      EXPECT_FALSE(held.error().fix.empty());
      ++refused;
    }
  }
  EXPECT_GT(refused, 40);
  EXPECT_GT(unharmed, 0);
}

TEST(Damage, AFileThatWasCutIsNotServed) {
  const KilledState killed;
  for (const auto& [name, content] : killed.files()) {
    if (name == "state.db-commits") continue;  // says nothing then
    for (const std::size_t size : {content.size() - 1, content.size() - 4096, content.size() / 2, std::size_t{100}}) {
      Folder folder;
      killed.lay(folder);
      write_file(static_cast<const fs::path&>(folder) / name, content.substr(0, size));
      const Result<bool> held = holds_all(folder);
      // A page whose later content is in the -wal is not missed.
      const bool sound = held && *held && name == "state.db";
      EXPECT_TRUE(sound || (!held && held.error().code == Code::StoreCorrupt)) << name << " cut to " << size;
    }
  }
}

TEST(Damage, CommitsThatAreMissingAreMissed) {
  const KilledState killed;
  Folder folder;
  killed.lay(folder);
  fs::remove(folder / "state.db-wal");
  const auto opened = open_state(folder);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::StoreCorrupt);
  EXPECT_NE(opened.error().fix.find("state.db-commits"), std::string::npos);
  fs::remove(folder / "state.db-commits");  // the operator means it
  EXPECT_TRUE(open_state(folder));
}

TEST(Damage, AFileThatIsGoneIsMissedAndNotBegunAnew) {
  const KilledState killed;
  Folder folder;
  killed.lay(folder);
  fs::remove(folder / "state.db");
  const auto opened = open_state(folder);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::StoreCorrupt);
  EXPECT_FALSE(fs::exists(folder / "state.db")) << "what was refused has changed nothing";
}

TEST(Damage, TheAuditLogOfAnOldCopyIsNotVerified) {
  const KilledState killed;
  Folder sound, folder;
  killed.lay(sound);
  EXPECT_TRUE(open_audit_snapshot(sound));
  killed.lay(folder);
  fs::remove(folder / "state.db-wal");
  const auto opened = open_audit_snapshot(folder);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::StoreCorrupt);
}

TEST(Damage, ADayOfTheInboxThatIsGoneIsMissed) {
  Folder folder;
  must(append_now(*must(open_inbox(folder)), webhook("2026-01-01", "x")));
  fs::remove(folder / "inbox-2026-01-01.db");
  const auto opened = open_inbox(folder);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::StoreCorrupt);
}

TEST(Damage, NothingIsAcknowledgedOnceTheFolderIsGone) {
  Folder folder;
  const auto inbox = must(open_inbox(folder));
  must(append_now(*inbox, webhook("2026-01-01", "x")));
  for (const auto& file : fs::directory_iterator(static_cast<const fs::path&>(folder))) fs::remove(file.path());
  const Result<Position> at = append_now(*inbox, webhook("2026-01-01", "x"));
  ASSERT_FALSE(at);
  EXPECT_EQ(at.error().code, Code::StoreUnavailable);
}

TEST(Damage, AWalThatAnotherProgramCopiesIntoItsFileIsNone) {
  const KilledState killed;
  Folder folder;
  killed.lay(folder);
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((folder / "state.db").c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "SELECT count(*) FROM golden; PRAGMA integrity_check", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(db);  // the last one to close moves the -wal into the file
  ASSERT_FALSE(fs::exists(folder / "state.db-wal"));
  EXPECT_TRUE(must(holds_all(folder)));
}

TEST(Damage, ARowThatAnotherProgramChangedIsNotServed) {
  const KilledState killed;
  Folder folder;
  killed.lay(folder);
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((folder / "state.db").c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "UPDATE delivery SET state = 3 WHERE id = 7", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  const Result<bool> held = holds_all(folder);
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().code, Code::StoreCorrupt);
}

TEST(Damage, AFileThatATransactionLargerThanTheCacheHasWrittenIsSound) {
  Folder folder;
  {
    const State state = must(open_state(folder));
    Batch batch;  // more than cache_size: pages are written to the -wal before the commit, and some of them twice
    for (int i = 0; i < 30'000; ++i) {
      GoldenRow row = golden_row(("g_" + std::to_string(i * 7919 % 30'000)).c_str());
      row.sealed.append(600, 'x');
      batch.goldens.push_back(std::move(row));
    }
    must(state.store->commit(batch));
    for (const char* part : {"state.db", "state.db-wal", "state.db-commits"}) {
      fs::create_directory(folder / "killed");
      write_file((folder / "killed") / part, read_file(folder / part));
    }
  }
  for (const char* where : {"", "killed"}) {
    const State state = must(open_state(folder / where));
    EXPECT_EQ(must(state.store->goldens(EntityName("contact"), GoldenId(""), 100'000)).size(), 30'000u) << where;
  }
}

TEST(Damage, AFileOfANewerVersionIsRefused) {
  Folder folder;
  must(open_state(folder));
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open_v2((folder / "state.db").c_str(), &db, SQLITE_OPEN_READWRITE, checked_pages), SQLITE_OK);
  sqlite3_exec(db, "PRAGMA user_version=9999", nullptr, nullptr, nullptr);
  sqlite3_close(db);
  EXPECT_EQ(open_state(folder).error().code, Code::StoreUnavailable);
}

TEST(Keys, ADestroyedKeyLeavesNoTraceInAnyFile) {
  Folder folder;
  auto keys = must(open_keys(folder));
  const std::string secret = "a-key-that-must-be-gone-0123456789abcdef";
  for (int i = 0; i < 300; ++i)
    must(keys->put({{"g_" + std::to_string(i), std::string(72, static_cast<char>('a' + i % 26))}}));
  must(keys->put({{"g_150x", secret}}));
  for (int i = 300; i < 600; ++i) must(keys->put({{"g_" + std::to_string(i), std::string(72, 'z')}}));
  const auto found_in = [&](const std::string& text) {
    int hits = 0;
    for (const auto& file : fs::directory_iterator(folder))
      hits += read_file(file.path()).find(text) != std::string::npos;
    return hits;
  };
  ASSERT_GT(found_in(secret), 0);
  must(keys->destroy("g_150x"));
  EXPECT_EQ(found_in(secret), 0);
  EXPECT_EQ(found_in("g_150x"), 0);
  EXPECT_TRUE(key_in(*keys, "g_299"));
}

TEST(Files, AreReadableByTheirOwnerOnly) {
  Folder folder;
  const auto files = must(open_files(folder / "data"));
  must(append_now(*files.inbox, webhook("2026-01-01", "a")));
  for (const auto& file : fs::directory_iterator(folder / "data")) {
    EXPECT_EQ(file.status().permissions() & (fs::perms::group_all | fs::perms::others_all), fs::perms::none)
        << file.path();
  }
}

}  // namespace
}  // namespace linchpin::store
