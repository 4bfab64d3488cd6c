#include "cli/planned.hpp"

#include <array>

#include "engine/alike.hpp"

namespace linchpin::cli {

Result<Planned> plan_folder(engine::Engine& engine, const OpenHub& hub, bool personal, bool near) {
  Planned planned;
  planned.next = TRY(load_hub(hub.folder.string(), hub.environment));
  planned.plan = TRY(engine.plan(*planned.next, personal));
  if (near)
    planned.plan =
        planned.plan.with("near", to_json(TRY(engine::alikes(*planned.next, *hub.files->state.store, *hub.keys))));
  return planned;
}

namespace {

// What a plan of that hash was made of and is another by now; nothing when it still holds.
std::vector<std::string> moved_since(const Json& plan, const std::string& hash) {
  struct Part {
    std::string_view what;
    std::size_t at, length;
  };
  static constexpr std::array<Part, 3> parts{
      {{"the files", 0, 16}, {"the version that runs", 16, 16}, {"the data", 32, 32}}};
  const std::string& now = plan["hash"].text();
  std::vector<std::string> moved;
  for (const Part& part : parts)
    if (hash.size() != now.size() || now.compare(part.at, part.length, hash, part.at, part.length) != 0)
      moved.emplace_back(part.what);
  return moved;
}

}  // namespace

Result<Judged> judged(engine::Engine& engine, const Planned& planned, const Json& command) {
  Judged judged;
  Json::List moved;
  for (std::string& what : moved_since(planned.plan, command["plan"].text())) moved.push_back(std::move(what));
  judged.applying = {command["by"].text(), command["why"].text(), planned.plan["hash"].text(), {}};
  judged.applying.despite = TRY(engine.unanswered(*planned.next));
  if (!moved.empty())
    judged.refused = Json::object({{"applied", false}, {"moved", std::move(moved)}});
  else if (!judged.applying.despite.empty() && !command["despite_reviews"].boolean())
    judged.refused =
        Json::object({{"applied", false}, {"moved", Json::List()}, {"unanswered", to_json(judged.applying.despite)}});
  return judged;
}

Result<Json> applied(engine::Engine& engine, Instant now, const std::string& digest,
                     const std::vector<engine::Unanswered>& despite) {
  const Json status = TRY(engine.ask(Json::object({{"command", "status"}}), now));
  const Json answer = Json::object({{"applied", true}, {"version", status["register"]}, {"digest", digest}});
  return despite.empty() ? answer : answer.with("despite_reviews", to_json(despite));
}

std::string unanswered_text(const Json& unanswered, const std::string& folder) {
  std::string text;
  for (const Json& u : unanswered.items()) {
    const std::string many = u["reviews"].number_text();
    text += "flow " + u["flow"].text() + " goes live, and " + many + (many == "1" ? " pair of " : " pairs of ") +
            u["entity"].text() + (many == "1" ? " waits" : " wait") + " for a person: linchpin review " + folder +
            " list --kind match\n";
  }
  return text;
}

}  // namespace linchpin::cli
