#include "engine/rows.hpp"

#include <algorithm>

namespace linchpin::engine {

std::vector<GoldenId> goldens_of(const std::vector<DeliveryRow>& rows, std::size_t most) {
  std::vector<GoldenId> ids;
  for (std::size_t i = 0; i < std::min(most, rows.size()); ++i) ids.push_back(rows[i].golden);
  return ids;
}

bool Batch::empty() const {
  return goldens.empty() && links.empty() && links_dropped.empty() && match_keys_dropped.empty() &&
         match_keys.empty() && deliveries.empty() && deliveries_dropped.empty() && dead_letters.empty() &&
         dead_letters_dropped.empty() && reviews.empty() && audit.empty() && cursors.empty() && credentials.empty() &&
         registers.empty() && apps.empty() && metas.empty() && done.empty() && done_whole.empty() && seen.empty();
}

}  // namespace linchpin::engine
