#include "engine/rows.hpp"

#include <algorithm>

namespace linchpin::engine {

namespace {

// Nothing but what a confirmation says.
bool nothing_else(const Batch& b) {
  return b.goldens.empty() && b.links_dropped.empty() && b.deliveries.empty() && b.dead_letters.empty() &&
         b.dead_letters_dropped.empty() && b.reviews.empty() && b.cursors.empty() && b.credentials.empty() &&
         b.registers.empty() && b.apps.empty() && b.metas.empty() && b.done.empty() && b.done_whole.empty() &&
         b.seen.empty() && !b.past_forgotten;
}

}  // namespace

std::vector<GoldenId> goldens_of(const std::vector<DeliveryRow>& rows, std::size_t most) {
  std::vector<GoldenId> ids;
  for (std::size_t i = 0; i < std::min(most, rows.size()); ++i) ids.push_back(rows[i].golden);
  return ids;
}

bool Batch::only_rests() const {
  return nothing_else(*this) && links.empty() && match_keys_dropped.empty() && match_keys.empty() &&
         deliveries_dropped.empty() && audit.empty() && past.empty();
}

bool Batch::empty() const { return only_rests() && at_rest.empty(); }

bool Batch::only_confirms() const { return nothing_else(*this) && (!deliveries_dropped.empty() || only_rests()); }

}  // namespace linchpin::engine
