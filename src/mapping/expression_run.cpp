#include "mapping/expression_run.hpp"
#include "mapping/expression_values.hpp"

#include <algorithm>

#include "mapping/decimal.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

constexpr std::size_t steps_max = 200'000;
constexpr std::size_t made_max = 4u << 20;

const Json null_value;

bool compares(Op op) { return op >= Op::Equal && op <= Op::GreaterEqual; }
bool compared(Op op, const Json& a, const Json& b) {
  const int order = compare(a, b);
  switch (op) {
    case Op::Equal:
      return order == 0;
    case Op::NotEqual:
      return order != 0;
    case Op::Less:
      return order < 0;
    case Op::LessEqual:
      return order <= 0;
    case Op::Greater:
      return order > 0;
    default:
      return order >= 0;
  }
}

Json number(const Decimal& decimal) { return Json(Json::Number{decimal.text()}); }
std::optional<Decimal> decimal_of(const Json& value) { return Decimal::parse(value.number_text()); }

Json merged_deep(const Json& a, const Json& b) {
  Json out = a;
  for (const auto& [key, value] : b.members()) {
    const Json& old = out[key];
    out = out.with(key, old.is_object() && value.is_object() ? merged_deep(old, value) : value);
  }
  return out;
}

// jq: a position from the end is negative; null is the end that stands open.
std::optional<std::int64_t> slice_bound(const Json& bound, std::int64_t size, std::int64_t open, bool up) {
  if (bound.is_null()) return open;
  const auto decimal = bound.is_number() ? decimal_of(bound) : std::nullopt;
  if (!decimal) return std::nullopt;
  Decimal whole = decimal->rounded(0, Rounding::Down);
  if (up && *decimal > whole) whole = *Decimal::sum(whole, Decimal(1));
  std::int64_t at = whole.integer().value_or(whole.is_negative() ? -size : size);
  if (at < 0) at += size;
  return std::clamp<std::int64_t>(at, 0, size);
}

std::size_t byte_of_code_point(std::string_view text, std::int64_t position) {
  std::size_t at = 0;
  while (position-- > 0 && at < text.size()) next_code_point(text, at);
  return at;
}

}  // namespace

std::string_view kind_name(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::Null:
      return "null";
    case Json::Kind::Boolean:
      return "a boolean";
    case Json::Kind::Number:
      return "a number";
    case Json::Kind::Text:
      return "a text";
    case Json::Kind::List:
      return "a list";
    case Json::Kind::Object:
      break;
  }
  return "an object";
}

bool Run::stop(const Node& node, std::string what, std::string fix) {
  error_ = expression_error(Code::ValueInvalid, node.at, std::move(what), std::move(fix)).value();
  return false;
}
bool Run::exhausted(const Node& node) {
  fatal_ = true;
  error_ = expression_error(Code::ValueOutOfRange, node.at, "the record makes the expression do too much work",
                            "Test fewer items, or narrow the list with select first")
               .value();
  return false;
}
bool Run::step(const Node& node) { return ++steps_ <= steps_max || exhausted(node); }
bool Run::charge(const Node& node, std::size_t size) {
  made_ += size;
  return made_ <= made_max || exhausted(node);
}

// A failure inside ? is none; one further down the pipe, or an exhausted bound, is.
bool Run::caught(bool went_on, bool stopped_below) {
  if (went_on || stopped_below || fatal_ || !error_) return went_on;
  error_.reset();
  return true;
}

// The value of a plain path or a literal without copying it; nullptr when `node` is neither, or fails.
const Json* Run::peek(const Node& node, const Json& input) const {
  switch (node.op) {
    case Op::Identity:
      return &input;
    case Op::Literal:
      return &node.value;
    case Op::Member: {
      const Json* base = peek(*node.kids[0], input);
      if (!base || base->is_null()) return base ? &null_value : nullptr;
      if (!base->is_object()) return nullptr;
      const Json* found = base->find(node.text);
      return found ? found : &null_value;
    }
    default:
      return nullptr;
  }
}

