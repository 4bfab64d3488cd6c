// What can be told of an expression before anything runs: which texts it compares its input's members with, so that a
// text which a field never holds is found, and which values it may give.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "mapping/path.hpp"

namespace linchpin::mapping {

struct ComparedText {
  std::string member, text;
};
// Each text that a top-level member is compared with by == or != on the input itself: `.stage != "lead" and …` gives
// {"stage", "lead"}. Not every such comparison is found, and none that is not there. Nothing of what does not compile.
std::vector<ComparedText> compared_texts(std::string_view expression);

// Whether the condition is certainly false of every input that has `text` at `at`, as `.Status != "DELETED"` is of
// DELETED, whatever else the input has. Not every such text is found.
bool rules_out(std::string_view condition, const Path& at, std::string_view text);

// Values that are certainly among those that the expression can give: literals that stand as its result, and true and
// false where a comparison does. Not every one is found.
std::vector<Json> possible_results(std::string_view expression);

}  // namespace linchpin::mapping
