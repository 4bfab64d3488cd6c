#include "engine/change.hpp"

namespace linchpin::engine {

std::string_view to_text(Trigger trigger) {
  switch (trigger) {
    case Trigger::Webhook:
      return "webhook";
    case Trigger::Poll:
      return "poll";
    case Trigger::Batch:
      return "batch";
    case Trigger::Reconcile:
      return "reconcile";
    case Trigger::Api:
      return "api";
  }
  return "";
}

}  // namespace linchpin::engine
