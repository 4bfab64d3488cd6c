// The functions of the language. Each does what jq's of that name does; where jq passes through a double, ours is
// exact.
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "mapping/decimal.hpp"
#include "mapping/expression_run.hpp"
#include "mapping/expression_values.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

using Value = Json;
using List = Json::List;

Json number(const Decimal& decimal) { return Json(Json::Number{decimal.text()}); }
bool refuse(Run& run, const Node& call, const Json& input) {
  return run.stop(call, call.text + " is given " + std::string(kind_name(input)),
                  "Write ? behind it, or select(type == \"…\") before it");
}
std::string ascii_case(std::string text, char from, char to, int shift) {
  for (char& c : text) {
    if (c >= from && c <= to) c = static_cast<char>(c + shift);
  }
  return text;
}

// In order, equals as they stood (the library's own stable sort is deprecated inside).
template <class T, class Less>
std::vector<T> sorted(std::vector<T> items, Less less) {
  std::vector<std::size_t> order(items.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return less(items[a], items[b]) || (!less(items[b], items[a]) && a < b);
  });
  std::vector<T> out;
  out.reserve(items.size());
  for (const std::size_t i : order) out.push_back(std::move(items[i]));
  return out;
}
bool by_value(const Json& a, const Json& b) { return compare(a, b) < 0; }

// Items with the key that a function of the call makes of each; stable, as jq is.
struct Keyed {
  Json key, item;
};
bool keyed(Run& run, const Node& call, const Json& input, std::vector<Keyed>& out) {
  if (!input.is_list()) return refuse(run, call, input);
  for (const Json& item : input.items()) {
    List key;
    const bool went_on = run.each(*call.kids[0], item, [&](Json value) {
      key.push_back(std::move(value));
      return run.charge(call, 1);
    });
    if (!went_on) return false;
    out.push_back({Json(std::move(key)), item});
  }
  return true;
}
bool by_key(const Keyed& a, const Keyed& b) { return compare(a.key, b.key) < 0; }

// --- without an argument: from the input alone ---------------------------------------------------------------------

