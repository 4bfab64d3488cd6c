// The files of a hub, opened: `data/state.db`, `data/inbox-DAY.db`, `data/keys.db`, under `data/lock`, so that two
// processes never have one hub open. A file that is damaged is StoreCorrupt and not served. Files are readable by their
// owner only.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/ports.hpp"
#include "store/claim.hpp"
#include "store/inbox_limits.hpp"

namespace linchpin::store {

// Holds the folder for this process until it goes (flock: the kernel drops it when the process ends, however it ends).
class FolderLock {
 public:
  static Result<FolderLock> take(const std::filesystem::path& folder);
  FolderLock(FolderLock&&) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int file) : file_(file) {}
  int file_;
};

struct State {
  std::unique_ptr<engine::Store> store;
  std::unique_ptr<engine::AuditStore> audit;  // the same file, the same commits
};
Result<State> open_state(const std::filesystem::path& folder);
// The audit log as it stands now, beside a hub that may be running. Nothing is written through it; its state's -wal is
// not emptied while it is open. NotFound when there is no state.
Result<std::unique_ptr<engine::AuditStore>> open_audit_snapshot(const std::filesystem::path& folder);
Result<std::unique_ptr<engine::Inbox>> open_inbox(const std::filesystem::path& folder, const InboxLimits& = {});
Result<std::unique_ptr<engine::KeyStore>> open_keys(const std::filesystem::path& folder);

// All of them. Keep it until everything that uses it has ended.
struct Files {
  std::optional<FolderLock> lock;  // of a folder: one process has it
  std::unique_ptr<Claim>
      claim;  // of a store that several processes have open (postgres_open.hpp); none: it is ours alone
  State state;
  std::unique_ptr<engine::Inbox> inbox;
  std::unique_ptr<engine::KeyStore> keys;
};
// Under the lock. Makes the folder if there is none.
Result<Files> open_files(const std::filesystem::path& folder, const InboxLimits& = {});

}  // namespace linchpin::store
