#include "connect/judge.hpp"

#include <utility>

#include "connect/moment.hpp"

namespace linchpin::connect {
namespace {

using Is = Verdict::Is;

Verdict verdict_of(const ErrorRule& rule) {
  Verdict verdict{.after = rule.after, .unique_at = rule.unique_at};
  switch (rule.is) {
    case ErrorRule::Is::Retry:
      verdict.is = Is::Retry;
      verdict.code = Code::SystemUnavailable;
      break;
    case ErrorRule::Is::Unauthorised:
      verdict.is = Is::Unauthorised;
      verdict.code = Code::Unauthenticated;
      break;
    case ErrorRule::Is::Unknown:
      verdict.is = Is::Unknown;
      verdict.code = Code::SystemUnavailable;
      break;
    case ErrorRule::Is::Refused:
      verdict.is = Is::Refused;
      verdict.code = Code::WriteRefused;
      break;
    case ErrorRule::Is::UniqueTaken:
      verdict.is = Is::UniqueTaken;
      verdict.code = Code::UniqueTaken;
      break;
    case ErrorRule::Is::Gone:
      verdict.is = Is::Gone;
      verdict.code = Code::RecordGone;
      break;
  }
  if (rule.code) verdict.code = *rule.code;
  return verdict;
}

// RFC 9110, 15: what a status means when a manifest says nothing of it.
Verdict by_status(int status) {
  switch (status) {
    case 401:
      return {.is = Is::Unauthorised, .unique_at = {}, .code = Code::Unauthenticated};
    case 403:
      return {.is = Is::Refused, .unique_at = {}, .code = Code::PermissionMissing};
    case 404:
    case 410:
      return {.is = Is::Gone, .unique_at = {}, .code = Code::RecordGone};
    case 408:
      return {.is = Is::Unknown, .unique_at = {}, .code = Code::SystemUnavailable};
    case 423:
    case 425:
    case 429:
      return {.is = Is::Retry, .unique_at = {}, .code = Code::RateLimited};
    default:
      break;
  }
  if (status >= 500) return {.is = Is::Unknown, .unique_at = {}, .code = Code::SystemUnavailable};
  if (status >= 400) return {.is = Is::Refused, .unique_at = {}, .code = Code::WriteRefused};
  return {.is = Is::Refused, .unique_at = {}, .code = Code::AnswerUnusable};  // a redirect, which is not followed
}

}  // namespace

Verdict judge(const Protocol& protocol, const Answer& answer, const Json& body, Instant now) {
  const bool success = (answer.status >= 200 && answer.status < 300) || answer.status == 304;
  Verdict verdict = success ? Verdict{} : by_status(answer.status);
  for (const ErrorRule& rule : protocol.errors) {
    const bool status_fits = rule.statuses.empty() ? !success : rule.statuses.contains(answer.status);
    if (!status_fits || !rule.where.fits(body) || !rule.headers.fits(answer.headers)) continue;
    verdict = verdict_of(rule);
    break;
  }
  if (answer.status == 429 && verdict.is == Is::Retry) verdict.code = Code::RateLimited;
  if (verdict.is == Is::Fine) return verdict;
  if (const std::string* header = find_header(answer.headers, "Retry-After")) {
    if (const auto after = parse_retry_after(*header, now)) verdict.after = *after;
  }
  return verdict;
}

Verdict judge_item(const Protocol& protocol, const Json& error) {
  for (const ErrorRule& rule : protocol.errors) {
    if (rule.statuses.empty() && rule.headers.all.empty() && rule.where.fits(error)) return verdict_of(rule);
  }
  return {.is = Is::Refused, .unique_at = {}, .code = Code::WriteRefused};
}

}  // namespace linchpin::connect
