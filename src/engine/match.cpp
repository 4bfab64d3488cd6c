#include "engine/match.hpp"

#include <algorithm>
#include <cctype>

#include "base/mutant.hpp"
#include "engine/compared.hpp"
#include "mapping/text.hpp"
#include "matching/keys.hpp"

namespace linchpin::engine {
namespace {

using model::Entity;
using model::Field;

const Value* value_of(const Values& values, const FieldName& field) {
  const auto at = values.find(field.text);
  return at == values.end() || at->second.is_null() ? nullptr : &at->second;
}

std::string comparable(const Field& field, const Value& value) {
  std::string text = value.is_text() ? value.text() : canonical(value);
  if (field.type == Type::Email)
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
  return text;
}

// One digit mistyped, or day and month swapped, in "YYYY-MM-DD".
bool slip(const std::string& a, const std::string& b) {
  if (a.size() != 10 || b.size() != 10) return false;
  int different = 0;
  for (std::size_t i = 0; i < 10; ++i) different += a[i] != b[i];
  if (different == 1) return true;
  return a.substr(0, 4) == b.substr(0, 4) && a.substr(5, 2) == b.substr(8, 2) && a.substr(8, 2) == b.substr(5, 2);
}

bool differs(const Field& field, const Value& a, const Value& b) {
  if (same_value(field.type, a, b)) return false;
  return !(field.type == Type::Date && slip(a.text(), b.text()));
}

bool initial_of(const std::string& a, const std::string& b) { return a.size() == 1 && !b.empty() && a[0] == b[0]; }

enum class Agreement { Yes, Nearly, No, Unknown };

// The names that a rule asks for, against one set of values: each as it is; with ~ an initial or the two swapped.
Agreement names_agree(const model::SameRule& rule, const Values& mine, const Values& theirs) {
  std::vector<std::string> left, right;
  bool nearly = false;
  for (const model::AgreeOn& on : rule.agree) {
    const Value* a = value_of(mine, on.field);
    const Value* b = value_of(theirs, on.field);
    if (!a || !b) return Agreement::Unknown;
    left.push_back(name_key(*a));
    right.push_back(name_key(*b));
    nearly = nearly || on.nearly;
  }
  if (left == right) return Agreement::Yes;
  if (nearly && left.size() == 2) {
    if (left[0] == right[1] && left[1] == right[0]) return Agreement::Nearly;
    if (left[1] == right[1] && (initial_of(left[0], right[0]) || initial_of(right[0], left[0])))
      return Agreement::Nearly;
  }
  return Agreement::No;
}

}  // namespace

std::string name_key(const Value& value) {
  // Where one writes an apostrophe, a hyphen or a space, another writes none: they do not tell names apart.
  std::string letters;
  for (const char c : mapping::fold_key(value.text()))
    if (static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c))) letters.push_back(c);
  return letters;
}

std::string whole_name(const Entity& entity, const Values& values) {
  std::string name;
  if (entity.match.same.empty()) return name;
  for (const model::AgreeOn& on : entity.match.same.front().agree) {
    const Value* value = value_of(values, on.field);
    if (!value) return {};
    name += name_key(*value) + "|";
  }
  return name;
}

std::vector<BlindKey> match_keys(const Entity& entity, const Values& values, Keys& keys) {
  std::map<std::string, BlindKey> made;
  for (const model::SameRule& rule : entity.match.same)
    for (const FieldName& name : rule.two_of) {
      const Field* field = entity.field(name.text);
      const Value* value = value_of(values, name);
      if (!field || !value || ruled_out(entity, *field, *value)) continue;
      const std::string plain = comparable(*field, *value);
      std::string text = plain;
      if (field->type == Type::Date) {  // a birthday alone is shared by too many to look for
        const std::string names = whole_name(entity, values);
        if (names.empty()) continue;
        text += "|" + names;
      }
      std::string key = keys.blind("match." + entity.name.text + "." + name.text, text);
      made.emplace(key, BlindKey{name, plain, key});
    }
  if (const std::string names = whole_name(entity, values); !names.empty()) {
    std::string key = keys.blind("match." + entity.name.text + ".name", names);
    made.emplace(key, BlindKey{{}, names, key});
  }
  if (entity.match.likely)
    for (const matching::Key& likely : matching::keys_of(as_compared(entity, {values}, {}))) {
      std::string key = keys.blind("match." + entity.name.text + ".likely", std::to_string(likely.hash));
      made.emplace(key, BlindKey{{}, {}, key, likely.shared_most});
    }
  std::vector<BlindKey> all;
  for (auto& [key, blind] : made) all.push_back(std::move(blind));
  return all;
}

