// An answer's status line and headers as bytes.
#pragma once

#include <string>
#include <string_view>

#include "base/http.hpp"

namespace linchpin::server {

// A status that has no body whatever Answer::body says (RFC 9110): 1xx, 204, 304.
bool has_body(int status);

// Appends the head with the empty line that ends it. The framing is the server's: Content-Length (exact; none where
// !has_body), Connection and Server in the Answer are left out, and so is a header with a line break or a NUL in it,
// which would be read as another one. `date` is the Date header's line, for an Answer without one.
void append_head(std::string& out, const Answer&, std::string_view date, bool keep_alive);

}  // namespace linchpin::server
