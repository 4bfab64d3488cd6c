#include "cli/printable.hpp"

#include <unicode/utf8.h>

#include <cstdio>

namespace linchpin::cli {
namespace {

bool is_obeyed(UChar32 c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

std::string written_out(UChar32 c) {
  if (c == '\n') return "\\n";
  if (c == '\r') return "\\r";
  if (c == '\t') return "\\t";
  char text[16];
  std::snprintf(text, sizeof text, c < 0x80 ? "\\x%02x" : "\\u%04x", static_cast<unsigned>(c));
  return text;
}

std::string bytes_written_out(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) {
    char text[16];
    std::snprintf(text, sizeof text, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    out += text;
  }
  return out;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    UChar32 c = 0;
    U8_NEXT(text.data(), at, text.size(), c);
    const std::string_view as_it_is = text.substr(from, at - from);
    if (c < 0)
      out += bytes_written_out(as_it_is);
    else if (is_obeyed(c))
      out += written_out(c);
    else
      out += as_it_is;
  }
  return out;
}

Json printable_answer(const Json& answer) {
  if (answer.is_text()) return printable(answer.text());
  if (answer.is_list()) {
    Json::List items;
    for (const Json& item : answer.items()) items.push_back(printable_answer(item));
    return items;
  }
  if (!answer.is_object()) return answer;
  Json::Object members;
  for (const auto& [name, value] : answer.members()) members.emplace_back(printable(name), printable_answer(value));
  return members;
}

std::string in_line(const Json& printable_value) {
  if (printable_value.is_text()) return printable_value.text();
  std::string json = canonical(printable_value);
  for (std::size_t at = 0; (at = json.find(R"(\\)", at)) != std::string::npos; ++at) json.erase(at, 1);
  return json;
}

}  // namespace linchpin::cli
