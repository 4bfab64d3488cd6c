// A database file with one writer, and the rule of AckedIsDurable: after a commit that failed, nothing more is
// acknowledged until the file has been closed, reopened and read back. Not thread-safe: its owner has a mutex or a
// thread.
//
// NAME-commits beside it says how many commits were made durable: a number and its complement, 8 bytes each, written
// after each durable commit and never waited for. A file that holds fewer has lost its last ones (a -wal that was
// damaged or removed looks to SQLite like one whose end was never written) and is not served. After a power cut the
// number may be some seconds old, and says less than it could; it never says too much.
#pragma once

#include "store/sqlite.hpp"

namespace linchpin::store {

class DurableFile {
 public:
  static Result<std::unique_ptr<DurableFile>> open(const std::filesystem::path&, std::span<const Migration>);
  ~DurableFile();
  DurableFile(const DurableFile&) = delete;
  DurableFile& operator=(const DurableFile&) = delete;

  // StoreCorrupt where NAME-commits says that there was such a file, and there is none.
  static Result<void> is_there(const std::filesystem::path&);

  // One snapshot of a file that may have a writer: for database() alone.
  static Result<std::unique_ptr<DurableFile>> open_snapshot(const std::filesystem::path&);

  // Runs `write` in a transaction and commits it: durable when this returns, or nothing of it is stored. One that
  // comes Later is durable with the next one that is so Now, at the latest: it waits for no disk.
  enum class Durable { Now, Later };
  template <class Write>
  Result<void> commit(Write write, Durable durable = Durable::Now) {
    TRY(begin(durable));
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
  Result<void> open_mark();
  Result<void> still_there() const;
  void write_mark();
  void begin_writing_out();
  Result<void> begin(Durable);
  Result<void> end(const Result<void>& written);

  std::filesystem::path path_;
  std::span<const Migration> schema_;
  std::unique_ptr<Database> database_;
  std::int64_t commits_ = 0;        // as the file must say when it is read back
  Durable durable_ = Durable::Now;  // what the connection has been told of the commit under way
  bool in_doubt_ = false;
  int mark_ = -1;  // NAME-commits
  int wal_ = -1;   // NAME-wal
};

}  // namespace linchpin::store
