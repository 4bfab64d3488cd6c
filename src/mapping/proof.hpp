// Whether a transform that goes both ways reads what it writes as what it was: tried on samples before any record is.
#pragma once

#include "mapping/transform.hpp"

namespace linchpin::mapping {

// MappingNotInvertible names the first value that does not come back, as the system was sent it and as one that keeps
// nothing but texts gives it back. What a transform refuses to write is no fault. Needs: both directions.
Result<void> comes_back(const Transform&, const Context&);

}  // namespace linchpin::mapping