std::optional<bool> Run::quick_truth(const Node& node, const Json& input) const {
  if (compares(node.op)) {
    const Json* a = peek(*node.kids[0], input);
    const Json* b = a ? peek(*node.kids[1], input) : nullptr;
    if (!b) return std::nullopt;
    return compared(node.op, *a, *b);
  }
  if (node.op == Op::And || node.op == Op::Or) {
    const auto a = quick_truth(*node.kids[0], input);
    if (!a) return std::nullopt;
    if (*a != (node.op == Op::And)) return a;
    return quick_truth(*node.kids[1], input);
  }
  if (const Json* value = peek(node, input)) return is_true(*value);
  return std::nullopt;
}

std::optional<bool> Run::truth(const Node& node, const Json& input) {
  if (const auto quick = quick_truth(node, input)) return quick;
  std::optional<bool> out;
  each(node, input, [&](Json value) {
    out = is_true(value);
    return false;
  });
  return out;
}

// jq evaluates the right operand in the outer loop.
template <class Combine>
bool Run::pairs(const Node& node, const Json& input, const Sink& out, Combine combine) {
  return each(*node.kids[1], input, [&](const Json& b) {
    return each(*node.kids[0], input, [&](const Json& a) { return combine(a, b, out); });
  });
}

bool Run::each(const Node& node, const Json& input, const Sink& out) {
  if (!step(node)) return false;
  switch (node.op) {
    case Op::Identity:
      return out(input);
    case Op::Literal:
      return out(node.value);
    case Op::Member:
      if (const Json* value = peek(node, input)) return out(*value);
      return each(*node.kids[0], input, [&](const Json& base) {
        if (base.is_null()) return out(Json());
        if (!base.is_object())
          return stop(node, "a member is read of " + std::string(kind_name(base)), "Write ? behind it where it may be");
        return out(base[node.text]);
      });
    case Op::Index:
      // jq: the index in the outer loop.
      return each(*node.kids[1], input, [&](const Json& index) {
        return each(*node.kids[0], input, [&](const Json& base) {
          if (base.is_object() && index.is_text()) return out(base[index.text()]);
          if (base.is_null() && (index.is_text() || index.is_number())) return out(Json());
          if (base.is_list() && index.is_number()) {
            const auto decimal = decimal_of(index);
            auto at = decimal ? decimal->integer() : std::nullopt;  // of a part of a place: jq says null
            if (at && *at < 0) *at += static_cast<std::int64_t>(base.items().size());
            return out(at && *at >= 0 ? base[static_cast<std::size_t>(*at)] : Json());
          }
          return stop(node, std::string(kind_name(base)) + " is not read by " + std::string(kind_name(index)),
                      "Write ? behind it where it may be");
        });
      });
    case Op::Slice:
      return each(*node.kids[2], input, [&](const Json& to) {
        return each(*node.kids[1], input, [&](const Json& from) {
          return each(*node.kids[0], input, [&](const Json& base) {
            if (base.is_null()) return out(Json());
            if (!base.is_list() && !base.is_text())
              return stop(node, "a part is taken of " + std::string(kind_name(base)),
                          "Only lists and texts have parts");
            const auto size =
                static_cast<std::int64_t>(base.is_list() ? base.items().size() : count_code_points(base.text()));
            const auto first = slice_bound(from, size, 0, false);
            const auto last = slice_bound(to, size, size, true);
            if (!first || !last) return stop(node, "a part's bound is not a number", "Write numbers, as in .[0:3]");
            if (base.is_list()) {
              Json::List part;
              if (*first < *last) part.assign(base.items().begin() + *first, base.items().begin() + *last);
              return charge(node, part.size()) && out(Json(std::move(part)));
            }
            if (*first >= *last) return out(Json(""));
            const std::size_t begin = byte_of_code_point(base.text(), *first);
            return out(Json(base.text().substr(begin, byte_of_code_point(base.text(), *last) - begin)));
          });
        });
      });
    case Op::Iterate:
      return each(*node.kids[0], input, [&](const Json& base) {
        if (base.is_list()) {
          return std::all_of(base.items().begin(), base.items().end(),
                             [&](const Json& item) { return step(node) && out(item); });
        }
        if (base.is_object()) {
          return std::all_of(base.members().begin(), base.members().end(),
                             [&](const Json::Member& m) { return step(node) && out(m.second); });
        }
        return stop(node, std::string(kind_name(base)) + " has no items", "Write []? where there may be none");
      });
    case Op::Optional: {
      bool below = false;
      const bool went_on = each(*node.kids[0], input, [&](Json value) {
        below = !out(std::move(value));
        return !below;
      });
      return caught(went_on, below);
    }
    case Op::Pipe:
      return each(*node.kids[0], input, [&](const Json& value) { return each(*node.kids[1], value, out); });
    case Op::Comma:
      return each(*node.kids[0], input, out) && each(*node.kids[1], input, out);
    case Op::Otherwise: {
      bool any = false;
      const bool went_on = each(*node.kids[0], input, [&](Json value) {
        if (!is_true(value)) return true;
        any = true;
        return out(std::move(value));
      });
      if (!went_on) return false;  // a failure of the first is one of the whole: write ? behind what may fail
      return any || each(*node.kids[1], input, out);
    }
    case Op::And:
    case Op::Or: {
      if (const auto quick = quick_truth(node, input)) return out(Json(*quick));
      const bool decided_by = node.op == Op::Or;
      return each(*node.kids[0], input, [&](const Json& a) {
        if (is_true(a) == decided_by) return out(Json(decided_by));
        return each(*node.kids[1], input, [&](const Json& b) { return out(Json(is_true(b))); });
      });
    }
    case Op::Equal:
    case Op::NotEqual:
    case Op::Less:
    case Op::LessEqual:
    case Op::Greater:
    case Op::GreaterEqual:
      if (const auto quick = quick_truth(node, input)) return out(Json(*quick));
      return pairs(node, input, out,
                   [&](const Json& a, const Json& b, const Sink& to) { return to(Json(compared(node.op, a, b))); });
    case Op::Add:
    case Op::Subtract:
    case Op::Multiply:
    case Op::Divide:
    case Op::Remainder:
      return pairs(node, input, out,
                   [&](const Json& a, const Json& b, const Sink& to) { return arithmetic(node, a, b, to); });
    case Op::Negate:
      return each(*node.kids[0], input, [&](const Json& value) {
        const auto decimal = value.is_number() ? decimal_of(value) : std::nullopt;
        if (!decimal) return stop(node, std::string(kind_name(value)) + " has no negative", "Only numbers do");
        return out(number(decimal->negated()));
      });
    case Op::If:
      if (const auto quick = quick_truth(*node.kids[0], input)) return each(*node.kids[*quick ? 1 : 2], input, out);
      return each(*node.kids[0], input,
                  [&](const Json& condition) { return each(*node.kids[is_true(condition) ? 1 : 2], input, out); });
    case Op::List: {
      Json::List items;
      if (!node.kids.empty()) {
        const bool went_on = each(*node.kids[0], input, [&](Json value) {
          items.push_back(std::move(value));
          return charge(node, 1);
        });
        if (!went_on) return false;
      }
      return out(Json(std::move(items)));
    }
    case Op::Object:
      return object(node, 0, input, {}, out);
    case Op::Interpolate:
      return interpolate(node, 0, input, "", out);
    case Op::Call:
      return call_function(*this, node, input, out);
  }
  return true;
}