bool length(Run& run, const Node& call, const Json& in, const Sink& out) {
  switch (in.kind()) {
    case Json::Kind::Null:
      return out(Json(0));
    case Json::Kind::Boolean:
      return refuse(run, call, in);
    case Json::Kind::Number: {
      const auto decimal = Decimal::parse(in.number_text());
      if (!decimal) return refuse(run, call, in);
      return out(number(decimal->is_negative() ? decimal->negated() : *decimal));
    }
    case Json::Kind::Text:
      return out(Json(count_code_points(in.text())));
    case Json::Kind::List:
      return out(Json(in.items().size()));
    case Json::Kind::Object:
      break;
  }
  return out(Json(in.members().size()));
}
bool utf8bytelength(Run& run, const Node& call, const Json& in, const Sink& out) {
  return in.is_text() ? out(Json(in.text().size())) : refuse(run, call, in);
}
bool logical_not(Run&, const Node&, const Json& in, const Sink& out) { return out(Json(!is_true(in))); }
bool keys(Run& run, const Node& call, const Json& in, const Sink& out) {
  return in.is_list() || in.is_object() ? out(keys_of(in, true)) : refuse(run, call, in);
}
bool keys_unsorted(Run& run, const Node& call, const Json& in, const Sink& out) {
  return in.is_list() || in.is_object() ? out(keys_of(in, false)) : refuse(run, call, in);
}
bool empty(Run&, const Node&, const Json&, const Sink&) { return true; }
bool values(Run&, const Node&, const Json& in, const Sink& out) { return in.is_null() || out(in); }
bool nulls(Run&, const Node&, const Json& in, const Sink& out) { return !in.is_null() || out(in); }
bool booleans(Run&, const Node&, const Json& in, const Sink& out) { return !in.is_boolean() || out(in); }
bool numbers(Run&, const Node&, const Json& in, const Sink& out) { return !in.is_number() || out(in); }
bool strings(Run&, const Node&, const Json& in, const Sink& out) { return !in.is_text() || out(in); }
bool arrays(Run&, const Node&, const Json& in, const Sink& out) { return !in.is_list() || out(in); }
bool objects(Run&, const Node&, const Json& in, const Sink& out) { return !in.is_object() || out(in); }
bool iterables(Run&, const Node&, const Json& in, const Sink& out) {
  return !(in.is_list() || in.is_object()) || out(in);
}
bool scalars(Run&, const Node&, const Json& in, const Sink& out) { return in.is_list() || in.is_object() || out(in); }
bool type(Run&, const Node&, const Json& in, const Sink& out) {
  switch (in.kind()) {
    case Json::Kind::Null:
      return out(Json("null"));
    case Json::Kind::Boolean:
      return out(Json("boolean"));
    case Json::Kind::Number:
      return out(Json("number"));
    case Json::Kind::Text:
      return out(Json("string"));
    case Json::Kind::List:
      return out(Json("array"));
    case Json::Kind::Object:
      break;
  }
  return out(Json("object"));
}
bool add(Run& run, const Node& call, const Json& in, const Sink& out) {
  if (!in.is_list() && !in.is_object()) return refuse(run, call, in);
  Json sum;
  const auto one = [&](const Json& item) {
    auto next = added(sum, item);
    if (!next)
      return run.stop(call, "add meets " + std::string(kind_name(sum)) + " and " + std::string(kind_name(item)),
                      "Convert the items with map(tostring) or map(tonumber)");
    sum = std::move(*next);
    return run.charge(call, sum.is_text() ? sum.text().size() : sum.items().size() + sum.members().size() + 1);
  };
  for (const Json& item : in.items()) {
    if (!one(item)) return false;
  }
  for (const auto& member : in.members()) {
    if (!one(member.second)) return false;
  }
  return out(std::move(sum));
}
bool extreme(Run& run, const Node& call, const Json& in, const Sink& out, bool largest) {
  if (!in.is_list()) return refuse(run, call, in);
  const Json* best = nullptr;
  // jq: of equals, min gives the first and max the last.
  for (const Json& item : in.items()) {
    if (!best || (largest ? compare(item, *best) >= 0 : compare(item, *best) < 0)) best = &item;
  }
  return out(best ? *best : Json());
}
bool min(Run& run, const Node& call, const Json& in, const Sink& out) { return extreme(run, call, in, out, false); }
bool max(Run& run, const Node& call, const Json& in, const Sink& out) { return extreme(run, call, in, out, true); }
bool sort(Run& run, const Node& call, const Json& in, const Sink& out) {
  if (!in.is_list()) return refuse(run, call, in);
  List items = sorted(in.items(), by_value);
  return run.charge(call, items.size()) && out(Json(std::move(items)));
}
bool unique(Run& run, const Node& call, const Json& in, const Sink& out) {
  if (!in.is_list()) return refuse(run, call, in);
  List items = sorted(in.items(), by_value);
  items.erase(std::unique(items.begin(), items.end(), [](const Json& a, const Json& b) { return compare(a, b) == 0; }),
              items.end());
  return run.charge(call, items.size()) && out(Json(std::move(items)));
}
bool reverse(Run& run, const Node& call, const Json& in, const Sink& out) {
  if (in.is_null()) return out(Json(List{}));
  if (!in.is_list()) return refuse(run, call, in);
  return run.charge(call, in.items().size()) && out(Json(List(in.items().rbegin(), in.items().rend())));
}
bool flatten(Run& run, const Node& call, const Json& in, const Sink& out) {
  if (!in.is_list()) return refuse(run, call, in);
  List items;
  flatten_into(items, in, 1'000'000);
  return run.charge(call, items.size()) && out(Json(std::move(items)));
}
bool first(Run& run, const Node& call, const Json& in, const Sink& out) {
  if (in.is_null()) return out(Json());
  return in.is_list() ? out(in[std::size_t{0}]) : refuse(run, call, in);
}
bool last(Run& run, const Node& call, const Json& in, const Sink& out) {
  if (in.is_null()) return out(Json());
  if (!in.is_list()) return refuse(run, call, in);
  return out(in.items().empty() ? Json() : in.items().back());
}
bool tostring(Run& run, const Node& call, const Json& in, const Sink& out) {
  if (in.is_text()) return out(in);
  std::string text = compact(in);
  return run.charge(call, text.size()) && out(Json(std::move(text)));
}
bool tonumber(Run& run, const Node& call, const Json& in, const Sink& out) {
  if (in.is_number()) return out(in);
  const auto decimal = in.is_text() ? Decimal::parse(in.text()) : std::nullopt;
  if (!decimal)
    return run.stop(call, "tonumber is given something that is no number", "Write tonumber? where it may not be one");
  return out(number(*decimal));
}
bool ascii_downcase(Run& run, const Node& call, const Json& in, const Sink& out) {
  return in.is_text() ? out(Json(ascii_case(in.text(), 'A', 'Z', 32))) : refuse(run, call, in);
}
bool ascii_upcase(Run& run, const Node& call, const Json& in, const Sink& out) {
  return in.is_text() ? out(Json(ascii_case(in.text(), 'a', 'z', -32))) : refuse(run, call, in);
}
bool to_entries(Run& run, const Node& call, const Json& in, const Sink& out) {
  if (!in.is_object() && !in.is_list()) return refuse(run, call, in);
  List items;
  for (const auto& [key, value] : in.members()) items.push_back(Json::object({{"key", Json(key)}, {"value", value}}));
  for (std::size_t i = 0; i < in.items().size(); ++i) {
    items.push_back(Json::object({{"key", Json(i)}, {"value", in.items()[i]}}));
  }
  return run.charge(call, items.size()) && out(Json(std::move(items)));
}
bool rounded(Run& run, const Node& call, const Json& in, const Sink& out, int toward) {
  const auto decimal = in.is_number() ? Decimal::parse(in.number_text()) : std::nullopt;
  if (!decimal) return refuse(run, call, in);
  Decimal whole = decimal->rounded(0, toward == 0 ? Rounding::HalfUp : Rounding::Down);
  if (toward < 0 && *decimal < whole) whole = *Decimal::sum(whole, Decimal(-1));
  if (toward > 0 && *decimal > whole) whole = *Decimal::sum(whole, Decimal(1));
  return out(number(whole));
}
bool floor(Run& run, const Node& call, const Json& in, const Sink& out) { return rounded(run, call, in, out, -1); }
bool ceil(Run& run, const Node& call, const Json& in, const Sink& out) { return rounded(run, call, in, out, 1); }
bool round(Run& run, const Node& call, const Json& in, const Sink& out) { return rounded(run, call, in, out, 0); }
bool any_of_items(Run& run, const Node& call, const Json& in, const Sink& out) {
  if (!in.is_list()) return refuse(run, call, in);
  return out(Json(std::any_of(in.items().begin(), in.items().end(), is_true)));
}
bool all_of_items(Run& run, const Node& call, const Json& in, const Sink& out) {
  if (!in.is_list()) return refuse(run, call, in);
  return out(Json(std::all_of(in.items().begin(), in.items().end(), is_true)));
}

