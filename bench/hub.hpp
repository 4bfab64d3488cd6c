// The hub under measurement: the program itself, `linchpin run`, over a new folder that `linchpin init` laid down, with
// its systems at addresses where nothing listens.
//
// Why absent systems: what is measured is intake. Sandboxes on the same machine would take processor time that in a
// firm is the vendors', and with them the hub merges meanwhile, which is another measurement. Without them the engine
// opens what came and tries to read the records, is refused, and holds 4,000 records that wait; the rest stays in the
// inbox, as in an outage of the vendor.
#pragma once

#include <filesystem>
#include <functional>
#include <map>

#include "base/crypto.hpp"
#include "bench/process.hpp"

namespace linchpin::bench {

class Hub {
 public:
  // Lays down the folder below `home`.
  static Result<Hub> make(const std::filesystem::path& program, const std::filesystem::path& home,
                          std::string_view webhook_secret, const std::string& store = "sqlite:data");
  // Over a folder of these files (name → text) below `home`, with this environment.
  static Result<Hub> over(const std::filesystem::path& program, const std::filesystem::path& home,
                          const std::map<std::string, std::string>& files,
                          std::vector<std::pair<std::string, std::string>> environment);
  // Another process of the same hub, over a copy of its folder below `home`.
  Result<Hub> beside(const std::filesystem::path& home) const;
  // Starts it and returns when /health/ready answers 200: how long that took. `meanwhile` is called again and again,
  // from before it listens: port() is known then.
  Result<milliseconds> start(const std::function<void()>& meanwhile = {});
  bool ready() const;  // /health/ready answers 200
  // The status of the answer to one whole request, on a connection of its own; 0 when there is no answer.
  int ask(std::string_view request) const;

  Process& process() { return *process_; }
  std::uint16_t port() const { return port_; }
  Result<std::uint64_t> accepted() const;  // webhooks, by its own metrics, since its start
  Result<std::int64_t> kept() const;       // webhooks in its inbox, by its files: of a process that has ended
  std::filesystem::path folder() const;    // its hub files
  std::filesystem::path data() const;      // what it keeps

 private:
  std::filesystem::path program_, home_;
  std::vector<std::pair<std::string, std::string>> environment_;
  std::optional<Process> process_;
  std::uint16_t port_ = 0;
};

}  // namespace linchpin::bench
