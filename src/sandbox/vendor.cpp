#include "sandbox/vendor.hpp"

namespace linchpin::sandbox {
namespace {

constexpr std::size_t log_most = 10'000;
constexpr std::int64_t reorder_most_ms = 3'000;

std::string target_of(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const auto path = url.find('/', scheme + 3);
  return path == std::string::npos ? "/" : url.substr(path);
}

}  // namespace

std::optional<Limits> parse_limits(std::string_view text) {
  if (text == "real") return Limits::Real;
  if (text == "none") return Limits::None;
  if (text == "10x") return Limits::Tenfold;
  return std::nullopt;
}

Vendor::Vendor(std::string name, std::uint64_t seed, Limits limits, Schedule schedule)
    : chance_(seed),
      fault_chance_(seed ^ 0x6661756c7473u),
      courier_(std::move(schedule)),
      name_(std::move(name)),
      limits_(limits) {}

Served Vendor::answer(const Request& given, Instant now) {
  end_faults(now);
  advance(now);
  Request request = given;
  request.url = target_of(given.url);
  started(now, faults_.slow);
  Served served;
  served.delay = faults_.slow;
  if (fault_chance_.happens(faults_.reject_429)) {
    served.answer = too_many(now);
  } else if (fault_chance_.happens(faults_.error_500)) {
    if (fault_chance_.happens(0.5)) respond(request, now);
    served.answer = broken(now);
    sent(request, served.answer, now);
  } else if (fault_chance_.happens(faults_.nonsense)) {
    if (fault_chance_.happens(0.5)) respond(request, now);
    served.answer = {200, {{"content-type", "text/html"}}, "<html><body>Please log in to the network.</body></html>"};
  } else {
    served.answer = respond(request, now);
    sent(request, served.answer, now);
    served.lost = fault_chance_.happens(faults_.lost_answer);
  }
  log_.push_back({now, request.method, request.url, served.answer.status, served.lost});
  if (log_.size() > log_most) log_.pop_front();
  return served;
}

std::vector<Webhook> Vendor::webhooks_due(Instant now) {
  advance(now);
  std::vector<Webhook> webhooks;
  if (target_.empty()) return webhooks;
  for (const Message& message : courier_.take_due(now, webhooks_open(), chance_)) {
    webhooks.push_back({message.id, compose(message, now)});
  }
  return webhooks;
}

void Vendor::webhook_answered(const std::string& id, std::optional<int> status, Instant now) {
  advance(now);
  const Message* message = courier_.find(id);
  if (!message) return;
  const bool good = accepted(*message, status);
  const auto outcome = courier_.settle(id, good, now, chance_);
  if (outcome) settled(outcome->message, good, outcome->given_up, status, now);
}

std::optional<Instant> Vendor::next_due() const {
  const auto webhook = target_.empty() ? std::nullopt : courier_.next_due(webhooks_open());
  const auto step = next_step();
  return !webhook ? step : !step ? webhook : std::min(*webhook, *step);
}

void Vendor::set_webhook_target(std::string url, Instant now) {
  advance(now);
  target_ = std::move(url);
  target_changed(now);
}

std::string Vendor::webhook_status() const { return target_.empty() ? "none" : "ok"; }

Result<void> Vendor::set_faults(const Json& json, Instant now) {
  faults_ = TRY(read_faults(json, now));
  return {};
}

bool Vendor::accepted(const Message&, std::optional<int> status) const {
  return status && *status >= 200 && *status <= 299;
}

void Vendor::settled(const Message&, bool, bool, std::optional<int>, Instant) {}

void Vendor::end_faults(Instant now) {
  if (faults_.until && now >= *faults_.until) faults_ = {};
}

bool Vendor::leaves_out() { return fault_chance_.happens(faults_.left_out); }

void Vendor::raise(Json event, Instant now) {
  end_faults(now);
  if (target_.empty() || fault_chance_.happens(faults_.webhook_drop)) return;
  const int times = fault_chance_.happens(faults_.webhook_double) ? 2 : 1;
  for (int i = 0; i < times; ++i) {
    Instant due = now + faults_.webhook_delay;
    if (fault_chance_.happens(faults_.webhook_reorder)) due += milliseconds{fault_chance_.below(reorder_most_ms)};
    courier_.add(event, due);
  }
}

std::int64_t Vendor::scaled(std::int64_t limit) const {
  switch (limits_) {
    case Limits::Real:
      return limit;
    case Limits::Tenfold:
      return limit * 10;
    case Limits::None:
      return std::int64_t{1} << 40;
  }
  return limit;
}

Instant Vendor::stamp(Instant now) const {
  return faults_.whole_seconds ? Instant{std::chrono::floor<seconds>(now)} : now;
}

milliseconds Vendor::index_lag(milliseconds own) const { return faults_.index_lag ? *faults_.index_lag : own; }

}  // namespace linchpin::sandbox
