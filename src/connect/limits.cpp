#include "connect/limits.hpp"

#include <algorithm>
#include <charconv>

namespace linchpin::connect {

engine::Limits limits_of(const Protocol& protocol) {
  engine::Limits limits{.windows = {}, .concurrent = protocol.concurrent};
  for (const LimitWindow& window : protocol.windows) limits.windows.push_back(window.window);
  return limits;
}

std::vector<engine::Remaining> remaining_in(const Protocol& protocol, const Answer& answer) {
  std::vector<engine::Remaining> remaining;
  for (const LimitWindow& window : protocol.windows) {
    const std::string* text = window.remaining.empty() ? nullptr : find_header(answer.headers, window.remaining);
    std::int64_t calls = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), calls).ec != std::errc()) continue;
    remaining.push_back({window.window.name, static_cast<int>(std::clamp<std::int64_t>(calls, 0, 1'000'000'000))});
  }
  return remaining;
}

}  // namespace linchpin::connect
