#include "server/answer_head.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <charconv>

namespace linchpin::server {
namespace {

namespace http = boost::beast::http;

bool is(const std::string& name, std::string_view known) {
  return name.size() == known.size() && boost::beast::iequals(name, {known.data(), known.size()});
}

bool plain(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos; }

bool writable(const Header& h) {
  constexpr std::string_view ours[] = {"content-length", "transfer-encoding", "connection", "server"};
  const bool framing = std::ranges::any_of(ours, [&](std::string_view name) { return is(h.name, name); });
  return !framing && !h.name.empty() && plain(h.name) && plain(h.value);
}

void append_number(std::string& out, std::size_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

}  // namespace

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

void append_head(std::string& out, const Answer& answer, std::string_view date, bool keep_alive) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(answer.status));
  const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(answer.status)));
  out.append(" ").append(reason.data(), reason.size()).append("\r\n");
  bool dated = false;
  for (const Header& header : answer.headers) {
    if (!writable(header)) continue;
    dated = dated || is(header.name, "date");
    out.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  if (!dated) out.append(date);
  if (has_body(answer.status)) {
    out.append("Content-Length: ");
    append_number(out, answer.body.size());
    out.append("\r\n");
  }
  out.append(keep_alive ? "\r\n" : "Connection: close\r\n\r\n");
}

}  // namespace linchpin::server
