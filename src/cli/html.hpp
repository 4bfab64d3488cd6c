// What the pages that can be sent to somebody share.
#pragma once

#include <string>
#include <string_view>

namespace linchpin::cli {

std::string html_escaped(std::string_view text);  // as an element's text, or a quoted attribute's

}  // namespace linchpin::cli
