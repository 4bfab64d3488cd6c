// The expression language of `when:`, `where:` and `as: '=…'`: a total subset of jq's syntax. It always ends, is exact
// on decimals, reads nothing but its input, and says which fields it reads.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace linchpin::mapping {

class Expression {
 public:
  // Compiles. The error's `what` names the position in the expression and what is wrong; `fix` what would be right.
  static Result<Expression> parse(std::string_view text);

  // The first output on `input` (jq may give many; no output is nothing). Bounded in steps and size by construction.
  // An error names the category and the place in the expression, never a value.
  Result<std::optional<Json>> value(const Json& input) const;
  Result<std::vector<Json>> values(const Json& input) const;  // every output, in jq's order

  // As a condition: true unless the first output is false, null or nothing; an error is passed on.
  Result<bool> holds(const Json& input) const;

  // The top-level members of the input that the expression may read (".email | endswith(…)" reads {"email"}).
  // Contains "*" when it reads its whole input (`.`, `keys`…): the privacy proof then counts every field.
  const std::set<std::string, std::less<>>& reads() const;
  const std::string& text() const;

 private:
  struct Program;
  std::shared_ptr<const Program> program_;
};

}  // namespace linchpin::mapping
