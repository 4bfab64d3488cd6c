// The gate before the handler: a request's head is let through only when its framing can be read in one way. Two
// readers who disagree about where a request ends (a proxy and we) are how one request is smuggled inside another, and
// what a signature covers must be what we read. Stricter than RFC 9112, which lets a server mend some of this; Beast
// accepts it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace linchpin::server {

struct Framing {
  std::optional<std::uint64_t> length;  // Content-Length
  bool chunked = false;
  bool expects_continue = false;  // Expect: 100-continue
};

inline constexpr int headers_most = 100;

// `head` is the request line and the header lines, with the empty line that ends them. RequestAmbiguous for:
// anything but METHOD SP /target SP HTTP/1.0 or 1.1 · a line that does not end in CRLF · a folded line · a space before
// a colon · a control character · no Host, two, or one that is no host · a Content-Length that is repeated or no plain
// number · a Transfer-Encoding that is repeated, not exactly "chunked", beside a Content-Length, or in HTTP/1.0 ·
// either written with '_' · a repeated header of which one value is meant (signatures and their times, Authorization,
// Content-Type, Content-Encoding, Idempotency-Key, Expect, Cookie, Origin) · an Expect other than 100-continue · more
// than headers_most lines.
Result<Framing> judge(std::string_view head);

}  // namespace linchpin::server
