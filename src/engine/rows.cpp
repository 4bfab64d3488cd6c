#include "engine/rows.hpp"

namespace linchpin::engine {

bool Batch::empty() const {
  return goldens.empty() && links.empty() && links_dropped.empty() && match_keys_dropped.empty() &&
         match_keys.empty() && deliveries.empty() && deliveries_dropped.empty() && dead_letters.empty() &&
         dead_letters_dropped.empty() && reviews.empty() && audit.empty() && cursors.empty() && credentials.empty() &&
         registers.empty() && apps.empty() && metas.empty() && done.empty() && done_whole.empty() && seen.empty();
}

}  // namespace linchpin::engine
