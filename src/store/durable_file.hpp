// A database file with one writer, and the rule of AckedIsDurable: after a commit that failed, nothing more is
// acknowledged until the file has been closed, reopened and read back. Not thread-safe: its owner has a mutex or a
// thread.
#pragma once

#include "store/sqlite.hpp"

namespace linchpin::store {

class DurableFile {
 public:
  static Result<std::unique_ptr<DurableFile>> open(const std::filesystem::path&, std::span<const Migration>);

  // One snapshot of a file that may have a writer: for database() alone.
  static Result<std::unique_ptr<DurableFile>> open_snapshot(const std::filesystem::path&);

  // Runs `write` in a transaction and commits it: durable when this returns, or nothing of it is stored.
  template <class Write>
  Result<void> commit(Write write) {
    TRY(begin());
    const Result<void> written = write(*database_);
    return end(written);
  }

  // For reads: what was committed last. Recovers first when the file is in doubt.
  Result<Database*> database();
  bool in_doubt() const { return in_doubt_; }
  // Other connections of this process to the file must be closed meanwhile.
  Result<void> recover();

  // Moves the -wal into the file when it is large: at once above wal_pages_most, and above wal_pages_enough when
  // `idle`. A failure is no loss: what is in the -wal is durable.
  void tidy(bool idle);
  static constexpr int wal_pages_enough = 500;  // of 4 KiB
  static constexpr int wal_pages_most = 4000;

 private:
  DurableFile(std::filesystem::path path, std::span<const Migration> schema)
      : path_(std::move(path)), schema_(schema) {}
  Result<void> begin();
  Result<void> end(const Result<void>& written);

  std::filesystem::path path_;
  std::span<const Migration> schema_;
  std::unique_ptr<Database> database_;
  std::int64_t commits_ = 0;  // as the file must say when it is read back
  bool in_doubt_ = false;
};

}  // namespace linchpin::store
