#include "connect/webhook.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace linchpin::connect {
namespace {

using engine::Signature;

constexpr std::size_t signatures_most = 20;  // in one header: each costs a comparison for every key

// The key's bytes, by the scheme; empty when the secret is none.
std::string key_bytes_of(const SignatureScheme& scheme, std::string_view secret) {
  if (!scheme.whsec) return std::string(secret);
  if (!secret.starts_with("whsec_")) return {};
  return from_base64(secret.substr(6)).value_or("");
}

// Ed25519 public keys, "whpk_" and base64 (Standard Webhooks 1.0.0).
std::string public_key_of(std::string_view secret) {
  if (!secret.starts_with("whpk_")) return {};
  auto key = from_base64(secret.substr(5)).value_or("");
  return key.size() == 32 ? key : std::string();
}

std::optional<std::string> decode(const SignatureScheme& scheme, std::string_view text) {
  if (!text.starts_with(scheme.prefix)) return {};
  text.remove_prefix(scheme.prefix.size());
  return scheme.hex ? from_hex(text) : from_base64(text);
}

struct Given {
  std::vector<std::string> hmacs, ed25519s;  // decoded, of the right length
};

Given signatures_in(const SignatureScheme& scheme, std::string_view header) {
  Given given;
  for (std::size_t count = 0; count < signatures_most; ++count) {
    const auto end = scheme.separator.empty() ? std::string_view::npos : header.find(scheme.separator);
    std::string_view one = header.substr(0, end);
    std::vector<std::string>* of = &given.hmacs;
    if (!scheme.hmac_versions.empty()) {
      const std::string version(one.substr(0, one.find(',')));
      one.remove_prefix(std::min(version.size() + 1, one.size()));
      of = scheme.hmac_versions.contains(version)      ? &given.hmacs
           : scheme.ed25519_versions.contains(version) ? &given.ed25519s
                                                       : nullptr;
    }
    if (of) {
      const std::size_t length = of == &given.hmacs ? 32 : 64;
      if (auto bytes = decode(scheme, one); bytes && bytes->size() == length) of->push_back(*std::move(bytes));
    }
    if (end == std::string_view::npos) break;
    header.remove_prefix(end + scheme.separator.size());
  }
  return given;
}

std::string signed_url(const SignatureScheme& scheme, const std::string& public_url, const Request& request) {
  std::string url = public_url;
  while (url.ends_with('/')) url.pop_back();
  url += request.url;
  if (url.find('%') == std::string::npos) return url;  // an escape begins with it
  std::string unescaped;
  for (std::size_t i = 0; i < url.size();) {
    const auto same = [&](const std::string& escape) {
      return std::ranges::equal(std::string_view(url).substr(i, escape.size()), escape,
                                [](unsigned char a, unsigned char b) { return std::toupper(a) == std::toupper(b); });
    };
    const auto escape = std::ranges::find_if(scheme.unescape, same);
    if (escape == scheme.unescape.end()) {
      unescaped += url[i++];
    } else {
      unescaped += percent_decode(*escape);
      i += escape->size();
    }
  }
  return unescaped;
}

// Digits only, and few enough that no arithmetic overflows.
std::optional<Instant> parse_timestamp(const SignatureScheme& scheme, std::string_view text) {
  std::int64_t number = 0;
  const bool plain =
      !text.empty() && text.size() <= 13 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!plain) return {};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return from_ms(scheme.timestamp_ms ? number : number * 1000);
}

std::string_view header_or_empty(const Request& request, const std::string& name) {
  const std::string* value = name.empty() ? nullptr : find_header(request.headers, name);
  return value ? std::string_view(*value) : std::string_view();
}

