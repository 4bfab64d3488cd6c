// One kind of transform: what runs it and what is said of it are one row, so that neither is without the other. Inner
// to the files about transforms.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"

namespace linchpin::mapping {

struct KindOption {
  enum class Where { Everywhere, Tried, Mapped };  // Tried: of `linchpin transform` alone; Mapped: of a mapping alone

  std::string_view name = {};                  // "…": any other name
  std::string_view what = {};                  // what it means
  std::vector<std::string_view> choices = {};  // empty: not one of a few
  std::string_view otherwise = {};             // what holds when it is not given; "": it must be
  Where where = Where::Everywhere;
  bool (*fits)(std::string_view) = nullptr;  // whether a mapping may give it; a value that is tried has its own error
};

// How a mapping writes it, and one value to show it by: a system's, or where it only goes out, the hub's.
struct KindForm {
  std::string_view as = {};
  Type type = Type::Text;
  std::string_view sample = {};  // JSON
};

struct KindExample {
  std::string_view input = {};      // JSON
  std::string_view options = "{}";  // JSON
};

struct Kind {
  std::string_view name = {};
  Result<Json> (*run)(const Json& input, const Json& options) = nullptr;
  std::string_view what = {};  // one sentence
  std::vector<KindOption> options = {};
  std::vector<KindForm> forms = {};  // the plainest first; none: no mapping can use it
  std::vector<KindExample> examples = {};
};

// In the order in which they are listed: each of the files kinds_*.cpp has a few that belong together.
std::vector<Kind> kinds_of_contacts();
std::vector<Kind> kinds_of_times();
std::vector<Kind> kinds_of_values();
std::vector<Kind> kinds_of_texts();
std::vector<Kind> kinds_of_records();

const std::vector<Kind>& kinds();
const Kind* find_kind(std::string_view name);  // nullptr when there is none

// Refuses what must be given and is not, a choice that an option does not have and, in a mapping, an option that the
// kind does not have.
Result<void> judge_options(const Kind&, const Json& options, bool in_mapping);

// The type of the hub's values that it makes or takes in a field of a type: its plainest form's, unless an option or
// the field says another.
Type hub_type(const Kind&, const Json& options, Type field);
// Refuses a field whose type none of those values can be.
Result<void> judge_type(const Kind&, const Json& options, Type field);

}  // namespace linchpin::mapping
