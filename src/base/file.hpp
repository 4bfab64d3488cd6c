// A file of the user's, read whole and within a bound.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace linchpin {

// The bytes of a regular file (or of what a link to one names), at most `bytes_most`. Never waits: a pipe, a socket, a
// device or a folder is refused, since opening or reading one may never end. The error (FileUnreadable) has the path as
// its place.
Result<std::string> read_file(const std::filesystem::path&, std::size_t bytes_most);

}  // namespace linchpin
