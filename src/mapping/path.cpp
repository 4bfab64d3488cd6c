#include "mapping/path.hpp"

#include <charconv>

namespace linchpin::mapping {

namespace {

tl::unexpected<Error> broken(std::size_t position, std::string what, std::string fix) {
  return fail(Code::ValueInvalid, "character " + std::to_string(position + 1) + " of the path: " + std::move(what),
              std::move(fix));
}

class PathParser {
 public:
  explicit PathParser(std::string_view text) : text_(text) {}

  Result<Path> parse() {
    Path path;
    if (text_.empty()) return broken(0, "nothing is named", "Write the member's name, as in FirstName");
    do {
      if (peek() != '[') path.steps.push_back(Path::Key{TRY(key())});
      while (peek() == '[') path.steps.push_back(TRY(bracket()));
    } while (take('.'));
    if (at_ < text_.size())
      return broken(at_, "a dot or a bracket is due here", "Quote a name that has other characters");
    return path;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  Result<std::string> quoted() {
    std::string out;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_++];
    }
    if (!take('"')) return broken(at_, "a quote is not closed", "Close it with \"");
    return out;
  }
  Result<std::string> key() {
    if (take('"')) return quoted();
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] != '.' && text_[at_] != '[' && text_[at_] != '"' && text_[at_] != ']')
      ++at_;
    if (at_ == start) return broken(at_, "a member's name is due here", "Write a name, or quote it");
    return std::string(text_.substr(start, at_ - start));
  }

  Result<Path::Step> bracket() {
    take('[');
    if (take(']')) return Path::Every{};
    const std::size_t start = at_;
    std::string inside;
    bool was_quoted = false;
    if (take('"')) {
      inside = TRY(quoted());
      was_quoted = true;
    } else {
      while (at_ < text_.size() && text_[at_] != '=' && text_[at_] != ']') inside += text_[at_++];
    }
    if (take('=')) {
      std::string equals;
      if (take('"')) {
        equals = TRY(quoted());
      } else {
        while (at_ < text_.size() && text_[at_] != ']') equals += text_[at_++];
      }
      if (!take(']')) return broken(at_, "a bracket is not closed", "Close it with ]");
      if (inside.empty()) return broken(start, "a member's name is due before =", "Write [PhoneType=MOBILE]");
      return Path::Where{std::move(inside), std::move(equals)};
    }
    if (!take(']')) return broken(at_, "a bracket is not closed", "Close it with ]");
    if (was_quoted) return Path::Key{std::move(inside)};
    std::size_t index = 0;
    const auto [end, failed] = std::from_chars(inside.data(), inside.data() + inside.size(), index);
    if (failed != std::errc{} || end != inside.data() + inside.size() || index > 9999) {
      return broken(start, "neither a number, nor name=value, nor nothing stands in the brackets",
                    "Write [0], [PhoneType=MOBILE] or []");
    }
    return Path::Index{index};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string quoted_if_needed(const std::string& name) {
  if (!name.empty() && name.find_first_of(".[]\"=") == std::string::npos) return name;
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

bool equals_text(const Json& value, const std::string& text) {
  if (value.is_text()) return value.text() == text;
  if (value.is_number()) return value.number_text() == text;
  return value.is_boolean() && text == (value.boolean() ? "true" : "false");
}

using Steps = std::vector<Path::Step>;

std::optional<Json> read_from(const Steps& steps, std::size_t at, const Json& here) {
  const Json* value = &here;
  for (; at < steps.size(); ++at) {
    const Json* next = nullptr;
    if (const auto* key = std::get_if<Path::Key>(&steps[at])) {
      next = value->find(key->name);
    } else if (const auto* index = std::get_if<Path::Index>(&steps[at])) {
      if (index->index < value->items().size()) next = &value->items()[index->index];
    } else if (const auto* where = std::get_if<Path::Where>(&steps[at])) {
      for (const Json& item : value->items()) {
        if (const Json* member = item.find(where->key); member && equals_text(*member, where->equals)) {
          next = &item;
          break;
        }
      }
    } else {
      if (!value->is_list()) return std::nullopt;
      Json::List found;
      for (const Json& item : value->items()) {
        if (auto inner = read_from(steps, at + 1, item)) found.push_back(std::move(*inner));
      }
      return Json(std::move(found));
    }
    if (!next) return std::nullopt;
    value = next;
  }
  return *value;
}

tl::unexpected<Error> in_the_way() {
  return fail(Code::ValueMismatch, "something of another kind stands where the path leads",
              "Look at the object's data model; the path does not fit it");
}

Result<void> fits_from(const Steps& steps, std::size_t at, const Json& here) {
  if (at == steps.size() || here.is_null() || (here.is_text() && here.text().empty())) return {};
  if (const auto* key = std::get_if<Path::Key>(&steps[at])) {
    if (!here.is_object()) return in_the_way();
    return fits_from(steps, at + 1, here[key->name]);
  }
  if (!here.is_list()) return in_the_way();
  const auto* index = std::get_if<Path::Index>(&steps[at]);
  const auto* where = std::get_if<Path::Where>(&steps[at]);
  for (std::size_t i = 0; i < here.items().size(); ++i) {
    const Json& item = here.items()[i];
    if (index && index->index != i) continue;
    if (where && !equals_text(item[where->key], where->equals)) continue;
    TRY(fits_from(steps, at + 1, item));
    if (where) break;
  }
  return {};
}

Result<Json> write_from(const Steps& steps, std::size_t at, const Json& here, Json value) {
  if (at == steps.size()) return value;
  if (const auto* key = std::get_if<Path::Key>(&steps[at])) {
    if (!here.is_null() && !here.is_object()) return in_the_way();
    return here.with(key->name, TRY(write_from(steps, at + 1, here[key->name], std::move(value))));
  }
  if (!here.is_null() && !here.is_list()) return in_the_way();
  Json::List items = here.items();
  if (const auto* index = std::get_if<Path::Index>(&steps[at])) {
    if (items.size() <= index->index) items.resize(index->index + 1);
    items[index->index] = TRY(write_from(steps, at + 1, items[index->index], std::move(value)));
    return Json(std::move(items));
  }
  if (const auto* where = std::get_if<Path::Where>(&steps[at])) {
    for (Json& item : items) {
      const Json* member = item.find(where->key);
      if (!member || !equals_text(*member, where->equals)) continue;
      item = TRY(write_from(steps, at + 1, item, std::move(value)));
      // An object written over the whole item is still the item that the path names.
      if (item.is_object() && !item.find(where->key)) item = item.with(where->key, where->equals);
      return Json(std::move(items));
    }
    const Json made = Json::object({{where->key, where->equals}});
    Json item = TRY(write_from(steps, at + 1, made, std::move(value)));
    if (item.is_object() && !item.find(where->key)) item = item.with(where->key, where->equals);
    items.push_back(std::move(item));
    return Json(std::move(items));
  }
  if (!value.is_list() && !value.is_null()) return in_the_way();
  if (at + 1 == steps.size()) return value;
  if (value.items().size() < items.size()) return in_the_way();
  items.resize(value.items().size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i] = TRY(write_from(steps, at + 1, items[i], value.items()[i]));
  }
  return Json(std::move(items));
}

}  // namespace

