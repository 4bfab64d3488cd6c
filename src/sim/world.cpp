#include "sim/world.hpp"

#include <algorithm>

#include "connect/runtime.hpp"
#include "engine/intake.hpp"
#include "model/draft.hpp"
#include "model/embedded.hpp"

namespace linchpin::sim {
namespace {

constexpr milliseconds latency{15};  // of a call's way there and back
constexpr milliseconds step_least{1};

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

Result<std::unique_ptr<World>> World::make(WorldSetup setup) {
  std::unique_ptr<World> world(new World(setup));
  std::vector<model::HubFile> files;
  for (const model::EmbeddedFile& file : model::embedded_templates())
    if (file.name.ends_with(".yaml")) files.push_back({std::string(file.name), std::string(file.text)});
  const model::Checked checked = model::check_files(files, "staging", model::shipped_manifest);
  if (!checked.hub) return tl::unexpected(checked.findings.front().error);
  world->hub_ = checked.hub;
  for (const auto& [name, system] : world->hub_->systems) {
    const std::string& base_url = world->hub_->environment.connections.at(name).base_url;
    std::unique_ptr<sandbox::Vendor> vendor = TRY(sandbox::make_vendor(name.text, setup.seed, setup.limits));
    world->hosts_.emplace(base_url, name.text);
    world->credentials_.emplace(name, credential_of(vendor->credentials(), base_url));
    world->connectors_.emplace(name, TRY(connect::make_connector(system.connector, system.api_version)));
    vendor->set_webhook_target(world->hub_->environment.public_url + "/webhooks/" + name.text, setup.start);
    world->vendors_.emplace(name.text, std::move(vendor));
  }
  TRY(world->boot());
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
  engine_ = TRY(engine::Engine::start(hub_, std::move(world), clock_.now()));
  return {};
}

Result<void> World::crash() {
  ++restarts_;
  inbox_.crash();
  arrivals_ = {};
  return boot();
}

void World::take_webhooks() {
  for (auto& [name, vendor] : vendors_)
    for (sandbox::Webhook& webhook : vendor->webhooks_due(clock_.now())) {
      const SystemName system(name);
      Request request = webhook.request;
      request.url = "/webhooks/" + name;
      std::optional<int> status;
      const auto taken = engine::intake(system, request, *connectors_.at(system), hub_->environment.public_url,
                                        credentials_.at(system), *keys_, clock_.now());
      if (!taken)
        status = 503;
      else if (const auto* refusal = std::get_if<engine::Refusal>(&*taken))
        status = refusal->status;
      else
        inbox_.append(std::get<engine::InboxEntry>(*taken),
                      [&](Result<Position> position) { status = position ? 200 : 503; });
      vendor->webhook_answered(webhook.id, status, clock_.now());
    }
}

Result<void> World::step() {
  take_webhooks();
  std::vector<engine::Answered> answers;
  while (!arrivals_.empty() && arrivals_.top().at <= clock_.now()) {
    answers.push_back(arrivals_.top().answered);
    arrivals_.pop();
  }
  if (setup_.around_step) setup_.around_step(true);
  Result<std::vector<engine::Send>> sends = engine_->step(clock_.now(), std::move(answers));
  if (setup_.around_step) setup_.around_step(false);
  if (!sends) return crash();
  for (const engine::Send& send : *sends) {
    Result<Answer> answer = fail(Code::SystemUnreachable, "no such host");
    milliseconds takes = latency;
    for (const auto& [base, name] : hosts_)
      if (send.request.url.starts_with(base)) {
        sandbox::Served served = vendors_.at(name)->answer(send.request, clock_.now());
        takes += served.delay;
        if (served.lost)
          answer = fail(Code::SystemUnavailable, "the connection was cut");
        else
          answer = std::move(served.answer);
      }
    arrivals_.push({clock_.now() + takes, ++order_, {send.call, std::move(answer)}});
  }
  return {};
}

Instant World::next() {
  Instant at = engine_->wake(clock_.now());
  if (!arrivals_.empty()) at = std::min(at, arrivals_.top().at);
  for (const auto& [name, vendor] : vendors_)
    if (const std::optional<Instant> due = vendor->next_due()) at = std::min(at, *due);
  return std::max(at, clock_.now() + step_least);
}

Result<void> World::run_for(milliseconds time) {
  const Instant end = clock_.now() + time;
  while (clock_.now() < end) {
    TRY(step());
    clock_.set(std::min(end, next()));
  }
  return {};
}

Result<void> World::run_until_quiet(milliseconds most) {
  const Instant end = clock_.now() + most;
  int quiet = 0;
  while (clock_.now() < end) {
    TRY(step());
    const bool still = TRY(engine_->quiet(clock_.now())) && arrivals_.empty();
    quiet = still ? quiet + 1 : 0;
    if (quiet >= 5) return {};
    clock_.set(next());
  }
  return fail(Code::SystemUnavailable, "the world did not come to rest in time");
}

Result<Json> World::edit(const std::string& system, const std::string& object, const std::string& id,
                         const Json& fields) {
  return vendors_.at(system)->edit(object, id, fields, clock_.now());
}

}  // namespace linchpin::sim
