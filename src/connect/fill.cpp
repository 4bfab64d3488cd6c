#include "connect/fill.hpp"

#include "connect/condition.hpp"

namespace linchpin::connect {
namespace {

const Json* look_up(std::string_view name, const Json& input) {
  const Json* value = &input;
  while (value) {
    const auto dot = name.find('.');
    value = value->find(name.substr(0, dot));
    if (dot == std::string_view::npos) return value;
    name.remove_prefix(dot + 1);
  }
  return nullptr;
}

std::string as_text(const Json& value) {
  if (!value.is_list()) return scalar_text(value);
  std::string joined;
  for (const Json& item : value.items()) joined += (joined.empty() ? "" : ",") + scalar_text(item);
  return joined;
}

// The name in "{name}", when the text is that and nothing else.
std::optional<std::string_view> only_name(std::string_view text) {
  if (text.size() < 3 || text.front() != '{' || text.find('}') != text.size() - 1) return {};
  return text.substr(1, text.size() - 2);
}

bool is_each(const Json& pattern) {
  return pattern.members().size() == 2 && pattern.find("each") && pattern.find("give");
}

Json fill_each(const Json& pattern, const Json& input) {
  Json::List list;
  const Json* items = look_up(pattern["each"].text(), input);
  if (!items) return list;
  for (const Json& item : items->items()) {
    if (auto filled = fill(pattern["give"], input.with("it", item))) list.push_back(*std::move(filled));
  }
  return list;
}

Json fill_object(const Json& pattern, const Json& input) {
  Json object = Json::Object{};
  for (const auto& [key, value] : pattern.members()) {
    auto filled = fill(value, input);
    if (!filled) continue;
    if (key != "...") {
      object = object.with(key, *std::move(filled));
      continue;
    }
    for (const auto& [spread_key, spread] : filled->members()) object = object.with(spread_key, spread);
  }
  return object;
}

}  // namespace

std::string fill_text(std::string_view pattern, const Json& input, std::string (*escape)(std::string_view)) {
  std::string text;
  while (!pattern.empty()) {
    const auto open = pattern.find('{');
    const auto close = pattern.find('}', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) return text.append(pattern);
    text.append(pattern.substr(0, open));
    const Json* value = look_up(pattern.substr(open + 1, close - open - 1), input);
    const std::string filled = value ? as_text(*value) : std::string();
    text += escape ? escape(filled) : filled;
    pattern.remove_prefix(close + 1);
  }
  return text;
}

std::optional<Json> fill(const Json& pattern, const Json& input) {
  if (pattern.is_text()) {
    const auto name = only_name(pattern.text());
    if (!name) return Json(fill_text(pattern.text(), input));
    const Json* value = look_up(*name, input);
    return value ? std::optional(*value) : std::nullopt;
  }
  if (pattern.is_object()) return is_each(pattern) ? fill_each(pattern, input) : fill_object(pattern, input);
  if (pattern.is_list()) {
    Json::List list;
    for (const Json& item : pattern.items()) {
      if (auto filled = fill(item, input)) list.push_back(*std::move(filled));
    }
    return Json(std::move(list));
  }
  return pattern;
}

Json outgoing(const Writes& writes, const Json& value) {
  switch (value.kind()) {
    case Json::Kind::Null:
      return writes.null == Writes::Null::Text ? Json(writes.null_text) : value;
    case Json::Kind::Number:
    case Json::Kind::Boolean:
      return writes.texts_only ? Json(scalar_text(value)) : value;
    case Json::Kind::Text:
      return value;
    case Json::Kind::List: {
      Json::List list;
      for (const Json& item : value.items()) list.push_back(outgoing(writes, item));
      return list;
    }
    case Json::Kind::Object: {
      Json::Object object;
      for (const auto& [key, member] : value.members()) {
        if (member.is_null() && writes.null == Writes::Null::LeftOut) continue;
        object.emplace_back(key, outgoing(writes, member));
      }
      return object;
    }
  }
  return value;
}

}  // namespace linchpin::connect
