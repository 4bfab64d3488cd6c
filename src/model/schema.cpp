#include "model/schema.hpp"

#include <algorithm>

#include "model/draft.hpp"

namespace linchpin::model {
namespace {

using Form = Shape::Form;

// Of a folder that begins with a dot no file is the hub's.
std::string file_of(const Kind& kind) { return ".schemas/" + std::string(kind.name) + ".json"; }

Json choices_of(const Shape& shape) { return Json(Json::List(shape.choices.begin(), shape.choices.end())); }

// What a person reads at a key: what it is for, and the form of its text where that is a certain one.
std::string about(const Shape::Key& key) {
  const std::string form = key.shape.fits != nullptr ? key.shape.what : "";
  if (key.about.empty() || form.empty()) return key.about + form;
  return key.about + " (" + form + ")";
}

Json object_of(const Shape& shape) {
  Json::Object properties;
  Json::List required;
  for (const Shape::Key& key : shape.keys) {
    const std::string description = about(key);
    const Json schema = schema_of(key.shape);
    properties.emplace_back(key.name, description.empty() ? schema : schema.with("description", description));
    if (key.required) required.emplace_back(key.name);
  }
  Json::Object object = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) object.emplace_back("required", std::move(required));
  return Json(std::move(object));
}

Json either_of(const Shape& shape) {
  Json::List alternatives;
  for (const Shape& alternative : shape.parts) alternatives.push_back(schema_of(alternative));
  return Json::object({{"anyOf", std::move(alternatives)}});
}

}  // namespace

Json schema_of(const Shape& shape) {
  switch (shape.form) {
    case Form::Any:
      return Json(Json::Object{});
    case Form::Text:
      if (!shape.choices.empty()) return Json::object({{"enum", choices_of(shape)}});
      // A text needs no quotes: 0412, 2.0 and true are texts here, which an editor takes for what YAML says they are.
      return Json::object({{"type", Json::list({"string", "number", "boolean"})}});
    case Form::Boolean:
      return Json::object({{"type", "boolean"}});
    case Form::Integer:
      return Json::object({{"type", "integer"}});
    case Form::Choice:
      return Json::object({{"enum", choices_of(shape)}});
    case Form::List:
      return Json::object({{"type", "array"}, {"items", schema_of(shape.parts[0])}});
    case Form::MapOf:
      return Json::object({{"type", "object"}, {"additionalProperties", schema_of(shape.parts[0])}});
    case Form::Object:
      return object_of(shape);
    case Form::Either:
      return either_of(shape);
  }
  return {};
}

std::vector<Schema> schemas() {
  std::vector<Schema> all;
  for (const Kind& kind : kinds()) {
    Json::Object document = {{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", kind.shape().what}};
    const Json schema = schema_of(kind.shape());
    document.insert(document.end(), schema.members().begin(), schema.members().end());
    all.push_back({file_of(kind), Json(std::move(document))});
  }
  return all;
}

std::string schema_line(std::string_view file) {
  const auto kind = std::find_if(kinds().begin(), kinds().end(), [&](const Kind& k) { return is_of(file, k); });
  if (kind == kinds().end()) return {};
  const std::string up = file.find('/') == std::string_view::npos ? "" : "../";
  return "# yaml-language-server: $schema=" + up + file_of(*kind) + "\n";
}

}  // namespace linchpin::model
