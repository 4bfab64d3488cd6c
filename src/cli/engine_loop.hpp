// The engine's thread: hands it what has come, sends what it says, and lets others ask between two steps. A step that
// fails is a crash: the engine is dropped and started again over the same store, once a second until it works.
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
#include "server/hub_api.hpp"

namespace linchpin::cli {

class EngineLoop : public server::HubApi {
 public:
  EngineLoop(OpenHub& hub, engine::Inbox& inbox, HttpClient& client, audit::Log& log);
  ~EngineLoop() override;  // stops after the step that runs

  Result<void> start();  // starts the engine once here, so that a mistake is said at once
  void notify();         // something is in the inbox
  void ask(Json command, std::function<void(Result<Json>)> done) override;
  Result<Json> ask_and_wait(Json command);
  std::optional<Error> trouble() const;  // why it is not ready; thread-safe

 private:
  struct Question {
    Json command;
    std::function<void(Result<Json>)> done;
  };
  void run();
  void count_discrepancies(Instant now);
  void wait(Instant until);

  OpenHub& hub_;
  engine::Inbox& inbox_;
  HttpClient& client_;
  audit::Log& log_;
  SystemClock clock_;
  std::unique_ptr<engine::Engine> engine_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool notified_ = false, stopping_ = false;
  std::vector<engine::Answered> answers_;
  std::vector<Question> questions_;
  std::optional<Error> trouble_ = Error{Code::SystemUnavailable, "the hub is starting", {}, {}};  // none: it is ready
  std::atomic<std::uint64_t> generation_{0};  // of the engine: answers to one before it are dropped
  bool moved_ = true;                         // since the last count of what disagrees
  Instant count_again_{};
  std::thread thread_;
};

}  // namespace linchpin::cli
