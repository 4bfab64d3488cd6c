#include "cli/engine_loop.hpp"

#include <future>

#include "base/log.hpp"
#include "base/metric.hpp"
#include "cli/known_versions.hpp"
#include "cli/planned.hpp"
#include "cli/rest.hpp"
#include "cli/system_call.hpp"
#include "connect/transport.hpp"

namespace linchpin::cli {
namespace {

constexpr std::size_t questions_most = 1000;
// Between two steps that only the inbox asks for: its commits may come thousands of times a second, and each step asks
// the store what is due.
constexpr milliseconds inbox_every{5};
constexpr milliseconds count_every{5000}, count_some_every{50};
// The audit log grows a little at a time, so that no change waits long for it; a checkpoint is signed within a second
// of what it covers.
constexpr milliseconds grow_every{100}, sign_every{500};

}  // namespace

EngineLoop::EngineLoop(OpenHub& hub, engine::Inbox& inbox) : hub_(hub), inbox_(inbox) { serve(); }

EngineLoop::~EngineLoop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (hub_.files->claim) hub_.files->claim->tell(nullptr, nullptr);
  end();
  for (Question& q : questions_) q.done(fail(Code::SystemUnavailable, "the hub is stopping"));
}

Result<void> EngineLoop::start() {
  store::Claim* claim = hub_.files->claim.get();
  if (const std::int64_t term = claim ? claim->held() : 1; term != 0) {
    Result<void> begun = begin(term);
    // Overtaken already, or the database is away for a moment: with several processes that is no mistake of anybody's.
    const Code code = begun ? Code::Internal : begun.error().code;
    const bool passes = claim && (code == Code::NotActive || code == Code::StoreUnavailable);
    if (!begun && !passes) return begun;
    if (!begun) end();
  }
  heed_inbox();  // before anybody can send a webhook: none is taken by one that says that it is not ready
  if (claim) claim->tell([this] { wake(); }, [this] { notify(); });
  thread_ = std::thread([this] { run(); });
  return {};
}

void EngineLoop::in_trouble(std::optional<Error> trouble) {
  const std::lock_guard lock(mutex_);
  trouble_ = std::move(trouble);
}

// Ready for webhooks when the store answers.
void EngineLoop::heed_inbox() {
  const Result<Position> last = hub_.files->inbox->last();
  in_trouble(last ? std::nullopt : std::optional(last.error()));
}

std::optional<Error> EngineLoop::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

// Of no interest to one that stands by: the engine that begins reads the inbox from where the last one was.
void EngineLoop::notify() {
  if (active_) wake();
}

void EngineLoop::wake() {
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
  wake_.wait_until(lock, std::min(real, read_ + inbox_every), called);
  wake_.wait_until(lock, real, [&] { return notified_ || called(); });
  if (std::exchange(notified_, false)) read_ = std::chrono::system_clock::now();
}

// How many fields disagree, once what has moved has come to rest. It reads every golden record: some at a time, so that
// what comes meanwhile does not wait for it, and with a pause before it begins again.
void EngineLoop::count_discrepancies(Instant now) {
  if (!(moved_ || counting_) || now < count_again_) return;
  count_again_ = now + count_some_every;
  const Result<Json> status = engine_->ask(Json::object({{"command", "status"}}), now);
  if (!status || !(*status)["quiet"].boolean()) return;
  if (!counting_) {
    moved_ = false;  // what moves from here on is counted by the next one
    give_back_heap();
    if (!std::exchange(rested_, true)) give_back_code();  // once more: of the sweeps that follow a start
  }
  const Result<bool> all = engine_->count();
  if (!all) log::warn("the discrepant fields could not be counted", {{"error", all.error()}});
  counting_ = all && !*all;
  if (!counting_) count_again_ = now + count_every;
}

std::shared_ptr<const model::Hub> EngineLoop::hub() const {
  const std::lock_guard lock(mutex_);
  return serving_;
}

std::shared_ptr<const server::WebhookSystems> EngineLoop::webhook_systems() const {
  const std::lock_guard lock(mutex_);
  return webhook_systems_;
}

std::string EngineLoop::paused() const {
  const std::lock_guard lock(mutex_);
  return paused_;
}

// What the other threads serve by.
void EngineLoop::serve() {
  server::WebhookSystems systems;
  for (const auto& [name, connector] : hub_.connectors) {
    const auto credential = std::make_shared<const engine::Credential>(hub_.credentials[name]);
    systems.emplace(name.text, server::WebhookSystem{connector, [credential] { return credential; },
                                                     hub_.hub->environment.public_url});
  }
  {
    const std::lock_guard lock(mutex_);
    serving_ = hub_.hub;
    webhook_systems_ = std::make_shared<const server::WebhookSystems>(std::move(systems));
  }
  tell_paused();
}

