// What is said of a transform is what it does.
#include "mapping/reference.hpp"

#include <gtest/gtest.h>

#include <set>

#include "mapping/kind.hpp"
#include "mapping/proof.hpp"
#include "mapping/transform.hpp"

namespace linchpin::mapping {
namespace {

Json json(std::string_view text) { return parse_json(text).value(); }
std::string run(const Kind& kind, const Json& input, const Json& options) {
  const auto out = run_transform(kind.name, input, options);
  return out ? canonical(*out) : std::string(code_text(out.error().code));
}
bool is_said(const KindOption& option, const Kind& kind) {
  for (const KindForm& form : kind.forms) {
    const Transform transform = parse_transform(form.as, form.type).value();
    for (const auto& member : transform.options.members()) {
      const bool row = option.name == "…" && member.first != "list" && member.first != "trim";
      if (member.first == option.name || row) return true;
    }
  }
  return false;
}

TEST(Reference, SaysOfEveryKindWhatItDoesAndShowsItAtWork) {
  std::set<std::string_view> names;
  for (const Kind& kind : kinds()) {
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name << " stands twice";
    EXPECT_TRUE(kind.what.ends_with('.')) << kind.name;
    bool works = false;
    for (const KindExample& example : kind.examples) {
      const auto out = run_transform(kind.name, json(example.input), json(example.options));
      works = works || (out && !out->is_null());
    }
    EXPECT_TRUE(works) << kind.name << " has no example that gives a value";
  }
}

TEST(Reference, ShowsEachExampleOnce) {
  for (const Kind& kind : kinds()) {
    std::set<std::string> seen;
    for (const KindExample& example : kind.examples) {
      const std::string text = canonical(json(example.input)) + canonical(json(example.options));
      EXPECT_TRUE(seen.insert(text).second) << kind.name << " " << text;
    }
  }
}

TEST(Reference, AnOptionIsReadWhereItIsSaidToBe) {
  for (const Kind& kind : kinds()) {
    for (const KindOption& option : kind.options) {
      if (option.where == KindOption::Where::Mapped) {
        EXPECT_TRUE(is_said(option, kind)) << kind.name << " " << option.name;
        continue;
      }
      bool matters = false;
      for (const KindExample& example : kind.examples) {
        const Json options = json(example.options);
        if (!options.find(option.name)) continue;
        matters = matters || run(kind, json(example.input), options) !=
                                 run(kind, json(example.input), options.without(option.name));
      }
      EXPECT_TRUE(matters) << kind.name << " gives the same without " << option.name;
    }
  }
}

TEST(Reference, ExamplesGiveNoOptionThatIsNotDescribed) {
  for (const Kind& kind : kinds()) {
    for (const KindExample& example : kind.examples) {
      for (const auto& member : json(example.options).members()) {
        const bool known = std::any_of(kind.options.begin(), kind.options.end(), [&](const KindOption& option) {
          return option.name == member.first && option.where != KindOption::Where::Mapped;
        });
        EXPECT_TRUE(known) << kind.name << " " << member.first;
      }
    }
  }
}

TEST(Reference, EveryChoiceIsAnotherAndNoOtherIsTaken) {
  for (const Kind& kind : kinds()) {
    for (const KindOption& option : kind.options) {
      if (option.choices.empty()) continue;
      const auto with = [&](const KindExample& example, std::string_view choice) {
        const Json options = json(example.options);
        return run(kind, json(example.input),
                   choice.empty() ? options.without(option.name) : options.with(option.name, choice));
      };
      std::vector<std::string_view> choices = option.choices;
      const bool otherwise_is_one =
          std::any_of(choices.begin(), choices.end(), [&](auto one) { return option.otherwise.starts_with(one); });
      if (!otherwise_is_one) choices.push_back("");
      for (std::size_t i = 0; i < choices.size(); ++i) {
        for (std::size_t j = i + 1; j < choices.size(); ++j) {
          const bool differ = std::any_of(kind.examples.begin(), kind.examples.end(), [&](const KindExample& example) {
            return with(example, choices[i]) != with(example, choices[j]);
          });
          EXPECT_TRUE(differ) << kind.name << " " << option.name << ": " << choices[i] << " is " << choices[j];
        }
      }
      for (const KindExample& example : kind.examples) {
        EXPECT_EQ(with(example, "neither"), "choice_unknown") << kind.name << " " << option.name;
        if (otherwise_is_one) {
          const auto end = option.otherwise.find(';');
          EXPECT_EQ(with(example, option.otherwise.substr(0, end)), with(example, ""))
              << kind.name << " " << option.name;
        }
      }
    }
  }
}

TEST(Reference, SaysWhatAMappingDoesInBothDirections) {
  const Json all = transform_reference().value();
  EXPECT_EQ(all["transforms"].items().size(), kinds().size());
  for (const Json& transform : all["transforms"].items()) {
    for (const Json& form : transform["forms"].items()) {
      for (const char* way : {"read", "written"}) {
        if (const Json* shown = form.find(way)) {
          EXPECT_TRUE(shown->find("output")) << form["as"].text() << " is not " << way;
        }
      }
      const Type type = parse_type(form["type"].text()).value_or(Type::ListOf);
      const Transform parsed = parse_transform(form["as"].text(), type).value();
      EXPECT_EQ(form.find("read") != nullptr, parsed.in != nullptr) << form["as"].text();
      EXPECT_EQ(form.find("written") != nullptr, parsed.out != nullptr) << form["as"].text();
    }
  }
  const Json fit = transform_reference("text.fit").value()["transforms"][0];
  EXPECT_EQ(fit["direction"], Json("both"));
  EXPECT_EQ(fit["forms"][1]["direction"], Json("in or out"));
  EXPECT_EQ(fit["forms"][1]["inverse"], Json(false));
  const Json key = transform_reference("email.key").value()["transforms"][0];
  EXPECT_EQ(key["direction"], Json("in"));
  EXPECT_FALSE(transform_reference("phone.guess"));
}

// What goes both ways reads what it writes as what it was.
TEST(Reference, WhatHasAnInverseComesBack) {
  const Context context{.type = Type::Text, .region = "AU", .zone = "Australia/Sydney", .enum_values = {}};
  for (const Kind& kind : kinds()) {
    for (const KindForm& form : kind.forms) {
      const Transform transform = parse_transform(form.as, form.type).value();
      if (!transform.in || !transform.out || !transform.invertible) continue;
      const Value hub = transform.in(json(form.sample), context).value();
      const Json written = transform.out(hub, context).value();
      EXPECT_EQ(canonical(transform.in(written, context).value()), canonical(hub)) << form.as;
    }
  }
}

TEST(Reference, WhatGoesBothWaysIsReadAsWhatItWasOrIsNotWritten) {
  std::vector<KindForm> forms = {
      {"phone.format(style: national)", Type::Phone},
      {"phone.format(style: rfc3966)", Type::Phone},
      {"phone.format(style: national, region: US)", Type::Phone},
      {"phone.join(number: N)", Type::Phone},
      {"phone.join(area: A, number: N)", Type::Phone},
      {"date.parse(order: mdy, pivot: 30)", Type::Date},
      {"date.parse(not_before: 1920-01-01, not_after: 2050-12-31)", Type::Date},
      {"date.parse(format: excel, not_before: 1920-01-01)", Type::Date},
      {"money(currency: NZD)", Type::Money},
      {"list.join(separator: \";\", trim: true)", Type::ListOf},
      {"text.fit(max: 5)", Type::Phone},
      {"text.fit(max: 20)", Type::Url},
      {"xero.datetime", Type::Date},
      {"hubspot.datetime(to: epoch)", Type::Date},
      {"number", Type::Integer},
      {"number(decimal: \",\")", Type::Integer},
      {"number(group: \".\")", Type::Decimal},
      {"number(group: indian)", Type::Decimal},
      {"number(decimal: \",\", group: \" \")", Type::Decimal},
      {"money(decimal: \",\")", Type::Money},
      {"money(currency: aud, decimal: \",\")", Type::Money},
      {"money(currency: KWD, decimal: \",\")", Type::Money},
      {"money(currency: JPY, unit: minor_out)", Type::Money},
      {"list.join(separator: \";;\")", Type::ListOf},
      {"list.join(separator: \", \")", Type::ListOf},
      {"country(to: alpha_3)", Type::Country},
      {"country(to: numeric)", Type::Country},
  };
  for (const Kind& kind : kinds()) forms.insert(forms.end(), kind.forms.begin(), kind.forms.end());
  for (const KindForm& form : forms) {
    const Transform transform = parse_transform(form.as, form.type).value();
    if (!transform.in || !transform.out || !transform.invertible) continue;
    const auto proof = comes_back(
        transform,
        {.type = form.type, .region = "AU", .zone = "Australia/Sydney", .enum_values = {"client", "former"}});
    EXPECT_TRUE(proof) << form.as << ": " << proof.error().what;
  }
}

TEST(Reference, WhatDoesNotComeBackIsFound) {
  Transform transform = parse_transform("phone.format(style: national)", Type::Phone).value();
  const auto regionless = comes_back(transform, {Type::Phone, "", "", {}});
  ASSERT_FALSE(regionless);
  EXPECT_EQ(regionless.error().what,
            "'both' needs an inverse; phone.format(…) writes \"0412 345 678\" of \"+61412345678\" and reads it as "
            "needs_region");
  transform = parse_transform("number(decimal: \",\")", Type::Decimal).value();
  transform.out = [](const Value& value, const Context&) -> Result<Json> { return Json(Json::Number{value.text()}); };
  const auto misread = comes_back(transform, {Type::Decimal, "", "", {}});
  ASSERT_FALSE(misread);
  EXPECT_EQ(misread.error().code, Code::MappingNotInvertible);
  const Transform table = parse_transform("enum.table(none: \"\", audit: A, list: \";\")", Type::ListOf).value();
  EXPECT_FALSE(comes_back(table, {Type::ListOf, "", "", {"none", "audit"}}));
}

}  // namespace
}  // namespace linchpin::mapping
