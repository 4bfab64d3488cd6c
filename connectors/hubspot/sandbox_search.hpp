// HubSpot's search: filters over what its index held a moment ago, at most 10,000 results of a query.
#pragma once

#include "connectors/hubspot/sandbox_portal.hpp"

namespace linchpin::sandbox {

struct HubspotFound {
  std::int64_t total = 0;
  std::vector<std::pair<const HubspotRecord*, const HubspotValues*>> page;  // with the values as the index has them
  std::string next;                                                         // `after` of the next page; "" at the end
};

// `as_of`: what was written later is not seen. Archived records never are.
HubspotResult<HubspotFound> hubspot_search(const HubspotPortal&, const HubspotType&, const Json& body,
                                           std::size_t body_bytes, Instant as_of);

}  // namespace linchpin::sandbox
