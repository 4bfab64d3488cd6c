#include "server/framing.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace linchpin::server {
namespace {

tl::unexpected<Error> ambiguous(const char* what) {
  return fail(Code::RequestAmbiguous, what,
              "Send each header that frames or signs the request once, in its plain form");
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool alpha(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

// RFC 9110 section 5.6.2.
constexpr auto token_chars = [] {
  std::array<bool, 256> is{};
  for (char c = '0'; c <= '9'; ++c) is[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) is[static_cast<unsigned char>(c)] = is[static_cast<unsigned char>(c - 32)] = true;
  for (char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'})
    is[static_cast<unsigned char>(c)] = true;
  return is;
}();
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return token_chars[c]; });
}

bool same(std::string_view name, std::string_view lowercase) {
  return name.size() == lowercase.size() &&
         std::equal(name.begin(), name.end(), lowercase.begin(), [](char a, char b) { return lower(a) == b; });
}
bool contains(std::string_view name, std::string_view lowercase) {
  return std::search(name.begin(), name.end(), lowercase.begin(), lowercase.end(),
                     [](char a, char b) { return lower(a) == b; }) != name.end();
}

// Headers of which exactly one value is meant, beside those that frame. Who signs differs by vendor, so their names are
// known by what is in them.
bool is_single(std::string_view name) {
  return contains(name, "signature") || contains(name, "timestamp") || contains(name, "webhook-") ||
         same(name, "authorization") || same(name, "content-type") || same(name, "content-encoding") ||
         same(name, "idempotency-key") || same(name, "expect") || same(name, "cookie") || same(name, "origin");
}

// Some servers behind a proxy read '_' as '-': what is not framing to one is framing to the other.
bool frames_by_underscore(std::string_view name) {
  if (name.find('_') == std::string_view::npos) return false;
  const auto reads = [&](std::string_view dashed) {
    return std::equal(name.begin(), name.end(), dashed.begin(), dashed.end(),
                      [](char a, char b) { return (a == '_' ? '-' : lower(a)) == b; });
  };
  return reads("content-length") || reads("transfer-encoding");
}

bool is_host(std::string_view value) {
  return !value.empty() && std::ranges::all_of(value, [](char c) {
    return alpha(c) || digit(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
  });
}

std::optional<std::uint64_t> plain_number(std::string_view value) {
  if (value.empty() || value.size() > 18 || (value.size() > 1 && value.front() == '0')) return {};
  if (!std::ranges::all_of(value, digit)) return {};
  std::uint64_t number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

// Takes the next line off `rest`, without its CRLF.
std::optional<std::string_view> next_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos || end == 0 || rest[end - 1] != '\r') return {};
  const std::string_view line = rest.substr(0, end - 1);
  rest.remove_prefix(end + 1);
  return line;
}

std::string_view trimmed(std::string_view value) {
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  return value;
}

// The minor version: 0 or 1.
Result<int> judge_request_line(std::string_view line) {
  const std::size_t first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return ambiguous("a request line without its three parts");
  if (!is_token(line.substr(0, first))) return ambiguous("a method that is no token");
  const std::string_view target = line.substr(first + 1, last - first - 1), version = line.substr(last + 1);
  if (target.empty() || target.front() != '/') return ambiguous("a target that is not a path");
  if (!std::ranges::all_of(target, [](char c) { return c > ' ' && c < 0x7f && c != '#'; }))
    return ambiguous("a target with a character that must be escaped");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return ambiguous("a version other than HTTP/1.1 and HTTP/1.0");
  return version.back() - '0';
}

}  // namespace

Result<Framing> judge(std::string_view head) {
  const auto first = next_line(head);
  if (!first) return ambiguous("a request line that does not end in CRLF");
  const int minor = TRY(judge_request_line(*first));

  Framing framing;
  int hosts = 0, count = 0;
  std::array<std::string_view, headers_most> singles;
  std::size_t single_count = 0;
  for (;;) {
    const auto line = next_line(head);
    if (!line) return ambiguous("a header line that does not end in CRLF");
    if (line->empty()) break;
    if (++count > headers_most) return ambiguous("too many header lines");
    if (line->front() == ' ' || line->front() == '\t') return ambiguous("a folded header line");
    const std::size_t colon = line->find(':');
    if (colon == std::string_view::npos || !is_token(line->substr(0, colon)))
      return ambiguous("a header line without a proper name");
    const std::string_view name = line->substr(0, colon), value = trimmed(line->substr(colon + 1));
    if (!std::ranges::all_of(value, [](unsigned char c) { return (c >= ' ' && c != 0x7f) || c == '\t'; }))
      return ambiguous("a header with a control character");

    if (same(name, "host")) {
      if (++hosts > 1) return ambiguous("two Host headers");
      if (!is_host(value)) return ambiguous("a Host header that is no host");
    } else if (same(name, "content-length")) {
      if (framing.length) return ambiguous("two Content-Length headers");
      framing.length = plain_number(value);
      if (!framing.length) return ambiguous("a Content-Length that is no plain number");
    } else if (same(name, "transfer-encoding")) {
      if (framing.chunked) return ambiguous("two Transfer-Encoding headers");
      if (!same(value, "chunked") || minor == 0) return ambiguous("a Transfer-Encoding other than chunked");
      framing.chunked = true;
    } else if (frames_by_underscore(name)) {
      return ambiguous("a framing header written with an underscore");
    } else if (is_single(name)) {
      for (std::size_t i = 0; i < single_count; ++i)
        if (std::ranges::equal(singles[i], name, {}, lower, lower)) return ambiguous("a repeated header of one value");
      singles[single_count++] = name;
      if (same(name, "expect")) {
        if (!same(value, "100-continue")) return ambiguous("an Expect other than 100-continue");
        framing.expects_continue = minor == 1;
      }
    }
  }
  if (!head.empty()) return ambiguous("more than one head");
  if (hosts == 0) return ambiguous("no Host header");
  if (framing.length && framing.chunked) return ambiguous("both Content-Length and Transfer-Encoding");
  return framing;
}

}  // namespace linchpin::server
