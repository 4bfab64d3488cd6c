// An expression as a tree. Inner to the files expression*.cpp.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace re2 {
class RE2;
}

namespace linchpin::mapping {

enum class Op {
  Identity,   // .
  Literal,    // value
  Member,     // kids[0] . text
  Index,      // kids[0] [ kids[1] ]
  Slice,      // kids[0] [ kids[1] : kids[2] ], either may be a literal null
  Iterate,    // kids[0] []
  Optional,   // kids[0] ?
  Pipe,       // kids[0] | kids[1]
  Comma,      // kids[0] , kids[1]
  Otherwise,  // kids[0] // kids[1]
  And,
  Or,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Add,
  Subtract,
  Multiply,
  Divide,
  Remainder,
  Negate,
  If,           // kids[0] then kids[1] else kids[2]
  List,         // [ kids[0] ], or an empty list without kids
  Object,       // kids in pairs: key, value
  Interpolate,  // "…\(kids)…": kids are texts and expressions in order
  Call,         // text ( kids )
};

struct Node;
using NodePtr = std::unique_ptr<const Node>;

struct Node {
  Op op = Op::Identity;
  std::size_t at = 0;  // byte in the expression's text, for errors
  int depth = 1;       // levels of the tree from here down
  std::string text;
  Json value;
  std::vector<NodePtr> kids;
  int function = -1;                        // Call: its number in the list of functions
  std::shared_ptr<const re2::RE2> pattern;  // Call of test: compiled once
};

// Compiles. Nesting is bounded, so a walk over the tree needs no bound of its own.
Result<NodePtr> parse_expression(std::string_view text);

// What Expression::reads() promises.
std::set<std::string, std::less<>> read_members(const Node&);

// Every function that the language has, by name and number of arguments; -1 when there is none.
int find_function(std::string_view name, std::size_t arguments);
// The nearest function's name, or "" when none is near.
std::string nearest_function(std::string_view name);

tl::unexpected<Error> expression_error(Code, std::size_t at, std::string what, std::string fix);

// The order of jq: null < false < true < numbers < texts < lists < objects.
int compare(const Json&, const Json&);
std::string compact(const Json&);  // one line, members in order of writing

}  // namespace linchpin::mapping
