// Which members of its input an expression may read: a walk over the tree that asks of each node whether it may give
// the whole input on, and notes what is taken of it.
#include <algorithm>

#include "mapping/expression_node.hpp"

namespace linchpin::mapping {

namespace {

class Reads {
 public:
  std::set<std::string, std::less<>> members;

  // Whether an output of `node` may be the whole record. `whole`: whether its input may be.
  bool walk(const Node& node, bool whole) {
    switch (node.op) {
      case Op::Identity:
        return whole;
      case Op::Literal:
        return false;
      case Op::Member:
        if (walk(*node.kids[0], whole)) members.insert(node.text);
        return false;
      case Op::Index:
      case Op::Slice:
      case Op::Iterate: {
        if (walk(*node.kids[0], whole)) everything();
        for (std::size_t i = 1; i < node.kids.size(); ++i) consume(*node.kids[i], whole);
        return false;
      }
      case Op::Optional:
        return walk(*node.kids[0], whole);
      case Op::Pipe:
        return walk(*node.kids[1], walk(*node.kids[0], whole));
      case Op::Comma:
      case Op::Otherwise: {
        const bool left = walk(*node.kids[0], whole);
        return walk(*node.kids[1], whole) || left;
      }
      case Op::If: {
        consume(*node.kids[0], whole);
        const bool then = walk(*node.kids[1], whole);
        return walk(*node.kids[2], whole) || then;
      }
      case Op::Call:
        return call(node, whole);
      default:
        for (const NodePtr& kid : node.kids) consume(*kid, whole);
        return false;
    }
  }
  void consume(const Node& node, bool whole) {
    if (walk(node, whole)) everything();
  }

 private:
  void everything() { members.insert("*"); }

  bool call(const Node& node, bool whole) {
    if (node.text == "empty") return false;
    if (node.text == "select") {
      consume(*node.kids[0], whole);
      return whole;
    }
    if ((node.text == "first" || node.text == "last") && node.kids.size() == 1) return walk(*node.kids[0], whole);
    if ((node.text == "any" || node.text == "all") && node.kids.size() == 2) {
      consume(*node.kids[1], walk(*node.kids[0], whole));
      return false;
    }
    const bool filters =
        node.kids.empty() && (node.text == "values" || node.text == "objects" || node.text == "iterables");
    if (filters) return whole;
    const Node* const only = node.kids.size() == 1 ? node.kids[0].get() : nullptr;
    if (whole && node.text == "has" && only && only->op == Op::Literal && only->value.is_text()) {
      members.insert(only->value.text());
      return false;
    }
    if (whole) everything();
    const bool of_items = node.text == "map" || node.text == "map_values" || node.text.ends_with("_by") ||
                          node.text == "any" || node.text == "all";
    for (const NodePtr& kid : node.kids) consume(*kid, whole && !of_items);
    return false;
  }
};

}  // namespace

std::set<std::string, std::less<>> read_members(const Node& node) {
  Reads reads;
  reads.consume(node, true);
  return std::move(reads.members);
}

}  // namespace linchpin::mapping
