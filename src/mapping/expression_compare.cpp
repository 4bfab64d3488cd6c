// jq's order of values, and their text on one line.
#include <algorithm>

#include "mapping/decimal.hpp"
#include "mapping/expression_node.hpp"

namespace linchpin::mapping {

namespace {

int rank(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::Null:
      return 0;
    case Json::Kind::Boolean:
      return value.boolean() ? 2 : 1;
    case Json::Kind::Number:
      return 3;
    case Json::Kind::Text:
      return 4;
    case Json::Kind::List:
      return 5;
    case Json::Kind::Object:
      break;
  }
  return 6;
}

int compare_numbers(const std::string& a, const std::string& b) {
  if (a == b) return 0;
  const auto x = Decimal::parse(a), y = Decimal::parse(b);
  // A number beyond all bounds has no exact place; its text decides, so that the order stays one.
  if (!x || !y) return a.compare(b) < 0 ? -1 : 1;
  return *x < *y ? -1 : *y < *x ? 1 : 0;
}

std::vector<const Json::Member*> sorted_members(const Json& object) {
  std::vector<const Json::Member*> out;
  for (const Json::Member& member : object.members()) out.push_back(&member);
  std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  return out;
}

}  // namespace

int compare(const Json& a, const Json& b) {
  if (const int order = rank(a) - rank(b)) return order;
  switch (a.kind()) {
    case Json::Kind::Number:
      return compare_numbers(a.number_text(), b.number_text());
    case Json::Kind::Text:
      return a.text().compare(b.text());
    case Json::Kind::List: {
      const auto &x = a.items(), &y = b.items();
      for (std::size_t i = 0; i < x.size() && i < y.size(); ++i) {
        if (const int order = compare(x[i], y[i])) return order;
      }
      return x.size() < y.size() ? -1 : x.size() > y.size() ? 1 : 0;
    }
    case Json::Kind::Object: {
      const auto x = sorted_members(a), y = sorted_members(b);
      const auto name_order = std::lexicographical_compare_three_way(
          x.begin(), x.end(), y.begin(), y.end(), [](const auto* m, const auto* n) { return m->first <=> n->first; });
      if (name_order != 0) return name_order < 0 ? -1 : 1;
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (const int order = compare(x[i]->second, y[i]->second)) return order;
      }
      return 0;
    }
    default:
      return 0;
  }
}

std::string compact(const Json& value) {
  if (value.is_number()) {
    const auto number = Decimal::parse(value.number_text());
    return number ? number->text() : value.number_text();
  }
  std::string out;
  if (value.is_list()) {
    for (const Json& item : value.items()) out += (out.empty() ? "" : ",") + compact(item);
    return "[" + out + "]";
  }
  if (value.is_object()) {
    for (const auto& [key, member] : value.members())
      out += (out.empty() ? "" : ",") + canonical(Json(key)) + ":" + compact(member);
    return "{" + out + "}";
  }
  return canonical(value);
}

}  // namespace linchpin::mapping
