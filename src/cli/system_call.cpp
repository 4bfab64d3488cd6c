#include "cli/system_call.hpp"

#include <future>

#include "cli/standstill.hpp"
#include "connect/transport.hpp"
#include "engine/connection.hpp"

namespace linchpin::cli {
namespace {

constexpr int requests_most = 10;  // of one call

}  // namespace

std::unique_ptr<HttpClient> client_for(const model::Hub& hub) {
  connect::ClientOptions options;
  for (const auto& [name, connection] : hub.environment.connections)
    if (connection.allow_private_address) options.private_hosts.insert(connect::url_authority(connection.base_url));
  return connect::make_http_client(std::move(options));
}

Result<engine::Outcome> make_call(const engine::Connector& connector, const engine::Credential& credential,
                                  HttpClient& client, engine::Call call) {
  SystemClock clock;
  for (int i = 0; i < requests_most; ++i) {
    Request request = TRY(connector.request(call, credential, clock.now()));
    std::promise<Result<Answer>> promise;
    client.send(std::move(request), milliseconds(30'000), [&](Result<Answer> a) { promise.set_value(std::move(a)); });
    engine::Outcome outcome = connector.outcome(call, promise.get_future().get(), clock.now());
    const auto* more = std::get_if<engine::Continues>(&outcome);
    if (!more) return outcome;
    call.carry = more->carry;
  }
  return fail(Code::AnswerUnusable, "the system never came to an end of its answer");
}

Result<engine::Credential> kept_credential(const OpenHub& hub, const SystemName& system) {
  const auto held = hub.credentials.find(system);
  if (held == hub.credentials.end())
    return fail(Code::NotFound, "the environment has no connection to " + system.text,
                "Add it under connections: in environments/.");
  engine::Credential credential = held->second;
  TRY(engine::restore_tokens(credential, system, *hub.files->state.store, *hub.keys));
  return credential;
}

Result<void> authorise(OpenHub& hub, const SystemName& system, engine::Credential& credential, HttpClient& client) {
  const engine::Connector& connector = *hub.connectors.at(system);
  const engine::Outcome outcome =
      TRY(make_call(connector, credential, client, {CallId(1), system, engine::AuthoriseCall{}, {}}));
  if (const auto error = failure_of(outcome)) return tl::unexpected(*error);
  const auto* authorised = std::get_if<engine::Authorised>(&outcome);
  if (!authorised) return fail(Code::AnswerUnusable, "the system's answer holds no token");
  engine::Store& store = *hub.files->state.store;
  const std::vector<engine::RegisterRow> registers = TRY(store.registers());
  std::int64_t next_delivery = TRY(store.last_delivery()).number;
  engine::Families none(0);
  engine::Work work(store, *hub.keys, none, registers.empty() ? 0 : registers.back().version, next_delivery);
  TRY(engine::keep_tokens(work, credential, system, *authorised, *hub.keys, SystemClock().now()));
  return work.commit();
}

Error not_accepted(Error error, const OpenHub& hub, const SystemName& system) {
  if (error.code != Code::Unauthenticated) return error;
  const model::Connection& connection = hub.hub->environment.connections.at(system);
  const bool renewed = hub.connectors.at(system)->needs_access_token();
  const auto source = connection.secrets.find(renewed ? "refresh_token" : "token");
  error.at = source == connection.secrets.end() ? connection.place : source->second.place;
  error.fix = "Get a new one from the vendor, put it where this place of the environment says, and run this again";
  return error;
}

}  // namespace linchpin::cli
