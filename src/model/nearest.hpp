// "Did you mean …?": the name that was probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace linchpin::model {

// The choice nearest to `written` (insertions, deletions, replacements, swaps of neighbours; case counts for nothing),
// or
// "" when none is near enough to be a slip: more than two letters, or a third of them, differ (of three letters: more
// than one).
std::string nearest(std::string_view written, const std::vector<std::string>& choices);

// "Did you mean 'owner'?" when one is near, else "One of: a, b, c" (at most twelve are named), else "".
std::string suggestion(std::string_view written, const std::vector<std::string>& choices);

}  // namespace linchpin::model
