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

}  // namespace

std::vector<ComparedText> compared_texts(std::string_view expression) {
  std::vector<ComparedText> found;
  if (const auto root = parse_expression(expression)) collect(**root, found);
  return found;
}

}  // namespace linchpin::mapping