std::string signed_bytes(const SignatureScheme& scheme, const Request& request, const std::string& public_url) {
  std::string bytes;
  for (std::size_t i = 0; i < scheme.signs.size(); ++i) {
    if (i > 0) bytes += scheme.joined_by;
    switch (scheme.signs[i]) {
      case SignatureScheme::Part::Method:
        bytes += request.method;
        break;
      case SignatureScheme::Part::Url:
        bytes += signed_url(scheme, public_url, request);
        break;
      case SignatureScheme::Part::Body:
        bytes += request.body;
        break;
      case SignatureScheme::Part::Timestamp:
        bytes += header_or_empty(request, scheme.timestamp_header);
        break;
      case SignatureScheme::Part::Id:
        bytes += header_or_empty(request, scheme.id_header);
        break;
    }
  }
  return bytes;
}

// Each header that counts stands once: what two of them mean is anybody's guess.
bool headers_are_plain(const SignatureScheme& scheme, const Request& request) {
  for (const std::string* name : {&scheme.header, &scheme.timestamp_header, &scheme.id_header}) {
    if (!name->empty() && count_headers(request.headers, *name) != 1) return false;
  }
  // The id stands in front of a separator in what is signed: one that holds it could be read in two ways.
  return scheme.id_header.empty() || scheme.joined_by.empty() ||
         header_or_empty(request, scheme.id_header).find(scheme.joined_by) == std::string_view::npos;
}

bool signature_matches(const SignatureScheme& scheme, const Given& given, const std::string& bytes,
                       const engine::Credential& credential) {
  bool matches = false;
  for (const auto& [name, secret] : credential.secrets) {
    if (!is_webhook_secret(name)) continue;
    if (const std::string key = public_key_of(secret.bytes()); !key.empty() && !scheme.ed25519_versions.empty()) {
      for (const std::string& signature : given.ed25519s) matches |= verify(key, bytes, signature);
      continue;
    }
    const std::string key = key_bytes_of(scheme, secret.bytes());
    if (key.empty()) continue;
    const Hash due = hmac_sha256(key, bytes);
    for (const std::string& signature : given.hmacs) matches |= equal_constant_time(as_text(due), signature);
  }
  return matches;
}

Signature verify_one(const SignatureScheme& scheme, const Request& request, const std::string& public_url,
                     const engine::Credential& credential, Instant now) {
  const Given given = signatures_in(scheme, header_or_empty(request, scheme.header));
  const bool matches = signature_matches(scheme, given, signed_bytes(scheme, request, public_url), credential);
  if (!headers_are_plain(scheme, request) || !matches) return Signature::Bad;
  if (scheme.timestamp_header.empty()) return Signature::Good;
  const auto at = parse_timestamp(scheme, header_or_empty(request, scheme.timestamp_header));
  if (!at) return Signature::Bad;
  const auto away = *at > now ? *at - now : now - *at;
  return away > scheme.tolerance ? Signature::Stale : Signature::Good;
}

}  // namespace

bool is_webhook_secret(std::string_view name) {
  return name == "webhook.secret" || name.starts_with("webhook.secret_");
}

bool usable_key(const std::vector<SignatureScheme>& schemes, const Secret& secret) {
  return std::ranges::any_of(schemes, [&](const SignatureScheme& scheme) {
    return !key_bytes_of(scheme, secret.bytes()).empty() ||
           (!scheme.ed25519_versions.empty() && !public_key_of(secret.bytes()).empty());
  });
}

Signature verify_webhook(const std::vector<SignatureScheme>& schemes, const Request& request,
                         const std::string& public_url, const engine::Credential& credential, Instant now) {
  // The first scheme whose header is there decides: a second one must not rescue what the first refuses. With none, the
  // first is checked all the same, so that the answer takes as long.
  const auto present = std::ranges::find_if(
      schemes, [&](const SignatureScheme& scheme) { return find_header(request.headers, scheme.header) != nullptr; });
  if (schemes.empty()) return Signature::Bad;
  return verify_one(present == schemes.end() ? schemes.front() : *present, request, public_url, credential, now);
}

}  // namespace linchpin::connect
