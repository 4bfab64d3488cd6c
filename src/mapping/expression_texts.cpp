#include "mapping/expression_texts.hpp"

#include "mapping/expression_node.hpp"

namespace linchpin::mapping {
namespace {

void collect_pair(const Node& member, const Node& text, std::vector<ComparedText>& found) {
  const bool of_the_input = member.op == Op::Member && member.kids[0]->op == Op::Identity;
  if (of_the_input && text.op == Op::Literal && text.value.is_text()) found.push_back({member.text, text.value.text()});
}

// Goes only where `.` is still the input.
void collect(const Node& node, std::vector<ComparedText>& found) {
  switch (node.op) {
    case Op::And:
    case Op::Or:
    case Op::Otherwise:
    case Op::If:
      for (const NodePtr& kid : node.kids) collect(*kid, found);
      return;
    case Op::Pipe:  // `.stage == "lead" | not`: behind the pipe it is another value
      return collect(*node.kids[0], found);
    case Op::Equal:
    case Op::NotEqual:
      collect_pair(*node.kids[0], *node.kids[1], found);
      return collect_pair(*node.kids[1], *node.kids[0], found);
    default:
      return;
  }
}

bool is_condition(const Node& node) {
  switch (node.op) {
    case Op::And:
    case Op::Or:
    case Op::Equal:
    case Op::NotEqual:
    case Op::Less:
    case Op::LessEqual:
    case Op::Greater:
    case Op::GreaterEqual:
      return true;
    default:
      return node.op == Op::Call && (node.text == "not" || node.text == "test" || node.text == "startswith" ||
                                     node.text == "endswith" || node.text == "any" || node.text == "all");
  }
}

void collect_results(const Node& node, std::vector<Json>& found) {
  if (is_condition(node)) found.insert(found.end(), {Json(true), Json(false)});
  switch (node.op) {
    case Op::Literal:
      found.push_back(node.value);
      return;
    case Op::If:
      collect_results(*node.kids[1], found);
      return collect_results(*node.kids[2], found);
    case Op::Pipe:
      return collect_results(*node.kids[1], found);
    case Op::Otherwise:
      return collect_results(*node.kids[1], found);
    default:
      return;
  }
}

// Whether the node reads just what stands at the first `steps` of the path.
bool leads_to(const Node& node, const Path& at, std::size_t steps) {
  if (steps == 0) return node.op == Op::Identity;
  const auto* const key = std::get_if<Path::Key>(&at.steps[steps - 1]);
  return key && node.op == Op::Member && node.text == key->name && leads_to(*node.kids[0], at, steps - 1);
}

bool is_false(const Node& node, const Path& at, std::string_view text) {
  switch (node.op) {
    case Op::And:
      return is_false(*node.kids[0], at, text) || is_false(*node.kids[1], at, text);
    case Op::Or:
      return is_false(*node.kids[0], at, text) && is_false(*node.kids[1], at, text);
    case Op::Equal:
    case Op::NotEqual:
      for (const auto& [member, other] : {std::pair(0, 1), std::pair(1, 0)})
        if (const Node& with = *node.kids[static_cast<std::size_t>(other)];
            with.op == Op::Literal && leads_to(*node.kids[static_cast<std::size_t>(member)], at, at.steps.size()))
          return (with.value.is_text() && with.value.text() == text) == (node.op == Op::NotEqual);
      return false;
    default:
      return false;
  }
}

}  // namespace

bool rules_out(std::string_view condition, const Path& at, std::string_view text) {
  const auto root = parse_expression(condition);
  return root && is_false(**root, at, text);
}

std::vector<Json> possible_results(std::string_view expression) {
  std::vector<Json> found;
  if (const auto root = parse_expression(expression)) collect_results(**root, found);
  return found;
}

std::vector<ComparedText> compared_texts(std::string_view expression) {
  std::vector<ComparedText> found;
  if (const auto root = parse_expression(expression)) collect(**root, found);
  return found;
}

}  // namespace linchpin::mapping
