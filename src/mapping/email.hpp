// E-mail addresses (RFC 5321, 6531) and web addresses (WHATWG URL), with domains in lower-case A-labels (UTS 46 by
// ICU).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/value.hpp"

namespace linchpin::mapping {

// The domain in lower-case A-labels, the local part as written, NFC. Blank is null. With `display_name` also
// "Jane Citizen <jane@example.com>", of which the name goes.
Result<Value> normalise_email(const Json& value, bool display_name);

// The key for matching, never for sending: case folded; `drop_tag` takes "+tag" off (RFC 5233); `gmail` takes the dots
// of gmail.com's local parts out and knows googlemail.com as the same.
Result<Value> email_key(const Json& value, bool drop_tag, bool gmail);

Result<Value> normalise_url(const Json& value);  // http and https only

// Nothing when it is no domain name: too long, an empty label, a character that no label has.
std::optional<std::string> domain_to_ascii(std::string_view domain, bool strict_host_names);

}  // namespace linchpin::mapping
