#include "sim/told.hpp"

namespace linchpin::sim {
namespace {

Told told(const Json& item) {
  Told one{item["id"].text(), {}, item["fields"]};
  for (const Json& link : item["links"].items())
    for (const Site site : all_sites)
      if (link["system"].text() == to_text(site)) one.links[site].push_back(link["record"].text());
  return one;
}

}  // namespace

// An app whose making was lost with the process is made anew.
Result<Json> App::ask(Json command) {
  if (!token_hash_.empty())
    if (auto answer = world_.ask(command.with("token", token_hash_));
        answer || answer.error().code != Code::TokenInvalid)
      return answer;
  const Json app = TRY(world_.ask(Json::object({{"command", "app.add"}, {"name", name_ + std::to_string(++made_)}})));
  token_hash_ = to_hex(as_text(sha256(app["token"].text())));
  return world_.ask(command.with("token", token_hash_));
}

Result<std::vector<Told>> App::contacts() {
  std::vector<Told> all;
  Json cursor = "";
  do {
    const Json page = TRY(
        ask(Json::object({{"command", "process.list"}, {"entity", "contact"}, {"limit", 500}, {"cursor", cursor}})));
    for (const Json& item : page["items"].items()) all.push_back(told(item));
    cursor = page["next"];
  } while (!cursor.is_null());
  return all;
}

Result<Told> App::contact(const std::string& golden) {
  return told(TRY(ask(Json::object({{"command", "process.get"}, {"entity", "contact"}, {"id", golden}}))));
}

}  // namespace linchpin::sim
