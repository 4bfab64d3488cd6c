// Text within a system's limit, and in one case by a language's rules.
#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"

namespace linchpin::mapping {

enum class FitUnit { CodePoints, Utf16, Bytes };
// The text when it fits; else cut behind the last whole grapheme cluster (UAX 29) that fits, or ValueTooLong.
Result<Json> fit_text(std::string_view text, std::size_t max, FitUnit, bool cut);

std::string in_case(std::string_view text, bool upper, std::string_view locale);

}  // namespace linchpin::mapping
