// at rest: a linked record that is listed as it was when it was last read, of which nothing came then, is not opened
// again. What it was is kept beside its link as a keyed digest, and whatever changes the link forgets it. So a walk
// over records that have not changed costs a look-up for each, and no family is decrypted.
//
// It is a digest of all that reading it depends on: the record as it was listed, the version of the hub files, and the
// program's own.
#pragma once

#include "engine/change.hpp"
#include "engine/ports.hpp"

namespace linchpin::engine {

// 16 bytes.
std::string rest_digest(const RecordKey&, const Record&, std::int64_t hub_version, Keys&);

}  // namespace linchpin::engine
