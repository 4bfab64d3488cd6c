// Files that a person asked for, and that only they may read: what stands in them is about people.
#pragma once

#include <string>

#include "base/result.hpp"

namespace linchpin::cli {

// Whether it can be written, before the work whose outcome goes there. There is an empty file then, where there was
// none.
Result<void> may_write(const std::string& path);
Result<void> write_private(const std::string& path, const std::string& text);

}  // namespace linchpin::cli