// --- with expressions as arguments ---------------------------------------------------------------------------------

bool each_item(Run& run, const Node& call, const Json& in, const Sink& out) {
  if (in.is_list()) return std::all_of(in.items().begin(), in.items().end(), [&](const Json& i) { return out(i); });
  if (in.is_object())
    return std::all_of(in.members().begin(), in.members().end(), [&](const Json::Member& m) { return out(m.second); });
  return refuse(run, call, in);
}

bool map(Run& run, const Node& call, const Json& in, const Sink& out) {
  List items;
  const bool went_on = each_item(run, call, in, [&](const Json& item) {
    return run.each(*call.kids[0], item, [&](Json value) {
      items.push_back(std::move(value));
      return run.charge(call, 1);
    });
  });
  return went_on && out(Json(std::move(items)));
}
bool map_values(Run& run, const Node& call, const Json& in, const Sink& out) {
  const auto first_of = [&](const Json& item, const auto& keep) {
    bool done = false;
    const bool went_on = run.each(*call.kids[0], item, [&](Json value) {
      keep(std::move(value));
      done = true;
      return false;
    });
    return went_on || done;
  };
  if (in.is_list()) {
    List items;
    for (const Json& item : in.items()) {
      if (!first_of(item, [&](Json value) { items.push_back(std::move(value)); })) return false;
    }
    return run.charge(call, items.size()) && out(Json(std::move(items)));
  }
  if (!in.is_object()) return refuse(run, call, in);
  Json::Object members;
  for (const auto& [key, item] : in.members()) {
    if (!first_of(item, [&, &name = key](Json value) { members.emplace_back(name, std::move(value)); })) return false;
  }
  return run.charge(call, members.size()) && out(Json(std::move(members)));
}
bool select(Run& run, const Node& call, const Json& in, const Sink& out) {
  return run.each(*call.kids[0], in, [&](const Json& keep) { return !is_true(keep) || out(in); });
}
bool first_output(Run& run, const Node& call, const Json& in, const Sink& out) {
  bool found = false, went_on = true;
  const bool all = run.each(*call.kids[0], in, [&](Json value) {
    found = true;
    went_on = out(std::move(value));
    return false;
  });
  return found ? went_on : all;
}
bool last_output(Run& run, const Node& call, const Json& in, const Sink& out) {
  std::optional<Json> found;
  const bool all = run.each(*call.kids[0], in, [&](Json value) {
    found = std::move(value);
    return true;
  });
  return all && (!found || out(std::move(*found)));
}
// any(items; condition) and all(items; condition), which stop at the item that decides.
bool decided(Run& run, const Node& call, const Json& in, const Sink& out, const Node* items, const Node& condition,
             bool by) {
  bool found = false;
  const auto judge = [&](const Json& item) {
    return run.each(condition, item, [&](const Json& value) {
      found = is_true(value) == by;
      return !found;
    });
  };
  const bool all = items ? run.each(*items, in, judge) : each_item(run, call, in, judge);
  return (all || found) && out(Json(found == by));
}
bool any_where(Run& run, const Node& call, const Json& in, const Sink& out) {
  return decided(run, call, in, out, nullptr, *call.kids[0], true);
}
bool all_where(Run& run, const Node& call, const Json& in, const Sink& out) {
  return decided(run, call, in, out, nullptr, *call.kids[0], false);
}
bool any_from(Run& run, const Node& call, const Json& in, const Sink& out) {
  return decided(run, call, in, out, call.kids[0].get(), *call.kids[1], true);
}
bool all_from(Run& run, const Node& call, const Json& in, const Sink& out) {
  return decided(run, call, in, out, call.kids[0].get(), *call.kids[1], false);
}

