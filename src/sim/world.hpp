// The engine in a simulated world: the real engine, the real connectors and the vendors of the sandboxes, in virtual
// time, from one seed. With a swarm things go wrong: the process ends at any effect, the disk refuses or lies, the wire
// loses and delays. What was committed and flushed stays, the rest is gone.
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
#include "sim/faulty_ports.hpp"
#include "sim/onlooker.hpp"
#include "sim/plan.hpp"
#include "sim/random.hpp"
#include "vault/keys.hpp"

namespace linchpin::sim {

struct WorldSetup {
  std::uint64_t seed = 1;
  sandbox::Limits limits = sandbox::Limits::None;
  Instant start = from_ms(1795500000000);   // 2026-11-24
  std::function<void(bool)> around_step{};  // true before each step of the engine, false after it: to measure it
  Swarm* swarm = nullptr;                   // what goes wrong; nullptr: nothing does. Must outlive the world
  Onlooker* onlooker = nullptr;             // told of all that passes. Must outlive the world
  std::shared_ptr<const model::Hub> hub{};  // nullptr: the example's
};

class World {
 public:
  // A world around the hub files of examples/accounting-practice, with empty vendors.
  static Result<std::unique_ptr<World>> make(WorldSetup);

  sandbox::Vendor& vendor(const std::string& name) { return *vendors_.at(name); }
  engine::Engine& engine() { return *engine_; }
  bool up() const { return engine_ != nullptr; }  // false: it could not start, and will try again
  Store& store() { return store_; }
  Inbox& inbox() { return inbox_; }
  const model::Hub& hub() const { return *hub_; }
  KeyStore& key_store() { return key_store_; }
  engine::Keys& keys() { return *keys_; }
  const engine::Connector& connector(const std::string& name) const { return *connectors_.at(SystemName(name)); }
  const engine::Credential& credential(const std::string& name) const { return credentials_.at(SystemName(name)); }
  Instant now() { return clock_.now(); }
  Instant now_at(const std::string& vendor) { return clock_.now() + skews_.at(vendor); }  // by that vendor's clock
  std::int64_t restarts() const { return restarts_; }
  std::int64_t engine_steps() const { return engine_steps_; }

  // One step: what the wire brings, webhooks, the engine, what it sends; then time goes on to what comes next. An error
  // is one that no fault explains.
  Result<void> step();
  Result<void> run_for(milliseconds);
  // Nothing runs meanwhile; not where a lost token could not be had again afterwards.
  void sleep(milliseconds time) {
    if (!spoiled_) clock_.advance(time);
  }
  Result<bool> quiet();  // nothing is outstanding, and nothing flies
  // Until nothing is outstanding; SystemUnavailable when that takes more than `most` of virtual time.
  Result<void> run_until_quiet(milliseconds most);
  // The process ends here: what flies is lost, what the inbox had not yet flushed too. Then it starts again.
  Result<void> crash();
  Result<void> change_hub(std::shared_ptr<const model::Hub>);  // and start with it
  // How seldom the engine's loop comes round from now on: where nothing happens, seconds are enough.
  void laze(milliseconds grain) { grain_ = grain; }
  void turn_clock(milliseconds by) { hub_clock_ += by; }  // the hub's own, against everyone else's
  Result<void> stop_faults();                             // of the swarm, the vendors, the disk and the clocks
  // StoreUnavailable when the process does not run, or ends over it.
  Result<Json> ask(const Json& command);

  // What people do at a vendor while that request is on its way there: whether they did. Then it takes seconds.
  std::function<bool(const engine::Send&)> meanwhile{};
  // What becomes of a vendor's answer on its way: of one that contradicts itself.
  std::function<void(const engine::Send&, Answer&)> garbled{};
  // Edits a vendor's record as a person would; the record as it is after.
  Result<Json> edit(const std::string& system, const std::string& object, const std::string& id, const Json& fields);

 private:
  // What is on its way: a request to a vendor, or an answer to the engine.
  struct Passage {
    Instant at{};
    std::int64_t order = 0;
    std::int64_t process = 0;  // which one sent it: an answer finds nobody when that has ended
    engine::Send send;
    std::optional<Result<Answer>> answer;  // nothing: the request has yet to reach the vendor
    bool renews = false;                   // the whole answer to a token's refresh
    bool operator<(const Passage& other) const { return at != other.at ? at > other.at : order > other.order; }
  };
  explicit World(WorldSetup setup);
  Instant hub_now() { return clock_.now() + hub_clock_; }
  void end();
  void drop();
  Result<void> boot();
  Result<void> start();
  Result<void> turn();
  void depart(engine::Send);
  Instant next();
  void take_webhooks();
  void reach(Passage);
  void pass(milliseconds after, Passage);

  WorldSetup setup_;
  Random random_;
  Clock clock_;
  Mishap mishap_;
  std::shared_ptr<const model::Hub> hub_;
  std::map<std::string, std::unique_ptr<sandbox::Vendor>> vendors_;  // by system
  std::map<std::string, std::string> hosts_;                         // base URL → system
  std::map<std::string, milliseconds> skews_;                        // of the vendors' clocks
  std::map<SystemName, std::unique_ptr<engine::Connector>> connectors_;
  std::map<SystemName, engine::Credential> credentials_;
  FaultyStore store_;
  FaultyInbox inbox_;
  FaultyKeyStore key_store_;
  std::unique_ptr<vault::Keys> keys_;
  std::unique_ptr<engine::Engine> engine_;
  std::priority_queue<Passage> passages_;
  milliseconds hub_clock_{0};
  std::int64_t page_most_ = 0;  // records on a page, and that a search gives in all; 0: as many as the vendor has it
  milliseconds grain_;          // how soon the engine's loop comes round again
  Instant down_until_{};        // what cannot start tries again then
  std::map<std::string, Instant> unreachable_until_;
  std::optional<Instant> spoiled_;  // since when a token's refresh has no answer, or none that is durable
  bool crashing_ = false;           // the process ends after the webhook under way
  std::int64_t order_ = 0;
  std::int64_t restarts_ = 0;
  std::int64_t engine_steps_ = 0;
};

}  // namespace linchpin::sim
