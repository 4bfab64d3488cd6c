// The kinds of transform for names and other texts.
#include "mapping/fit.hpp"
#include "mapping/kind.hpp"
#include "mapping/name.hpp"
#include "mapping/options.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

Result<std::string> text_or_blank(const Json& input) {
  if (input.is_null()) return std::string();
  if (input.is_text()) return input.text();
  return fail(Code::ValueInvalid, "the value is not a text");
}

Result<Json> name_split(const Json& in, const Json& o) {
  NameForm form{option_text(o, "locale"), option_text(o, "order") == "family_first", std::nullopt};
  if (const Json* words = o.find("family_words")) {
    const auto count = option_number(o, "family_words");
    if (!words->is_null() && (!count || *count < 1 || *count > 100))
      return fail(Code::ChoiceUnknown, "the option family_words is no count", "Use a whole number from 1");
    if (count) form.family_words = static_cast<int>(*count);
  }
  const std::string part = option_text(o, "part");
  const Json parts = TRY(split_name(in, form));
  return part.empty() || parts.is_null() ? parts : parts[part];
}
Result<Json> name_join(const Json& in, const Json& o) {
  return join_name(in, option_text(o, "locale"), option_text(o, "style") == "sorting");
}
Result<Json> text_exact(const Json& in, const Json&) {
  if (in.is_null() || in.is_text()) return in;
  return fail(Code::ValueInvalid, "the value is not a text");
}
Result<Json> text_clean(const Json& in, const Json&) {
  if (in.is_null()) return Json();
  return Json(cleaned(TRY(text_or_blank(in))));
}
Result<Json> text_fit(const Json& in, const Json& o) {
  if (in.is_null()) return Json();
  const auto max = option_number(o, "max");
  if (!max || *max < 0) return fail(Code::ChoiceUnknown, "the option max is no length", "Use a whole number");
  const std::string unit = option_text(o, "unit");
  const FitUnit counted = unit == "utf16" ? FitUnit::Utf16 : unit == "bytes" ? FitUnit::Bytes : FitUnit::CodePoints;
  return fit_text(TRY(text_or_blank(in)), static_cast<std::size_t>(*max), counted, option_text(o, "over") == "cut");
}
Result<Json> text_case(const Json& in, const Json& o) {
  if (in.is_null()) return Json();
  return Json(in_case(TRY(text_or_blank(in)), option_text(o, "to") == "upper", option_text(o, "locale")));
}
Result<Json> fold(const Json& in, const Json&) {
  const std::string text = TRY(text_or_blank(in));
  return is_blank(text) ? Json() : Json(fold_key(text));
}

}  // namespace

