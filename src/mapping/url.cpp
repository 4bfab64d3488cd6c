// The WHATWG URL parser for http and https, without a base: a text that names no scheme is refused, not completed.
#include <algorithm>
#include <array>
#include <vector>

#include "mapping/email.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

tl::unexpected<Error> not_a_url() {
  return fail(Code::ValueInvalid, "the value is not a web address (http or https)",
              "Correct it in the system that it comes from");
}

int hex_value(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

std::string encoded(std::string_view text, std::string_view also) {
  constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F || also.find(c) != std::string_view::npos) {
      out += '%';
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> out{""};
  for (const char c : text) {
    if (c == at)
      out.emplace_back();
    else
      out.back() += c;
  }
  return out;
}

// An IPv4 part in base 8, 10 or 16; nothing when it is no number.
std::optional<std::uint64_t> ipv4_number(std::string_view part) {
  if (part.empty()) return std::nullopt;
  std::uint64_t base = 10;
  if (part.size() >= 2 && part[0] == '0') {
    const bool hex = part[1] == 'x' || part[1] == 'X';
    base = hex ? 16 : 8;
    part.remove_prefix(hex ? 2 : 1);
  }
  std::uint64_t out = 0;
  for (const char c : part) {
    const int digit = hex_value(c);
    if (digit < 0 || static_cast<std::uint64_t>(digit) >= base) return std::nullopt;
    out = std::min<std::uint64_t>(out * base + static_cast<std::uint64_t>(digit), 1ull << 40);
  }
  return out;
}

bool ends_in_number(const std::vector<std::string>& parts) {
  std::size_t last = parts.size() - 1;
  if (parts[last].empty()) {
    if (last == 0) return false;
    --last;
  }
  const std::string& part = parts[last];
  if (!part.empty() && part.find_first_not_of("0123456789") == std::string::npos) return true;
  return part.size() >= 2 && (part.starts_with("0x") || part.starts_with("0X")) && ipv4_number(part).has_value();
}

std::optional<std::string> ipv4(std::vector<std::string> parts) {
  if (parts.back().empty() && parts.size() > 1) parts.pop_back();
  if (parts.size() > 4) return std::nullopt;
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = ipv4_number(parts[i]);
    if (!number) return std::nullopt;
    const bool last = i + 1 == parts.size();
    const std::uint64_t limit = last ? 1ull << (8 * (5 - parts.size())) : 256;
    if (*number >= limit) return std::nullopt;
    address += last ? *number : *number << (8 * (3 - i));
  }
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += (out.empty() ? "" : ".") + std::to_string(address >> shift & 255);
  return out;
}

std::optional<std::string> ipv6(std::string_view text) {
  std::vector<unsigned> front, back;
  bool gap = false;
  std::size_t at = 0;
  if (text.starts_with("::")) {
    gap = true;
    at = 2;
  }
  while (at < text.size()) {
    std::vector<unsigned>& side = gap ? back : front;
    std::size_t end = at;
    unsigned value = 0;
    while (end < text.size() && end - at < 4 && hex_value(text[end]) >= 0)
      value = value * 16 + static_cast<unsigned>(hex_value(text[end++]));
    if (end < text.size() && text[end] == '.') {
      const auto parts = split(text.substr(at), '.');
      if (parts.size() != 4) return std::nullopt;
      unsigned bytes[4];
      for (std::size_t i = 0; i < 4; ++i) {
        if (parts[i].empty() || parts[i].size() > 3 || parts[i].find_first_not_of("0123456789") != std::string::npos)
          return std::nullopt;
        if (parts[i].size() > 1 && parts[i][0] == '0') return std::nullopt;
        bytes[i] = static_cast<unsigned>(std::stoi(parts[i]));
        if (bytes[i] > 255) return std::nullopt;
      }
      side.push_back(bytes[0] * 256 + bytes[1]);
      side.push_back(bytes[2] * 256 + bytes[3]);
      at = text.size();
      break;
    }
    if (end == at) return std::nullopt;
    side.push_back(value);
    at = end;
    if (at == text.size()) break;
    if (text[at] != ':') return std::nullopt;
    ++at;
    if (at == text.size()) return std::nullopt;
    if (text[at] == ':') {
      if (gap) return std::nullopt;
      gap = true;
      ++at;
    }
  }
  if (gap ? front.size() + back.size() > 7 : front.size() != 8) return std::nullopt;
  std::vector<unsigned> pieces = front;
  pieces.resize(8 - back.size(), 0);
  pieces.insert(pieces.end(), back.begin(), back.end());
  // The first longest run of two or more zeros is written as "::".
  std::size_t best = 8, best_length = 1;
  for (std::size_t i = 0; i < 8;) {
    std::size_t length = 0;
    while (i + length < 8 && pieces[i + length] == 0) ++length;
    if (length > best_length) {
      best = i;
      best_length = length;
    }
    i += std::max<std::size_t>(length, 1);
  }
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == best) {
      out += i == 0 ? "::" : ":";
      i += best_length - 1;
      continue;
    }
    constexpr char hex[] = "0123456789abcdef";
    bool begun = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
      const unsigned digit = pieces[i] >> shift & 15;
      if (digit == 0 && !begun && shift > 0) continue;
      begun = true;
      out += hex[digit];
    }
    if (i < 7) out += ':';
  }
  return "[" + out + "]";
}

