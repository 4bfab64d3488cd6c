// Which handler answers which method and path. A pattern's segments are literals or {names}: "/process/{entity}/{id}".
// Paths are compared as they were sent: an escaped literal is another path, and there is no "..". What stands for a
// {name} is percent-decoded and handed over in the pattern's order; it is never empty, and holds no control character
// and no '/'.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/http.hpp"

namespace linchpin::server {

using Segments = std::vector<std::string>;
using Routed = std::function<void(Request, Segments, Reply)>;

class Router {
 public:
  // GET also answers HEAD. Patterns are tried in the order in which they were added.
  void on(std::string method, std::string_view pattern, Routed);
  // The Handler: 404 when no pattern has the path, 405 with Allow when none of those that have it has the method.
  void operator()(Request, Reply) const;

 private:
  struct Route {
    std::string method;
    Segments pattern;
    Routed routed;
  };
  std::vector<Route> routes_;
};

}  // namespace linchpin::server
