// Result<T>: what a function returns that can fail for a reason outside of the program.
// An Error names what failed, where, and what to do. It never holds a value of a record, a secret or a vendor's text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace linchpin {

enum class Code {
#define ERROR(name, code, exit, http, meaning) name,
#include "base/errors.def"
#undef ERROR
};

std::string_view code_text(Code);  // as users see it: "least_privilege"
std::optional<Code> parse_code(std::string_view text);
int exit_status(Code);                // 1, 2 or 3
int http_status(Code);                // for application/problem+json
std::string_view code_meaning(Code);  // one sentence, for docs/errors.md

// A place in a file that the user wrote. line and column count from 1; 0 means unknown.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
  bool operator==(const Place&) const = default;
};
std::string to_text(const Place&);  // "mappings/xero.yaml:14:9"

struct Error {
  Code code = Code::Internal;
  std::string what;  // what failed, in a sentence without a full stop
  Place at;          // where, if a file of the user's is the reason
  std::string fix;   // what to do about it; may be empty
  bool operator==(const Error&) const = default;
};
std::string to_text(const Error&);  // "mappings/xero.yaml:14:9: what. Fix."

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Code code, std::string what, std::string fix = {}, Place at = {}) {
  return tl::unexpected<Error>(Error{code, std::move(what), std::move(at), std::move(fix)});
}

template <class T, class E>
T taken(tl::expected<T, E>&& result) {
  return *std::move(result);
}
template <class E>
void taken(tl::expected<void, E>&&) {}

}  // namespace linchpin

// TRY(e): the value of Result e, or returns its error from the enclosing function. A GNU statement expression; one may
// stand in another.
#define TRY(...) LINCHPIN_TRY(LINCHPIN_JOIN(result_of_try_, __COUNTER__), __VA_ARGS__)
#define LINCHPIN_JOIN(a, b) LINCHPIN_JOIN_EXPANDED(a, b)
#define LINCHPIN_JOIN_EXPANDED(a, b) a##b
#define LINCHPIN_TRY(result, ...)                                  \
  ({                                                               \
    auto result = (__VA_ARGS__);                                   \
    if (!result) return tl::unexpected(std::move(result).error()); \
    linchpin::taken(std::move(result));                            \
  })
