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

Json refused(const std::vector<std::string>& moved) {
  Json::List list;
  for (const std::string& what : moved) list.push_back(what);
  return Json::object({{"applied", false}, {"moved", std::move(list)}});
}

Result<Json> applied(engine::Engine& engine, Instant now, const std::string& digest) {
  const Json status = TRY(engine.ask(Json::object({{"command", "status"}}), now));
  return Json::object({{"applied", true}, {"version", status["register"]}, {"digest", digest}});
}

}  // namespace linchpin::cli
