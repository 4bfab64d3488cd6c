#include "model/shape.hpp"

#include <algorithm>

#include "base/time.hpp"
#include "model/nearest.hpp"

namespace linchpin::model {
namespace shape {

namespace {
Shape of(Shape::Form form, std::string what) {
  Shape shape;
  shape.form = form;
  shape.what = std::move(what);
  return shape;
}
}  // namespace

Shape any() { return of(Shape::Form::Any, "anything"); }
Shape text(std::string what, bool (*fits)(const std::string&)) {
  Shape shape = of(Shape::Form::Text, std::move(what));
  shape.fits = fits;
  return shape;
}
Shape secret(std::string what, bool (*fits)(const std::string&)) {
  Shape shape = text(std::move(what), fits);
  shape.secret = true;
  return shape;
}
Shape boolean() { return of(Shape::Form::Boolean, "true or false"); }
Shape integer() { return of(Shape::Form::Integer, "a whole number"); }
Shape choice(std::vector<std::string> choices) {
  Shape shape = of(Shape::Form::Choice, "a text");
  shape.choices = std::move(choices);
  return shape;
}
Shape listed(std::vector<std::string> choices) {
  Shape shape = text();
  shape.choices = std::move(choices);
  return shape;
}
Shape list_of(Shape item) {
  Shape shape = of(Shape::Form::List, "a list");
  shape.parts.push_back(std::move(item));
  return shape;
}
Shape map_of(Shape value, std::string what) {
  Shape shape = of(Shape::Form::MapOf, std::move(what));
  shape.parts.push_back(std::move(value));
  return shape;
}
Shape object(std::string what, std::vector<Shape::Key> keys) {
  Shape shape = of(Shape::Form::Object, std::move(what));
  shape.keys = std::move(keys);
  return shape;
}
Shape either(std::vector<Shape> alternatives) {
  Shape shape = of(Shape::Form::Either, "");
  for (const Shape& s : alternatives) shape.what += (shape.what.empty() ? "" : " or ") + s.what;
  shape.parts = std::move(alternatives);
  return shape;
}
Shape::Key key(std::string name, Shape shape, std::string about) {
  return {std::move(name), std::move(shape), false, std::move(about)};
}
Shape::Key required(std::string name, Shape shape, std::string about) {
  return {std::move(name), std::move(shape), true, std::move(about)};
}

bool is_span(const std::string& text) {
  const auto digits = text.find_first_not_of("0123456789");
  if (digits != 0 && (text.substr(digits == std::string::npos ? text.size() : digits) == " years" || text == "1 year"))
    return true;
  return parse_span(text).has_value();
}

bool is_name(const std::string& text) {
  const auto inside = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= 64 && text[0] >= 'a' && text[0] <= 'z' &&
         std::all_of(text.begin(), text.end(), inside);
}

}  // namespace shape

namespace {

using Form = Shape::Form;

std::string_view kind_text(const Node& node) {
  switch (node.kind) {
    case Node::Kind::Sequence:
      return "a list";
    case Node::Kind::Mapping:
      return "a mapping";
    case Node::Kind::Scalar:
      break;
  }
  return node.is_null() ? "nothing" : "a text";
}

bool takes(const Shape& shape, Node::Kind kind) {
  switch (shape.form) {
    case Form::Any:
      return true;
    case Form::Text:
    case Form::Boolean:
    case Form::Integer:
    case Form::Choice:
      return kind == Node::Kind::Scalar;
    case Form::List:
      return kind == Node::Kind::Sequence;
    case Form::MapOf:
    case Form::Object:
      return kind == Node::Kind::Mapping;
    case Form::Either:
      return std::any_of(shape.parts.begin(), shape.parts.end(), [&](const Shape& s) { return takes(s, kind); });
  }
  return false;
}

bool is_whole_number(const std::string& text) {
  const std::size_t begin = text.starts_with('-') ? 1 : 0;
  return text.size() > begin && text.size() < 18 && text.find_first_not_of("0123456789", begin) == std::string::npos;
}

void wrong_type(const Node& node, const Shape& shape, Findings& findings) {
  findings.mistake(Code::TypeWrong, node.at, shape.what + " is due here, and there is " + std::string(kind_text(node)),
                   shape.form == Form::List ? "Write [ … ], or one item a line after '- '" : "");
}

void judge_scalar(const Node& node, const Shape& shape, Findings& findings) {
  const std::string shown = shape.secret ? "what stands here" : "'" + node.text + "'";
  switch (shape.form) {
    case Form::Text:
      if (node.is_null())
        wrong_type(node, shape, findings);
      else if (shape.fits != nullptr && !shape.fits(node.text))
        findings.mistake(Code::TypeWrong, node.at, shown + " is not " + shape.what);
      return;
    case Form::Boolean:
      if (node.quoted || (node.text != "true" && node.text != "false"))
        findings.mistake(Code::TypeWrong, node.at, shown + " is not true or false",
                         "Write true or false, without quotes");
      return;
    case Form::Integer:
      if (node.quoted || !is_whole_number(node.text))
        findings.mistake(Code::TypeWrong, node.at, shown + " is not a whole number");
      return;
    case Form::Choice:
      if (std::find(shape.choices.begin(), shape.choices.end(), node.text) == shape.choices.end())
        findings.mistake(Code::ChoiceUnknown, node.at, shown + " is not one of the choices here",
                         suggestion(node.text, shape.choices));
      return;
    default:
      return;
  }
}

void judge_object(const Node& node, const Shape& shape, Findings& findings) {
  std::vector<std::string> names;
  for (const Shape::Key& key : shape.keys) names.push_back(key.name);
  for (const Node::Member& member : node.members) {
    const auto key =
        std::find_if(shape.keys.begin(), shape.keys.end(), [&](const Shape::Key& k) { return k.name == member.key; });
    if (key == shape.keys.end())
      findings.mistake(Code::KeyUnknown, member.at, "'" + member.key + "' is no key of " + shape.what,
                       suggestion(member.key, names));
    else
      judge(member.value, key->shape, findings);
  }
  for (const Shape::Key& key : shape.keys)
    if (key.required && node.find(key.name) == nullptr)
      findings.mistake(Code::KeyRequired, node.at, "'" + key.name + "' is missing from " + shape.what,
                       key.about.empty() ? "" : "It says " + key.about);
}

void judge_either(const Node& node, const Shape& shape, Findings& findings) {
  std::vector<const Shape*> possible;
  for (const Shape& alternative : shape.parts)
    if (takes(alternative, node.kind)) possible.push_back(&alternative);
  if (possible.empty()) return wrong_type(node, shape, findings);
  for (const Shape* alternative : possible) {
    Findings tried;
    judge(node, *alternative, tried);
    if (!tried.has_mistakes()) return;
  }
  if (possible.size() == 1) return judge(node, *possible[0], findings);
  findings.mistake(Code::TypeWrong, node.at, "'" + node.text + "' is not " + shape.what);
}

const std::vector<Node::Member> no_members;

}  // namespace

void judge(const Node& node, const Shape& shape, Findings& findings) {
  if (shape.form == Form::Any) return;
  if (shape.form == Form::Either) return judge_either(node, shape, findings);
  if (!takes(shape, node.kind)) return wrong_type(node, shape, findings);
  switch (shape.form) {
    case Form::List:
      for (const Node& item : node.items) judge(item, shape.parts[0], findings);
      return;
    case Form::MapOf:
      for (const Node::Member& member : node.members) judge(member.value, shape.parts[0], findings);
      return;
    case Form::Object:
      return judge_object(node, shape, findings);
    default:
      return judge_scalar(node, shape, findings);
  }
}

std::string text_at(const Node& node, std::string_view key, std::string otherwise) {
  const Node* found = node.find(key);
  return found != nullptr && found->is_scalar() && !found->is_null() ? found->text : std::move(otherwise);
}

bool boolean_at(const Node& node, std::string_view key, bool otherwise) {
  const std::string text = text_at(node, key);
  return text == "true" || (text != "false" && otherwise);
}

std::vector<const Node*> items_at(const Node& node, std::string_view key) {
  std::vector<const Node*> items;
  const Node* found = node.find(key);
  if (found == nullptr) return items;
  if (found->is_scalar() && !found->is_null()) items.push_back(found);
  for (const Node& item : found->items) items.push_back(&item);
  return items;
}

const std::vector<Node::Member>& members_at(const Node& node, std::string_view key) {
  const Node* found = node.find(key);
  return found == nullptr ? no_members : found->members;
}

Place place_at(const Node& node, std::string_view key) {
  const Node* found = node.find(key);
  return found == nullptr ? node.at : found->at;
}

}  // namespace linchpin::model
