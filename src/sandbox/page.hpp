// The page at /_sandbox/: lists the records, and lets a person edit one as at the vendor's own screen.
#pragma once

#include <string_view>

namespace linchpin::sandbox {

std::string_view page();  // HTML with its script; needs nothing from elsewhere

}  // namespace linchpin::sandbox
