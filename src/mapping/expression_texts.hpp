// Which texts an expression compares its input's members with, so that a text which a field never holds is found before
// anything runs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace linchpin::mapping {

struct ComparedText {
  std::string member, text;
};
// Each text that a top-level member is compared with by == or != on the input itself: `.stage != "lead" and …` gives
// {"stage", "lead"}. Not every such comparison is found, and none that is not there. Nothing of what does not compile.
std::vector<ComparedText> compared_texts(std::string_view expression);

}  // namespace linchpin::mapping
