#include "server/tier_process.hpp"

#include <algorithm>
#include <charconv>

#include "base/crypto.hpp"

namespace linchpin::server {
namespace {

using CurrentHub = std::function<std::shared_ptr<const model::Hub>()>;

constexpr int limit_default = 50, limit_most = 500;
constexpr std::size_t text_most = 512;  // of an id or a cursor

void refuse(const Reply& reply, const Error& error) {
  Answer answer = problem(error);
  if (answer.status == 401) answer.headers.push_back({"WWW-Authenticate", "Bearer"});
  if (answer.status == 429 || answer.status == 503) answer.headers.push_back({"Retry-After", "1"});
  answer.headers.push_back({"Cache-Control", "no-store"});
  reply(std::move(answer));
}

// What the hub keeps of a bearer token (RFC 6750 section 2.1): its SHA-256.
Result<std::string> token_digest(const Request& request) {
  const std::string* header = find_header(request.headers, "Authorization");
  constexpr std::string_view scheme = "bearer ";
  const bool bearer = header && header->size() > scheme.size() &&
                      std::equal(scheme.begin(), scheme.end(), header->begin(),
                                 [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); });
  if (!bearer)
    return fail(Code::TokenInvalid, "no app's token came with the request",
                "Send Authorization: Bearer, then the token");
  return to_hex(as_text(sha256(std::string_view(*header).substr(scheme.size()))));
}

bool may_be_seen(const model::Entity* entity, std::string_view name) {
  return entity && std::ranges::any_of(entity->fields, [&](const model::Field& field) {
           return field.name.text == name && field.clazz <= Class::Personal;
         });
}

Json seen_part(const Json& item, const model::Hub& hub) {
  const auto entity = hub.entities.find(EntityName(item["entity"].text()));
  const model::Entity* known = entity == hub.entities.end() ? nullptr : &entity->second;
  Json::Object fields;
  for (const auto& [name, field] : item["fields"].members())
    if (may_be_seen(known, name)) fields.emplace_back(name, field);
  return Json::object(
      {{"id", item["id"]}, {"entity", item["entity"]}, {"fields", std::move(fields)}, {"links", item["links"]}});
}

void ask(HubApi& api, const CurrentHub& hub, Json command, Reply reply, Json (*shape)(const Json&, const model::Hub&)) {
  api.ask(std::move(command), [hub, shape, reply = std::move(reply)](Result<Json> result) {
    if (!result) return refuse(reply, result.error());
    Answer answer = json_answer(200, canonical(shape(*result, *hub())));
    answer.headers.push_back({"Cache-Control", "no-store"});
    reply(std::move(answer));
  });
}

struct Page {
  int limit = limit_default;
  std::string cursor;
};
Result<Page> page_of(std::string_view target) {
  Page page;
  bool limit_given = false, cursor_given = false;
  for (const auto& [name, value] : parse_query(query_of(target))) {
    if (name == "limit" && !std::exchange(limit_given, true)) {
      const char* end = value.data() + value.size();
      const auto [stop, ec] = std::from_chars(value.data(), end, page.limit);
      if (ec != std::errc() || stop != end || page.limit < 1 || page.limit > limit_most)
        return fail(Code::InvalidArgument, "limit is not a number from 1 to 500", "Leave it out for 50");
    } else if (name == "cursor" && !std::exchange(cursor_given, true) && value.size() <= text_most) {
      page.cursor = value;
    } else {
      return fail(Code::InvalidArgument, "a query parameter that is unknown, too long or given twice",
                  "A list takes limit and cursor, each once");
    }
  }
  return page;
}

Result<Json> get_command(const Request& request, const Segments& named) {
  std::string token = TRY(token_digest(request));
  if (named[1].size() > text_most || !query_of(request.url).empty())
    return fail(Code::InvalidArgument, "a record is asked for by its id alone", "GET /process/ENTITY/ID");
  return Json::object(
      {{"command", "process.get"}, {"token", std::move(token)}, {"entity", named[0]}, {"id", named[1]}});
}

Result<Json> list_command(const Request& request, const Segments& named) {
  std::string token = TRY(token_digest(request));
  Page page = TRY(page_of(request.url));
  return Json::object({{"command", "process.list"},
                       {"token", std::move(token)},
                       {"entity", named[0]},
                       {"limit", page.limit},
                       {"cursor", std::move(page.cursor)}});
}

Json seen_page(const Json& page, const model::Hub& hub) {
  Json::List items;
  for (const Json& item : page["items"].items()) items.push_back(seen_part(item, hub));
  return Json::object({{"items", std::move(items)}, {"next", page["next"]}});
}

}  // namespace

void add_tier_process(Router& router, HubApi& api, CurrentHub hub) {
  router.on("GET", "/process/{entity}/{id}", [&api, hub](Request request, Segments named, Reply reply) {
    Result<Json> command = get_command(request, named);
    if (!command) return refuse(reply, command.error());
    ask(api, hub, std::move(*command), std::move(reply), seen_part);
  });
  router.on("GET", "/process/{entity}", [&api, hub](Request request, Segments named, Reply reply) {
    Result<Json> command = list_command(request, named);
    if (!command) return refuse(reply, command.error());
    ask(api, hub, std::move(*command), std::move(reply), seen_page);
  });
}

}  // namespace linchpin::server
