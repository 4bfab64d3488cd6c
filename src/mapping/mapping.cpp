#include "mapping/mapping.hpp"

#include <algorithm>

#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

Error at_place(Error error, const FieldMapping& field) {
  error.at = field.place;
  error.what = "field " + field.field.text + " at " + to_text(field.at) + ": " + error.what;
  return error;
}

// Whether the record says nothing of a value that is joined from parts: none of them is there.
bool says_nothing(const Transform& transform, const Json& value) {
  return !transform.parts.empty() && value.is_object() &&
         std::none_of(transform.parts.begin(), transform.parts.end(),
                      [&](const std::string& part) { return value.find(part); });
}

// An object that a transform makes holds its own members only; what else stands there is kept.
Json laid_over(const Json& before, const Json& made) {
  Json out = before.is_object() ? before : Json();
  for (const auto& [name, value] : made.members()) out = out.with(name, value);
  return out;
}

}  // namespace

ReadOutcome read(const Mapping& mapping, const Json& record) {
  ReadOutcome out;
  if (mapping.where) {
    const auto applies = mapping.where->holds(record);
    if (!applies) {
      out.applies = false;
      Error error = applies.error();
      error.at = mapping.place;
      error.what = "where: " + error.what;
      out.errors.push_back({FieldName(), std::move(error)});
      return out;
    }
    if (!*applies) {
      out.applies = false;
      return out;
    }
  }
  for (const FieldMapping& field : mapping.fields) {
    if (field.direction == Direction::Out || !field.as.in) continue;
    if (auto shaped = fits(field.at, record); !shaped) {
      out.errors.push_back({field.field, at_place(std::move(shaped).error(), field)});
      continue;
    }
    const auto there = read(field.at, record);
    if (!there || says_nothing(field.as, *there)) continue;
    auto value = field.as.in(*there, field.context);
    if (!value) {
      out.errors.push_back({field.field, at_place(std::move(value).error(), field)});
      continue;
    }
    // A null that this system does not mean leaves the field untouched: absent.
    if (value->is_null() && mapping.null == NullRule::Ignore) continue;
    if (field.unique_suffix && value->is_text()) *value = Value(without_suffix(value->text()));
    out.values.insert_or_assign(field.field.text, std::move(*value));
  }
  return out;
}

WriteOutcome write(const Mapping& mapping, const Values& values, const Json& before) {
  WriteOutcome out;
  out.record = Json(Json::Object{});
  for (const FieldMapping& field : mapping.fields) {
    if (field.direction == Direction::In || !field.as.out) continue;
    const auto value = values.find(field.field.text);
    if (value == values.end()) continue;
    auto made = field.as.out(value->second, field.context);
    if (!made) {
      out.errors.push_back({field.field, at_place(std::move(made).error(), field)});
      continue;
    }
    // A member that holds a list is written whole, so it starts from what the record holds there now.
    const std::string_view top = top_key(field.at);
    Json start = out.record;
    const bool through_list = std::any_of(field.at.steps.begin(), field.at.steps.end(), [](const Path::Step& step) {
      return !std::holds_alternative<Path::Key>(step);
    });
    if (through_list && !start.find(top) && before.find(top)) start = start.with(top, before[top]);
    if (!field.as.parts.empty() && made->is_object()) {
      const auto there = read(field.at, start);
      *made = laid_over(there.value_or(Json()), *made);
    }
    auto written = write(field.at, start, std::move(*made));
    if (!written) {
      out.errors.push_back({field.field, at_place(std::move(written).error(), field)});
      continue;
    }
    out.record = std::move(*written);
  }
  return out;
}

std::string without_suffix(std::string_view text) {
  if (!text.ends_with(')')) return std::string(text);
  const auto open = text.rfind(" (");
  if (open == std::string_view::npos || open == 0) return std::string(text);
  const std::string_view number = text.substr(open + 2, text.size() - open - 3);
  const bool counts = !number.empty() && number.size() <= 4 && number[0] != '0' && number != "1" &&
                      number.find_first_not_of("0123456789") == std::string_view::npos;
  return std::string(counts ? text.substr(0, open) : text);
}

}  // namespace linchpin::mapping
