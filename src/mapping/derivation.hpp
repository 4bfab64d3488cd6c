// A field that is made of others of its golden record: `from: "{given_name} {family_name}"`, or an expression over them
// behind `=`.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"
#include "mapping/expression.hpp"
#include "mapping/transform.hpp"

namespace linchpin::mapping {

class Derivation {
 public:
  // `context`: of the field that is made. An error says where in the text and what would be right; an expression that
  // reads its whole input is one, since that holds the field itself.
  static Result<Derivation> parse(std::string_view from, Context context);

  // What the fields give, in the form of the field's type; absent and null are the same. Of a text with fields in
  // braces: a part without a value leaves no gap, and there is none when every part has none. An error names the field
  // or the place in the expression, never a value.
  Result<Value> value(const Values& fields) const;

  const std::string& text() const { return text_; }                            // as it is written
  const std::set<std::string, std::less<>>& reads() const { return reads_; }   // the fields that it is made of
  const std::optional<Expression>& expression() const { return expression_; }  // none: fields in braces
  const Context& context() const { return context_; }

 private:
  std::string text_;
  Context context_;
  std::set<std::string, std::less<>> reads_;
  std::optional<Expression> expression_;
};

}  // namespace linchpin::mapping
