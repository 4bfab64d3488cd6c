#include "mapping/choice.hpp"

#include <algorithm>

#include "mapping/decimal.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

Result<Value> normalise_boolean(const Json& value) {
  if (value.is_null() || value.is_boolean()) return value;
  if (value.is_number()) {
    const auto number = Decimal::parse(value.number_text());
    if (number && number->is_zero()) return Value(false);
    if (number && *number == Decimal(1)) return Value(true);
  }
  if (value.is_text()) {
    const std::string word = lower_ascii(trimmed(value.text()));
    if (word.empty()) return Value();
    for (const std::string_view yes : {"true", "yes", "y", "on", "1"}) {
      if (word == yes) return Value(true);
    }
    for (const std::string_view no : {"false", "no", "n", "off", "0"}) {
      if (word == no) return Value(false);
    }
  }
  return fail(Code::ValueInvalid, "the value is neither yes nor no",
              "Declare the system's words, as in boolean(true: Y, false: N)");
}

namespace {

std::string comparable(const Json& value, const EnumTable& table) {
  std::string text = value.is_text()      ? value.text()
                     : value.is_number()  ? value.number_text()
                     : value.is_boolean() ? (value.boolean() ? "true" : "false")
                                          : canonical(value);
  if (table.trim) text = trimmed(text);
  if (table.ignore_case) text = nfc(case_folded(text));
  return text;
}

// Systems send 1 and "1" for one choice, so values compare by their text.
bool matches(const Json& a, const Json& b, const EnumTable& table) {
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  return comparable(a, table) == comparable(b, table);
}

bool is_blank_value(const Json& value) { return value.is_null() || (value.is_text() && is_blank(value.text())); }

tl::unexpected<Error> unmapped() {
  return fail(Code::ValueUnmapped, "the table has no row for this value", "Add a row to the table in the mapping");
}

Result<Value> enum_in_one(const Json& value, const EnumTable& table) {
  const Json::Member* found = nullptr;
  bool rest = false;
  for (const Json::Member& row : table.rows) {
    if (!matches(row.second, value, table)) continue;
    if (row.first == "*") {
      rest = true;
      continue;
    }
    if (found) {
      return fail(Code::ValueNotInvertible, "several rows of the table have this system value", "Write direction: out");
    }
    found = &row;
  }
  if (found) return Value(found->first);
  if (is_blank_value(value)) return Value();
  if (rest) return fail(Code::ValueNotInvertible, "the row * stands for many hub values", "Write direction: out");
  return unmapped();
}

Result<Json> enum_out_one(const Json& value, const EnumTable& table) {
  const Json* rest = nullptr;
  for (const Json::Member& row : table.rows) {
    if (row.first == "*") {
      rest = &row.second;
    } else if (!value.is_null() && matches(Json(row.first), value, table)) {
      return row.second;
    }
  }
  if (is_blank_value(value)) return Json();
  if (rest) return *rest;
  return unmapped();
}

}  // namespace

bool is_one_to_one(const EnumTable& table) {
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (table.rows[i].first == "*") return false;
    for (std::size_t j = i + 1; j < table.rows.size(); ++j) {
      if (matches(table.rows[i].second, table.rows[j].second, table)) return false;
    }
  }
  return true;
}

Result<Value> enum_in(const Json& value, const EnumTable& table) {
  if (table.list.empty()) return enum_in_one(value, table);
  const Json items = TRY(list_from_text(value, table.list, table.trim));
  if (items.is_null()) return items;
  Json::List out;
  for (const Json& item : items.items()) out.push_back(TRY(enum_in_one(item, table)));
  return Value(std::move(out));
}

Result<Json> enum_out(const Value& value, const EnumTable& table) {
  if (table.list.empty()) return enum_out_one(value, table);
  if (value.is_null()) return Json();
  const Json items = TRY(list_from_text(value, table.list, table.trim));
  Json::List out;
  for (const Json& item : items.items()) out.push_back(TRY(enum_out_one(item, table)));
  return text_from_list(Json(std::move(out)), table.list, false);
}

Result<Json> list_from_text(const Json& value, std::string_view separator, bool trim) {
  if (value.is_null()) return Json();
  Json::List out;
  if (value.is_list()) {
    for (const Json& item : value.items()) {
      out.push_back(trim && item.is_text() ? Json(trimmed(item.text())) : item);
    }
    return Json(std::move(out));
  }
  if (!value.is_text() && !value.is_number()) return fail(Code::ValueInvalid, "the value is neither a text nor a list");
  const std::string& text = value.is_text() ? value.text() : value.number_text();
  if (is_blank(text)) return Json();
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    std::string item = text.substr(at, end - at);
    if (trim) item = trimmed(item);
    if (!item.empty()) out.emplace_back(std::move(item));
    at = end + separator.size();
  }
  return Json(std::move(out));
}

Result<Json> text_from_list(const Json& value, std::string_view separator, bool trim) {
  if (value.is_null() || value.is_text()) return value;
  if (!value.is_list()) return fail(Code::ValueInvalid, "the value is neither a text nor a list");
  std::string out;
  Json::List kept;
  for (const Json& item : value.items()) {
    if (item.is_null()) continue;
    if (!item.is_text() && !item.is_number() && !item.is_boolean()) {
      return fail(Code::ValueInvalid, "an item of the list is neither a text nor a number");
    }
    std::string text = item.is_text() ? item.text() : canonical(item);
    if (trim) text = trimmed(text);
    if (text.empty()) continue;
    if (!out.empty()) out += separator;
    out += text;
    kept.emplace_back(std::move(text));
  }
  // An item may hold the separator, or make one with what stands beside it: "a;" before ";;".
  const Json back = TRY(list_from_text(Json(out), separator, trim));
  if (!kept.empty() && back != Json(std::move(kept)))
    return fail(Code::ValueLossy, "an item of the list holds the separator", "Declare another separator");
  return Json(std::move(out));
}

}  // namespace linchpin::mapping
