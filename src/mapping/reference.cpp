#include "mapping/reference.hpp"

#include <set>

#include "mapping/kind.hpp"
#include "mapping/transform.hpp"

namespace linchpin::mapping {

namespace {

const Context of_a_firm{.type = Type::Text, .region = "AU", .zone = "Australia/Sydney", .enum_values = {}};

Json with_outcome(const Json& asked, const Result<Json>& outcome) {
  if (outcome) return asked.with("output", *outcome);
  return asked.with(
      "error", Json::object({{"category", code_text(outcome.error().code)}, {"message", to_text(outcome.error())}}));
}

std::string_view text_of(KindOption::Where where) {
  switch (where) {
    case KindOption::Where::Everywhere:
      return "everywhere";
    case KindOption::Where::Tried:
      return "linchpin transform";
    case KindOption::Where::Mapped:
      return "mapping";
  }
  return "";
}

Json option_json(const KindOption& option) {
  Json::List choices;
  for (const std::string_view choice : option.choices) choices.emplace_back(choice);
  return Json::object({{"name", option.name},
                       {"what", option.what},
                       {"choices", std::move(choices)},
                       {"otherwise", option.otherwise.empty() ? Json() : Json(option.otherwise)},
                       {"where", text_of(option.where)}});
}

Result<Json> form_json(const KindForm& form) {
  const Transform transform = TRY(parse_transform(form.as, form.type));
  const bool inverse = transform.in && transform.out && transform.invertible;
  Json out = Json::object({{"as", form.as},
                           {"type", to_text(form.type)},
                           {"direction", inverse                         ? "both"
                                         : transform.in && transform.out ? "in or out"
                                         : transform.in                  ? "in"
                                                                         : "out"},
                           {"inverse", inverse}});
  Context context = of_a_firm;
  context.type = form.type;
  Json value = TRY(parse_json(form.sample));
  if (transform.in) {
    const Result<Value> read = transform.in(value, context);
    out = out.with("read", with_outcome(Json::object({{"input", value}}), read));
    value = read.value_or(Value());
  }
  if (transform.out)
    out = out.with("written", with_outcome(Json::object({{"input", value}}), transform.out(value, context)));
  return out;
}

Result<Json> kind_json(const Kind& kind) {
  Json::List options, fields, forms, examples, errors;
  for (const KindOption& option : kind.options) options.push_back(option_json(option));
  for (const KindForm& form : kind.forms) forms.push_back(TRY(form_json(form)));
  for (int type = 0; !forms.empty() && type <= static_cast<int>(Type::JsonAny); ++type) {
    if (parse_transform(kind.forms.front().as, static_cast<Type>(type)))
      fields.emplace_back(to_text(static_cast<Type>(type)));
  }
  std::set<Code> raised;
  for (const KindExample& example : kind.examples) {
    const Json input = TRY(parse_json(example.input)), own = TRY(parse_json(example.options));
    const Result<Json> outcome = run_transform(kind.name, input, own);
    if (!outcome) raised.insert(outcome.error().code);
    examples.push_back(with_outcome(Json::object({{"input", input}, {"options", own}}), outcome));
  }
  for (const Code code : raised)
    errors.push_back(Json::object({{"category", code_text(code)}, {"meaning", code_meaning(code)}}));
  const Json plainest = forms.empty() ? Json() : forms.front();
  return Json::object({{"name", kind.name},
                       {"what", kind.what},
                       {"options", std::move(options)},
                       {"direction", plainest["direction"]},
                       {"inverse", plainest["inverse"]},
                       {"fields", std::move(fields)},
                       {"forms", std::move(forms)},
                       {"examples", std::move(examples)},
                       {"errors", std::move(errors)}});
}

}  // namespace

Result<Json> transform_reference(std::string_view name) {
  Json::List transforms;
  for (const Kind& kind : kinds()) {
    if (name.empty() || kind.name == name) transforms.push_back(TRY(kind_json(kind)));
  }
  if (transforms.empty())
    return fail(Code::NotFound, "there is no transform of that name", "`linchpin transform --list` lists them");
  return Json::object({{"region", of_a_firm.region}, {"zone", of_a_firm.zone}, {"transforms", std::move(transforms)}});
}

}  // namespace linchpin::mapping
