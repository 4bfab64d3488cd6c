// Every kind of transform by its name, on one value with its options: what `linchpin transform NAME` runs.
#include <algorithm>
#include <initializer_list>

#include "mapping/kind.hpp"
#include "mapping/options.hpp"
#include "mapping/transform.hpp"

namespace linchpin::mapping {

namespace {

std::string listed(const std::vector<std::string_view>& words, std::string_view last_by) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? last_by : ", ";
    out += words[i];
  }
  return out;
}

bool is_of(const KindOption& option, bool in_mapping) {
  return option.where != (in_mapping ? KindOption::Where::Tried : KindOption::Where::Mapped);
}

Result<void> judge_names(const Kind& kind, const Json& options) {
  std::vector<std::string_view> names;
  for (const KindOption& option : kind.options) {
    if (option.name == "…") return {};
    if (is_of(option, true)) names.push_back(option.name);
  }
  for (const auto& member : options.members()) {
    if (std::find(names.begin(), names.end(), member.first) != names.end()) continue;
    return fail(Code::KeyUnknown, std::string(kind.name) + " has no option " + member.first,
                names.empty() ? "It takes none" : "It takes " + listed(names, " and "));
  }
  return {};
}

Result<void> judge_option(const Kind& kind, const KindOption& option, const Json& options, bool in_mapping) {
  const std::string given = option_text(options, option.name);
  const bool known = std::find(option.choices.begin(), option.choices.end(), given) != option.choices.end();
  if (option.otherwise.empty() && option.name != "…" && options[option.name].is_null())
    return fail(Code::KeyRequired, std::string(kind.name) + " is not given " + std::string(option.name),
                "Add " + std::string(option.name) + ": " +
                    (option.choices.empty() ? std::string(option.what) : listed(option.choices, " or ")));
  if (!option.choices.empty() && !given.empty() && !known)
    return fail(Code::ChoiceUnknown, std::string(kind.name) + " has no such choice for " + std::string(option.name),
                "Write " + std::string(option.name) + ": " + listed(option.choices, " or "));
  const bool judged = option.fits != nullptr && (in_mapping || option.fits == is_locale);
  if (judged && options.find(option.name) && !option.fits(given))
    return fail(
        Code::ChoiceUnknown,
        std::string(kind.name) + " cannot take " + std::string(option.name) + ": " + (given.empty() ? "\"\"" : given),
        "It is " + std::string(option.what));
  return {};
}

bool is_one_of(Type type, std::initializer_list<Type> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = [] {
    std::vector<Kind> out;
    for (const auto some : {kinds_of_contacts, kinds_of_times, kinds_of_values, kinds_of_texts, kinds_of_records}) {
      for (Kind& kind : some()) out.push_back(std::move(kind));
    }
    return out;
  }();
  return all;
}

const Kind* find_kind(std::string_view name) {
  const auto kind = std::find_if(kinds().begin(), kinds().end(), [&](const Kind& one) { return one.name == name; });
  return kind == kinds().end() ? nullptr : &*kind;
}

Result<void> judge_options(const Kind& kind, const Json& options, bool in_mapping) {
  if (in_mapping) TRY(judge_names(kind, options));
  for (const KindOption& option : kind.options) {
    if (is_of(option, in_mapping)) TRY(judge_option(kind, option, options, in_mapping));
  }
  return {};
}

Type hub_type(const Kind& kind, const Json& options, Type field) {
  if (kind.forms.empty()) return Type::JsonAny;
  const Type type = kind.forms[0].type;
  if (kind.name == "name.split" && options.find("part")) return Type::Text;
  const std::string to = option_text(options, "to");
  const bool either = type == Type::Datetime && std::any_of(kind.options.begin(), kind.options.end(),
                                                            [](const KindOption& one) { return one.name == "to"; });
  if (either && (to == "date" || (to != "datetime" && field == Type::Date))) return Type::Date;
  const bool whole = option_text(options, "type") == "integer" || field == Type::Integer;
  if (type == Type::Decimal && whole) return Type::Integer;
  return type == Type::Enum && options.find("list") ? Type::ListOf : type;
}

Result<void> judge_type(const Kind& kind, const Json& options, Type field) {
  const Type type = hub_type(kind, options, field);
  if (type == field || (field == Type::JsonAny && type != Type::Ref)) return {};
  bool fits = false;
  if (type == Type::Text || type == Type::Enum) {
    // Any words, which the field's type then reads; what is measured or written in capitals must be words there too.
    const bool words_out = kind.name == "text.fit" || kind.name == "text.case";
    fits = !is_one_of(field, {Type::Address, Type::ListOf}) &&
           !(words_out && is_one_of(field, {Type::Boolean, Type::Integer, Type::Money}));
  } else {
    fits = is_one_of(field, {Type::Text, Type::Note, Type::Enum, Type::Ref, Type::GovernmentId}) &&
           !is_one_of(type, {Type::Boolean, Type::Money, Type::Address, Type::ListOf, Type::Ref, Type::JsonAny});
  }
  if (fits) return {};
  return fail(Code::TypeWrong,
              std::string(kind.name) + " is of " + std::string(to_text(type)) + ", which " +
                  std::string(to_text(field)) + " cannot hold",
              "Give the field another type, or take as: out");
}

Result<Json> run_transform(std::string_view name, const Json& input, const Json& options) {
  const Kind* kind = find_kind(name);
  if (!kind)
    return fail(Code::NotFound, "there is no transform of that name", "`linchpin transform --list` lists them");
  TRY(judge_options(*kind, options, false));
  return kind->run(input, options);
}

}  // namespace linchpin::mapping
