#include "base/json.hpp"

#include <algorithm>
#include <charconv>

namespace linchpin {
namespace {

const Json null_json;
const std::string empty_text;
const Json::List empty_list;
const Json::Object empty_object;

bool same_members(const Json::Object& a, const Json::Object& b) {
  if (a.size() != b.size()) return false;
  if (a == b) return true;  // the usual case: written in one order
  const auto sorted = [](const Json::Object& object) {
    std::vector<const Json::Member*> members;
    members.reserve(object.size());
    for (const Json::Member& member : object) members.push_back(&member);
    std::sort(members.begin(), members.end(), [](auto* x, auto* y) { return x->first < y->first; });
    return members;
  };
  const auto left = sorted(a);
  const auto right = sorted(b);
  return std::equal(left.begin(), left.end(), right.begin(), [](auto* x, auto* y) { return *x == *y; });
}

}  // namespace

Json::Kind Json::kind() const { return static_cast<Kind>(value_.index()); }

bool Json::boolean() const {
  const bool* b = std::get_if<bool>(&value_);
  return b != nullptr && *b;
}
const std::string& Json::text() const& {
  const auto* text = std::get_if<std::string>(&value_);
  return text != nullptr ? *text : empty_text;
}
const std::string& Json::number_text() const {
  const auto* number = std::get_if<Number>(&value_);
  return number != nullptr ? number->text : empty_text;
}
std::optional<std::int64_t> Json::integer() const {
  const std::string& text = number_text();
  std::int64_t integer = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, integer);
  if (text.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return integer;
}
const Json::List& Json::items() const& {
  const auto* list = std::get_if<std::shared_ptr<const List>>(&value_);
  return list != nullptr ? **list : empty_list;
}
const Json::Object& Json::members() const& {
  const auto* object = std::get_if<std::shared_ptr<const Object>>(&value_);
  return object != nullptr ? **object : empty_object;
}

const Json* Json::find(std::string_view key) const {
  for (const Member& member : members()) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}
const Json& Json::operator[](std::string_view key) const& {
  const Json* found = find(key);
  return found != nullptr ? *found : null_json;
}
const Json& Json::operator[](std::size_t index) const& {
  const List& list = items();
  return index < list.size() ? list[index] : null_json;
}

Json Json::with(std::string_view key, Json value) const {
  Object object = members();
  const auto same = std::find_if(object.begin(), object.end(), [&](const Member& m) { return m.first == key; });
  if (same != object.end()) {
    same->second = std::move(value);
  } else {
    object.emplace_back(std::string(key), std::move(value));
  }
  return Json(std::move(object));
}
Json Json::without(std::string_view key) const {
  Object object = members();
  std::erase_if(object, [&](const Member& m) { return m.first == key; });
  return Json(std::move(object));
}

bool Json::operator==(const Json& other) const {
  if (kind() != other.kind()) return false;
  if (is_list()) return &items() == &other.items() || items() == other.items();
  if (is_object()) return &members() == &other.members() || same_members(members(), other.members());
  return value_ == other.value_;
}

}  // namespace linchpin