bool Run::arithmetic(const Node& node, const Json& a, const Json& b, const Sink& out) {
  const auto refuse = [&](std::string_view verb) {
    return stop(node,
                std::string(kind_name(a)) + " and " + std::string(kind_name(b)) + " cannot be " + std::string(verb),
                "Convert one with tostring or tonumber, or give a default with //");
  };
  const auto give = [&](const std::optional<Decimal>& decimal) {
    return decimal ? out(number(*decimal)) : exhausted(node);
  };
  if (node.op == Op::Add) {
    auto sum = added(a, b);
    if (!sum) return refuse("added");
    const std::size_t size = sum->is_text() ? sum->text().size() : sum->items().size() + sum->members().size();
    return charge(node, size) && out(std::move(*sum));
  }
  if (node.op == Op::Subtract && a.is_list() && b.is_list()) {
    Json::List rest;
    for (const Json& item : a.items()) {
      if (!charge(node, b.items().size())) return false;
      if (std::none_of(b.items().begin(), b.items().end(), [&](const Json& gone) { return compare(item, gone) == 0; }))
        rest.push_back(item);
    }
    return out(Json(std::move(rest)));
  }
  if (node.op == Op::Multiply && a.is_object() && b.is_object()) {
    return charge(node, a.members().size() + b.members().size()) && out(merged_deep(a, b));
  }
  if (node.op == Op::Divide && a.is_text() && b.is_text()) {
    return charge(node, a.text().size() + 1) && out(split_text(a.text(), b.text()));
  }
  const auto x = a.is_number() ? decimal_of(a) : std::nullopt;
  const auto y = b.is_number() ? decimal_of(b) : std::nullopt;
  switch (node.op) {
    case Op::Subtract:
      if (!x || !y) return refuse("subtracted");
      return give(Decimal::sum(*x, y->negated()));
    case Op::Multiply:
      if (!x || !y) return refuse("multiplied");
      return charge(node, x->text().size() * y->text().size()) && give(Decimal::product(*x, *y));
    case Op::Divide:
      if (!x || !y) return refuse("divided");
      if (y->is_zero())
        return stop(node, "a number is divided by zero", "Test the divisor first, as in if . == 0 then");
      return charge(node, x->text().size() + y->text().size() * 40) && give(Decimal::quotient(*x, *y));
    default: {
      if (!x || !y) return refuse("divided");
      const auto whole = x->rounded(0, Rounding::Down).integer();
      const auto by = y->rounded(0, Rounding::Down).integer();
      if (!whole || !by) return stop(node, "the numbers of % do not fit into 64 bits", "Use smaller ones");
      if (*by == 0) return stop(node, "a number is divided by zero", "Test the divisor first, as in if . == 0 then");
      return out(Json(*by == -1 ? std::int64_t{0} : *whole % (*by < 0 ? -*by : *by)));
    }
  }
}

