#include "mapping/expression_values.hpp"

#include <algorithm>

#include "mapping/decimal.hpp"
#include "mapping/expression_run.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {
namespace {

using List = Json::List;

}  // namespace

bool contains_inside(const Json& a, const Json& b) {
  if (a.is_object() && b.is_object()) {
    return std::all_of(b.members().begin(), b.members().end(), [&](const Json::Member& m) {
      const Json* found = a.find(m.first);
      return found && contains_inside(*found, m.second);
    });
  }
  if (a.is_list() && b.is_list()) {
    return std::all_of(b.items().begin(), b.items().end(), [&](const Json& wanted) {
      return std::any_of(a.items().begin(), a.items().end(),
                         [&](const Json& item) { return contains_inside(item, wanted); });
    });
  }
  if (a.is_text() && b.is_text()) return a.text().find(b.text()) != std::string::npos;
  return compare(a, b) == 0;
}
bool same_kind(const Json& a, const Json& b) {
  return a.kind() == b.kind() && (!a.is_boolean() || a.boolean() == b.boolean());
}

std::optional<bool> has_member(const Json& value, const Json& key) {
  if (value.is_object() && key.is_text()) return value.find(key.text()) != nullptr;
  if (value.is_list() && key.is_number()) {
    const auto at = Decimal::parse(key.number_text());
    const auto index = at ? at->rounded(0, Rounding::Down).integer() : std::nullopt;
    return index && *index >= 0 && static_cast<std::size_t>(*index) < value.items().size();
  }
  return std::nullopt;
}

Json keys_of(const Json& value, bool sorted) {
  List out;
  if (value.is_list()) {
    for (std::size_t i = 0; i < value.items().size(); ++i) out.emplace_back(i);
    return Json(std::move(out));
  }
  for (const auto& member : value.members()) out.emplace_back(member.first);
  if (sorted) std::sort(out.begin(), out.end(), [](const Json& a, const Json& b) { return a.text() < b.text(); });
  return Json(std::move(out));
}

void flatten_into(List& out, const Json& list, std::int64_t depth) {
  for (const Json& item : list.items()) {
    if (item.is_list() && depth > 0)
      flatten_into(out, item, depth - 1);
    else
      out.push_back(item);
  }
}

Json split_text(const std::string& text, const std::string& separator) {
  List out;
  if (text.empty()) return Json(std::move(out));
  if (separator.empty()) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t start = at;
      next_code_point(text, at);
      out.emplace_back(text.substr(start, at - start));
    }
    return Json(std::move(out));
  }
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find(separator, at);
    out.emplace_back(text.substr(at, end == std::string::npos ? end : end - at));
    if (end == std::string::npos) return Json(std::move(out));
    at = end + separator.size();
  }
}

}  // namespace linchpin::mapping
