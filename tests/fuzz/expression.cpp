// A fuzz target for the expression language (libFuzzer; ./dev fuzz). A line of the input is the program, the rest is
// the JSON that it runs on. Whatever comes, it ends and does not break; and what the privacy proof builds on holds:
// what an expression gives depends on nothing but the members that it says it reads.
#include <cstdio>
#include <cstdlib>

#include "mapping/expression.hpp"

namespace linchpin::mapping {
namespace {

void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "the expression language breaks its word: %s\n", what);
  std::abort();
}

bool same(const Result<std::vector<Json>>& a, const Result<std::vector<Json>>& b) {
  return a && b ? *a == *b : !a && !b && a.error().code == b.error().code;
}

Json restricted_to(const Json& input, const Expression& expression) {
  Json::Object members;
  for (const auto& [name, value] : input.members())
    if (expression.reads().contains(name)) members.emplace_back(name, value);
  return Json(std::move(members));
}

void run(std::string_view program, std::string_view text) {
  const Result<Expression> expression = Expression::parse(program);
  if (!expression) return;
  must(expression->text() == program, "it is not the text that it was made of");
  const Result<Json> parsed = parse_json(text);
  const Json input = parsed ? *parsed : Json();
  const Result<std::vector<Json>> all = expression->values(input);
  must(same(all, expression->values(input)), "the same program gives something else on the same input");
  const Result<std::optional<Json>> first = expression->value(input);
  if (all) {
    must(first.has_value(), "the first output fails where all of them do not");
    must(*first == (all->empty() ? std::nullopt : std::optional(all->front())), "the first output is another one");
    for (const Json& output : *all) must(parse_json(canonical(output)).has_value(), "an output is no JSON");
  }
  if (!input.is_object() || expression->reads().contains("*")) return;
  must(same(all, expression->values(restricted_to(input, *expression))), "it reads what it does not say");
}

}  // namespace
}  // namespace linchpin::mapping

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view given(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(given.find('\n'), given.size());
  linchpin::mapping::run(given.substr(0, line), line == given.size() ? "null" : given.substr(line + 1));
  return 0;
}
