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

Result<Secret> password_of(const std::optional<model::SecretSource>& source, const std::string& folder) {
  if (!source) return Secret();
  return model::resolve(*source, folder);
}

// The first of a connection's mistakes, with the place of its secret in the environment's file.
Result<void> usable(const model::Connection& connection, const std::vector<connect::SecretMistake>& mistakes) {
  if (mistakes.empty()) return {};
  const auto source = connection.secrets.find(mistakes.front().secret);
  Error error = mistakes.front().error;
  error.what = connection.system.text + ": " + error.what;
  error.at = source == connection.secrets.end() ? connection.place : source->second.place;
  return tl::unexpected(error);
}

Result<store::Files> open_store(const std::string& folder, const model::Hub& hub, const std::string& address) {
  const model::Environment& env = hub.environment;
  if (!env.on_postgres()) return store::open_files(data_folder(folder, hub));
  store::PostgresPlaces places{
      TRY(store_place(folder, env)), std::nullopt, address.empty() ? "a command" : address, {}};
  if (!env.key_store.empty())
    places.keys = store::PostgresPlace{env.key_store, TRY(password_of(env.key_store_password, folder))};
  return store::open_postgres(places);
}

}  // namespace

Result<store::PostgresPlace> store_place(const std::string& folder, const model::Environment& env) {
  return store::PostgresPlace{env.store, TRY(password_of(env.store_password, folder))};
}

bool reads_only(std::string_view command) {
  for (const std::string_view one :
       {"table", "explain", "review.list", "dead-letters.list", "dead-letters.show", "process.get", "process.list",
        "app.list", "register", "reconcile.state", "revert.list"})
    if (command == one) return true;
  return false;
}

tl::unexpected<Error> OpenHub::standing_by() const {
  const std::string holder = files->claim ? files->claim->holder() : "";
  return fail(Code::NotActive, "another process of this hub does the work",
              holder.empty() ? "One takes over within seconds: ask again." : "Ask the one at " + holder + ".");
}

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

Result<Secret> key_in(const model::SecretSource& source, const std::string& folder, std::string_view name) {
  Result<Secret> key = vault::key_of_text(TRY(model::resolve(source, folder)), name);
  if (key) return key;
  Error error = key.error();
  error.what += ": " + source.kind + ":" + source.locator;
  error.at = source.place;
  return tl::unexpected(error);
}

std::shared_ptr<const model::Hub> linking_only(const model::Hub& hub) {
  auto links = std::make_shared<model::Hub>(hub);
  for (auto& [name, flow] : links->flows)
    if (flow.mode != model::Mode::Off && flow.kind != model::Flow::Kind::Do)
      flow.mode = flow.kind == model::Flow::Kind::Keep ? model::Mode::Link : model::Mode::Off;
  return links;
}

Result<OpenHub::Ready> OpenHub::ready(std::shared_ptr<const model::Hub> wanted) const {
  Ready ready;
  ready.hub = std::move(wanted);
  const model::Environment& env = ready.hub->environment;
  TRY(model::variables_set(env));
  for (const auto& [name, system] : ready.hub->systems) {
    ready.connectors.emplace(name, TRY(connect::make_connector(system.connector, system.api_version)));
    const auto connection = env.connections.find(name);
    if (connection == env.connections.end()) continue;
    engine::Credential credential = TRY(credential_of(connection->second, folder.string()));
    TRY(usable(connection->second, connect::check_credential(system.connector, credential)));
    ready.credentials.emplace(name, std::move(credential));
  }
  return ready;
}

void OpenHub::take(Ready ready) {
  hub = std::move(ready.hub);
  connectors = std::move(ready.connectors);
  credentials = std::move(ready.credentials);
}

Result<void> OpenHub::follow_register() {
  const std::vector<engine::RegisterRow> rows = TRY(files->state.store->registers());
  if (rows.empty() || rows.back().digest == hub->digest) return {};
  const engine::Applied applied = TRY(engine::open_row(rows.back(), TRY(keys->of_hub())));
  if (applied.files.empty()) return {};  // an earlier release kept none: the folder is what there is
  const model::Checked kept = model::check_kept(applied.files, folder.string(), environment);
  if (!kept.hub) {
    for (const model::Finding& f : kept.findings)
      if (!f.warning)
        return fail(f.error.code,
                    "version " + std::to_string(rows.back().version) +
                        " of the hub's files, which was applied last, no longer stands: " + f.error.what,
                    "Run the release that it was applied with, plan and apply files that stand, and upgrade then.",
                    f.error.at);
  }
  Ready version = TRY(ready(kept.hub));
  waiting = hub;
  take(std::move(version));
  return {};
}

Result<OpenHub> open_hub(const Where& where) {
  OpenHub open = TRY(open_hub(where, TRY(load_hub(where.folder, where.environment)), ""));
  if (!TRY(open.files->state.store->registers()).empty()) return open;
  open.hub = linking_only(*open.hub);
  open.reads_only = true;
  return open;
}

Result<OpenHub> open_hub(const Where& where, std::shared_ptr<const model::Hub> hub, const std::string& address) {
  const std::string& folder = where.folder;
  OpenHub open;
  open.folder = folder;
  open.environment = where.environment;
  open.take(TRY(open.ready(std::move(hub))));
  const model::Environment& env = open.hub->environment;
  vault::KeySetup setup;
  setup.hub = open.hub->name;
  setup.master = TRY(key_in(env.master_key, folder, "master"));
  setup.match = TRY(key_in(env.match_key, folder, "match"));
  open.log_key = vault::log_signing_key(TRY(key_in(env.log_key, folder, "log")));
  open.files = std::make_unique<store::Files>(TRY(open_store(folder, *open.hub, address)));
  if (address.empty() && open.files->claim) open.files->claim->use(open.files->claim->held());
  open.keys = TRY(vault::Keys::open(*open.files->keys, std::move(setup)));
  open.random = std::make_unique<SystemRandom>();
  TRY(open.follow_register());
  return open;
}

engine::World OpenHub::world(engine::Inbox& inbox) {
  engine::World world{inbox, *files->state.store, *keys, *random, {}, credentials};
  world.reads_only = reads_only;
  world.batches_now = batches_now;
  if (hub->environment.on_postgres()) world.kept_bytes = 0;  // several hubs may share the store
  for (const auto& [name, connector] : connectors) world.connectors.emplace(name, connector.get());
  return world;
}

}  // namespace linchpin::cli
