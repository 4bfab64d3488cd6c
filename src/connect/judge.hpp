// What an answer's status and error mean: the manifest's `errors`, then what HTTP says.
#pragma once

#include "base/http.hpp"
#include "connect/protocol.hpp"

namespace linchpin::connect {

struct Verdict {
  enum class Is { Fine, Retry, Unauthorised, Unknown, Refused, UniqueTaken, Gone } is = Is::Fine;
  milliseconds after{0};  // Retry: from Retry-After, else from the rule; 0 when neither says
  std::string unique_at;  // UniqueTaken
  Code code = Code::AnswerUnusable;
};

// Of a whole answer. Fine is 2xx, and 304 (nothing has changed). 500 and above without a rule is Unknown: the caller,
// who knows whether it was a write, reads that as Retry for a read.
Verdict judge(const Protocol&, const Answer&, const Json& body, Instant now);

// Of the error of one item in an answer: the rules that name no status. Refused when none fits.
Verdict judge_item(const Protocol&, const Json& error);

}  // namespace linchpin::connect
