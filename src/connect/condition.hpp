// A condition of a manifest on a JSON value: `where: { status: ^complete$, "Errors[].Code": "^(17|18)$" }`.
// Each entry is a path and a regular expression (RE2) that must be found in the text of a value there; of a list
// (`[]`), in any of its items. Absent and null count as the empty text; numbers and booleans are their JSON text. All
// entries must fit.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/http.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "mapping/path.hpp"

namespace linchpin::connect {

class Pattern {
 public:
  static Result<Pattern> parse(std::string_view expression);
  bool found_in(std::string_view text) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

struct Condition {
  struct At {
    mapping::Path path;
    Pattern pattern;
  };
  std::vector<At> all;
  bool fits(const Json&) const;  // true when there is no entry
};
Result<Condition> read_condition(const Json& entries);  // null: no entry

struct HeaderCondition {
  std::vector<std::pair<std::string, Pattern>> all;
  bool fits(const Headers&) const;
};
Result<HeaderCondition> read_header_condition(const Json& entries);

// A path as manifests write them: "" is the value itself.
Result<mapping::Path> read_path(const Json& text);
// What is at the path: null when nothing is.
Json at(const mapping::Path&, const Json&);
// The text of a scalar: a number's own, "true", "false", "" for null. Lists and objects have none: "".
std::string scalar_text(const Json&);

}  // namespace linchpin::connect
