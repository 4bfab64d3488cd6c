// An HTTP request and its answer as values, and the two ports that carry them. Who implements: HttpClient in
// connect/transport (libcurl), HttpServer in server/http (Boost.Beast).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace linchpin {

struct Header {
  std::string name;  // as sent; compare without case
  std::string value;
  bool operator==(const Header&) const = default;
};
using Headers = std::vector<Header>;
const std::string* find_header(const Headers&, std::string_view name);  // the first; nullptr when absent
std::size_t count_headers(const Headers&, std::string_view name);

// A request. From a client `url` is absolute; at a server it is the raw target ("/webhooks/hubspot?x=%2F").
// Bodies and headers hold secrets and personal data: never log one.
struct Request {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
};
struct Answer {
  int status = 200;  // 0 at a server: the connection is cut without an answer (a sandbox that loses one)
  Headers headers;
  std::string body;
};

std::string_view path_of(std::string_view target);   // up to '?', still escaped
std::string_view query_of(std::string_view target);  // after '?', or ""
std::string percent_encode(std::string_view);        // all but RFC 3986's unreserved
std::string percent_decode(std::string_view);        // '+' stays; a broken escape stays as it is
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);  // decoded, '+' is a space
std::optional<std::string> query_value(std::string_view target, std::string_view name);

Answer json_answer(int status, std::string body);  // application/json
Answer problem(const Error&);                      // application/problem+json (RFC 9457), status of the code

// Sends requests. Calls `done` exactly once for each, on the client's own thread. TLS is verified; redirects are not
// followed; a request is never sent twice. The error's code tells what may have happened, and no more:
//   SystemUnreachable  nothing was sent: no such host, a refused connection, a certificate that does not verify
//   UnsafeEndpoint     nothing was sent: the address is private, or plain http, and neither is allowed for that host
//   SystemUnavailable  it was sent, in part at least, and no whole answer came
//   AnswerUnusable     an answer came and is larger than 16 MiB
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual void send(Request, milliseconds timeout, std::function<void(Result<Answer>)> done) = 0;
};

// Serves. `handler` runs on the server's thread, must not block, and calls `reply` exactly once, from any thread.
using Reply = std::function<void(Answer)>;
using Handler = std::function<void(Request, Reply)>;
struct ServerLimits {
  std::size_t header_bytes = 16u << 10;
  std::size_t body_bytes = 4u << 20;
  milliseconds header_time{10'000};
  milliseconds body_time{30'000};
  std::size_t connections = 4096;
  std::size_t bodies_bytes = 256u << 20;  // of all requests in hand; beyond it 503
};
class HttpServer {
 public:
  virtual ~HttpServer() = default;          // stops: no handler runs after it
  virtual std::string address() const = 0;  // "127.0.0.1:8480", the port as bound
};

}  // namespace linchpin