std::string keys_made_by(const Entity& entity) {
  Json::List rules;
  const auto named = [&](const FieldName& name) {
    const Field* field = entity.field(name.text);
    return Json::object({{"field", name.text}, {"type", field ? std::string(to_text(field->type)) : std::string()}});
  };
  for (const model::SameRule& rule : entity.match.same) {
    for (const model::AgreeOn& on : rule.agree) rules.push_back(Json::object({{"agree", named(on.field)}}));
    for (const FieldName& name : rule.two_of) rules.push_back(Json::object({{"of", named(name)}}));
  }
  if (entity.match.likely) {
    rules.push_back(Json::object({{"keys", matching::keys_version}}));
    for (const FieldName& name : entity.match.likely->compare) rules.push_back(Json::object({{"likely", named(name)}}));
  }
  for (const auto& [name, values] : entity.match.not_values)
    for (const Value& value : values) rules.push_back(Json::object({{"not", name.text}, {"value", value}}));
  return canonical(Json(std::move(rules)));
}

std::vector<Values> alternates(const Golden& golden, const std::vector<Link>& links) {
  std::vector<Values> all(1);
  for (const auto& [field, s] : golden.fields) all[0].emplace(field.text, s.value);
  for (const Link& link : links) {
    if (!link.base.empty()) all.push_back(link.base);
    Values own;
    for (const auto& [field, o] : link.own) own.emplace(field.text, o.value);
    if (!own.empty()) all.push_back(std::move(own));
  }
  return all;
}

bool vetoed(const Entity& entity, const Values& values, const Candidate& candidate) {
  for (const FieldName& name : entity.match.never_differs) {
    const Field* field = entity.field(name.text);
    const Value* mine = value_of(values, name);
    if (!field || !mine) continue;
    for (const Values& theirs : candidate.alternates)
      if (const Value* other = value_of(theirs, name); other && differs(*field, *mine, *other)) return true;
  }
  return false;
}

bool is_protected(const Entity& entity, const Golden& golden) {
  return std::any_of(entity.match.protect.begin(), entity.match.protect.end(), [&](const auto& condition) {
    const Field* field = entity.field(condition.first.text);
    const auto at = golden.fields.find(condition.first);
    return field && at != golden.fields.end() && same_value(field->type, at->second.value, condition.second);
  });
}

std::vector<matching::Likeness> likeness(const Entity& entity, const std::vector<Values>& values,
                                         const std::vector<Candidate>& candidates) {
  std::vector<matching::Record> records;
  for (const Candidate& c : candidates) records.push_back(as_compared(entity, c.alternates, {"", c.golden.text}));
  // Vetoes have been heard. A bar above 1 is never reached: whoever is likely is asked about.
  const matching::Terms terms{.accept = entity.match.likely->accept.value_or(2),
                              .review = entity.match.likely->review,
                              .birth_vetoes = false,
                              .decisions = {}};
  return matching::likeness(as_compared(entity, values, {}), records, matching::built_in_model(), terms);
}

Verdict compare(const Entity& entity, const Values& values, const Candidate& candidate,
                const std::set<std::pair<std::string, std::string>>& crowded) {
  if (vetoed(entity, values, candidate)) return Verdict::Different;
  Verdict verdict = Verdict::Different;
  for (const model::SameRule& rule : entity.match.same) {
    bool named = false, nearly = false;
    for (const Values& theirs : candidate.alternates) {
      const Agreement agreement = names_agree(rule, values, theirs);
      named = named || agreement == Agreement::Yes;
      nearly = nearly || agreement == Agreement::Nearly;
    }
    if (!named && !nearly) continue;
    int agreeing = 0, contradicting = 0;
    for (const FieldName& name : rule.two_of) {
      const Field* field = entity.field(name.text);
      const Value* mine = value_of(values, name);
      if (!field || !mine || ruled_out(entity, *field, *mine) ||
          crowded.contains({name.text, comparable(*field, *mine)}))
        continue;
      bool known = false, agrees = false;
      for (const Values& theirs : candidate.alternates)
        if (const Value* other = value_of(theirs, name)) {
          known = true;
          agrees = agrees || same_value(field->type, *mine, *other);
        }
      agreeing += agrees;
      contradicting += known && !agrees;
    }
    if (agreeing >= (mutant(Mutant::OneIsEnough) ? 1 : 2)) return Verdict::Same;
    // One identifier, or nothing that speaks against it, or the very same name with another phone and e-mail (people
    // move): it may be the same person. A duplicate costs more than a question.
    if (named || agreeing == 1 || contradicting == 0) verdict = Verdict::Doubtful;
  }
  return verdict;
}

}  // namespace linchpin::engine