std::vector<Kind> kinds_of_texts() {
  return {
      {.name = "name.split",
       .run = name_split,
       .what = "Takes a person's whole name apart, and refuses what is none.",
       .options = {{.name = "locale",
                    .what = "the language of the name; in zh, ja, ko, vi and hu the family name stands first",
                    .otherwise = "none; the family name stands last",
                    .fits = is_locale},
                   {.name = "order",
                    .what = "that the family name stands first",
                    .choices = {"family_first"},
                    .otherwise = "as the locale says"},
                   {.name = "family_words",
                    .what = "how many words the family name has; particles before them belong to it too",
                    .otherwise = "one, and the particles that belong to it",
                    .fits = is_count},
                   {.name = "part",
                    .what = "one part alone, which fits a field of texts: an entry for each, with the same path",
                    .choices = {"given", "family", "title", "suffix"},
                    .otherwise = "all of them, as an object"}},
       .forms = {{"name.split", Type::JsonAny, R"("Dr Anna van der Berg")"},
                 {"name.split(part: family)", Type::Text, R"("Dr Anna van der Berg")"}},
       .examples = {{R"("Dr Anna van der Berg Jr.")"},
                    {R"("O'Brien, Mary-Jane")"},
                    {R"("Nguyễn Văn An")", R"({"locale":"vi"})"},
                    {R"("Citizen Jane")", R"({"order":"family_first"})"},
                    {R"("Ana García López")", R"({"family_words":2})"},
                    {R"("Dr Anna van der Berg")", R"({"part":"family"})"},
                    {R"("山田太郎")", R"({"locale":"ja"})"},
                    {R"("Mr & Mrs Citizen")"},
                    {R"("Citizen Holdings Pty Ltd")"},
                    {R"("jane@mail.example")"}}},
      {.name = "name.join",
       .run = name_join,
       .what = "Puts a person's name together.",
       .options = {{.name = "locale",
                    .what = "the language of the name; in zh, ja, ko, vi and hu the family name stands first",
                    .otherwise = "none; the family name stands last",
                    .fits = is_locale},
                   {.name = "style",
                    .what = "the family name first, as lists are sorted by it",
                    .choices = {"sorting"},
                    .otherwise = "as the person is spoken to"}},
       .forms = {{"name.join", Type::JsonAny, R"({"given":"Jane","family":"Citizen"})"}},
       .examples = {{R"({"title":"Dr","given":"Jane","family":"Citizen","suffix":null})"},
                    {R"({"given":"Jane","family":"Citizen"})", R"({"style":"sorting"})"},
                    {R"({"given":"伟","family":"王"})", R"({"locale":"zh"})"},
                    {R"("Jane Citizen")"}}},
      {.name = "text.exact",
       .run = text_exact,
       .what = "Leaves a text as it is, white space and all.",
       .options = {},
       .forms = {{"text.exact", Type::Text, R"(" Jane  Citizen ")"}},
       .examples = {{R"(" Jane  Citizen ")"}, {R"("")"}, {"7"}}},
      {.name = "text.clean",
       .run = text_clean,
       .what = "Takes stray white space and what no reader sees out of a text.",
       .options = {},
       .forms = {{"text.clean", Type::Text, R"(" Jane  Citizen ")"}},
       .examples = {{R"("\ufeff Jane\u00a0 Citi\u200bzen ")"}, {R"(" ")"}, {"7"}}},
      {.name = "text.fit",
       .run = text_fit,
       .what = "Refuses or cuts a text that is longer than the system's field.",
       .options = {{.name = "max", .what = "how long it may be, a whole number", .fits = is_count},
                   {.name = "unit",
                    .what = "what is counted",
                    .choices = {"code_points", "utf16", "bytes"},
                    .otherwise = "code_points"},
                   {.name = "over",
                    .what = "that a text is cut, between whole characters",
                    .choices = {"cut"},
                    .otherwise = "it is refused"}},
       .forms = {{"text.fit(max: 5)", Type::Text, R"("Jane")"},
                 {"text.fit(max: 5, over: cut)", Type::Text, R"("Jane C")"}},
       .examples = {{R"("Zoë 🎉")", R"({"max":5})"},
                    {R"("Zoë 🎉")", R"({"max":6,"unit":"utf16"})"},
                    {R"("Zoë 🎉")", R"({"max":5,"unit":"bytes","over":"cut"})"},
                    {R"("Zoë 🎉")", R"({"max":5,"unit":"utf16"})"},
                    {"7", R"({"max":5})"}}},
      {.name = "text.case",
       .run = text_case,
       .what = "Writes a text in capitals or in small letters.",
       .options = {{.name = "to", .what = "which of the two", .choices = {"upper", "lower"}},
                   {.name = "locale",
                    .what = "the language whose letters they are",
                    .otherwise = "no one's",
                    .fits = is_locale}},
       .forms = {{"text.case(to: upper)", Type::Text, R"("Jane")"}},
       .examples = {{R"("Straße")", R"({"to":"upper"})"},
                    {R"("Straße")", R"({"to":"lower"})"},
                    {R"("izmir")", R"({"to":"upper","locale":"tr"})"},
                    {"7", R"({"to":"upper"})"}}},
      {.name = "fold",
       .run = fold,
       .what = "Makes of a text what its spellings share, to compare by.",
       .options = {},
       .forms = {{"fold", Type::Text, R"("Łukasz Ørsted")"}},
       .examples = {{R"("Łukasz Ørsted")"}, {R"("МАРИЯ")"}, {R"(" ")"}, {"7"}}},
  };
}

}  // namespace linchpin::mapping
