// Names that the client book is made of: of the kinds that an Australian practice meets.
#pragma once

#include <span>
#include <utility>

namespace linchpin::sandbox {

std::span<const char* const> client_given_names();
std::span<const char* const> client_family_names();
std::span<const std::pair<const char*, const char*>> client_letters();  // a letter with a mark → what is typed instead

}  // namespace linchpin::sandbox
