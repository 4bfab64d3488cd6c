#include "sandbox/webhook_signature.hpp"

#include <array>
#include <utility>

#include "base/crypto.hpp"
#include "sandbox/text.hpp"

namespace linchpin::sandbox {
namespace {

std::string hubspot_uri(std::string_view uri) {
  static constexpr std::array<std::pair<std::string_view, char>, 12> escapes{{{"%3a", ':'},
                                                                              {"%2f", '/'},
                                                                              {"%3f", '?'},
                                                                              {"%40", '@'},
                                                                              {"%21", '!'},
                                                                              {"%24", '$'},
                                                                              {"%27", '\''},
                                                                              {"%28", '('},
                                                                              {"%29", ')'},
                                                                              {"%2a", '*'},
                                                                              {"%2c", ','},
                                                                              {"%3b", ';'}}};
  std::string decoded;
  for (std::size_t at = 0; at < uri.size();) {
    const std::string escape = lower_ascii(uri.substr(at, 3));
    const char* found = nullptr;
    for (const auto& [text, character] : escapes) {
      if (escape == text) found = &character;
    }
    decoded += found ? *found : uri[at];
    at += found ? 3 : 1;
  }
  return decoded;
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

}  // namespace

std::string hubspot_signature_v3(std::string_view secret, std::string_view method, std::string_view uri,
                                 std::string_view body, std::int64_t timestamp_ms) {
  const std::string source = joined({method, hubspot_uri(uri), body, std::to_string(timestamp_ms)});
  return to_base64(as_text(hmac_sha256(secret, source)));
}

std::string hubspot_signature_v1(std::string_view secret, std::string_view body) {
  return to_hex(as_text(sha256(joined({secret, body}))));
}

std::string hubspot_signature_v2(std::string_view secret, std::string_view method, std::string_view uri,
                                 std::string_view body) {
  return to_hex(as_text(sha256(joined({secret, method, uri, body}))));
}

std::string xero_signature(std::string_view key, std::string_view body) {
  return to_base64(as_text(hmac_sha256(key, body)));
}

std::string standard_webhooks_signature(std::string_view secret, std::string_view id, std::int64_t timestamp_s,
                                        std::string_view body) {
  constexpr std::string_view prefix = "whsec_";
  if (!secret.starts_with(prefix)) return {};
  const auto key = from_base64(secret.substr(prefix.size()));
  if (!key || key->empty()) return {};
  const std::string source = joined({id, ".", std::to_string(timestamp_s), ".", body});
  return "v1," + to_base64(as_text(hmac_sha256(*key, source)));
}

}  // namespace linchpin::sandbox
