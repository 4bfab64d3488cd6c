// The least that a server can do to take a signed webhook durably: one thread with epoll reads requests and checks the
// signature, another appends the bodies that have gathered to a file and calls fdatasync once for all of them; then
// they are answered 200. Nothing is sealed, parsed, indexed or read again. What a hub's intake is held against.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.hpp"

namespace linchpin::bench {

// Serves 127.0.0.1 on the listening socket `listener` until the process is ended, appending to `file`.
Result<void> serve_bare(int listener, const std::filesystem::path& file, std::string_view secret);

}  // namespace linchpin::bench
