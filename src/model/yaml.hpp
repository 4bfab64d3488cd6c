// YAML (1.2) as a small value with places: what every hub file and manifest is read into before it is judged.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace linchpin::model {

// One node. A value: aliases (`*name`) stand as copies of what they name. Scalars are texts: what they mean is for who
// reads them to say, so that "no", 0412 and 1.10 stay as they were written.
struct Node {
  enum class Kind { Scalar, Sequence, Mapping };
  struct Member;
  Kind kind = Kind::Scalar;
  std::string text;             // of a scalar, unescaped
  bool quoted = false;          // a scalar in quotes or a block: always a text, never a null, number or boolean
  Place at;                     // where it begins
  std::vector<Node> items;      // of a sequence
  std::vector<Member> members;  // of a mapping, in the file's order; keys are unique

  bool is_scalar() const { return kind == Kind::Scalar; }
  bool is_sequence() const { return kind == Kind::Sequence; }
  bool is_mapping() const { return kind == Kind::Mapping; }
  bool is_null() const;                          // nothing, ~ or null, without quotes
  const Node* find(std::string_view key) const;  // nullptr when absent, or no mapping
};
struct Node::Member {
  std::string key;
  Place at;  // of the key
  Node value;
};

struct YamlLimits {
  std::size_t bytes = 1u << 20;
  std::size_t nodes = 100'000;  // after aliases stand as copies: what bounds a "billion laughs" file
  int depth = 64;
};

// Parses one document. `file` names it in places. Refuses duplicate keys, keys that are no scalars, tags, several
// documents, and more than the limits: YamlInvalid with the place.
//
// One thing is read that plain YAML would refuse: the value of an `as:` that is a call, `as: enum.table(a: A, b: B)`,
// is one text without quotes.
Result<Node> parse_yaml(const std::string& file, std::string_view text, YamlLimits = {});

// Scalars without quotes become null, booleans (true, false) and numbers (as JSON writes them); all others texts.
Json to_json(const Node&);

}  // namespace linchpin::model
