// HttpClient over libcurl: one thread, many requests at once, connections kept and HTTP/2 where the server speaks it.
//
// The address of every connection is checked before it is made (after the name has been resolved, so that a name cannot
// be pointed at a private address later): private, loopback, link-local, multicast and reserved ranges are refused, and
// so is plain http, unless the request's host is one of `private_hosts`. Proxies come from `proxy` alone, never from
// the environment; with one, the proxy resolves names, so addresses cannot be checked here.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "base/http.hpp"

namespace linchpin::connect {

struct ClientOptions {
  std::set<std::string> private_hosts;   // "127.0.0.1:9100", as the URL has it: of connections whose file allows it
  std::string proxy;                     // "" = none
  std::string ca_file;                   // "" = the system's
  std::size_t answer_bytes = 16u << 20;  // after decompression
  // Asked on the client's thread just before a request is sent, and again before its body is: after `false` it is not.
  // For a process that may have lost, while it stood still, what allows it to write. Empty: always.
  std::function<bool()> may_send = {};
  bool private_anywhere = false;  // for simulated systems, whose webhooks go to wherever a test listens
};
// Its end calls `done` of what is under way with SystemUnavailable (SystemUnreachable for what was never sent).
std::unique_ptr<HttpClient> make_http_client(ClientOptions);

// The host and port of a base URL, as private_hosts wants them: "127.0.0.1:9100" of "http://127.0.0.1:9100/x"; "" of
// nonsense.
std::string url_authority(std::string_view url);

// Whether an address may be called without being allowed: neither private nor special (RFC 6890), IPv4 or IPv6, also an
// IPv4 address mapped or translated into an IPv6 one. `address` is 4 or 16 bytes.
bool is_public_address(std::string_view address);

}  // namespace linchpin::connect
