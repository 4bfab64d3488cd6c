#include "store/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

namespace linchpin::store {
namespace {

constexpr const char* read_commits = "SELECT commits FROM file";

using Mark = std::array<std::int64_t, 2>;  // the number, its complement

// Makes the kernel forget what it holds of a file: after a failed fsync its pages count as clean though the disk never
// had them. Only while no connection is open: closing a descriptor of ours would drop SQLite's locks on the file.
void forget_cached(const std::string& file) {
  const int at = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (at < 0) return;
  ::posix_fadvise(at, 0, 0, POSIX_FADV_DONTNEED);
  ::close(at);
}

std::string mark_of(const std::filesystem::path& path) { return path.string() + "-commits"; }

// How many commits a mark says that its file has; 0 where there is none: one that is empty, torn or damaged says
// nothing.
std::int64_t commits_in(int mark) {
  Mark said{};
  const bool whole = ::pread(mark, said.data(), sizeof said, 0) == static_cast<ssize_t>(sizeof said);
  return whole && said[0] == ~said[1] ? said[0] : 0;
}

std::int64_t commits_marked(const std::filesystem::path& path) {
  const int mark = ::open(mark_of(path).c_str(), O_RDONLY | O_CLOEXEC);
  if (mark < 0) return 0;
  const std::int64_t commits = commits_in(mark);
  ::close(mark);
  return commits;
}

Result<void> has_all(const std::filesystem::path& path, std::int64_t marked, std::int64_t commits) {
  if (marked <= commits) return {};
  return fail(Code::StoreCorrupt,
              "the file " + path.filename().string() + " has lost its last " + std::to_string(marked - commits) +
                  " commits: its -wal is damaged or gone, or it is an old copy",
              "Restore the whole folder from a backup; it is not served. If an old copy is meant, delete " +
                  std::filesystem::path(mark_of(path)).filename().string() + ".");
}

}  // namespace

Result<void> DurableFile::is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  const std::int64_t marked = commits_marked(path);
  if (marked == 0 || std::filesystem::exists(path, ignored)) return {};
  return fail(Code::StoreCorrupt,
              "the file " + path.string() + " has lost its last " + std::to_string(marked) + " commits: it is gone",
              "Restore the whole folder from a backup; it is not served. If it is to be begun anew, delete " +
                  std::filesystem::path(mark_of(path)).filename().string() + " too.");
}

Result<std::unique_ptr<DurableFile>> DurableFile::open(const std::filesystem::path& path,
                                                       std::span<const Migration> schema) {
  TRY(is_there(path));
  auto file = std::unique_ptr<DurableFile>(new DurableFile(path, schema));
  file->database_ = TRY(Database::open(path, schema));
  file->commits_ = TRY(file->database_->one<std::int64_t>(read_commits));
  TRY(file->open_mark());
  return file;
}

DurableFile::~DurableFile() {
  if (mark_ >= 0) ::close(mark_);
  if (wal_ >= 0) ::close(wal_);
}

// Lets the disk begin with what is durable Later, so that the next commit has less to wait for. (SQLite's locks are not
// on the -wal: a descriptor of ours beside its own takes none away.)
void DurableFile::begin_writing_out() {
  if (wal_ < 0) wal_ = ::open((path_.string() + "-wal").c_str(), O_RDONLY | O_CLOEXEC);
  if (wal_ >= 0) ::sync_file_range(wal_, 0, 0, SYNC_FILE_RANGE_WRITE);
}

