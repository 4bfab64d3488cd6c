#include "sim/phones.hpp"

namespace linchpin::sim {

// Groups of digits with a space, a dash, a dot or a bracket between: nine digits that end with a group, and before
// which stands nothing, the trunk's zero or the country.
bool holds_phone(const Ledger& ledger, std::string_view text) {
  std::string digits;
  std::set<std::size_t> groups{0};  // where they begin
  const auto ends_with_one = [&] {
    const std::size_t at = digits.size() - 9;
    const std::string_view before = std::string_view(digits).substr(0, at);
    const bool alone = groups.contains(at) || (before.ends_with("0") && groups.contains(at - 1)) ||
                       (before.ends_with("61") && groups.contains(at - 2));
    return digits[at] == '4' && alone && ledger.whose({{Field::Phone, digits.substr(at)}}) != nullptr;
  };
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : '\0';
    if (c >= '0' && c <= '9') {
      digits.push_back(c);
      continue;
    }
    if (digits.empty()) continue;
    if (digits.size() >= 9 && ends_with_one()) return true;
    if (c == ' ' || c == '-' || c == '.' || c == '(' || c == ')') {
      groups.insert(digits.size());
    } else {
      digits.clear();
      groups = {0};
    }
  }
  return false;
}

}  // namespace linchpin::sim