bool sort_by(Run& run, const Node& call, const Json& in, const Sink& out) {
  std::vector<Keyed> all;
  if (!keyed(run, call, in, all)) return false;
  all = sorted(std::move(all), by_key);
  List items;
  for (Keyed& one : all) items.push_back(std::move(one.item));
  return out(Json(std::move(items)));
}
bool unique_by(Run& run, const Node& call, const Json& in, const Sink& out) {
  std::vector<Keyed> all;
  if (!keyed(run, call, in, all)) return false;
  all = sorted(std::move(all), by_key);
  List items;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == 0 || compare(all[i - 1].key, all[i].key) != 0) items.push_back(all[i].item);
  }
  return out(Json(std::move(items)));
}
bool group_by(Run& run, const Node& call, const Json& in, const Sink& out) {
  std::vector<Keyed> all;
  if (!keyed(run, call, in, all)) return false;
  all = sorted(std::move(all), by_key);
  std::vector<List> groups;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == 0 || compare(all[i - 1].key, all[i].key) != 0) groups.emplace_back();
    groups.back().push_back(all[i].item);
  }
  List items;
  for (List& group : groups) items.emplace_back(std::move(group));
  return out(Json(std::move(items)));
}
bool extreme_by(Run& run, const Node& call, const Json& in, const Sink& out, bool largest) {
  std::vector<Keyed> all;
  if (!keyed(run, call, in, all)) return false;
  const Keyed* best = nullptr;
  for (const Keyed& one : all) {
    if (!best || (largest ? compare(one.key, best->key) >= 0 : compare(one.key, best->key) < 0)) best = &one;
  }
  return out(best ? best->item : Json());
}
bool min_by(Run& run, const Node& call, const Json& in, const Sink& out) {
  return extreme_by(run, call, in, out, false);
}
bool max_by(Run& run, const Node& call, const Json& in, const Sink& out) {
  return extreme_by(run, call, in, out, true);
}

