// The server of base/http.hpp, on Boost.Beast and Asio, which stay in the .cpp. HTTP/1.1 with keep-alive; one request
// of a connection is in hand at a time, so pipelined ones are answered in order. A head goes through the gate of
// framing.hpp before Beast sees it; what is refused there, too large or too late is answered (400, 413, 431, 408, an
// empty body) and the connection closed, and no handler runs. Trailers and chunk extensions are refused too.
//
// Answers: Content-Length and Connection are the server's own, and such headers of an Answer are left out; there is no
// Server header. HEAD gets the head of the answer that its handler gives, without the body. A Reply that is dropped
// uncalled cuts the connection; one called after the server's end does nothing. A handler that throws answers 500.
#pragma once

#include <memory>
#include <string>

#include "base/http.hpp"

namespace linchpin::server {

// `listen`: "127.0.0.1:8480", "[::1]:0" (port 0: any free one, see address()). InvalidArgument when it is no address,
// UnsafeEndpoint when it cannot be listened on. The handler runs on `threads` threads: with more than one, in parallel.
// The server must not be destroyed on one of them.
Result<std::unique_ptr<HttpServer>> serve(const std::string& listen, ServerLimits, Handler, int threads = 1);

// The same over a Unix socket at `path` with mode 0600. One that nobody answers at is replaced; UnsafeEndpoint when
// somebody does. address() is the path; it is unlinked at the end.
Result<std::unique_ptr<HttpServer>> serve_local(const std::string& path, Handler);

}  // namespace linchpin::server
