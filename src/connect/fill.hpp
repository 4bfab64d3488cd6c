// Templates of a manifest, filled: `{name.path}` stands for a value of the call.
//   A text that is one `{…}` and nothing else gives the value itself, whatever its kind; an absent one leaves the
//   member out. In a longer text a value stands as its text, a list's items joined by commas, and an absent one as
//   nothing. { each: items, give: T } gives a list: T filled for each item, which T calls `it`. A member named "..."
//   spreads the object that it gives into the object where it stands; later members win.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace linchpin::connect {

// `input` is an object: what names may be used is for the caller to say (request.hpp).
std::optional<Json> fill(const Json& pattern, const Json& input);

// As text; each value passed through `escape` (percent_encode in a path).
std::string fill_text(std::string_view pattern, const Json& input, std::string (*escape)(std::string_view) = nullptr);

// What a mapping's null and its scalars become on the way out, at any depth.
struct Writes {
  enum class Null { Kept, Text, LeftOut } null = Null::Kept;
  std::string null_text;    // of Null::Text: how this system clears
  bool texts_only = false;  // numbers and booleans as texts
};
Json outgoing(const Writes&, const Json&);

}  // namespace linchpin::connect
