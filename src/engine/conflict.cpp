#include "engine/conflict.hpp"

#include <algorithm>

#include "base/mutant.hpp"
#include "engine/engine.hpp"
#include "engine/seal.hpp"

namespace linchpin::engine {
namespace {

struct Word {
  const Link* link = nullptr;
  const Own* own = nullptr;
};

bool earlier(const Word& a, const Word& b) {
  return std::tie(a.own->at, a.link->key) < std::tie(b.own->at, b.link->key);
}

// In order of record. A blank that was there when the record was first seen says nothing.
std::vector<Word> words_of(const FieldName& field, const std::vector<Link>& links, bool also_written_over) {
  std::vector<Word> words;
  for (const Link& link : links) {
    const auto own = link.own.find(field);
    if (own == link.own.end() || (own->second.value.is_null() && !own->second.was)) continue;
    if (also_written_over || has_word(link, field)) words.push_back({&link, &own->second});
  }
  std::ranges::sort(words, {}, [](const Word& w) { return w.link->key; });
  return words;
}

// Whether `by` was written where `word` stood. Of two that each were, the later one.
bool replaces(Type type, const Word& by, const Word& word) {
  const auto over = [&](const Word& a, const Word& b) {
    return a.own->was && same_value(type, *a.own->was, b.own->value);
  };
  if (same_value(type, by.own->value, word.own->value) || !over(by, word)) return false;
  return !over(word, by) || earlier(word, by);
}

std::vector<Word> not_replaced(Type type, const std::vector<Word>& words) {
  std::vector<Word> left;
  for (const Word& word : words)
    if (std::ranges::none_of(words, [&](const Word& by) { return replaces(type, by, word); })) left.push_back(word);
  return left.empty() ? words : left;
}

}  // namespace

bool has_word(const Link& link, const FieldName& field) {
  return link.own.contains(field) && !link.given.contains(field.text) && !link.overruled.contains(field);
}

Contest contest(const model::Field& field, const Golden& golden, const std::vector<Link>& links) {
  Contest found;
  std::vector<Word> words = words_of(field.name, links, false);
  if (const auto set = golden.set.find(field.name); set != golden.set.end()) {
    found.set = &set->second;
    for (const Word& word : words)
      if (!same_value(field.type, word.own->value, set->second.value)) found.competing.push_back(word.link);
    return found;
  }
  if (words.empty()) {  // all records hold what the hub wrote there: it was settled, and the last one counts
    words = not_replaced(field.type, words_of(field.name, links, true));
    if (!words.empty()) found.stays = std::ranges::max_element(words, earlier)->link;
    return found;
  }
  words = not_replaced(field.type, words);
  found.stays = std::ranges::min_element(words, earlier)->link;
  const Value& first = words.front().own->value;
  if (std::ranges::any_of(words, [&](const Word& w) { return !same_value(field.type, w.own->value, first); }))
    for (const Word& word : words) found.competing.push_back(word.link);
  return found;
}

bool is_undecided(const Golden& golden, const FieldName& field) {
  const auto at = golden.fields.find(field);
  return at != golden.fields.end() && at->second.rule == not_chosen;
}

void overrule(Work& work, Family& family, const model::Field& field) {
  if (field.rule != model::Rule::Review) return;
  for (Link link : std::vector<Link>(family.links))
    if (has_word(link, field.name)) {
      link.overruled.insert(field.name);
      work.changed_link(family, std::move(link));
    }
}

// What a person is asked: one question for a field of a golden record, for as long as there is the conflict.
Result<void> Line::keep_conflicts(Family& family, const Golden* before) {
  std::set<FieldName> fields;
  const auto collect = [&](const Golden& golden) {
    for (const auto& [name, s] : golden.fields)
      if (s.rule == not_chosen) fields.insert(name);
  };
  if (before) collect(*before);
  collect(family.golden);
  for (const FieldName& name : fields) {
    const std::string id = question_id('r', "conflict/" + family.golden.id.text + "/" + name.text, keys_);
    std::optional<ReviewRow> known = TRY(store_.review(id));
    for (const ReviewRow& fresh : work_.rows().reviews)
      if (fresh.id == id) known = fresh;
    const bool open = known && known->state == "open";
    if (is_undecided(family.golden, name)) {
      work_.rows().reviews.push_back(conflict_row(family, name, id, open ? known->since : now_));
    } else if (open) {  // they agree by now, or somebody has set it otherwise
      known->state = "withdrawn", known->answered = now_;
      work_.rows().reviews.push_back(std::move(*known));
    }
  }
  return {};
}

ReviewRow Line::conflict_row(const Family& family, const FieldName& name, const std::string& id, Instant since) const {
  const model::Field& field = *hub_.entity(family.golden.entity).field(name.text);
  const Value& golden = family.golden.fields.at(name).value;
  ReviewRow row;
  row.id = id, row.kind = "conflict", row.code = "conflict";
  row.entity = family.golden.entity, row.field = name;
  row.message = "systems say different things, and none has seen what the other says";
  row.since = since;
  row.regulated = field.regulated;
  row.golden = family.golden.id;
  Json::List values;
  for (const Link* link : contest(field, family.golden, family.links).competing) {
    const Own& own = link->own.at(name);
    values.push_back(Json::object({{"system", link->key.system.text},
                                   {"record", link->key.record.text},
                                   {"at", rfc3339(own.at)},
                                   {"value", own.value}}));
    if (row.system.empty() && !same_value(field.type, own.value, golden)) row.system = link->key.system;
  }
  row.sealed = seal_detail(Json::object({{"stays", golden}, {"values", std::move(values)}}), row.id, family.key);
  return row;
}

}  // namespace linchpin::engine
