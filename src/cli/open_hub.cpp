#include "cli/open_hub.hpp"

#include "connect/runtime.hpp"
#include "model/secret.hpp"
#include "vault/keys.hpp"

namespace linchpin::cli {
namespace {

class SystemRandom : public engine::Random {
 public:
  std::string bytes(std::size_t count) override { return random_bytes(count); }
  std::uint64_t below(std::uint64_t bound) override {
    // 64 bits modulo a bound that is small beside them: the bias is below what backoff could notice.
    std::uint64_t number = 0;
    for (const char c : random_bytes(8)) number = number << 8 | static_cast<unsigned char>(c);
    return number % bound;
  }
};

Result<engine::Credential> credential_of(const model::Connection& connection, const std::string& folder) {
  model::Resolved resolved = TRY(model::resolve(connection, folder));
  engine::Credential credential;
  credential.base_url = connection.base_url;
  credential.secrets = std::move(resolved.secrets);
  credential.settings = std::move(resolved.settings);
  return credential;
}

}  // namespace

Instant SystemClock::now() { return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()); }

std::filesystem::path data_folder(const std::string& folder, const model::Hub& hub) {
  const std::filesystem::path path = hub.environment.store.substr(hub.environment.store.find(':') + 1);
  return path.is_absolute() ? path : std::filesystem::path(folder) / path;
}

std::filesystem::path socket_path(const std::string& folder) {
  return std::filesystem::path(folder) / "data" / "hub.sock";
}

std::string log_origin(const model::Hub& hub) { return hub.name + "/" + hub.environment.name + "/audit"; }

Result<std::shared_ptr<const model::Hub>> load_hub(const std::string& folder, const std::string& environment) {
  const model::Checked checked = model::check(folder, environment);
  if (checked.hub) return checked.hub;
  std::size_t mistakes = 0;
  Error first;
  for (const model::Finding& f : checked.findings)
    if (!f.warning && mistakes++ == 0) first = f.error;
  if (mistakes > 1)
    first.fix += (first.fix.empty() ? "" : " ") +
                 ("There are " + std::to_string(mistakes) + " mistakes: `linchpin check` lists them.");
  return tl::unexpected(first);
}

Result<OpenHub> open_hub(const std::string& folder, const std::string& environment) {
  OpenHub open;
  open.folder = folder;
  open.hub = TRY(load_hub(folder, environment));
  const model::Environment& env = open.hub->environment;
  for (const auto& [name, system] : open.hub->systems) {
    open.connectors.emplace(name, TRY(connect::make_connector(system.connector, system.api_version)));
    const auto connection = env.connections.find(name);
    if (connection == env.connections.end()) continue;
    engine::Credential credential = TRY(credential_of(connection->second, folder));
    const std::vector<Error> mistakes = connect::check_credential(system.connector, credential);
    if (!mistakes.empty()) return tl::unexpected(mistakes.front());
    open.credentials.emplace(name, std::move(credential));
  }
  vault::KeySetup setup;
  setup.hub = open.hub->name;
  setup.master = TRY(vault::key_of_text(TRY(model::resolve(env.master_key, folder)), "master"));
  setup.match = TRY(vault::key_of_text(TRY(model::resolve(env.match_key, folder)), "match"));
  open.log_key = vault::log_signing_key(TRY(vault::key_of_text(TRY(model::resolve(env.log_key, folder)), "log")));
  open.files = std::make_unique<store::Files>(TRY(store::open_files(data_folder(folder, *open.hub))));
  open.keys = TRY(vault::Keys::open(*open.files->keys, std::move(setup)));
  open.random = std::make_unique<SystemRandom>();
  return open;
}

engine::World OpenHub::world(engine::Inbox& inbox) {
  engine::World world{inbox, *files->state.store, *keys, *random, {}, credentials};
  for (const auto& [name, connector] : connectors) world.connectors.emplace(name, connector.get());
  return world;
}

}  // namespace linchpin::cli
