// The shape of a file kind, declared once: its keys, what each may be, and what it is for. Judging a file by it finds
// every unknown key (with the nearest), missing key, wrong type and unknown choice; the JSON Schema for editors is made
// of the same declaration (schema.hpp).
#pragma once

#include <string>
#include <vector>

#include "model/findings.hpp"
#include "model/yaml.hpp"

namespace linchpin::model {

struct Shape {
  enum class Form { Any, Text, Boolean, Integer, Choice, List, MapOf, Object, Either };
  struct Key;
  Form form = Form::Any;
  std::string what;                            // what is due, for messages: "a field", "a span such as 30 days"
  std::vector<std::string> choices;            // Choice; Text: those of listed()
  std::vector<Key> keys;                       // Object
  std::vector<Shape> parts;                    // List, MapOf: the one of every item; Either: the alternatives
  bool (*fits)(const std::string&) = nullptr;  // Text: whether it has the form that `what` says
  bool secret = false;                         // Text: never quoted in a message
};
struct Shape::Key {
  std::string name;
  Shape shape;
  bool required = false;
  std::string about;  // one sentence, for editors
};

namespace shape {
Shape any();
Shape text(std::string what = "a text", bool (*fits)(const std::string&) = nullptr);
Shape secret(std::string what, bool (*fits)(const std::string&));
Shape boolean();
Shape integer();
Shape choice(std::vector<std::string> choices);
// A text that is one of a closed list, which who reads the kind judges, with words of its own.
Shape listed(std::vector<std::string> choices);
Shape list_of(Shape item);
Shape map_of(Shape value, std::string what = "a mapping");
Shape object(std::string what, std::vector<Shape::Key> keys);
Shape either(
    std::vector<Shape> alternatives);  // at most one each of the forms scalar, list and mapping, or several scalars
Shape::Key key(std::string name, Shape shape, std::string about = {});
Shape::Key required(std::string name, Shape shape, std::string about = {});
bool is_span(const std::string&);  // "30 days", "7 years"
bool is_name(const std::string&);  // a lower-case letter, then letters, digits, _ and -
}  // namespace shape

void judge(const Node&, const Shape&, Findings&);

// What stands at a key, after judge() has said what is wrong with it: each gives `otherwise` for what is absent or
// wrong.
std::string text_at(const Node&, std::string_view key, std::string otherwise = {});
bool boolean_at(const Node&, std::string_view key, bool otherwise = false);
std::vector<const Node*> items_at(const Node&, std::string_view key);  // of a list; a scalar counts as a list of one
const std::vector<Node::Member>& members_at(const Node&, std::string_view key);
Place place_at(const Node&, std::string_view key);  // of the value; the node's own when absent

}  // namespace linchpin::model
