// Whether a text holds somebody's phone, in any of the forms in which people and systems write one.
#pragma once

#include <string_view>

#include "sim/ledger.hpp"

namespace linchpin::sim {

bool holds_phone(const Ledger&, std::string_view text);

}  // namespace linchpin::sim