Result<Path> parse_path(std::string_view text) { return PathParser(text).parse(); }

std::string to_text(const Path& path) {
  std::string out;
  for (const Path::Step& step : path.steps) {
    if (const auto* key = std::get_if<Path::Key>(&step)) {
      if (!out.empty()) out += '.';
      out += quoted_if_needed(key->name);
    } else if (const auto* index = std::get_if<Path::Index>(&step)) {
      out += '[' + std::to_string(index->index) + ']';
    } else if (const auto* where = std::get_if<Path::Where>(&step)) {
      out += '[' + quoted_if_needed(where->key) + '=' + quoted_if_needed(where->equals) + ']';
    } else {
      out += "[]";
    }
  }
  return out;
}

std::optional<Json> read(const Path& path, const Json& record) { return read_from(path.steps, 0, record); }

Result<void> fits(const Path& path, const Json& record) { return fits_from(path.steps, 0, record); }

Result<Json> write(const Path& path, const Json& record, Json value) {
  return write_from(path.steps, 0, record, std::move(value));
}

std::string_view top_key(const Path& path) {
  if (path.steps.empty()) return {};
  const auto* key = std::get_if<Path::Key>(&path.steps.front());
  return key ? std::string_view(key->name) : std::string_view{};
}

}  // namespace linchpin::mapping
