// Small questions about texts that every vendor asks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::sandbox {

std::string lower_ascii(std::string_view);
std::string trimmed(std::string_view);  // without spaces and tabs at both ends
std::string digits_of(std::string_view);
std::size_t character_count(std::string_view utf8);  // code points: vendors' length limits count these
bool looks_like_email(std::string_view);
std::vector<std::string> split(std::string_view, char at);
std::vector<std::string> path_segments(std::string_view target);  // of the path, decoded, without empty ones
std::optional<double> as_number(std::string_view);                // the whole text, in plain or scientific form; finite

}  // namespace linchpin::sandbox
