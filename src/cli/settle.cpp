#include "cli/settle.hpp"

#include <thread>
#include <utility>

#include "cli/progress.hpp"

namespace linchpin::cli {

namespace {

// ", hubspot contacts 12300 of 50000, xero Contacts 400, about 3 min left"
std::string how_far(const Json& loading) {
  std::string text;
  for (const Json& load : loading["loads"].items()) {
    if (load["came"].integer() == 0 && !load.find("of")) continue;
    text += ", " + load["system"].text() + " " + load["object"].text() + " " + load["came"].number_text();
    if (load.find("of")) text += " of " + load["of"].number_text();
  }
  const std::int64_t left = loading["seconds_left"].integer().value_or(0);
  if (left >= 60) return text + ", about " + std::to_string((left + 59) / 60) + " min left";
  return left > 0 ? text + ", about " + std::to_string(left) + " s left" : text;
}

}  // namespace

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
    progress.tell(held_up.empty() ? "" : ", held up: " + held_up,
                  status ? how_far((*status)["loading"]) : std::string());
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
