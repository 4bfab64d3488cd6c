#include "engine/delivery.hpp"

namespace linchpin::engine {

std::string_view to_text(Priority priority) {
  switch (priority) {
    case Priority::Regulated:
      return "regulated";
    case Priority::Realtime:
      return "realtime";
    case Priority::Batch:
      return "batch";
  }
  return "";
}

std::string_view to_text(Operation operation) {
  switch (operation) {
    case Operation::Create:
      return "create";
    case Operation::Update:
      return "update";
    case Operation::Do:
      return "do";
    case Operation::Delete:
      return "delete";
    case Operation::Associate:
      return "associate";
  }
  return "";
}

}  // namespace linchpin::engine