// By a person, or by a brake that a step has pulled.
void EngineLoop::tell_paused() {
  std::string paused;
  const Json list = engine_ ? engine_->paused_list() : Json();
  for (const Json& one : list.items()) {
    const std::string flow = one["flow"].text(), system = one["system"].text();
    paused += (paused.empty() ? "paused: " : ", ") + (!flow.empty()     ? "flow " + flow
                                                      : !system.empty() ? "system " + system
                                                                        : "everything");
  }
  const std::lock_guard lock(mutex_);
  paused_ = std::move(paused);
}

Result<void> EngineLoop::begin(std::int64_t term, engine::Applying applying) {
  store::Claim* claim = hub_.files->claim.get();
  if (claim) claim->use(term);
  if (applying.plan.empty()) TRY(hub_.follow_register());  // another process may have applied other files
  log_ = TRY(audit::Log::open(*hub_.files->state.audit, log_origin(*hub_.hub), hub_.log_key));
  engine::World world = hub_.world(inbox_);
  world.applying = std::move(applying);
  engine_ = TRY(engine::Engine::start(hub_.hub, std::move(world), clock_.now()));
  connect::ClientOptions options;
  for (const auto& [name, connection] : hub_.hub->environment.connections)
    if (connection.allow_private_address) options.private_hosts.insert(connect::url_authority(connection.base_url));
  options.may_send = [claim, term] { return !claim || claim->held() == term; };
  client_ = connect::make_http_client(options);
  term_ = term;
  active_ = true;
  serve();
  return {};
}

Result<Json> EngineLoop::answer(const Json& command) {
  const std::string& name = command["command"].text();
  if (name == "plan")
    return TRY(plan_folder(*engine_, hub_, command["personal"].boolean(), command["near"].boolean())).plan;
  if (name == "apply") return apply(command);
  if (name == "files") return files_in_json(*hub_.hub);
  Result<Json> answer = engine_->ask(command, clock_.now());
  if (name == "pause" || name == "resume") tell_paused();
  return answer;
}

// Not by the engine, which waits for no answer of this kind; with its tokens, which it renews well before their end.
void EngineLoop::discover(Question question) {
  std::vector<ModelAsk> asks;
  for (const Json& name : question.command["systems"].items()) {
    const SystemName system(name.text());
    const auto declared = hub_.hub->systems.find(system);
    if (declared == hub_.hub->systems.end())
      return question.done(fail(Code::NotFound, "the version that runs has no system " + system.text,
                                "Plan and apply the folder first."));
    Result<engine::Credential> credential = kept_credential(hub_, system);
    if (!credential) return question.done(tl::unexpected(credential.error()));
    asks.push_back(model_ask(*hub_.hub, declared->second, *std::move(credential)));
  }
  models_.read(std::move(asks), client_for(*hub_.hub), std::move(question.done));
}

// One engine after the other over the same store, and no step between the plan and the switch. Webhooks are taken
// meanwhile; what was sent and has no answer yet is looked for.
Result<Json> EngineLoop::apply(const Json& command) {
  const Planned planned = TRY(plan_folder(*engine_, hub_, false));
  Judged said = TRY(judged(*engine_, planned, command));
  if (!said.refused.is_null()) return said.refused;
  const std::vector<engine::Unanswered> despite = said.applying.despite;
  OpenHub::Ready next = TRY(hub_.ready(planned.next));
  const std::int64_t term = term_;
  end();
  hub_.take(std::move(next));
  hub_.reads_only = false;
  if (Result<void> begun = begin(term, std::move(said.applying)); !begun) {
    log::error("the engine cannot start with the files that were applied", {{"error", begun.error()}});
    end();
    in_trouble(begun.error());
    begin_again_ = clock_.now() + seconds(1);
    return tl::unexpected(begun.error());
  }
  return applied(*engine_, clock_.now(), hub_.hub->digest, despite);
}

// What it sent and has no answer to is looked for by the next engine, here or elsewhere.
void EngineLoop::end() {
  active_ = false;
  ++generation_;
  client_.reset();
  engine_.reset();
  log_.reset();
  if (hub_.files->claim) hub_.files->claim->use(0);
  const std::lock_guard lock(mutex_);
  answers_.clear();
}

