// Xero's answers as XML, its default where a request does not ask for JSON.
#pragma once

#include <string>

#include "base/json.hpp"

namespace linchpin::sandbox {

// <Response>…</Response>; a list's elements are named by its name in the singular (Addresses → Address).
std::string xero_xml(const Json& body);

}  // namespace linchpin::sandbox
