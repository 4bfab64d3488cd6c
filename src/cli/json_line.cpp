#include "cli/json_line.hpp"

#include <string_view>
#include <utility>

namespace linchpin::cli {

std::string json_line(const Json& json) {
  constexpr std::pair<std::string_view, std::string_view> ends[] = {
      {"\xC2\x85", "\\u0085"}, {"\xE2\x80\xA8", "\\u2028"}, {"\xE2\x80\xA9", "\\u2029"}};
  std::string out = canonical(json);
  for (const auto& [end, escape] : ends)
    for (std::size_t at = 0; (at = out.find(end, at)) != std::string::npos; at += escape.size())
      out.replace(at, end.size(), escape);
  return out;
}

}  // namespace linchpin::cli
