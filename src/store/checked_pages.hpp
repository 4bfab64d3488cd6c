// Pages that carry a checksum: what a disk, a cable or a hand has changed in a file of the store is found when it is
// read.
//
// A layer (SQLite: "VFS") between SQLite and the operating system. Every page of a file, in the file and in its -wal,
// ends with 8 bytes (SQLite's "reserved space") that are a checksum over the rest of it and over its number. A page
// whose checksum is wrong is not given to SQLite: the read fails with SQLITE_IOERR_DATA, which is StoreCorrupt. So a
// flipped bit in a plain column, in an index or in a tree is found, as well as a page that was written to another
// page's place.
//
// The format is SQLite's: its own tools read such a file. A program that writes it without this layer leaves pages that
// are called damaged; copying a -wal into its file (as sqlite3 does when it closes one) is no such write.
//
// Downsides: the checksum has no key, so it is no proof against whoever can write the file and reckon (what is private
// is sealed, and the audit log has its tree). A page that is lost whole, with all that refers to it, is found by the
// count of commits (durable_file.hpp), not here.
#pragma once

#include "base/result.hpp"

namespace linchpin::store {

inline constexpr const char* checked_pages = "linchpin-checked";  // the layer's name, for sqlite3_open_v2
inline constexpr int checksum_bytes = 8;                          // what each page reserves for it

Result<void> register_checked_pages();  // makes the layer known to SQLite, once. Thread-safe

}  // namespace linchpin::store
