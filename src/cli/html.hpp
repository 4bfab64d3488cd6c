// What the pages that can be sent to somebody share. They need no script and no other file, are read by a screen reader
// as they are seen, on a phone, and printed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace linchpin::cli {

std::string html_escaped(std::string_view text);  // as an element's text, or a quoted attribute's

// Cells are HTML. The first of each row names the row. A table that is wider than the screen scrolls by itself.
std::string html_table(std::string_view caption, const std::vector<std::string>& columns,
                       const std::vector<std::vector<std::string>>& rows);

struct HtmlLink {
  std::string to, text;
};
// A whole page: `title` is its heading, `here` the link among `around` that it is; `body` is HTML.
std::string html_page(std::string_view title, std::string_view site, const std::vector<HtmlLink>& around,
                      std::string_view here, std::string_view body);

}  // namespace linchpin::cli
