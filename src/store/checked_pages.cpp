#include "store/checked_pages.hpp"

#include <sqlite3.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

namespace linchpin::store {
namespace {

static_assert(std::endian::native == std::endian::little,
              "sums are taken over little-endian words, as SQLite does here");

constexpr int page_bytes = 4096;
constexpr int sum_at = page_bytes - checksum_bytes;
constexpr int smallest_page = 512;  // a read of at least so much is one of a page

// Of a -wal (sqlite.org/fileformat2.html#walformat): a header, then frames of a header and a page each.
constexpr sqlite3_int64 wal_header_bytes = 32, frame_header_bytes = 24;
constexpr sqlite3_int64 frame_bytes = frame_header_bytes + page_bytes;

using Byte = unsigned char;
using Frame = std::array<Byte, static_cast<std::size_t>(frame_bytes)>;

struct Sum {
  std::uint32_t first = 0, second = 0;
};

// SQLite's own sum. Each step is invertible, so a change within one word, and one in the state before it, always shows.
Sum sum_of(const Byte* bytes, int count, Sum sum) {
  for (int i = 0; i < count; i += 8) {
    std::uint32_t words[2];
    std::memcpy(words, bytes + i, sizeof words);
    sum.first += words[0] + sum.second;
    sum.second += words[1] + sum.first;
  }
  return sum;
}

std::uint32_t read_big(const Byte* at) {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | at[3];
}
void write_big(Byte* at, std::uint32_t number) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<Byte>(number >> (24 - 8 * i));
}

Sum page_sum(const Byte* page, std::uint32_t number) { return sum_of(page, sum_at, {number, ~number}); }

void put_sum(Byte* page, std::uint32_t number) {
  const Sum sum = page_sum(page, number);
  std::memcpy(page + sum_at, &sum.first, 4);
  std::memcpy(page + sum_at + 4, &sum.second, 4);
}
bool sum_is_right(const Byte* page, std::uint32_t number) {
  const Sum sum = page_sum(page, number);
  return std::memcmp(page + sum_at, &sum.first, 4) == 0 && std::memcmp(page + sum_at + 4, &sum.second, 4) == 0;
}

enum class Kind { Database, Wal, Other };

// SQLite's handle of a file, with the operating system's behind it in the same memory.
struct File {
  sqlite3_file base;
  Kind kind;
  sqlite3_int64 held_at;  // where the frame's header goes that waits for its page; none below 0
  Byte held[frame_header_bytes];
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
static_assert(sizeof(File) % alignof(std::max_align_t) == 0);

File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }

int read_real(File& file, void* into, int count, sqlite3_int64 at) {
  return file.real()->pMethods->xRead(file.real(), into, count, at);
}
int write_real(File& file, const void* from, int count, sqlite3_int64 at) {
  return file.real()->pMethods->xWrite(file.real(), from, count, at);
}

// A frame's header is written with its page, in one call. One whose page does not follow (SQLite rewrites the sums of
// frames that a large transaction wrote twice) is written as it came.
int write_held(File& file) {
  if (file.held_at < 0) return SQLITE_OK;
  const sqlite3_int64 at = std::exchange(file.held_at, -1);
  return write_real(file, file.held, frame_header_bytes, at);
}

bool is_frame(sqlite3_int64 at) { return at >= wal_header_bytes && (at - wal_header_bytes) % frame_bytes == 0; }

// The sum in a frame's header goes on from the frame before; SQLite took it over the page without our checksum. The
// sum before is always read from the file: another connection may have written it.
int write_frame(File& file, const Byte* page, sqlite3_int64 at) {
  const sqlite3_int64 header_at = at - frame_header_bytes;
  Frame frame;
  const bool whole = file.held_at == header_at;
  if (whole) {
    std::memcpy(frame.data(), file.held, frame_header_bytes);
    file.held_at = -1;
  } else {
    if (const int code = write_held(file); code != SQLITE_OK) return code;
    if (const int code = read_real(file, frame.data(), frame_header_bytes, header_at); code != SQLITE_OK) return code;
  }
  Byte* const copy = frame.data() + frame_header_bytes;
  std::memcpy(copy, page, page_bytes);
  put_sum(copy, read_big(frame.data()));
  if (!whole) return write_real(file, copy, page_bytes, at);

  Byte before[8];
  const sqlite3_int64 before_at =
      header_at == wal_header_bytes ? wal_header_bytes - 8 : header_at - frame_bytes + frame_header_bytes - 8;
  if (const int code = read_real(file, before, sizeof before, before_at); code != SQLITE_OK) return code;
  Sum sum{read_big(before), read_big(before + 4)};
  sum = sum_of(copy, page_bytes, sum_of(frame.data(), 8, sum));
  write_big(frame.data() + 16, sum.first);
  write_big(frame.data() + 20, sum.second);
  return write_real(file, frame.data(), static_cast<int>(frame_bytes), header_at);
}

int close(sqlite3_file* handle) {
  File& file = of(handle);
  const int held = write_held(file);
  const int code = file.real()->pMethods->xClose(file.real());
  return code != SQLITE_OK ? code : held;
}

int read(sqlite3_file* handle, void* into, int count, sqlite3_int64 at) {
  File& file = of(handle);
  if (const int code = write_held(file); code != SQLITE_OK) return code;
  const int code = read_real(file, into, count, at);
  if (file.kind == Kind::Other || count < smallest_page) return code;
  const Byte* const page = static_cast<const Byte*>(into);
  if (file.kind == Kind::Database) {
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) return code;
    if (code == SQLITE_IOERR_SHORT_READ || count != page_bytes || at % page_bytes != 0) return SQLITE_IOERR_DATA;
    return sum_is_right(page, static_cast<std::uint32_t>(at / page_bytes + 1)) ? SQLITE_OK : SQLITE_IOERR_DATA;
  }
  // Whole frames are read at recovery only, and judged there by the sums of the -wal itself.
  if (code != SQLITE_OK || count != page_bytes || !is_frame(at - frame_header_bytes)) return code;
  Byte number[4];
  if (const int header = read_real(file, number, sizeof number, at - frame_header_bytes); header != SQLITE_OK)
    return header;
  return sum_is_right(page, read_big(number)) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

int write(sqlite3_file* handle, const void* from, int count, sqlite3_int64 at) {
  File& file = of(handle);
  const Byte* const bytes = static_cast<const Byte*>(from);
  if (file.kind == Kind::Wal && count == page_bytes && is_frame(at - frame_header_bytes))
    return write_frame(file, bytes, at);
  if (const int code = write_held(file); code != SQLITE_OK) return code;
  if (file.kind == Kind::Wal && count == frame_header_bytes && is_frame(at)) {
    std::memcpy(file.held, bytes, frame_header_bytes);
    file.held_at = at;
    return SQLITE_OK;
  }
  if (file.kind != Kind::Database || count != page_bytes || at % page_bytes != 0)
    return write_real(file, from, count, at);
  std::array<Byte, page_bytes> copy;
  std::memcpy(copy.data(), bytes, page_bytes);
  put_sum(copy.data(), static_cast<std::uint32_t>(at / page_bytes + 1));
  return write_real(file, copy.data(), page_bytes, at);
}

int truncate(sqlite3_file* handle, sqlite3_int64 size) {
  File& file = of(handle);
  if (const int code = write_held(file); code != SQLITE_OK) return code;
  return file.real()->pMethods->xTruncate(file.real(), size);
}
int sync(sqlite3_file* handle, int flags) {
  File& file = of(handle);
  if (const int code = write_held(file); code != SQLITE_OK) return code;
  return file.real()->pMethods->xSync(file.real(), flags);
}
int file_size(sqlite3_file* handle, sqlite3_int64* size) {
  File& file = of(handle);
  if (const int code = write_held(file); code != SQLITE_OK) return code;
  return file.real()->pMethods->xFileSize(file.real(), size);
}
// Without xFetch: a page that is mapped into memory would be read past us.
const sqlite3_io_methods methods{
    .iVersion = 2,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = file_size,
    .xLock = [](sqlite3_file* f, int level) { return of(f).real()->pMethods->xLock(of(f).real(), level); },
    .xUnlock = [](sqlite3_file* f, int level) { return of(f).real()->pMethods->xUnlock(of(f).real(), level); },
    .xCheckReservedLock = [](sqlite3_file* f,
                             int* out) { return of(f).real()->pMethods->xCheckReservedLock(of(f).real(), out); },
    .xFileControl = [](sqlite3_file* f, int what,
                       void* with) { return of(f).real()->pMethods->xFileControl(of(f).real(), what, with); },
    .xSectorSize = [](sqlite3_file* f) { return of(f).real()->pMethods->xSectorSize(of(f).real()); },
    .xDeviceCharacteristics =
        [](sqlite3_file* f) { return of(f).real()->pMethods->xDeviceCharacteristics(of(f).real()); },
    .xShmMap =
        [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
          return of(f).real()->pMethods->xShmMap(of(f).real(), page, size, extend, out);
        },
    .xShmLock = [](sqlite3_file* f, int at, int count,
                   int flags) { return of(f).real()->pMethods->xShmLock(of(f).real(), at, count, flags); },
    .xShmBarrier = [](sqlite3_file* f) { of(f).real()->pMethods->xShmBarrier(of(f).real()); },
    .xShmUnmap = [](sqlite3_file* f, int drop) { return of(f).real()->pMethods->xShmUnmap(of(f).real(), drop); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

// The operating system's layer is asked for anew: a test puts a faulty disk there.
int open(sqlite3_vfs* layer, sqlite3_filename name, sqlite3_file* handle, int flags, int* out) {
  File& file = *new (handle) File{};
  file.kind = (flags & SQLITE_OPEN_MAIN_DB) != 0 ? Kind::Database
              : (flags & SQLITE_OPEN_WAL) != 0   ? Kind::Wal
                                                 : Kind::Other;
  file.held_at = -1;
  sqlite3_vfs* const real = sqlite3_vfs_find(nullptr);
  if (real == nullptr || static_cast<int>(sizeof(File)) + real->szOsFile > layer->szOsFile) return SQLITE_CANTOPEN;
  const int code = real->xOpen(real, name, file.real(), flags, out);
  if (file.real()->pMethods != nullptr) file.base.pMethods = &methods;  // then SQLite closes it, whatever `code` is
  return code;
}

}  // namespace

Result<void> register_checked_pages() {
  static const bool known = [] {
    sqlite3_vfs* const real = sqlite3_vfs_find(nullptr);
    if (real == nullptr) return false;
    static sqlite3_vfs layer = *real;  // all but the opening of files is the operating system's
    layer.pNext = nullptr;
    layer.zName = checked_pages;
    layer.szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile;
    layer.xOpen = open;
    return sqlite3_vfs_register(&layer, 0) == SQLITE_OK;
  }();
  if (!known) return fail(Code::Internal, "SQLite does not take the layer that checks pages");
  return {};
}

}  // namespace linchpin::store
