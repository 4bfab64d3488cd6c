#include "server/router.hpp"

#include "base/json.hpp"

#include <algorithm>

namespace linchpin::server {
namespace {

Segments split(std::string_view path) {
  Segments segments;
  path.remove_prefix(1);
  for (;;) {
    const std::size_t slash = path.find('/');
    segments.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

bool is_name(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

bool fits(const Segments& pattern, const Segments& path, Segments& named) {
  if (pattern.size() != path.size()) return false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (!is_name(pattern[i])) {
      if (pattern[i] != path[i]) return false;
      continue;
    }
    std::string value = percent_decode(path[i]);
    if (value.empty() || std::ranges::any_of(value, [](unsigned char c) { return c < ' ' || c == 0x7f || c == '/'; }))
      return false;
    named.push_back(std::move(value));
  }
  return true;
}

}  // namespace

void Router::on(std::string method, std::string_view pattern, Routed routed) {
  routes_.push_back({std::move(method), split(pattern), std::move(routed)});
}

void Router::operator()(Request request, Reply reply) const {
  const Segments path = split(path_of(request.url));
  const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : request.method;
  std::string allowed;
  for (const Route& route : routes_) {
    Segments named;
    if (!fits(route.pattern, path, named)) continue;
    if (route.method == method) return route.routed(std::move(request), std::move(named), std::move(reply));
    allowed += (allowed.empty() ? "" : ", ") + route.method + (route.method == "GET" ? ", HEAD" : "");
  }
  if (allowed.empty())
    return reply(
        problem({Code::NotFound, "nothing answers at this path", {}, "Look at docs/guide for the hub's paths"}));
  Answer answer =
      problem({Code::InvalidArgument, "nothing answers that method at this path", {}, "Ask with " + allowed});
  answer.status = 405;
  answer.body = canonical(parse_json(answer.body)->with("status", 405).with("title", "Method Not Allowed"));
  answer.headers.push_back({"Allow", std::move(allowed)});
  reply(std::move(answer));
}

}  // namespace linchpin::server
