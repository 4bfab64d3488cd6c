#include "cli/engine_loop.hpp"

#include <future>

#include "base/log.hpp"
#include "base/metric.hpp"

namespace linchpin::cli {
namespace {

constexpr std::size_t questions_most = 1000;
// Between two steps that only the inbox asks for: its commits may come thousands of times a second, and each step asks
// the store what is due.
constexpr milliseconds inbox_every{5};
constexpr milliseconds count_every{5000};
constexpr milliseconds integrate_every{500};  // a checkpoint is signed within a second of what it covers

}  // namespace

EngineLoop::EngineLoop(OpenHub& hub, engine::Inbox& inbox, HttpClient& client, audit::Log& log)
    : hub_(hub), inbox_(inbox), client_(client), log_(log) {}

EngineLoop::~EngineLoop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  for (Question& q : questions_) q.done(fail(Code::SystemUnavailable, "the hub is stopping"));
}

Result<void> EngineLoop::start() {
  engine_ = TRY(engine::Engine::start(hub_.hub, hub_.world(inbox_), clock_.now()));
  thread_ = std::thread([this] { run(); });
  return {};
}

std::optional<Error> EngineLoop::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void EngineLoop::notify() {
  {
    const std::lock_guard lock(mutex_);
    if (notified_) return;
    notified_ = true;
  }
  wake_.notify_one();
}

void EngineLoop::ask(Json command, std::function<void(Result<Json>)> done) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && questions_.size() < questions_most) {
      questions_.push_back({std::move(command), std::move(done)});
      done = nullptr;
      notified_ = true;
    }
  }
  if (done) return done(fail(Code::TooBusy, "too many questions wait for the hub", "Ask again in a moment."));
  wake_.notify_one();
}

Result<Json> EngineLoop::ask_and_wait(Json command) {
  std::promise<Result<Json>> promise;
  std::future<Result<Json>> answer = promise.get_future();
  ask(std::move(command), [&](Result<Json> result) { promise.set_value(std::move(result)); });
  return answer.get();
}

void EngineLoop::wait(Instant until) {
  std::unique_lock lock(mutex_);
  const auto real = std::chrono::system_clock::time_point(until.time_since_epoch());
  const auto called = [&] { return stopping_ || !answers_.empty() || !questions_.empty(); };
  wake_.wait_until(lock, std::min(real, std::chrono::system_clock::now() + inbox_every), called);
  wake_.wait_until(lock, real, [&] { return notified_ || called(); });
  notified_ = false;
}

// How many fields disagree, once what has moved has come to rest. It reads every golden record, so it takes at most a
// hundredth of the engine's time.
void EngineLoop::count_discrepancies(Instant now) {
  if (!moved_ || now < count_again_) return;
  const Result<Json> status = engine_->ask(Json::object({{"command", "status"}}), now);
  if (!status || !(*status)["quiet"].boolean()) return;
  moved_ = false;
  const Instant began = clock_.now();
  if (const Result<Json> table = engine_->ask(Json::object({{"command", "table"}}), now); !table)
    log::warn("the discrepant fields could not be counted", {{"error", table.error()}});
  count_again_ = now + std::max(count_every, 100 * (clock_.now() - began));
}

void EngineLoop::run() {
  Instant integrated{};
  for (;;) {
    std::vector<engine::Answered> answers;
    std::vector<Question> questions;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      answers.swap(answers_);
      questions.swap(questions_);
    }
    const Instant now = clock_.now();
    Result<std::vector<engine::Send>> sends = engine_->step(now, std::move(answers));
    if (!sends) {
      log::error("a step failed; the engine starts again from its store", {{"error", sends.error()}});
      {
        const std::lock_guard lock(mutex_);
        trouble_ = sends.error();
      }
      for (Question& q : questions) q.done(tl::unexpected(sends.error()));
      ++generation_;
      const std::uint64_t now_generation = generation_;
      for (;;) {
        wait(clock_.now() + seconds(1));
        {
          const std::lock_guard lock(mutex_);
          if (stopping_) return;
          answers_.clear();
        }
        Result<std::unique_ptr<engine::Engine>> again =
            engine::Engine::start(hub_.hub, hub_.world(inbox_), clock_.now());
        if (again) {
          engine_ = std::move(*again);
          break;
        }
        log::error("the engine cannot start yet", {{"error", again.error()}, {"tries", now_generation}});
      }
      continue;
    }
    {
      const std::lock_guard lock(mutex_);
      trouble_.reset();
    }
    moved_ = moved_ || !sends->empty();
    for (engine::Send& send : *sends) {
      const std::uint64_t generation = generation_;
      client_.send(std::move(send.request), send.timeout, [this, call = send.call, generation](Result<Answer> answer) {
        {
          const std::lock_guard lock(mutex_);
          if (generation != generation_) return;
          answers_.push_back({call, std::move(answer)});
        }
        wake_.notify_one();
      });
    }
    for (Question& q : questions) q.done(engine_->ask(q.command, clock_.now()));
    if (now >= integrated + integrate_every) {
      integrated = now;
      if (const Result<bool> more = log_.integrate(); !more)
        log::error("the audit log could not be extended", {{"error", more.error()}});
      if (const Result<std::int64_t> size = hub_.files->state.audit->size())
        metric::set("linchpin_audit_size", {}, static_cast<double>(*size));
      count_discrepancies(now);
    }
    wait(std::min(engine_->wake(now), integrated + integrate_every + milliseconds(500)));
  }
}

}  // namespace linchpin::cli
