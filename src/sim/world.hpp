// The engine in a simulated world: the real engine, the real connectors and the vendors of the sandboxes, in virtual
// time, from one seed. Crashes are taken at any step: what was committed and flushed stays, the rest is gone.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "model/hub.hpp"
#include "sandbox/vendor.hpp"
#include "sim/clock.hpp"
#include "sim/memory_store.hpp"
#include "sim/random.hpp"
#include "vault/keys.hpp"

namespace linchpin::sim {

struct WorldSetup {
  std::uint64_t seed = 1;
  sandbox::Limits limits = sandbox::Limits::None;
  Instant start = from_ms(1795500000000);   // 2026-11-24
  std::function<void(bool)> around_step{};  // true before each step of the engine, false after it: to measure it
};

class World {
 public:
  // A world around the hub files of examples/accounting-practice, with empty vendors.
  static Result<std::unique_ptr<World>> make(WorldSetup);

  sandbox::Vendor& vendor(const std::string& name) { return *vendors_.at(name); }
  engine::Engine& engine() { return *engine_; }
  Store& store() { return store_; }
  Inbox& inbox() { return inbox_; }
  const model::Hub& hub() const { return *hub_; }
  engine::Keys& keys() { return *keys_; }
  const engine::Connector& connector(const std::string& name) const { return *connectors_.at(SystemName(name)); }
  const engine::Credential& credential(const std::string& name) const { return credentials_.at(SystemName(name)); }
  Instant now() { return clock_.now(); }
  std::int64_t restarts() const { return restarts_; }

  Result<void> run_for(milliseconds);
  void sleep(milliseconds time) { clock_.advance(time); }  // nothing runs meanwhile
  // Until nothing is outstanding; SystemUnavailable when that takes more than `most` of virtual time.
  Result<void> run_until_quiet(milliseconds most);
  // The process ends here: what flies is lost, what the inbox had not yet flushed too. Then it starts again.
  Result<void> crash();
  Result<Json> ask(const Json& command) { return engine_->ask(command, clock_.now()); }

  // Edits a vendor's record as a person would; the record as it is after.
  Result<Json> edit(const std::string& system, const std::string& object, const std::string& id, const Json& fields);

 private:
  struct Arrival {
    Instant at{};
    std::int64_t order = 0;
    engine::Answered answered;
    bool operator<(const Arrival& other) const { return at != other.at ? at > other.at : order > other.order; }
  };
  explicit World(WorldSetup setup) : setup_(setup), random_(setup.seed), clock_(setup.start) {}
  Result<void> boot();
  Result<void> step();
  Instant next();
  void take_webhooks();

  WorldSetup setup_;
  Random random_;
  Clock clock_;
  std::shared_ptr<const model::Hub> hub_;
  std::map<std::string, std::unique_ptr<sandbox::Vendor>> vendors_;  // by system
  std::map<std::string, std::string> hosts_;                         // base URL → system
  std::map<SystemName, std::unique_ptr<engine::Connector>> connectors_;
  std::map<SystemName, engine::Credential> credentials_;
  Store store_;
  Inbox inbox_;
  KeyStore key_store_;
  std::unique_ptr<vault::Keys> keys_;
  std::unique_ptr<engine::Engine> engine_;
  std::priority_queue<Arrival> arrivals_;
  std::int64_t order_ = 0;
  std::int64_t restarts_ = 0;
};

}  // namespace linchpin::sim
