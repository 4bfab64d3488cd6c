// The words of metrics and audit entries for what travels.
#include "engine/change.hpp"
#include "engine/delivery.hpp"

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
  return {};
}

std::string_view to_text(Priority priority) {
  switch (priority) {
    case Priority::Regulated:
      return "regulated";
    case Priority::Realtime:
      return "realtime";
    case Priority::Batch:
      return "batch";
  }
  return {};
}

std::string_view to_text(Operation operation) {
  switch (operation) {
    case Operation::Create:
      return "create";
    case Operation::Update:
      return "update";
    case Operation::Do:
      return "do";
  }
  return {};
}

}  // namespace linchpin::engine
