// The patterns of test(): as jq's engine reads them, for RE2, which has no backtracking.
#pragma once

#include <string>
#include <string_view>

namespace linchpin::mapping {

// A pattern of jq's engine (Oniguruma, with Perl's syntax) in RE2's words: $ stands at the end or before a last line
// break, and \w and \d are letters and digits of every language. ^ stands at the beginning alone, in both.
std::string as_re2(std::string_view pattern);

}  // namespace linchpin::mapping
