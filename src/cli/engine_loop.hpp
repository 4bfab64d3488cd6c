// The engine's thread: hands it what has come, sends what it says, and lets others ask between two steps. A step that
// fails is a crash: the engine is dropped and started again over the same store, once a second until it works. Where
// several processes share a store, there is an engine while this one has the claim; without it, questions that only
// read are answered from the store, and others with the address of the one that works.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "audit/log.hpp"
#include "cli/open_hub.hpp"
#include "cli/read_models.hpp"
#include "server/hub_api.hpp"
#include "server/webhooks.hpp"

namespace linchpin::cli {

class EngineLoop : public server::HubApi {
 public:
  EngineLoop(OpenHub& hub, engine::Inbox& inbox);
  ~EngineLoop() override;  // stops after the step that runs

  Result<void> start();  // starts the engine once here, so that a mistake is said at once
  void notify();         // something is in the inbox
  void ask(Json command, std::function<void(Result<Json>)> done) override;
  Result<Json> ask_and_wait(Json command);
  std::optional<Error> trouble() const;  // why it is not ready; thread-safe
  bool active() const { return active_; }
  // Of the version that runs, thread-safe: another one may be applied at any time.
  std::shared_ptr<const model::Hub> hub() const;
  std::shared_ptr<const server::WebhookSystems> webhook_systems() const;
  std::string paused() const;  // "paused: flow clients"; "" when nothing is

 private:
  struct Question {
    Json command;
    std::function<void(Result<Json>)> done;
  };
  void run();
  void wake();
  Result<void> begin(std::int64_t term, engine::Applying applying = {});
  void serve();
  void tell_paused();
  Result<Json> answer(const Json& command);
  Result<Json> apply(const Json& command);
  void discover(Question);
  void end();
  void in_trouble(std::optional<Error>);
  void heed_inbox();
  bool working();
  void stand_by(std::vector<Question>);
  Result<Json> looked(const Json& command);
  bool step(std::vector<engine::Answered>, std::vector<Question>&, Instant now);
  void send(engine::Send);
  void extend_log(Instant now);
  void count_discrepancies(Instant now);
  void wait(Instant until);

  OpenHub& hub_;
  engine::Inbox& inbox_;
  SystemClock clock_;
  // One term: from the taking of the claim, or from a failed step, to the next.
  std::int64_t term_ = 0;  // the claim's number; without a claim 1
  std::unique_ptr<audit::Log> log_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<HttpClient> client_;
  Instant begin_again_{};       // after a failure
  Instant grown_{}, signed_{};  // the audit log
  std::unique_ptr<engine::Engine> looking_;
  Instant looked_{};
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool notified_ = false, stopping_ = false;
  std::shared_ptr<const model::Hub> serving_;
  std::shared_ptr<const server::WebhookSystems> webhook_systems_;
  std::string paused_;
  std::vector<engine::Answered> answers_;
  std::vector<Question> questions_;
  std::optional<Error> trouble_ = Error{Code::SystemUnavailable, "the hub is starting", {}, {}};  // none: it is ready
  std::atomic<bool> active_{false};
  std::atomic<std::uint64_t> generation_{0};  // of the engine: answers to one before it are dropped
  bool moved_ = true;                         // since the last count of what disagrees
  bool counting_ = false;                     // it has begun
  bool rested_ = false;                       // at least once
  bool started_ = false;                      // a step was made
  Instant count_again_{};
  std::chrono::system_clock::time_point read_;  // when the inbox last asked for a step
  ModelThread models_;
  std::thread thread_;
};

}  // namespace linchpin::cli
