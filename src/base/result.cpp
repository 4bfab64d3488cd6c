#include "base/result.hpp"

namespace linchpin {
namespace {

struct CodeRow {
  std::string_view text;
  int exit;
  int http;
  std::string_view meaning;
};
constexpr CodeRow rows[] = {
#define ERROR(name, code, exit, http, meaning) {code, exit, http, meaning},
#include "base/errors.def"
#undef ERROR
};
const CodeRow& row(Code code) { return rows[static_cast<std::size_t>(code)]; }

}  // namespace

std::string_view code_text(Code code) { return row(code).text; }
std::optional<Code> parse_code(std::string_view text) {
  for (std::size_t code = 0; code < std::size(rows); ++code)
    if (rows[code].text == text) return static_cast<Code>(code);
  return std::nullopt;
}
int exit_status(Code code) { return row(code).exit; }
int http_status(Code code) { return row(code).http; }
std::string_view code_meaning(Code code) { return row(code).meaning; }

std::string to_text(const Place& place) {
  std::string text = place.file;
  if (place.line > 0) {
    text += ':' + std::to_string(place.line);
    if (place.column > 0) text += ':' + std::to_string(place.column);
  }
  return text;
}

std::string to_text(const Error& error) {
  std::string text;
  if (!error.at.file.empty()) text = to_text(error.at) + ": ";
  text += error.what;
  // `what` may quote something that ends in a stop of its own.
  if (!text.empty() && text.back() != '.') text += '.';
  if (!error.fix.empty()) {
    text += ' ' + error.fix;
    if (text.back() != '.' && text.back() != '?') text += '.';
  }
  return text;
}

}  // namespace linchpin