std::optional<std::string> parse_host(std::string_view text) {
  if (text.starts_with('[')) {
    if (!text.ends_with(']')) return std::nullopt;
    return ipv6(text.substr(1, text.size() - 2));
  }
  auto host = domain_to_ascii(decoded(text), false);
  if (!host || host->empty()) return std::nullopt;
  for (const char c : *host) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F || std::string_view("#/:<>?@[\\]^|%").find(c) != std::string_view::npos)
      return std::nullopt;
  }
  const auto parts = split(*host, '.');
  return ends_in_number(parts) ? ipv4(parts) : host;
}

std::string parse_path(std::string_view text) {
  std::vector<std::string> segments;
  std::string path(text);
  std::replace(path.begin(), path.end(), '\\', '/');
  const auto raw = split(path.starts_with('/') ? std::string_view(path).substr(1) : std::string_view(path), '/');
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool last = i + 1 == raw.size();
    std::string plain = lower_ascii(raw[i]);
    for (std::size_t at = 0; (at = plain.find("%2e", at)) != std::string::npos;) plain.replace(at, 3, ".");
    if (plain == "..") {
      if (!segments.empty()) segments.pop_back();
      if (last) segments.emplace_back();
    } else if (plain == ".") {
      if (last) segments.emplace_back();
    } else {
      segments.push_back(encoded(raw[i], "\"#<>?`{}"));
    }
  }
  std::string out;
  for (const std::string& segment : segments) out += "/" + segment;
  return out.empty() ? "/" : out;
}

}  // namespace

Result<Value> normalise_url(const Json& value) {
  if (value.is_null()) return Value();
  if (!value.is_text()) return not_a_url();
  std::string text = trimmed(value.text());
  if (text.empty()) return Value();
  std::erase_if(text, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });

  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return not_a_url();
  const std::string scheme = lower_ascii(std::string_view(text).substr(0, colon));
  if (scheme != "http" && scheme != "https") return not_a_url();
  const std::size_t start = std::min(text.find_first_not_of("/\\", colon + 1), text.size());
  const std::size_t authority_end = std::min(text.find_first_of("/\\?#", start), text.size());
  std::string_view authority = std::string_view(text).substr(start, authority_end - start);

  std::string user;
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view login = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    constexpr std::string_view set = "\"#<>?`{}/:;=@[\\]^|";
    const auto divide = login.find(':');
    user = encoded(login.substr(0, divide), set);
    const std::string password = divide == std::string_view::npos ? "" : encoded(login.substr(divide + 1), set);
    if (!password.empty()) user += ":" + password;
    if (!user.empty()) user += "@";
  }
  std::string port;
  const auto bracket = authority.rfind(']');
  if (const auto divide = authority.rfind(':');
      divide != std::string_view::npos && (bracket == std::string_view::npos || divide > bracket)) {
    const std::string_view digits = authority.substr(divide + 1);
    authority = authority.substr(0, divide);
    if (digits.find_first_not_of("0123456789") != std::string_view::npos || digits.size() > 9) return not_a_url();
    if (!digits.empty()) {
      const int number = std::stoi(std::string(digits));
      if (number > 65'535) return not_a_url();
      if (number != (scheme == "http" ? 80 : 443)) port = ":" + std::to_string(number);
    }
  }
  const auto host = parse_host(authority);
  if (!host) return not_a_url();

  const std::size_t fragment_start = std::min(text.find('#', authority_end), text.size());
  const std::size_t query_start = std::min(text.find('?', authority_end), fragment_start);
  std::string out = scheme + "://" + user + *host + port;
  out += parse_path(std::string_view(text).substr(authority_end, query_start - authority_end));
  if (query_start < fragment_start)
    out += "?" + encoded(std::string_view(text).substr(query_start + 1, fragment_start - query_start - 1), "\"#<>'");
  if (fragment_start < text.size()) {
    out += "#" + encoded(std::string_view(text).substr(fragment_start + 1), "\"<>`");
  }
  return Value(std::move(out));
}

}  // namespace linchpin::mapping
