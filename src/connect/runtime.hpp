// A manifest made to speak: the connector of any system that has one.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "engine/connector.hpp"
#include "model/manifest.hpp"

namespace linchpin::connect {

// `api_version`: the versions that the system's file pins, by family; a family that it leaves out gets the manifest's
// first. An error when the manifest cannot be spoken (it names the key), or does not know a version.
Result<std::unique_ptr<engine::Connector>> make_connector(std::shared_ptr<const model::Manifest>,
                                                          const std::map<std::string, std::string>& api_version);

// A connection's secrets, before anything starts: each that the manifest names is there, and keys are usable. Every
// mistake; it names the secret and never holds its content. A hub with one must not start.
struct SecretMistake {
  std::string secret;  // by the manifest's name, as in a Connection: who has read the hub files knows its place
  Error error;
};
std::vector<SecretMistake> check_credential(const std::shared_ptr<const model::Manifest>&, const engine::Credential&);

}  // namespace linchpin::connect
