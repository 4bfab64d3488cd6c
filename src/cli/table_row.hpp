// A row of a table for people: two names, then numbers.
#pragma once

#include <iomanip>
#include <iostream>

namespace linchpin::cli {

template <class... Cells>
void print_row(const Cells&... cells) {
  int column = 0;
  ((std::cout << (column++ < 2 ? std::left : std::right) << std::setw(column <= 2 ? 14 : 11) << cells), ...);
  std::cout << "\n";
}

}  // namespace linchpin::cli
