// A hub, opened: its files judged, its secrets resolved, its store locked and its connectors made. What `run` serves,
// and what the other commands work on when no hub runs.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "cli/command.hpp"
#include "engine/engine.hpp"
#include "model/hub.hpp"
#include "store/postgres_open.hpp"

namespace linchpin::cli {

struct OpenHub {
  // Connectors and credentials of some hub files, made ready: what can be wrong with them is known before they are
  // used.
  struct Ready {
    std::shared_ptr<const model::Hub> hub;
    std::map<SystemName, std::shared_ptr<const engine::Connector>> connectors;
    std::map<SystemName, engine::Credential> credentials;
  };

  std::filesystem::path folder;
  std::string environment;                    // as it was asked for
  std::shared_ptr<const model::Hub> hub;      // the version that was applied last; where there is none, the folder's
  std::shared_ptr<const model::Hub> waiting;  // what the folder says, where that is something else
  bool reads_only = false;                    // no version has been applied, and this command applies none
  bool batches_now = false;                   // `run --once` waits for no schedule
  std::unique_ptr<store::Files> files;
  std::unique_ptr<engine::Keys> keys;
  std::unique_ptr<engine::Random> random;
  std::map<SystemName, std::shared_ptr<const engine::Connector>> connectors;
  std::map<SystemName, engine::Credential> credentials;
  SigningKey log_key;  // of the audit log's checkpoints

  engine::World world(engine::Inbox& inbox);
  Result<Ready> ready(std::shared_ptr<const model::Hub>) const;
  void take(Ready);
  Result<void> follow_register();  // takes the version that was applied last, unless it is that already
  bool may_change() const { return !files->claim || files->claim->held() != 0; }
  // What is said where the work is another process's.
  tl::unexpected<Error> standing_by() const;
};

// The hub's files with every flow that keeps an entity in mode: link, for which those that act on its events wait, and
// no other: what may be done before a version has been applied.
std::shared_ptr<const model::Hub> linking_only(const model::Hub&);

// The hub files, judged. The first mistake, with how many more there are and the command that lists them.
Result<std::shared_ptr<const model::Hub>> load_hub(const std::string& folder, const std::string& environment);
// A key of 32 bytes; an error names where the environment says it is.
Result<Secret> key_in(const model::SecretSource&, const std::string& folder, std::string_view name);
// Several processes may open a hub that is in PostgreSQL. Its claim is tried once. `address`: where this process
// serves, for those that stand by; "" of a command, which uses the claim at once if it was free.
Result<OpenHub> open_hub(const Where&, std::shared_ptr<const model::Hub>, const std::string& address);
Result<OpenHub> open_hub(const Where&);                                                          // for a command
Result<store::PostgresPlace> store_place(const std::string& folder, const model::Environment&);  // of one in PostgreSQL
bool reads_only(std::string_view command);  // whether a process that does not work can answer it

std::filesystem::path data_folder(const std::string& folder, const model::Hub&);
std::filesystem::path socket_path(const std::string& folder);  // DIR/data/hub.sock
std::string log_origin(const model::Hub&);                     // the audit log's name

class SystemClock : public engine::Clock {
 public:
  Instant now() override;
};

}  // namespace linchpin::cli
