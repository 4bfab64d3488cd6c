#include "sandbox/faults.hpp"

#include "sandbox/text.hpp"

namespace linchpin::sandbox {

Result<Faults> read_faults(const Json& json, Instant now) {
  if (!json.is_object()) return fail(Code::InvalidArgument, "faults must be an object");
  Faults faults;
  for (const auto& [key, value] : json.members()) {
    const auto number = value.is_number() ? as_number(value.number_text()) : std::nullopt;
    if (!number || *number < 0 || *number > 1e9)
      return fail(Code::InvalidArgument, "a fault is not a number from 0 to 1,000,000,000");
    double* probability = key == "lost_answer"       ? &faults.lost_answer
                          : key == "error_500"       ? &faults.error_500
                          : key == "reject_429"      ? &faults.reject_429
                          : key == "nonsense"        ? &faults.nonsense
                          : key == "left_out"        ? &faults.left_out
                          : key == "webhook_drop"    ? &faults.webhook_drop
                          : key == "webhook_double"  ? &faults.webhook_double
                          : key == "webhook_reorder" ? &faults.webhook_reorder
                                                     : nullptr;
    const auto whole = static_cast<std::int64_t>(*number);
    if (probability) {
      if (*number > 1) return fail(Code::InvalidArgument, "a fault's probability is above 1");
      *probability = *number;
    } else if (key == "slow_ms") {
      faults.slow = milliseconds{whole};
    } else if (key == "webhook_delay_s") {
      faults.webhook_delay = seconds{whole};
    } else if (key == "index_lag_s") {
      faults.index_lag = seconds{whole};
    } else if (key == "whole_seconds") {
      faults.whole_seconds = whole != 0;
    } else if (key == "until_s") {
      faults.until = now + seconds{whole};
    } else {
      return fail(Code::InvalidArgument, "there is no such fault",
                  "Use lost_answer, error_500, reject_429, nonsense, left_out, slow_ms, webhook_drop, webhook_double, "
                  "webhook_reorder, webhook_delay_s, index_lag_s, whole_seconds, until_s");
    }
  }
  return faults;
}

}  // namespace linchpin::sandbox
