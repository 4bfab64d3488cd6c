// An answer as an outcome: every answer, and every silence, is sorted into one of engine::Outcome's kinds.
#pragma once

#include "base/http.hpp"
#include "connect/language.hpp"
#include "engine/connector.hpp"

namespace linchpin::connect {

engine::Outcome read_answer(const Language&, const engine::Call&, const Result<Answer>&, Instant now);

// Of a write's answer that is a success as a whole, or whose refusal is about its items (written.cpp).
engine::Outcome read_written(const Language&, const engine::Call&, const engine::WriteCall&, const Answer&,
                             const Json& body, Instant now);

// Shared by both: an error in our words. It never holds what the system said.
Error answer_error(Code, const engine::Call&);

}  // namespace linchpin::connect