// Whether there is an engine, after the claim was looked at.
bool EngineLoop::working() {
  const std::int64_t term = hub_.files->claim ? hub_.files->claim->held() : 1;
  if (engine_ && term == term_) return true;
  if (engine_) {
    log::warn("another process may have taken over; this one stands by", {});
    end();
  }
  if (term == 0 || clock_.now() < begin_again_) return false;
  looking_.reset();
  if (const Result<void> begun = begin(term); !begun) {
    log::error("the engine cannot start yet", {{"error", begun.error()}});
    end();
    in_trouble(begun.error());
    begin_again_ = clock_.now() + seconds(1);
    return false;
  }
  if (hub_.files->claim) log::info("this process does the work now", {{"term", term}});
  return true;
}

// Fresh enough for a question, and not made anew for each of many.
Result<Json> EngineLoop::looked(const Json& command) {
  if (command["command"].text() == "files") return files_in_json(*hub_.hub);
  if (!reads_only(command["command"].text())) return hub_.standing_by();
  const Instant now = clock_.now();
  if (!looking_ || now > looked_ + seconds(1)) {
    looking_ = TRY(engine::Engine::watch(hub_.hub, hub_.world(inbox_), now));
    looked_ = now;
  }
  return looking_->ask(command, now);
}

void EngineLoop::stand_by(std::vector<Question> questions) {
  const bool others = hub_.files->claim != nullptr;
  if (others) heed_inbox();
  metric::set("linchpin_active", {}, 0);
  const auto failed = [] {
    return fail(Code::StoreUnavailable, "the hub starts again from its store", "Ask again in a moment.");
  };
  for (Question& q : questions) q.done(others ? looked(q.command) : failed());
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, seconds(1), [&] { return stopping_ || notified_ || !questions_.empty(); });
  notified_ = false;
}

void EngineLoop::send(engine::Send send) {
  const std::uint64_t generation = generation_;
  client_->send(std::move(send.request), send.timeout, [this, call = send.call, generation](Result<Answer> answer) {
    {
      const std::lock_guard lock(mutex_);
      if (generation != generation_) return;
      answers_.push_back({call, std::move(answer)});
    }
    wake_.notify_one();
  });
}

bool EngineLoop::step(std::vector<engine::Answered> answers, std::vector<Question>& questions, Instant now) {
  Result<std::vector<engine::Send>> sends = engine_->step(now, std::move(answers));
  if (!sends) {
    log::error("a step failed; the engine starts again from its store", {{"error", sends.error()}});
    for (Question& q : questions) q.done(tl::unexpected(sends.error()));
    end();
    in_trouble(sends.error());
    begin_again_ = clock_.now() + seconds(1);
    return false;
  }
  in_trouble(std::nullopt);
  tell_paused();
  moved_ = moved_ || !sends->empty();
  for (engine::Send& one : *sends) send(std::move(one));
  for (Question& q : questions)
    if (engine_ && q.command["command"].text() == "discover")
      discover(std::move(q));
    else
      q.done(engine_ ? answer(q.command) : fail(Code::StoreUnavailable, "the hub starts again from its store"));
  return engine_ != nullptr;
}

void EngineLoop::extend_log(Instant now) {
  if (now < grown_ + grow_every) return;
  grown_ = now;
  const bool signs = now >= signed_ + sign_every;
  if (signs) signed_ = now;
  const Result<bool> more = signs ? log_->integrate() : log_->grow();
  if (!more) log::error("the audit log could not be extended", {{"error", more.error()}});
  if (!signs) return;
  if (const Result<std::int64_t> size = hub_.files->state.audit->size())
    metric::set("linchpin_audit_size", {}, static_cast<double>(*size));
  metric::set("linchpin_active", {}, 1);
}

void EngineLoop::run() {
  for (;;) {
    std::vector<engine::Answered> answers;
    std::vector<Question> questions;
    const bool works = working();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      answers.swap(answers_);
      questions.swap(questions_);
    }
    if (!works) {
      stand_by(std::move(questions));
      continue;
    }
    const Instant now = clock_.now();
    if (!step(std::move(answers), questions, now)) continue;
    if (!std::exchange(started_, true)) give_back_code();
    extend_log(now);
    count_discrepancies(now);
    Instant until = std::min(engine_->wake(now), signed_ + sign_every + milliseconds(500));
    if (counting_) until = std::min(until, std::max(count_again_, now + milliseconds(1)));
    wait(until);
  }
}

}  // namespace linchpin::cli
