// What every inbox agrees on: how much it holds in memory, how much it commits at once, what a day is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace linchpin::store {

struct InboxLimits {
  std::size_t waiting = 8192;             // appends that wait, before TooBusy
  std::size_t waiting_bytes = 64u << 20;  // and their bytes
  std::size_t group = 512;                // appends in one commit
  std::size_t group_bytes = 8u << 20;
};

// "2026-11-24"
inline bool is_day(std::string_view text) {
  constexpr std::string_view form = "dddd-dd-dd";
  return std::equal(text.begin(), text.end(), form.begin(), form.end(),
                    [](char c, char f) { return f == 'd' ? c >= '0' && c <= '9' : c == f; });
}

}  // namespace linchpin::store
