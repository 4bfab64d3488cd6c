// linchpin connect: proves a connection, without a browser. A system with tokens is asked for a new one, which is kept
// as the engine keeps it; then one small list shows that the system answers. When a hub runs on the folder, the
// connection is the hub's, and it is asked: two processes that renew one rotating token would lock each other out.
#include <iostream>

#include "cli/ask_hub.hpp"
#include "cli/command.hpp"
#include "cli/nearest_names.hpp"
#include "cli/open_hub.hpp"
#include "cli/standstill.hpp"
#include "cli/system_call.hpp"
#include "model/privacy.hpp"

namespace linchpin::cli {
namespace {

struct Asked : Where {
  std::string system;
};

// What the hub's files let the connection do.
Json may_do(const model::Hub& hub, const SystemName& system) {
  Json::List reads, writes, operations, receives;
  for (const auto& [name, flow] : hub.flows) {
    for (const model::FlowSystem& member : flow.systems) {
      if (member.system != system || flow.mode == model::Mode::Off) continue;
      if (member.read != model::Pace::No) reads.push_back(flow.entity.text);
      if (member.write != model::Pace::No) writes.push_back(flow.entity.text);
    }
    if (flow.do_system == system && !flow.do_operation.empty()) operations.push_back(flow.do_operation);
  }
  for (const model::Disclosure& d : model::disclosures(hub))
    if (d.system == system) receives.push_back(d.field);
  return Json::object({{"reads", std::move(reads)},
                       {"writes", std::move(writes)},
                       {"operations", std::move(operations)},
                       {"may_hold", std::string(to_text(hub.system(system).ceiling))},
                       {"receives", std::move(receives)}});
}

std::string joined(const Json& list) {
  std::string text;
  for (const Json& item : list.items()) text += (text.empty() ? "" : ", ") + item.text();
  return text.empty() ? "nothing" : text;
}

Result<void> prove(const OpenHub& hub, const SystemName& system, const engine::Credential& credential,
                   HttpClient& client) {
  for (const auto& [name, mapping] : hub.hub->mappings) {
    if (mapping.system != system) continue;
    const engine::Outcome outcome =
        TRY(make_call(*hub.connectors.at(system), credential, client,
                      {CallId(2), system, engine::ListCall{mapping.object, {}, "", {}}, {}}));
    if (const auto error = failure_of(outcome)) return tl::unexpected(*error);
    return {};
  }
  return {};  // no mapping reads it: the token is all there is to prove
}

Result<Json> connect_here(const Asked& asked, const SystemName& system) {
  OpenHub hub = TRY(open_hub(asked));
  if (!hub.may_change()) return hub.standing_by();
  engine::Credential credential = TRY(kept_credential(hub, system));
  const engine::Connector& connector = *hub.connectors.at(system);
  const std::unique_ptr<HttpClient> client = client_for(*hub.hub);
  const auto proven = [&]() -> Result<void> {
    if (connector.needs_access_token()) TRY(authorise(hub, system, credential, *client));
    return prove(hub, system, credential, *client);
  };
  TRY(proven().map_error([&](const Error& error) { return not_accepted(error, hub, system); }));
  Json answer = Json::object({{"system", system.text}, {"connected", true}});
  if (connector.needs_access_token()) answer = answer.with("expires", rfc3339(credential.access_expires));
  return answer;
}

Result<int> connect(const Asked& asked) {
  const std::shared_ptr<const model::Hub> hub = TRY(load_hub(asked.folder, asked.environment));
  const SystemName system(asked.system);
  TRY(known_system(asked, asked.system));
  const bool runs = hub_runs(asked.folder);
  Json answer = TRY(runs ? ask_hub(asked, Json::object({{"command", "connection"}, {"system", asked.system}}))
                         : connect_here(asked, system));
  const Json may = may_do(*hub, system);
  const bool connected = answer["connected"].boolean();
  if (asked.json) {
    std::cout << canonical(answer.with("may", may).with("hub_runs", runs)) << "\n";
    return connected ? 0 : 1;
  }
  if (runs) std::cout << "A hub runs on this folder; this is its connection.\n";
  std::cout << asked.system << (connected ? " is connected" : " is not connected");
  if (!answer["expires"].text().empty())
    std::cout << "; its access token ends at " << answer["expires"].text() << " and is renewed before";
  std::cout << ".\n  reads: " << joined(may["reads"]) << "\n  writes: " << joined(may["writes"])
            << "\n  does: " << joined(may["operations"]) << "\n  may hold: " << may["may_hold"].text()
            << "\n  receives: " << joined(may["receives"]) << "\n";
  return connected ? 0 : 1;
}

}  // namespace

void add_connect(Command& program) {
  auto asked = std::make_shared<Asked>();
  Command command = program.command(
      "connect", "Authorise a connection, and show until when and for what. Example: linchpin connect my-hub xero");
  add_where(command, *asked);
  command.option("SYSTEM", asked->system, "its name, as in systems/").required();
  command.runs([asked] { return connect(*asked); });
}

}  // namespace linchpin::cli
