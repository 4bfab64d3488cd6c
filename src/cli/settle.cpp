#include "cli/settle.hpp"

#include <thread>
#include <utility>

#include "cli/progress.hpp"

namespace linchpin::cli {

Result<bool> settle(EngineLoop& loop, Standstill& standstill, std::string_view what, const std::atomic<bool>& stopped) {
  Progress progress(what);
  SystemClock clock;
  for (int quiet_for = 0; quiet_for < 10;) {
    if (stopped) return false;
    std::this_thread::sleep_for(milliseconds(100));
    const Result<Json> status = loop.ask_and_wait(Json::object({{"command", "status"}}));
    quiet_for = status && (*status)["quiet"].boolean() ? quiet_for + 1 : 0;
    standstill.heard(loop.trouble(), clock.now());
    if (auto over = standstill.over(clock.now())) return tl::unexpected(std::move(*over));
    const std::string held_up = standstill.waits_for();
    progress.tell(held_up.empty() ? "" : ", held up: " + held_up);
  }
  return true;
}

Result<Json> read_and_ask(OpenHub& hub, const std::string& patience, const Json& command) {
  Standstill standstill(TRY(parse_span(patience)));
  const auto connectors = hub.connectors;
  const bool reads_only = std::exchange(hub.reads_only, true);
  for (auto& [name, connector] : hub.connectors) connector = heard_by(standstill, std::move(connector));
  Result<Json> answer = Json();
  {
    EngineLoop loop(hub, *hub.files->inbox);
    TRY(loop.start());
    const std::atomic<bool> stopped{false};
    TRY(settle(loop, standstill, "reading and linking", stopped));
    answer = loop.ask_and_wait(command);
  }
  hub.connectors = connectors;
  hub.reads_only = reads_only;
  if (store::Claim* claim = hub.files->claim.get()) claim->use(claim->held());  // the loop has laid it down
  return answer;
}

}  // namespace linchpin::cli
