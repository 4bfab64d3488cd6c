// Json: one immutable JSON value (RFC 8259). Numbers keep their text, so a 30-digit id or 1234567.10 never passes
// through a double. Copies are cheap: lists and objects are shared. It cannot be printed: it may hold anyone's data.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace linchpin {

class Json {
 public:
  enum class Kind { Null, Boolean, Number, Text, List, Object };
  struct Number {
    std::string text;  // as it was written, e.g. "1234567.10"
    bool operator==(const Number&) const = default;
  };
  using List = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;  // in order of writing; keys are unique

  Json() = default;  // null
  Json(std::nullptr_t) {}
  Json(std::string text) : value_(std::move(text)) {}
  Json(std::string_view text) : value_(std::string(text)) {}
  Json(const char* text) : value_(std::string(text)) {}
  Json(Number number) : value_(std::move(number)) {}
  Json(List items) : value_(std::make_shared<const List>(std::move(items))) {}
  Json(Object members) : value_(std::make_shared<const Object>(std::move(members))) {}
  template <class T>
    requires std::is_same_v<T, bool>
  Json(T boolean) : value_(boolean) {}
  template <class T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
  Json(T integer) : value_(Number{std::to_string(integer)}) {}

  static Json object(std::initializer_list<Member> members) { return Json(Object(members)); }
  static Json list(std::initializer_list<Json> items) { return Json(List(items)); }

  Kind kind() const;
  bool is_null() const { return kind() == Kind::Null; }
  bool is_text() const { return kind() == Kind::Text; }
  bool is_number() const { return kind() == Kind::Number; }
  bool is_boolean() const { return kind() == Kind::Boolean; }
  bool is_list() const { return kind() == Kind::List; }
  bool is_object() const { return kind() == Kind::Object; }

  // Each gives what is there, or nothing of its kind: false, "", an empty list or object. They never throw. Of a value
  // that is about to end they give a copy: a loop over f().items() reads no list that has ended.
  bool boolean() const;
  const std::string& text() const&;  // a Text's content
  std::string text() && { return std::as_const(*this).text(); }
  const std::string& number_text() const;       // a Number's text
  std::optional<std::int64_t> integer() const;  // a Number written without fraction or exponent that fits
  const List& items() const&;
  List items() && { return std::as_const(*this).items(); }
  const Object& members() const&;
  Object members() && { return std::as_const(*this).members(); }

  const Json* find(std::string_view key) const;         // nullptr when absent, or not an object
  const Json& operator[](std::string_view key) const&;  // null when absent: where absent and null are one
  Json operator[](std::string_view key) && { return std::as_const(*this)[key]; }
  const Json& operator[](std::size_t index) const&;  // null when outside
  Json operator[](std::size_t index) && { return std::as_const(*this)[index]; }

  Json with(std::string_view key, Json value) const;  // this object (null counts as an empty one) with one member set
  Json without(std::string_view key) const;

  // Same content. Members compare without order; numbers by their text.
  bool operator==(const Json&) const;

 private:
  std::variant<std::monostate, bool, Number, std::string, std::shared_ptr<const List>, std::shared_ptr<const Object>>
      value_;
};

struct ParseLimits {
  int depth = 64;
  std::size_t bytes = 16u << 20;
};

// Parses one JSON text. Refuses duplicate keys, more depth or bytes than the limits, invalid UTF-8, and anything after
// the value. The error says what and at which byte, never a part of the text.
Result<Json> parse_json(std::string_view text, ParseLimits = {});

// The canonical text: members sorted by key (bytes), no white space, shortest escapes, UTF-8 as it is, numbers as their
// text. Two equal values have one text. The audit log, commitments and digests rely on it.
std::string canonical(const Json&);

std::string pretty(const Json&);  // indented by two, members in order of writing: for people and files

}  // namespace linchpin
