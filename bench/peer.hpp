// The peers of bench/peers, each a process of Node's: the script that commits in groups to SQLite, and Node-RED.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "bench/process.hpp"

namespace linchpin::bench {

// What both are told. `sinks`: URLs that each event is posted to, with commas between; "" for none.
struct PeerJob {
  std::filesystem::path peers;  // bench/peers after `npm ci`
  std::filesystem::path home;   // for its files and its log
  std::string secret, public_url, sinks;
};

class Peer {
 public:
  // Why they cannot be had: no packages, or a Node that does not run here. "" when they can.
  static std::string missing(const std::filesystem::path& peers);
  static Peer script(const PeerJob&);
  static Peer red(const PeerJob&);
  Result<milliseconds> start();  // until it serves

  Process& process() { return *process_; }
  std::uint16_t port() const { return port_; }

 private:
  Peer(const PeerJob&, std::string_view program, std::filesystem::path log, std::vector<std::string> more);
  std::filesystem::path node_, log_;
  std::vector<std::string> arguments_;
  std::optional<Process> process_;
  std::uint16_t port_ = 0;
};

}  // namespace linchpin::bench
