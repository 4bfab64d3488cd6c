#include "mapping/derivation.hpp"

#include "mapping/normal.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

// The names in braces.
Result<std::set<std::string, std::less<>>> fields_in(std::string_view text) {
  std::set<std::string, std::less<>> names;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '}') return fail(Code::TypeWrong, "a } stands without its {");
    if (text[at] != '{') continue;
    const std::size_t end = text.find_first_of("{}", at + 1);
    if (end == std::string_view::npos || text[end] == '{') return fail(Code::TypeWrong, "a { stands without its }");
    names.emplace(text.substr(at + 1, end - at - 1));
    at = end;
  }
  if (names.empty())
    return fail(Code::TypeWrong, "no field stands in it", "Write the fields in braces: \"{given_name} {family_name}\"");
  return names;
}

// Needs: every brace is closed.
Result<Value> filled(std::string_view text, const Values& fields) {
  std::string out;
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = std::min(text.find('{', at), text.size());
    out += text.substr(at, open - at);
    if (open == text.size()) break;
    const std::size_t close = text.find('}', open);
    const std::string_view name = text.substr(open + 1, close - open - 1);
    at = close + 1;
    const auto found = fields.find(name);
    if (found == fields.end() || found->second.is_null()) continue;
    const Value& value = found->second;
    if (!value.is_text() && !value.is_number())
      return fail(Code::ValueInvalid, "the field " + std::string(name) + " is neither a text nor a number",
                  "Take a field that is, or make the value by an expression: from: '=…'");
    any = true;
    out += value.is_text() ? value.text() : value.number_text();
  }
  return any ? Value(single_spaced(out)) : Value();
}

Json object_of(const Values& fields, const std::set<std::string, std::less<>>& names) {
  Json::Object members;
  for (const std::string& name : names) {
    const auto found = fields.find(name);
    members.emplace_back(name, found == fields.end() ? Json() : found->second);
  }
  return members;
}

}  // namespace

Result<Derivation> Derivation::parse(std::string_view from, Context context) {
  Derivation made;
  made.text_ = from;
  made.context_ = std::move(context);
  if (!from.starts_with('=')) {
    made.reads_ = TRY(fields_in(from));
    return made;
  }
  made.expression_ = TRY(Expression::parse(from.substr(1)));
  made.reads_ = made.expression_->reads();
  if (made.reads_.contains("*"))
    return fail(Code::TypeWrong, "the expression reads the whole record, and with it the field itself",
                "Name the fields that it is made of, as in .given_name");
  return made;
}

Result<Value> Derivation::value(const Values& fields) const {
  if (!expression_) return normalise(context_.type, TRY(filled(text_, fields)), context_);
  const std::optional<Json> made = TRY(expression_->value(object_of(fields, reads_)));
  return normalise(context_.type, made.value_or(Json()), context_);
}

}  // namespace linchpin::mapping
