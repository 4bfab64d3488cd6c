// CSV as spreadsheets and exports write it (RFC 4180): quotes, doubled quotes, line ends inside of quotes, a byte order
// mark. Each row knows its line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace linchpin::cli {

struct CsvRow {
  int line = 0;
  std::vector<std::string> cells;
};

class CsvReader {
 public:
  // `file` is for messages. `text` must outlive this.
  CsvReader(std::string file, std::string_view text);
  // The next row that is not blank; false when there is none. InvalidArgument for a quote that never ends or that
  // stands inside of a cell.
  Result<bool> next(CsvRow& row);

 private:
  Result<void> cell(std::string& into);
  Result<void> quoted(std::string& into);
  Place here() const;

  std::string file_;
  std::string_view text_;
  std::size_t at_ = 0, line_start_ = 0;
  int line_ = 1;
};

std::string csv_cell(std::string_view);  // in quotes where it must be
// The same for a text that somebody wrote, in a file that people open in a spreadsheet: one that would begin a formula
// (= + - @, a tab) has an apostrophe before it.
std::string csv_text(std::string_view);

}  // namespace linchpin::cli
