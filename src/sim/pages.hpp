// Pages of a few records, so that the few people of a simulated world do not all stand on the first one.
#pragma once

#include <cstdint>
#include <memory>

#include "model/manifest.hpp"
#include "sim/deed.hpp"

namespace linchpin::sim {

// The manifest with pages of `most` records in its lists and searches.
std::shared_ptr<const model::Manifest> with_pages(const model::Manifest&, std::int64_t most);

// Whether a search asks for more than `most` results in all, on all of its pages together: HubSpot's ends at 10,000,
// with a 400 (developers.hubspot.com, CRM search, limits).
bool searches_past(const Deed&, std::int64_t most);

}  // namespace linchpin::sim
