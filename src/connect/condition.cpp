#include "connect/condition.hpp"

#include <re2/re2.h>

#include <algorithm>

namespace linchpin::connect {

struct Pattern::Compiled {
  explicit Compiled(std::string_view expression)
      : re(re2::StringPiece(expression.data(), expression.size()), RE2::Quiet) {}
  RE2 re;
};

Result<Pattern> Pattern::parse(std::string_view expression) {
  auto compiled = std::make_shared<Compiled>(expression);
  if (!compiled->re.ok()) {
    return fail(Code::TypeWrong, "'" + std::string(expression) + "' is no regular expression: " + compiled->re.error(),
                "The syntax is RE2's");
  }
  Pattern pattern;
  pattern.compiled_ = std::move(compiled);
  return pattern;
}

bool Pattern::found_in(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), compiled_->re);
}

std::string scalar_text(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::Text:
      return value.text();
    case Json::Kind::Number:
      return value.number_text();
    case Json::Kind::Boolean:
      return value.boolean() ? "true" : "false";
    case Json::Kind::Null:
    case Json::Kind::List:
    case Json::Kind::Object:
      return {};
  }
  return {};
}

Json at(const mapping::Path& path, const Json& value) {
  if (path.steps.empty()) return value;
  return mapping::read(path, value).value_or(Json());
}

Result<mapping::Path> read_path(const Json& text) {
  if (text.text().empty()) return mapping::Path{};
  return mapping::parse_path(text.text());
}

namespace {
bool found(const Pattern& pattern, const Json& value) {
  if (!value.is_list()) return pattern.found_in(scalar_text(value));
  // A path with two `[]` gives lists in a list.
  return std::ranges::any_of(value.items(), [&](const Json& item) { return found(pattern, item); });
}
}  // namespace

bool Condition::fits(const Json& value) const {
  return std::ranges::all_of(all, [&](const At& entry) { return found(entry.pattern, at(entry.path, value)); });
}

Result<Condition> read_condition(const Json& entries) {
  Condition condition;
  for (const auto& [path, pattern] : entries.members()) {
    condition.all.push_back({TRY(read_path(Json(path))), TRY(Pattern::parse(scalar_text(pattern)))});
  }
  return condition;
}

bool HeaderCondition::fits(const Headers& headers) const {
  return std::ranges::all_of(all, [&](const auto& entry) {
    const std::string* value = find_header(headers, entry.first);
    return entry.second.found_in(value ? std::string_view(*value) : std::string_view());
  });
}

Result<HeaderCondition> read_header_condition(const Json& entries) {
  HeaderCondition condition;
  for (const auto& [name, pattern] : entries.members()) {
    condition.all.emplace_back(name, TRY(Pattern::parse(scalar_text(pattern))));
  }
  return condition;
}

}  // namespace linchpin::connect
