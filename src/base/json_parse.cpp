// JSON in: simdjson's on-demand parser walks the text, so that a number's own text is at hand and a text is taken once.
#include <simdjson.h>

#include <algorithm>
#include <unordered_set>

#include "base/json.hpp"

namespace linchpin {
namespace {

namespace od = simdjson::ondemand;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// RFC 8259's number, all of `text`. On-demand parsing hands a token over as it stands and judges nothing of it.
bool is_number(std::string_view text) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t start = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i > start;
  };
  if (i < text.size() && text[i] == '-') ++i;
  if (i < text.size() && text[i] == '0') {
    ++i;
  } else if (!digits()) {
    return false;
  }
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == text.size();
}

// simdjson 3.0 has no at_end(); a document that is used up has no location any more.
bool at_end(od::document& document) { return document.current_location().error() == simdjson::OUT_OF_BOUNDS; }

class Walk {
 public:
  Walk(od::document& document, const char* start, int depth_max)
      : document_(document), start_(start), depth_max_(depth_max) {}

  // A list or an object at the root.
  Result<Json> root() {
    od::value value;
    if (const auto error = document_.get_value().get(value)) return refuse(error);
    Json json = TRY(read(value, 1));
    if (!at_end(document_)) return refuse("something stands after the JSON value");
    return json;
  }

 private:
  Result<Json> read(od::value value, int depth) {
    od::json_type type;
    if (const auto error = value.type().get(type)) return refuse(error);
    switch (type) {
      case od::json_type::object:
        return object(value, depth);
      case od::json_type::array:
        return list(value, depth);
      case od::json_type::string: {
        std::string_view text;
        if (const auto error = value.get_string().get(text)) return refuse(error);
        return Json(text);
      }
      case od::json_type::number: {
        const std::string_view text = trimmed(value.raw_json_token());
        if (!is_number(text)) return refuse("a number is malformed");
        return Json(Json::Number{std::string(text)});
      }
      case od::json_type::boolean: {
        bool boolean = false;
        if (const auto error = value.get_bool().get(boolean)) return refuse(error);
        return Json(boolean);
      }
      case od::json_type::null:
        if (trimmed(value.raw_json_token()) != "null") return refuse("a literal is malformed");
        return Json();
    }
    return refuse("a value is malformed");
  }

  Result<Json> list(od::value value, int depth) {
    if (depth > depth_max_) return refuse("the JSON is nested too deeply");
    od::array array;
    if (const auto error = value.get_array().get(array)) return refuse(error);
    Json::List items;
    for (auto element : array) {
      od::value item;
      if (const auto error = element.get(item)) return refuse(error);
      items.push_back(TRY(read(item, depth + 1)));
    }
    return Json(std::move(items));
  }

  Result<Json> object(od::value value, int depth) {
    if (depth > depth_max_) return refuse("the JSON is nested too deeply");
    od::object object;
    if (const auto error = value.get_object().get(object)) return refuse(error);
    Json::Object members;
    for (auto element : object) {
      od::field field;
      if (const auto error = std::move(element).get(field)) return refuse(error);
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key)) return refuse(error);
      std::string name(key);  // `key` lasts only until the next text is taken
      Json content = TRY(read(field.value(), depth + 1));
      members.emplace_back(std::move(name), std::move(content));
    }
    if (has_duplicate(members)) return refuse("an object names one key twice");
    return Json(std::move(members));
  }

  static bool has_duplicate(const Json::Object& members) {
    constexpr std::size_t few = 12;  // up to here, comparing each with each is cheaper than a set
    if (members.size() > few) {
      std::unordered_set<std::string_view> keys;
      for (const Json::Member& member : members) {
        if (!keys.insert(member.first).second) return true;
      }
      return false;
    }
    for (std::size_t i = 1; i < members.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (members[i].first == members[j].first) return true;
      }
    }
    return false;
  }

  tl::unexpected<Error> refuse(const char* what) {
    const char* at = nullptr;
    std::string text = what;
    if (document_.current_location().get(at) == simdjson::SUCCESS) text += " near byte " + std::to_string(at - start_);
    return fail(Code::InvalidJson, std::move(text));
  }
  tl::unexpected<Error> refuse(simdjson::error_code error) {
    switch (error) {
      case simdjson::STRING_ERROR:
        return refuse("a text is malformed");
      case simdjson::DEPTH_ERROR:
        return refuse("the JSON is nested too deeply");
      case simdjson::NUMBER_ERROR:
        return refuse("a number is malformed");
      default:
        return refuse("the text is not JSON");
    }
  }

  od::document& document_;
  const char* start_;
  int depth_max_;
};

// What stage one of simdjson finds, before anything is walked.
tl::unexpected<Error> unreadable(simdjson::error_code error) {
  switch (error) {
    case simdjson::EMPTY:
      return fail(Code::InvalidJson, "the text is empty");
    case simdjson::UTF8_ERROR:
      return fail(Code::InvalidJson, "the text is not UTF-8");
    case simdjson::UNESCAPED_CHARS:
      return fail(Code::InvalidJson, "a control character stands unescaped in a text");
    case simdjson::UNCLOSED_STRING:
      return fail(Code::InvalidJson, "a text is not closed");
    default:
      return fail(Code::InvalidJson, "the text is not JSON");
  }
}

}  // namespace

Result<Json> parse_json(std::string_view text, ParseLimits limits) {
  if (text.size() > limits.bytes) {
    return fail(Code::InvalidJson, "the text is larger than " + std::to_string(limits.bytes) + " bytes");
  }
  const std::string_view whole = trimmed(text);
  if (whole.empty()) return fail(Code::InvalidJson, "the text is empty");
  // Literals and numbers at the root need no parser: nothing may stand beside them.
  if (whole == "null") return Json();
  if (whole == "true") return Json(true);
  if (whole == "false") return Json(false);
  if (is_number(whole)) return Json(Json::Number{std::string(whole)});

  const simdjson::padded_string padded(text);
  od::parser parser;
  const auto levels = static_cast<std::size_t>(std::max(limits.depth, 1)) + 2;  // our own count refuses first
  if (const auto error = parser.allocate(padded.size(), levels)) return unreadable(error);
  od::document document;
  if (const auto error = parser.iterate(padded).get(document)) return unreadable(error);
  if (whole.front() == '"') {
    std::string_view content;
    if (document.get_string().get(content) != simdjson::SUCCESS || !at_end(document)) {
      return fail(Code::InvalidJson, "the text is not JSON");
    }
    return Json(content);
  }
  return Walk(document, padded.data(), limits.depth).root();
}

}  // namespace linchpin