// jq: the first member's alternatives in the outer loop, keys before values.
bool Run::object(const Node& node, std::size_t kid, const Json& input, const Json::Object& made, const Sink& out) {
  if (kid == node.kids.size()) return charge(node, made.size() + 1) && out(Json(made));
  return each(*node.kids[kid], input, [&](const Json& key) {
    if (!key.is_text())
      return stop(*node.kids[kid], "a member's name is " + std::string(kind_name(key)), "Convert it with tostring");
    return each(*node.kids[kid + 1], input, [&](Json value) {
      Json::Object more = made;
      const auto same =
          std::find_if(more.begin(), more.end(), [&](const Json::Member& m) { return m.first == key.text(); });
      if (same != more.end())
        same->second = std::move(value);
      else
        more.emplace_back(key.text(), std::move(value));
      return object(node, kid + 2, input, more, out);
    });
  });
}

bool Run::interpolate(const Node& node, std::size_t kid, const Json& input, const std::string& made, const Sink& out) {
  if (kid == node.kids.size()) return charge(node, made.size()) && out(Json(made));
  return each(*node.kids[kid], input, [&](const Json& piece) {
    return interpolate(node, kid + 1, input, made + (piece.is_text() ? piece.text() : compact(piece)), out);
  });
}

std::optional<Json> added(const Json& a, const Json& b) {
  if (a.is_null()) return b;
  if (b.is_null()) return a;
  if (a.is_number() && b.is_number()) {
    const auto x = decimal_of(a), y = decimal_of(b);
    const auto sum = x && y ? Decimal::sum(*x, *y) : std::nullopt;
    if (!sum) return std::nullopt;
    return number(*sum);
  }
  if (a.is_text() && b.is_text()) return Json(a.text() + b.text());
  if (a.is_list() && b.is_list()) {
    Json::List items = a.items();
    items.insert(items.end(), b.items().begin(), b.items().end());
    return Json(std::move(items));
  }
  if (a.is_object() && b.is_object()) {
    Json out = a;
    for (const auto& [key, value] : b.members()) out = out.with(key, value);
    return out;
  }
  return std::nullopt;
}

}  // namespace linchpin::mapping