Result<void> DurableFile::open_mark() {
  const std::string name = path_.filename().string() + "-commits";
  mark_ = ::open(mark_of(path_).c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (mark_ < 0)
    return fail(Code::StoreUnavailable, "the file " + name + " cannot be opened for writing",
                "Give the folder " + path_.parent_path().string() + " to the user that runs Linchpin.");
  TRY(has_all(path_, commits_in(mark_), commits_));
  write_mark();
  return {};
}

// Its failure is no loss: the mark then says less than it could.
void DurableFile::write_mark() {
  const Mark mark{commits_, ~commits_};
  if (::pwrite(mark_, mark.data(), sizeof mark, 0) < 0) return;
}

Result<std::unique_ptr<DurableFile>> DurableFile::open_snapshot(const std::filesystem::path& path) {
  const std::int64_t marked = commits_marked(path);  // first: a writer may go on meanwhile
  auto file = std::unique_ptr<DurableFile>(new DurableFile(path, {}));
  file->database_ = TRY(Database::open_reader(path, Database::Pages::Unchecked));
  TRY(file->database_->run("BEGIN"));  // ends with the connection
  const Result<std::int64_t> commits = file->database_->one<std::int64_t>(read_commits);
  if (!commits)
    return fail(Code::StoreCorrupt, "the file " + path.filename().string() + " is damaged: " + commits.error().what,
                "Restore the whole folder from a backup.");
  TRY(has_all(path, marked, *commits));
  return file;
}

// A file that was removed takes commits that nobody will ever read.
Result<void> DurableFile::still_there() const {
  struct stat mark{};
  if (::fstat(mark_, &mark) == 0 && mark.st_nlink > 0) return {};
  return fail(Code::StoreUnavailable, "the file " + path_.string() + " was removed while the hub runs",
              "Stop the hub, put the folder back from a backup, and start it again.");
}

Result<void> DurableFile::begin(Durable durable) {
  TRY(still_there());
  if (in_doubt_) TRY(recover());
  if (durable != durable_) {
    TRY(database_->commits_wait(durable == Durable::Now));
    durable_ = durable;
  }
  return database_->run("BEGIN IMMEDIATE");
}

Result<void> DurableFile::end(const Result<void>& written) {
  Result<void> done = written;
  if (done) done = database_->run("UPDATE file SET commits = commits + 1");
  if (done) done = database_->run("COMMIT");
  if (done) {
    ++commits_;
    durable_ == Durable::Now ? write_mark() : begin_writing_out();
    return {};
  }
  // SQLite has rolled back itself after some failures; then there is nothing to roll back, and that is no news.
  const Result<void> rolled_back = database_->run("ROLLBACK");
  in_doubt_ = done.error().code == Code::StoreUnavailable || done.error().code == Code::StoreCorrupt;
  return done;
}

Result<Database*> DurableFile::database() {
  if (in_doubt_) TRY(recover());
  return database_.get();
}

// The failed commit's pages may lie in the -wal, whole, behind the last good one: a plain reopening could bring a
// commit to life that was reported as failed. So what is good is moved into the file and the -wal emptied first, by the
// connection that knows where the good part ends. If that cannot be done (no room yet), the file stays in doubt and
// this is tried again.
Result<void> DurableFile::recover() {
  in_doubt_ = true;
  if (database_) TRY(database_->checkpoint(Database::Checkpoint::Truncate));
  database_.reset();
  if (wal_ >= 0) ::close(std::exchange(wal_, -1));
  forget_cached(path_.string());
  forget_cached(path_.string() + "-wal");
  database_ = TRY(Database::open(path_, schema_));
  durable_ = Durable::Now;
  if (TRY(database_->one<std::int64_t>(read_commits)) != commits_) {
    return fail(Code::StoreCorrupt, "the file " + path_.filename().string() + " does not hold what was committed to it",
                "Restore it from a backup; it is not served.");
  }
  in_doubt_ = false;
  return {};
}

void DurableFile::tidy(bool idle) {
  if (in_doubt_ || database_->wal_pages() < (idle ? wal_pages_enough : wal_pages_most)) return;
  const Result<void> moved = database_->checkpoint(Database::Checkpoint::Passive);
  if (!moved && moved.error().code == Code::StoreCorrupt) in_doubt_ = true;
}

}  // namespace linchpin::store