// --- with one value as the argument --------------------------------------------------------------------------------

template <class F>
bool with_argument(Run& run, const Node& call, const Json& in, F use) {
  return run.each(*call.kids[0], in, [&](const Json& argument) { return use(argument); });
}
bool needs_texts(Run& run, const Node& call, const Json& in, const Json& argument) {
  if (in.is_text() && argument.is_text()) return true;
  return refuse(run, call, in.is_text() ? argument : in);
}
bool join(Run& run, const Node& call, const Json& in, const Sink& out) {
  return with_argument(run, call, in, [&](const Json& separator) {
    if (!in.is_list()) return refuse(run, call, in);
    if (!separator.is_text() && in.items().size() > 1) return refuse(run, call, separator);
    std::string text;
    for (std::size_t i = 0; i < in.items().size(); ++i) {
      const Json& item = in.items()[i];
      if (item.is_list() || item.is_object()) return refuse(run, call, item);
      if (i > 0) text += separator.text();
      if (!item.is_null()) text += item.is_text() ? item.text() : compact(item);
      if (!run.charge(call, separator.text().size() + 1)) return false;
    }
    return run.charge(call, text.size()) && out(Json(std::move(text)));
  });
}
bool split(Run& run, const Node& call, const Json& in, const Sink& out) {
  return with_argument(run, call, in, [&](const Json& separator) {
    return needs_texts(run, call, in, separator) && run.charge(call, in.text().size() + 1) &&
           out(split_text(in.text(), separator.text()));
  });
}
bool startswith(Run& run, const Node& call, const Json& in, const Sink& out) {
  return with_argument(run, call, in, [&](const Json& part) {
    return needs_texts(run, call, in, part) && out(Json(in.text().starts_with(part.text())));
  });
}
bool endswith(Run& run, const Node& call, const Json& in, const Sink& out) {
  return with_argument(run, call, in, [&](const Json& part) {
    return needs_texts(run, call, in, part) && out(Json(in.text().ends_with(part.text())));
  });
}
bool ltrimstr(Run& run, const Node& call, const Json& in, const Sink& out) {
  return with_argument(run, call, in, [&](const Json& part) {
    if (!in.is_text() || !part.is_text() || !in.text().starts_with(part.text())) return out(in);
    return out(Json(in.text().substr(part.text().size())));
  });
}
bool rtrimstr(Run& run, const Node& call, const Json& in, const Sink& out) {
  return with_argument(run, call, in, [&](const Json& part) {
    if (!in.is_text() || !part.is_text() || !in.text().ends_with(part.text())) return out(in);
    return out(Json(in.text().substr(0, in.text().size() - part.text().size())));
  });
}
bool contains_whole(Run& run, const Node& call, const Json& whole, const Json& part, const Sink& out) {
  if (!same_kind(whole, part))
    return run.stop(call,
                    call.text + " compares " + std::string(kind_name(whole)) + " with " + std::string(kind_name(part)),
                    "Compare values of one kind");
  return out(Json(contains_inside(whole, part)));
}
bool contains(Run& run, const Node& call, const Json& in, const Sink& out) {
  return with_argument(run, call, in, [&](const Json& part) { return contains_whole(run, call, in, part, out); });
}
bool inside(Run& run, const Node& call, const Json& in, const Sink& out) {
  return with_argument(run, call, in, [&](const Json& whole) { return contains_whole(run, call, whole, in, out); });
}
bool has(Run& run, const Node& call, const Json& in, const Sink& out) {
  return with_argument(run, call, in, [&](const Json& key) {
    const auto found = has_member(in, key);
    return found ? out(Json(*found)) : refuse(run, call, in);
  });
}
bool in(Run& run, const Node& call, const Json& key, const Sink& out) {
  return with_argument(run, call, key, [&](const Json& whole) {
    const auto found = has_member(whole, key);
    return found ? out(Json(*found)) : refuse(run, call, whole);
  });
}
bool flatten_to(Run& run, const Node& call, const Json& input, const Sink& out) {
  return with_argument(run, call, input, [&](const Json& depth) {
    if (!input.is_list()) return refuse(run, call, input);
    const auto levels = depth.integer();
    if (!levels || *levels < 0) return refuse(run, call, depth);
    List items;
    flatten_into(items, input, *levels);
    return run.charge(call, items.size()) && out(Json(std::move(items)));
  });
}
bool test(Run& run, const Node& call, const Json& input, const Sink& out) {
  if (!input.is_text()) return refuse(run, call, input);
  return run.charge(call, input.text().size() / 64) && out(Json(re2::RE2::PartialMatch(input.text(), *call.pattern)));
}

