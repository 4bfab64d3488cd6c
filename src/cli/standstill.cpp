#include "cli/standstill.hpp"

namespace linchpin::cli {
namespace {

struct Failure {
  std::optional<Error> operator()(const engine::Retry& r) const { return r.error; }
  std::optional<Error> operator()(const engine::Unauthorised& r) const { return r.error; }
  std::optional<Error> operator()(const engine::Unknown& r) const { return r.error; }
  std::optional<Error> operator()(const engine::Refused& r) const { return r.error; }
  std::optional<Error> operator()(const auto&) const { return std::nullopt; }
};

std::string span_text(milliseconds span) {
  const std::int64_t s = span.count() / 1000;
  const auto of = [](std::int64_t count, const char* unit) {
    return std::to_string(count) + " " + unit + (count == 1 ? "" : "s");
  };
  return s >= 60 && s % 60 == 0 ? of(s / 60, "minute") : of(s, "second");
}

class HeardConnector : public engine::Connector {
 public:
  HeardConnector(Standstill& standstill, std::shared_ptr<const engine::Connector> real)
      : standstill_(standstill), real_(std::move(real)) {}

  engine::Outcome outcome(const engine::Call& call, const Result<Answer>& answer, Instant now) const override {
    engine::Outcome outcome = real_->outcome(call, answer, now);
    standstill_.heard(call, outcome, real_->needs_access_token(), now);
    return outcome;
  }

  const model::Manifest& manifest() const override { return real_->manifest(); }
  bool needs_access_token() const override { return real_->needs_access_token(); }
  bool needs_prepare() const override { return real_->needs_prepare(); }
  Result<Request> request(const engine::Call& call, const engine::Credential& c, Instant now) const override {
    return real_->request(call, c, now);
  }
  bool repeats_safely(const engine::WriteCall& call) const override { return real_->repeats_safely(call); }
  engine::Limits limits() const override { return real_->limits(); }
  std::vector<engine::Remaining> remaining(const Answer& answer) const override { return real_->remaining(answer); }
  std::string special_window(const engine::Call& call) const override { return real_->special_window(call); }
  engine::Signature verify(const Request& request, const std::string& public_url, const engine::Credential& c,
                           Instant now) const override {
    return real_->verify(request, public_url, c, now);
  }
  Result<std::vector<engine::Event>> events(std::string_view body, const engine::Credential& c) const override {
    return real_->events(body, c);
  }

 private:
  Standstill& standstill_;
  const std::shared_ptr<const engine::Connector> real_;
};

}  // namespace

std::optional<Error> failure_of(const engine::Outcome& outcome) { return std::visit(Failure{}, outcome); }

void Standstill::heard(const engine::Call& call, const engine::Outcome& outcome, bool renews, Instant now) {
  const std::optional<Error> error = failure_of(outcome);
  const bool refused = std::holds_alternative<engine::Refused>(outcome);
  const bool of_the_connection = std::holds_alternative<engine::AuthoriseCall>(call.what) ||
                                 std::holds_alternative<engine::PrepareCall>(call.what) ||
                                 std::holds_alternative<engine::ListCall>(call.what);
  // A record that is refused becomes a dead letter: the system has answered, and the run goes on.
  if (!error || (refused && !of_the_connection)) {
    const std::lock_guard lock(mutex_);
    failing_.erase(call.system.text);
    return;
  }
  const bool token_refused = refused && std::holds_alternative<engine::AuthoriseCall>(call.what);
  const bool key_refused = std::holds_alternative<engine::Unauthorised>(outcome) && !renews;
  fails(call.system.text, *error, error->code == Code::Unauthenticated && (token_refused || key_refused), now);
}

void Standstill::heard(const std::optional<Error>& trouble, Instant now) {
  if (trouble) return fails("", *trouble, false, now);
  const std::lock_guard lock(mutex_);
  failing_.erase("");
}

void Standstill::fails(const std::string& who, const Error& error, bool for_good, Instant now) {
  const std::lock_guard lock(mutex_);
  const auto [failing, fresh] = failing_.try_emplace(who, Failing{error, now, for_good});
  if (fresh) return;
  failing->second.error = error;
  failing->second.for_good = failing->second.for_good || for_good;
}

std::optional<Error> Standstill::over(Instant now) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [who, failing] : failing_)
    if (failing.for_good) return failing.error;
  for (const auto& [who, failing] : failing_) {
    if (now - failing.since < patience_) continue;
    Error error = failing.error;
    error.what += ", and nothing of it has succeeded for " + span_text(patience_);
    return error;
  }
  return std::nullopt;
}

std::string Standstill::waits_for() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const auto& [who, failing] : failing_) text += (text.empty() ? "" : "; ") + failing.error.what;
  return text;
}

std::shared_ptr<const engine::Connector> heard_by(Standstill& standstill,
                                                  std::shared_ptr<const engine::Connector> connector) {
  return std::make_shared<HeardConnector>(standstill, std::move(connector));
}

}  // namespace linchpin::cli
