// The people of the end-to-end job (traffic.hpp, job_hub.hpp) as its hub keeps them: each golden record is linked to
// its record at the source and at both sinks. Made by the engine's own merge and confirm, sealed and attested, and put
// into the state in large groups, past the calls that a first load would have made.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include "engine/ports.hpp"
#include "engine/work.hpp"
#include "model/hub.hpp"
#include "vault/keys.hpp"

namespace linchpin::bench {

// What the hub's environment is given: its secrets, as job_hub.hpp names them.
struct JobKeys {
  std::string token, webhook_secret, master, match, log;  // the last three in hex
  static JobKeys make();
  std::vector<std::pair<std::string, std::string>> environment(const std::filesystem::path& home) const;
  Result<std::unique_ptr<vault::Keys>> open(engine::KeyStore&, const model::Hub&) const;
};

struct Person {
  engine::Golden golden;
  std::vector<engine::Link> links;  // the source's first
};
// What the source says of a record now, as a change; `phone` -1: none.
engine::Change said_of(std::int64_t record, std::int64_t phone, ChangeId, Instant at);
// As `said` leaves a person who is new.
Person person_of(const model::Hub&, GoldenId, const engine::Change& said, Instant at);

// Puts `count` people into a new state, with what a hub knows that has loaded them: its register, its cursors, the
// audit log's tree. `progress` is told how many are there.
Result<void> fill(const model::Hub&, const JobKeys&, const std::filesystem::path& data, std::int64_t count,
                  const std::function<void(std::int64_t)>& progress);

}  // namespace linchpin::bench
