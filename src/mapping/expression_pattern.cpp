#include "mapping/expression_pattern.hpp"

namespace linchpin::mapping {

std::string as_re2(std::string_view pattern) {
  constexpr std::string_view word = "\\pL\\pM\\pN_", digit = "\\p{Nd}";
  std::string out;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i], next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if (c == '\\' && next != '\0') {
      ++i;
      const std::string_view of = next == 'w' || next == 'W' ? word : next == 'd' || next == 'D' ? digit : "";
      const bool negated = next == 'W' || next == 'D';
      if (of.empty() || (in_class && negated))
        out += c, out += next;
      else if (in_class)
        out += of;
      else
        out += std::string(negated ? "[^" : "[").append(of) + "]";
    } else if (in_class) {
      // [:alpha:] inside of it ends in a bracket of its own.
      if (c == '[' && next == ':') {
        const std::size_t end = pattern.find(":]", i);
        if (end != std::string_view::npos) {
          out += pattern.substr(i, end + 2 - i);
          i = end + 1;
          continue;
        }
      }
      in_class = c != ']';
      out += c;
    } else if (c == '[') {
      in_class = true;
      out += c;
      if (i + 1 < pattern.size() && pattern[i + 1] == '^') out += pattern[++i];
      if (i + 1 < pattern.size() && pattern[i + 1] == ']') out += pattern[++i];  // there it is one of the class
    } else if (c == '$') {
      out += "(?:\\n?\\z)";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace linchpin::mapping
