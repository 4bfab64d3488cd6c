#include "store/open.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite_inbox.hpp"
#include "store/sqlite_keys.hpp"
#include "store/sqlite_state.hpp"

namespace linchpin::store {
namespace fs = std::filesystem;

namespace {

// The state is the first that is made: beside keys it is not new, but gone, and the audit log with it.
Result<void> state_is_there(const fs::path& folder) {
  std::error_code ignored;
  if (fs::exists(folder / "state.db", ignored) || !fs::exists(folder / "keys.db", ignored)) return {};
  return fail(
      Code::StoreCorrupt, "the file " + (folder / "state.db").string() + " is gone: keys.db is there without it",
      "Restore the whole folder from a backup; it is not served. If it is to be begun anew, begin with an empty "
      "folder.");
}

}  // namespace

Result<FolderLock> FolderLock::take(const fs::path& folder) {
  std::error_code failed;
  if (fs::create_directories(folder, failed)) ::chmod(folder.c_str(), 0700);
  const fs::path path = folder / "lock";
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) {
    return fail(Code::StoreUnavailable, "the file " + path.string() + " cannot be made",
                "Give the folder " + folder.string() + " to the user that runs Linchpin.");
  }
  FolderLock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) {
    const std::string owner = std::to_string(::getpid()) + "\n";
    // Only for the message below: nothing depends on it.
    if (::ftruncate(file, 0) != 0 || ::pwrite(file, owner.data(), owner.size(), 0) < 0) return lock;
    return lock;
  }
  char owner[16] = {};
  const ssize_t size = ::pread(file, owner, sizeof owner - 1, 0);
  std::string who;
  for (ssize_t i = 0; i < size && owner[i] >= '0' && owner[i] <= '9'; ++i) who += owner[i];
  return fail(
      Code::StoreUnavailable,
      "another process" + (who.empty() ? "" : " (" + who + ")") + " has the data in " + folder.string() + " open",
      "Stop it first: one hub is served by one process.");
}

FolderLock::FolderLock(FolderLock&& other) noexcept : file_(other.file_) { other.file_ = -1; }
FolderLock::~FolderLock() {
  if (file_ >= 0) ::close(file_);
}

Result<State> open_state(const fs::path& folder) {
  auto state = std::make_shared<StateFile>();
  state->file = TRY(DurableFile::open(folder / "state.db", state_schema()));
  return State{std::make_unique<SqliteStore>(state), std::make_unique<SqliteAuditStore>(state)};
}

Result<std::unique_ptr<engine::AuditStore>> open_audit_snapshot(const fs::path& folder) {
  const fs::path path = folder / "state.db";
  std::error_code ignored;
  if (!fs::exists(path, ignored))
    return fail(Code::NotFound, "there is no state in " + folder.string(), "The hub makes it when it first runs.");
  auto state = std::make_shared<StateFile>();
  state->file = TRY(DurableFile::open_snapshot(path));
  return std::make_unique<SqliteAuditStore>(state);
}

Result<std::unique_ptr<engine::Inbox>> open_inbox(const fs::path& folder, const InboxLimits& limits) {
  return TRY(SqliteInbox::open(folder, limits));
}

Result<std::unique_ptr<engine::KeyStore>> open_keys(const fs::path& folder) {
  return std::make_unique<SqliteKeyStore>(TRY(DurableFile::open(folder / "keys.db", keys_schema())));
}

Result<Files> open_files(const fs::path& folder, const InboxLimits& limits) {
  FolderLock lock = TRY(FolderLock::take(folder));
  TRY(state_is_there(folder));
  State state = TRY(open_state(folder));
  auto inbox = TRY(open_inbox(folder, limits));
  auto keys = TRY(open_keys(folder));
  return Files{std::move(lock), nullptr, std::move(state), std::move(inbox), std::move(keys)};
}

}  // namespace linchpin::store