struct Function {
  std::string_view name;
  std::size_t arguments;
  bool (*run)(Run&, const Node&, const Json&, const Sink&);
};
constexpr std::array functions{
    Function{"length", 0, length},
    Function{"utf8bytelength", 0, utf8bytelength},
    Function{"not", 0, logical_not},
    Function{"keys", 0, keys},
    Function{"keys_unsorted", 0, keys_unsorted},
    Function{"empty", 0, empty},
    Function{"values", 0, values},
    Function{"nulls", 0, nulls},
    Function{"booleans", 0, booleans},
    Function{"numbers", 0, numbers},
    Function{"strings", 0, strings},
    Function{"arrays", 0, arrays},
    Function{"objects", 0, objects},
    Function{"iterables", 0, iterables},
    Function{"scalars", 0, scalars},
    Function{"type", 0, type},
    Function{"add", 0, add},
    Function{"min", 0, min},
    Function{"max", 0, max},
    Function{"sort", 0, sort},
    Function{"unique", 0, unique},
    Function{"reverse", 0, reverse},
    Function{"flatten", 0, flatten},
    Function{"first", 0, first},
    Function{"last", 0, last},
    Function{"tostring", 0, tostring},
    Function{"tonumber", 0, tonumber},
    Function{"ascii_downcase", 0, ascii_downcase},
    Function{"ascii_upcase", 0, ascii_upcase},
    Function{"to_entries", 0, to_entries},
    Function{"floor", 0, floor},
    Function{"ceil", 0, ceil},
    Function{"round", 0, round},
    Function{"any", 0, any_of_items},
    Function{"all", 0, all_of_items},
    Function{"map", 1, map},
    Function{"map_values", 1, map_values},
    Function{"select", 1, select},
    Function{"first", 1, first_output},
    Function{"last", 1, last_output},
    Function{"any", 1, any_where},
    Function{"all", 1, all_where},
    Function{"any", 2, any_from},
    Function{"all", 2, all_from},
    Function{"sort_by", 1, sort_by},
    Function{"unique_by", 1, unique_by},
    Function{"group_by", 1, group_by},
    Function{"min_by", 1, min_by},
    Function{"max_by", 1, max_by},
    Function{"join", 1, join},
    Function{"split", 1, split},
    Function{"startswith", 1, startswith},
    Function{"endswith", 1, endswith},
    Function{"ltrimstr", 1, ltrimstr},
    Function{"rtrimstr", 1, rtrimstr},
    Function{"contains", 1, contains},
    Function{"inside", 1, inside},
    Function{"has", 1, has},
    Function{"in", 1, in},
    Function{"flatten", 1, flatten_to},
    Function{"test", 1, test},
    Function{"test", 2, test},
};

std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t next = std::min({row[j] + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1])});
      corner = std::exchange(row[j], next);
    }
  }
  return row.back();
}

}  // namespace

bool call_function(Run& run, const Node& call, const Json& input, const Sink& out) {
  return functions[static_cast<std::size_t>(call.function)].run(run, call, input, out);
}

int find_function(std::string_view name, std::size_t arguments) {
  for (std::size_t i = 0; i < functions.size(); ++i) {
    if (functions[i].name == name && functions[i].arguments == arguments) return static_cast<int>(i);
  }
  return -1;
}

std::string nearest_function(std::string_view name) {
  std::string_view best;
  std::size_t distance = 3;
  for (const Function& function : functions) {
    if (const std::size_t d = edits(name, function.name); d < distance) {
      distance = d;
      best = function.name;
    }
  }
  return std::string(best);
}

}  // namespace linchpin::mapping
