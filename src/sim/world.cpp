#include "sim/world.hpp"

#include <algorithm>

#include "connect/runtime.hpp"
#include "engine/intake.hpp"
#include "sim/deed.hpp"
#include "sim/hubs.hpp"
#include "sim/pages.hpp"

namespace linchpin::sim {
namespace {

constexpr milliseconds latency{15};  // of a call's way there and back
constexpr milliseconds step_least{1};
constexpr milliseconds started_again{1'000};     // where a commit or a start failed: as the program's own loop does
constexpr std::uint64_t page_sizes = 10;         // from two records on
constexpr std::uint64_t skew_most_ms = 120'000;  // of a vendor's clock; sweeps take off five minutes for it
constexpr milliseconds spoiled_most = std::chrono::minutes(5);  // of the answers to a token's refresh
constexpr std::uint64_t late_most_ms = 20'000;  // of a request or an answer, within what a call may take

// Credentials as the sandbox names them, by the names of the manifests.
engine::Credential credential_of(const Json& given, const std::string& base_url) {
  engine::Credential credential;
  credential.base_url = base_url;
  const std::pair<std::string_view, std::string> names[] = {{"token", "token"},
                                                            {"webhook_secret", "webhook.secret"},
                                                            {"client_id", "client_id"},
                                                            {"client_secret", "client_secret"},
                                                            {"refresh_token", "refresh_token"},
                                                            {"webhook_key", "webhook.secret"}};
  for (const auto& [from, to] : names)
    if (const Json* value = given.find(from)) credential.secrets.emplace(to, Secret(value->text()));
  if (const Json* tenant = given.find("tenant_id")) credential.settings.emplace("tenant", tenant->text());
  return credential;
}

}  // namespace

World::World(WorldSetup setup)
    : setup_(setup),
      random_(setup.seed),
      clock_(setup.start),
      mishap_(setup.swarm, setup.onlooker),
      store_(mishap_),
      inbox_(mishap_),
      key_store_(mishap_),
      grain_(step_least) {
  // How busy the machine is: the loop of a laden one comes round less often.
  constexpr milliseconds grains[] = {step_least, milliseconds(20), milliseconds(100), milliseconds(700)};
  if (setup.swarm) grain_ = grains[random_.below(std::size(grains))];
  if (setup.swarm && setup.swarm->on(Fault::small_pages))
    page_most_ = 2 + static_cast<std::int64_t>(setup.swarm->chance(Fault::small_pages).below(page_sizes));
}

Result<std::unique_ptr<World>> World::make(WorldSetup setup) {
  std::unique_ptr<World> world(new World(setup));
  world->hub_ = setup.hub ? setup.hub : TRY(hub_of(0));
  for (const auto& [name, system] : world->hub_->systems) {
    const std::string& base_url = world->hub_->environment.connections.at(name).base_url;
    std::unique_ptr<sandbox::Vendor> vendor = TRY(sandbox::make_vendor(name.text, setup.seed, setup.limits));
    world->hosts_.emplace(base_url, name.text);
    world->credentials_.emplace(name, credential_of(vendor->credentials(), base_url));
    const auto manifest = world->page_most_ > 0 ? with_pages(*system.connector, world->page_most_) : system.connector;
    world->connectors_.emplace(name, TRY(connect::make_connector(manifest, system.api_version)));
    milliseconds skew{0};
    if (setup.swarm && setup.swarm->on(Fault::clock_skew))
      skew = milliseconds(static_cast<std::int64_t>(setup.swarm->chance(Fault::clock_skew).below(2 * skew_most_ms))) -
             milliseconds(skew_most_ms);
    world->skews_.emplace(name.text, skew);
    vendor->set_webhook_target(world->hub_->environment.public_url + "/webhooks/" + name.text, setup.start + skew);
    world->vendors_.emplace(name.text, std::move(vendor));
  }
  TRY(world->start());
  return world;
}

Result<void> World::boot() {
  vault::KeySetup keys;
  keys.hub = hub_->name;
  keys.master = Secret(std::string(32, 'm'));
  keys.match = Secret(std::string(32, 'k'));
  keys.random = [this](std::size_t count) { return random_.bytes(count); };
  engine_.reset();
  keys_ = TRY(vault::Keys::open(key_store_, std::move(keys)));
  engine::World world{inbox_, store_, *keys_, random_, {}, credentials_};
  for (const auto& [name, connector] : connectors_) world.connectors.emplace(name, connector.get());
  engine_ = TRY(engine::Engine::start(hub_, std::move(world), hub_now()));
  return {};
}

// A process that cannot start is started again after a while, as a supervisor does.
Result<void> World::start() {
  mishap_.begin_start();
  Result<void> booted;
  try {
    booted = boot();
  } catch (const Crash&) {
    drop();
    return {};
  }
  if (booted) return {};
  engine_.reset();
  if (booted.error().code != Code::StoreUnavailable) return booted;
  down_until_ = clock_.now() + started_again;
  return {};
}

void World::end() {
  ++restarts_;
  engine_.reset();
  if (store_.crash() && !spoiled_) spoiled_ = clock_.now();
  inbox_.crash();
  if (setup_.onlooker) setup_.onlooker->ended();
}

Result<void> World::crash() {
  end();
  return start();
}

// A commit that failed: the engine is dropped, and another is started after a while.
void World::drop() {
  end();
  down_until_ = clock_.now() + started_again;
}

Result<void> World::change_hub(std::shared_ptr<const model::Hub> hub) {
  hub_ = std::move(hub);
  return crash();
}

Result<void> World::stop_faults() {
  if (setup_.swarm) setup_.swarm->stop();
  for (auto& [name, vendor] : vendors_) (void)vendor->set_faults(Json(Json::Object{}), now_at(name));
  unreachable_until_.clear();
  hub_clock_ = {};
  // What the disk has lied about is lost now, and not only with the next commit: who is told from here on that
  // something is done may rely on it.
  return store_.owes() ? crash() : Result<void>{};
}

void World::take_webhooks() {
  for (auto& [name, vendor] : vendors_)
    for (sandbox::Webhook& webhook : vendor->webhooks_due(now_at(name))) {
      const SystemName system(name);
      Request request = webhook.request;
      request.url = "/webhooks/" + name;
      if (setup_.onlooker) setup_.onlooker->arrived(system, request);
      std::optional<int> status;  // no answer when the process ends meanwhile
      if (engine_) try {
          const auto taken = engine::intake(system, request, *connectors_.at(system), hub_->environment.public_url,
                                            credentials_.at(system), *keys_, hub_now());
          if (!taken) {
            status = 503;
          } else if (const auto* refusal = std::get_if<engine::Refusal>(&*taken)) {
            status = refusal->status;
          } else {
            const engine::InboxEntry& entry = std::get<engine::InboxEntry>(*taken);
            inbox_.append(entry, [&](const Result<Position>& position) {
              status = position ? 200 : 503;
              if (position && setup_.onlooker) setup_.onlooker->acknowledged(system, request, entry.sealed);
            });
          }
        } catch (const Crash&) {
          crashing_ = true;
        }
      vendor->webhook_answered(webhook.id, status, now_at(name));
      if (crashing_) return;
    }
}

void World::pass(milliseconds after, Passage passage) {
  passage.at = clock_.now() + after;
  passage.order = ++order_;
  passages_.push(std::move(passage));
}

// A request leaves the hub: how long it takes, and whether it arrives at all.
void World::depart(engine::Send send) {
  if (setup_.onlooker) setup_.onlooker->sent(send, clock_.now());
  Swarm* swarm = setup_.swarm;
  Passage passage{{}, 0, restarts_, std::move(send), std::nullopt};
  const std::string& system = passage.send.system.text;
  if (swarm && swarm->strikes(Fault::unreachable))
    unreachable_until_[system] =
        clock_.now() + milliseconds(static_cast<std::int64_t>(swarm->chance(Fault::unreachable).below(20'000)));
  if (const auto down = unreachable_until_.find(system);
      down != unreachable_until_.end() && clock_.now() < down->second) {
    passage.answer = fail(Code::SystemUnreachable, "no connection");
    return pass(latency, std::move(passage));
  }
  milliseconds way = latency / 2;
  if (swarm && swarm->strikes(Fault::request_late))
    way += milliseconds(static_cast<std::int64_t>(swarm->chance(Fault::request_late).below(late_most_ms)));
  if (meanwhile && meanwhile(passage.send))
    way += milliseconds(static_cast<std::int64_t>(swarm->chance(Fault::both_enter).below(late_most_ms)));
  pass(way, std::move(passage));
}

// A request reaches its vendor, which does it at once; the answer has its own way back.
void World::reach(Passage passage) {
  Swarm* swarm = setup_.swarm;
  sandbox::Vendor& vendor = *vendors_.at(passage.send.system.text);
  Request request = passage.send.request;
  if (swarm && swarm->strikes(Fault::token_ends) && passage.send.system.text == "xero")
    for (Header& header : request.headers)
      if (header.name == "Authorization" && header.value.starts_with("Bearer ")) header.value = "Bearer ended";
  bool timed_out = swarm && swarm->strikes(Fault::timeout);
  if (timed_out && swarm->chance(Fault::timeout).chance(0.5)) {
    passage.answer = fail(Code::SystemUnavailable, "no answer in time");
    return pass(passage.send.timeout, std::move(passage));
  }
  sandbox::Served served = vendor.answer(request, now_at(passage.send.system.text));
  if (page_most_ > 0 && searches_past(deed_of(passage.send.system.text, request), page_most_))
    served.answer = {400, {}, R"({"status":"error","category":"VALIDATION_ERROR"})"};
  if (setup_.onlooker) setup_.onlooker->served(passage.send, served.answer, clock_.now());
  milliseconds way = latency / 2 + served.delay;
  Answer answer = served.answer;
  bool lost = served.lost;
  const bool refreshes = request.url.find("/connect/token") != std::string::npos;
  if (swarm) {
    lost = swarm->strikes(Fault::answer_lost) || lost;
    if (refreshes) lost = swarm->strikes(Fault::refresh_lost) || lost;
    if (swarm->strikes(Fault::answer_torn)) answer.body.resize(answer.body.size() / 2);
    if (swarm->strikes(Fault::poison_answer)) answer.body = R"({"results":7,"Contacts":{"no":"list"},"status":[]})";
    // Half an hour after a refresh whose answer nobody got, the vendor wants a person: it is not left at that for long.
    if (refreshes) {
      if (spoiled_ && clock_.now() > *spoiled_ + spoiled_most) answer = served.answer, lost = timed_out = false;
      if (!spoiled_) spoiled_ = clock_.now();
      passage.renews = !lost && !timed_out && answer.status == 200 && answer.body == served.answer.body;
    }
    if (swarm->on(Fault::page_late) && deed_of(passage.send.system.text, request).kind == Deed::Kind::List &&
        swarm->chance(Fault::page_late).chance(0.3))
      way += milliseconds(static_cast<std::int64_t>(swarm->chance(Fault::page_late).below(late_most_ms)));
    if (swarm->strikes(Fault::answer_late))
      way += milliseconds(static_cast<std::int64_t>(swarm->chance(Fault::answer_late).below(late_most_ms)));
  }
  if (garbled) garbled(passage.send, answer);
  if (timed_out) way = passage.send.timeout, lost = true;
  if (lost)
    passage.answer = fail(Code::SystemUnavailable, "the connection was cut");
  else
    passage.answer = std::move(answer);
  pass(way, std::move(passage));
}

// What is due happens; an error is one that no fault explains.
Result<void> World::turn() {
  std::vector<engine::Answered> answers;
  bool renewed = false;
  while (!passages_.empty() && passages_.top().at <= clock_.now()) {
    Passage passage = passages_.top();
    passages_.pop();
    if (!passage.answer) {
      reach(std::move(passage));
    } else if (passage.process == restarts_ && engine_) {
      if (setup_.onlooker) setup_.onlooker->answered(passage.send, *passage.answer, clock_.now());
      answers.push_back({passage.send.call, std::move(*passage.answer)});
      renewed = renewed || passage.renews;
    }
  }
  if (!engine_ && clock_.now() >= down_until_) TRY(start());
  mishap_.begin_step(clock_.now());
  crashing_ = false;
  take_webhooks();
  if (crashing_) return crash();
  if (!engine_) return {};
  ++engine_steps_;
  try {
    if (setup_.around_step) setup_.around_step(true);
    Result<std::vector<engine::Send>> sends = engine_->step(hub_now(), std::move(answers));
    if (setup_.around_step) setup_.around_step(false);
    if (!sends) {
      if (sends.error().code != Code::StoreUnavailable) return tl::unexpected(sends.error());
      drop();
      return {};
    }
    if (renewed) spoiled_.reset();
    for (engine::Send& send : *sends) {
      mishap_.effect();
      depart(std::move(send));
    }
  } catch (const Crash&) {
    return crash();
  }
  return {};
}

Instant World::next() {
  Instant at = engine_ ? engine_->wake(hub_now()) - hub_clock_ : down_until_;
  if (!passages_.empty()) at = std::min(at, passages_.top().at);
  for (const auto& [name, vendor] : vendors_)
    if (const std::optional<Instant> due = vendor->next_due()) at = std::min(at, *due - skews_.at(name));
  return std::max(at, clock_.now() + grain_);
}

Result<void> World::step() {
  TRY(turn());
  clock_.set(next());
  return {};
}

Result<void> World::run_for(milliseconds time) {
  const Instant end = clock_.now() + time;
  while (clock_.now() < end) {
    TRY(turn());
    clock_.set(std::min(end, next()));
  }
  return {};
}

Result<bool> World::quiet() { return engine_ && passages_.empty() && TRY(engine_->quiet()); }

Result<void> World::run_until_quiet(milliseconds most) {
  const Instant end = clock_.now() + most;
  int still = 0;
  while (clock_.now() < end) {
    TRY(turn());
    still = TRY(quiet()) ? still + 1 : 0;
    if (still >= 5) return {};
    clock_.set(next());
  }
  return fail(Code::SystemUnavailable, "the world did not come to rest in time");
}

Result<Json> World::ask(const Json& command) {
  if (!engine_) return fail(Code::StoreUnavailable, "the hub does not run");
  try {
    Result<Json> answer = engine_->ask(command, hub_now());
    if (!answer && answer.error().code == Code::StoreUnavailable) drop();
    return answer;
  } catch (const Crash&) {
    TRY(crash());
    return fail(Code::StoreUnavailable, "the process ended");
  }
}

Result<Json> World::edit(const std::string& system, const std::string& object, const std::string& id,
                         const Json& fields) {
  return vendors_.at(system)->edit(object, id, fields, now_at(system));
}

}  // namespace linchpin::sim
