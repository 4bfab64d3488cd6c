// Structured logs: one JSON object a line on standard error. What can be logged is a literal, a number, a Name of the
// hub files, or an error's code: a record's value has no way in.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace linchpin::log {

class Loggable {
 public:
  template <std::size_t N>
  consteval Loggable(const char (&literal)[N]) : literal_(literal, N - 1) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  Loggable(T number) : text_(std::to_string(number)), bare_(true) {}
  Loggable(const SystemName& n) : text_(n.text) {}
  Loggable(const ObjectName& n) : text_(n.text) {}
  Loggable(const EntityName& n) : text_(n.text) {}
  Loggable(const FieldName& n) : text_(n.text) {}
  Loggable(const FlowName& n) : text_(n.text) {}
  Loggable(const MappingName& n) : text_(n.text) {}
  Loggable(const ChangeId& n) : text_(n.text) {}
  Loggable(const GoldenId& n) : text_(n.text) {}
  Loggable(Code code) : text_(code_text(code)) {}
  Loggable(const Error& error) : text_(linchpin::to_text(error)) {}  // an Error never holds a value
  Loggable(const Place& place) : text_(linchpin::to_text(place)) {}
  std::string_view text() const { return text_ ? std::string_view(*text_) : literal_; }
  bool bare() const { return bare_; }

 private:
  std::string_view literal_;
  std::optional<std::string> text_;  // optional: a std::string cannot stand in what consteval makes
  bool bare_ = false;
};
struct Field {
  std::string_view name;  // a literal: "stage", "system"
  Loggable value;
};
using Fields = std::initializer_list<Field>;

// INFO: what an operator did took effect. WARN: unexpected, nothing lost, we go on. ERROR: a person must act.
// `message` is a literal. Normal work is a metric, not a log line.
void info(std::string_view message, Fields = {});
void warn(std::string_view message, Fields = {});
void error(std::string_view message, Fields = {});

enum class Level { Info, Warn, Error, Off };
void set_level(Level);

}  // namespace linchpin::log
