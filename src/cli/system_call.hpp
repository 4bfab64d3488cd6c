// Calls that a command makes itself, where no hub runs that would make them.
#pragma once

#include <memory>

#include "cli/open_hub.hpp"

namespace linchpin::cli {

// May speak to the private addresses that the environment's connections allow.
std::unique_ptr<HttpClient> client_for(const model::Hub&);

// Makes one call, with all the requests that it takes.
Result<engine::Outcome> make_call(const engine::Connector&, const engine::Credential&, HttpClient&, engine::Call);

// The system's credential, with the tokens that the store keeps. NotFound where the environment has no connection.
Result<engine::Credential> kept_credential(const OpenHub&, const SystemName&);

// A new access token, kept as the engine keeps it.
Result<void> authorise(OpenHub&, const SystemName&, engine::Credential&, HttpClient&);

// What is wrong with a credential is mended where the environment names it.
Error not_accepted(Error, const OpenHub&, const SystemName&);

}  // namespace linchpin::cli
