// blank: golden fields that are blank because nobody has said what they are, though somebody could have. No default
// stands in for such a blank, nothing is decided by it, and it is written nowhere.
#pragma once

#include "engine/merge.hpp"

namespace linchpin::engine {

// Its owner has the record, and leaves the field blank there. Of a field that has a default: its rule then.
inline constexpr std::string_view left_blank = "left blank by its owner";

// That, or what its only source holds could not be read; as survive() has found.
bool decides_nothing(const std::map<FieldName, Sourced>& fields, const FieldName&);

}  // namespace linchpin::engine
