#include "mapping/expression.hpp"

#include "mapping/expression_node.hpp"
#include "mapping/expression_run.hpp"

namespace linchpin::mapping {

struct Expression::Program {
  std::string text;
  NodePtr root;
  std::set<std::string, std::less<>> reads;
};

Result<Expression> Expression::parse(std::string_view text) {
  auto program = std::make_shared<Program>();
  program->text = std::string(text);
  program->root = TRY(parse_expression(text));
  program->reads = read_members(*program->root);
  Expression out;
  out.program_ = std::move(program);
  return out;
}

Result<std::optional<Json>> Expression::value(const Json& input) const {
  Run run;
  std::optional<Json> found;
  run.each(*program_->root, input, [&](Json value) {
    found = std::move(value);
    return false;
  });
  if (run.error()) return tl::unexpected(*run.error());
  return found;
}

Result<std::vector<Json>> Expression::values(const Json& input) const {
  Run run;
  std::vector<Json> found;
  run.each(*program_->root, input, [&](Json value) {
    found.push_back(std::move(value));
    return run.charge(*program_->root, 1);
  });
  if (run.error()) return tl::unexpected(*run.error());
  return found;
}

Result<bool> Expression::holds(const Json& input) const {
  Run run;
  const std::optional<bool> truth = run.truth(*program_->root, input);
  if (run.error()) return tl::unexpected(*run.error());
  return truth.value_or(false);
}

const std::set<std::string, std::less<>>& Expression::reads() const { return program_->reads; }
const std::string& Expression::text() const { return program_->text; }

}  // namespace linchpin::mapping
