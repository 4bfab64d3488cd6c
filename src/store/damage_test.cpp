// Files that were damaged, cut, removed or changed by another program: said, and never served.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <map>

#include "store/checked_pages.hpp"
#include "store/open.hpp"
#include "store/store_contract.hpp"
#include "store/test_folder.hpp"

namespace linchpin::store {
namespace {

template <class T>
void expect_corrupt(const Result<T>& opened) {
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::StoreCorrupt) << opened.error().what;
}

TEST(Damage, AFileWithADamagedHeaderOrOfAnotherKindIsNotServed) {
  for (const std::string& damage :
       {std::string(), std::string("not a database at all, but a text of some length"), std::string(8192, '\xff')}) {
    Folder folder;
    must(must(open_state(folder)).store->commit(meta("a", "b")));
    write_file(folder / "state.db", damage);
    expect_corrupt(open_state(folder));
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

void another_program(const fs::path& folder, const char* sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((folder / "state.db").c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
}

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
  expect_corrupt(open_state(folder));
  EXPECT_FALSE(fs::exists(folder / "state.db")) << "what was refused has changed nothing";
}

TEST(Damage, TheAuditLogOfAnOldCopyIsNotVerified) {
  const KilledState killed;
  Folder sound, folder;
  killed.lay(sound);
  EXPECT_TRUE(open_audit_snapshot(sound));
  killed.lay(folder);
  fs::remove(folder / "state.db-wal");
  expect_corrupt(open_audit_snapshot(folder));
}

TEST(Damage, ADayOfTheInboxThatIsGoneIsMissed) {
  Folder folder;
  must(append_now(*must(open_inbox(folder)), webhook("2026-01-01", "x")));
  fs::remove(folder / "inbox-2026-01-01.db");
  expect_corrupt(open_inbox(folder));
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
  another_program(folder, "SELECT count(*) FROM golden; PRAGMA integrity_check");  // the last to close moves the -wal
  ASSERT_FALSE(fs::exists(folder / "state.db-wal"));
  EXPECT_TRUE(must(holds_all(folder)));
}

TEST(Damage, ARowThatAnotherProgramChangedIsNotServed) {
  const KilledState killed;
  Folder folder;
  killed.lay(folder);
  another_program(folder, "UPDATE delivery SET state = 3 WHERE id = 7");
  expect_corrupt(holds_all(folder));
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

}  // namespace
}  // namespace linchpin::store
