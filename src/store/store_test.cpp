// SQLite's stores under the contract, and what only files can do: be full, be opened twice, keep a trace.
#include <sqlite3.h>
#include <unistd.h>

#include <map>

#include "store/audit_contract.hpp"
#include "store/inbox_contract.hpp"
#include "store/keys_contract.hpp"
#include "store/open.hpp"
#include "store/store_contract.hpp"
#include "store/test_folder.hpp"

namespace linchpin::store {
namespace {

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

}  // namespace

using Sqlite = SqliteWorld;
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, StoreContract, Sqlite);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, InboxContract, Sqlite);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, AuditContract, Sqlite);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, KeysContract, Sqlite);

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
