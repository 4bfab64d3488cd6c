// Systems asked for their data models: by a command where no hub runs, and beside the engine where one does.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/http.hpp"
#include "engine/connector.hpp"
#include "model/hub.hpp"
#include "model/system_model.hpp"

namespace linchpin::cli {

// Waits so long; false when nobody wants the answer any more.
using Waits = std::function<bool(milliseconds)>;
// Sends a request and waits for its answer; nothing when nobody wants it any more.
using Asks = std::function<std::optional<Result<Answer>>(Request)>;

struct ModelAsk {
  model::System system;
  std::set<ObjectName> mapped;
  engine::Credential credential;
};
ModelAsk model_ask(const model::Hub&, const model::System&, engine::Credential);
// One system's model. Tries a few times where the system is away; the error names it. An object that no mapping is
// about and that the credential may not see is left out. NotFound: its connector does not say how.
Result<model::SystemModel> read_model(const ModelAsk&, const Asks&, const Waits&);
bool tells_its_model(const model::System&);

// {"models":[…],"failed":[{"system","code","message","remedy","file","line","column"}]}
Json read_models(const std::vector<ModelAsk>&, const Asks&, const Waits&);
Json failed_model(const SystemName&, const Error&);

// For a hub that runs, whose engine waits for nothing: one reading at a time, on a thread of its own.
class ModelThread {
 public:
  ~ModelThread();  // gives up what is under way
  void read(std::vector<ModelAsk>, std::unique_ptr<HttpClient>, std::function<void(Result<Json>)> done);

 private:
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool busy_ = false, stopping_ = false;
};

}  // namespace linchpin::cli
