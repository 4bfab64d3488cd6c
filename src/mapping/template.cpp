#include "mapping/mapping.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

// Calls `plain` and `field` with the pieces of the pattern in order.
template <class Plain, class Field>
Result<bool> walk(std::string_view pattern, Plain plain, Field field) {
  for (std::size_t at = 0; at < pattern.size();) {
    const std::size_t open = pattern.find('{', at);
    plain(pattern.substr(at, open == std::string_view::npos ? open : open - at));
    if (open == std::string_view::npos) break;
    const std::size_t close = pattern.find('}', open);
    const std::string_view name =
        close == std::string_view::npos ? std::string_view{} : pattern.substr(open + 1, close - open - 1);
    if (name.empty() || name.find('{') != std::string_view::npos) {
      return fail(Code::ValueInvalid,
                  "character " + std::to_string(open + 1) + " of from: opens a field that is not closed",
                  "Write {given_name}");
    }
    const bool went_on = TRY(field(name));
    if (!went_on) return false;
    at = close + 1;
  }
  return true;
}

}  // namespace

Result<Value> fill_template(std::string_view pattern, const Values& values) {
  std::string out;
  bool any = false;
  TRY(walk(
      pattern, [&](std::string_view text) { out += text; },
      [&](std::string_view name) -> Result<bool> {
        const auto found = values.find(name);
        if (found == values.end() || found->second.is_null()) return true;
        const Value& value = found->second;
        if (!value.is_text() && !value.is_number()) {
          return fail(Code::ValueInvalid, "field " + std::string(name) + " of from: is neither a text nor a number",
                      "Take a field that is");
        }
        any = true;
        out += value.is_text() ? value.text() : value.number_text();
        return true;
      }));
  return any ? Value(single_spaced(out)) : Value();
}

Result<std::vector<std::string>> template_fields(std::string_view pattern) {
  std::vector<std::string> out;
  TRY(walk(
      pattern, [](std::string_view) {},
      [&](std::string_view name) -> Result<bool> {
        out.emplace_back(name);
        return true;
      }));
  return out;
}

}  // namespace linchpin::mapping
