// The commands that ask a hub and print what it says: explain, sync, dead-letters, app.
#include <algorithm>
#include <iostream>

#include "base/value.hpp"
#include "cli/ask_hub.hpp"
#include "cli/command.hpp"
#include "cli/logged.hpp"
#include "cli/nearest_names.hpp"
#include "cli/open_hub.hpp"
#include "cli/printable.hpp"
#include "model/nearest.hpp"
#include "model/shape.hpp"

namespace linchpin::cli {
namespace {

// What is said instead of an error, where more is known of it here.
using Better = std::function<Error(const Error&)>;

Result<int> say(const Where& where, const Json& command, const std::function<void(const Json&)>& print,
                const Better& better = {}) {
  const Result<Json> answer = ask_hub(where, command);
  if (!answer)
    return tl::unexpected(better && answer.error().code == Code::NotFound ? better(answer.error()) : answer.error());
  print(*answer);
  return 0;
}

bool not_shown(const Json& field) {
  const auto clazz = parse_class(field["class"].text());
  return field["value"].is_null() && clazz && *clazz >= Class::Restricted;
}

std::string shown(const Json& field) {
  return not_shown(field) ? "(" + field["class"].text() + ": not shown)" : in_line(field["value"]);
}

// Such as (properties.phone, which holds 0491 570 110; by type phone, region AU).
std::string transform_of(const Json& step) {
  std::string text = "(" + step["path"].text();
  if (const Json* holds = step.find("holds")) text += (text.size() > 1 ? ", which holds " : "") + in_line(*holds);
  return text + (text.size() > 1 ? "; by " : "by ") + step["transform"].text() + ")";
}

std::string exchange_of(const Json& exchange) {
  std::string entries;
  for (const Json& index : exchange["audit"].items())
    entries += (entries.empty() ? ", audit log " : " and ") + canonical(index);
  if (exchange["kind"].text() == "received") {
    const std::string read = exchange["asked"].text();
    return "received at " + exchange["at"].text() + ", by " + exchange["trigger"].text() +
           (read.empty() ? "" : ", read " + exchange["read"].text() + " that was asked for at " + read) + entries;
  }
  const std::string& made = exchange["sent"].text();
  return exchange["kind"].text() + (made.empty() ? "" : " sent at " + made + ",") + " confirmed at " +
         exchange["confirmed"].text() + ", by " + exchange["trigger"].text() + ", delivery " +
         exchange["delivery"].text() + entries;
}

void print_field(const Json& field) {
  std::cout << field["field"].text() << " = " << shown(field) << "\n";
  for (const Json& step : field["chain"].items()) {
    std::cout << "  " << step["what"].text();
    if (!step["system"].text().empty()) std::cout << " " << step["system"].text() << ":" << step["record"].text();
    if (!step["golden"].text().empty()) std::cout << " " << step["golden"].text();
    for (const Json& record : step["records"].items()) std::cout << " " << record.text();
    if (!step["rule"].text().empty()) std::cout << ", by " << step["rule"].text();
    if (!step["at"].text().empty()) std::cout << ", at " << step["at"].text();
    if (!step["mapping"].text().empty()) std::cout << ", through " << step["mapping"].text();
    if (step.find("transform")) std::cout << " " << transform_of(step);
    if (!step["change"].text().empty()) std::cout << ", change " << step["change"].text();
    if (!step["by"].text().empty()) std::cout << ", by " << step["by"].text();
    if (!step["until"].text().empty()) std::cout << ", until " << step["until"].text();
    if (!step["why"].text().empty()) std::cout << ": " << step["why"].text();
    for (const Json& part : step["of"].items())
      std::cout << (&part == &step["of"][0] ? ", of " : ", ") << part["field"].text() << " = " << shown(part);
    if (!step["error"].text().empty()) std::cout << ": " << step["error"].text();
    std::cout << "\n";
    if (const Json* exchange = step.find("exchange")) std::cout << "    " << exchange_of(*exchange) << "\n";
  }
}

// One subcommand of a list: `linchpin app DIR revoke NAME`.
struct Verb {
  Where where;
  std::string verb, id;
};

// Whether the hub may be asked: a new app has a name as everything else has, and one that is revoked is not revoked
// anew, which would look as if it had been of use until now.
Result<void> app_named(const Verb& verb) {
  if (verb.verb != "list" && verb.id.empty())
    return fail(Code::InvalidArgument, "the app is not named", "Give its name; `linchpin app DIR list` shows them.");
  if (verb.verb == "list" && !verb.id.empty())
    return fail(Code::InvalidArgument, "list takes no name: it shows every app", "Leave the last word out.");
  if (verb.verb == "add" && !model::shape::is_name(verb.id))
    return fail(Code::InvalidArgument, "that is no name for an app",
                "Write at most 64 lower-case letters, digits, - and _, a letter first, as in client-portal.");
  if (verb.verb != "revoke") return {};
  const Json list = TRY(ask_hub(verb.where, Json::object({{"command", "app.list"}})));
  std::vector<std::string> names;
  for (const Json& app : list["items"].items()) {
    if (app["name"].text() == verb.id && app["revoked"].boolean())
      return fail(Code::InvalidArgument, "the app is revoked already", "Its token opens nothing.");
    names.push_back(app["name"].text());
  }
  if (std::find(names.begin(), names.end(), verb.id) != names.end()) return {};
  return fail(Code::NotFound, "the hub has no app of that name", model::suggestion(verb.id, names));
}

struct AskedWhy : Where {
  std::string entity, id, field;
};

Error not_explained(const AskedWhy& asked, const Error& error) {
  const Result<void> known = known_field(asked, asked.entity, asked.field);
  return known ? error : known.error();
}

Error not_synced(const Where& where, const std::string& flow, const Error& error) {
  const auto hub = load_hub(where.folder, where.environment);
  if (!hub) return error;
  std::vector<std::string> flows;
  for (const auto& [name, declared] : (*hub)->flows)
    if (declared.kind == model::Flow::Kind::Keep) flows.push_back(name.text);
  return nearest_of(error, "the hub has no flow of that name that keeps an entity", flow, flows);
}

}  // namespace

void add_explain(Command& program) {
  auto asked = std::make_shared<AskedWhy>();
  Command command = program.command(
      "explain", "Why a golden record holds what it holds. Example: linchpin explain my-hub contact xero:0e3c… phone");
  add_where(command, *asked);
  command.option("ENTITY", asked->entity, "contact, verification, …").required();
  command.option("ID", asked->id, "a golden id, or system:record").required();
  command.option("FIELD", asked->field, "one field; all when left out");
  command.runs([asked] {
    const Json question =
        Json::object({{"command", "explain"}, {"entity", asked->entity}, {"id", asked->id}, {"field", asked->field}});
    const auto print = [&](const Json& told) {
      const auto hub = load_hub(asked->folder, asked->environment);
      const Result<std::unique_ptr<engine::AuditStore>> log =
          hub ? audit_snapshot(*asked, **hub)
              : Result<std::unique_ptr<engine::AuditStore>>(tl::unexpected(hub.error()));
      const Json all = log ? with_exchanges(told, **log) : told;
      const Json answer = asked->json ? all : printable_answer(all);
      if (asked->json) {
        std::cout << canonical(answer) << "\n";
      } else if (!asked->field.empty()) {
        print_field(answer);
      } else {
        std::cout << answer["entity"].text() << " " << answer["id"].text() << "\n";
        for (const Json& field : answer["fields"].items()) print_field(field);
      }
    };
    return say(*asked, question, print, [&](const Error& error) { return not_explained(*asked, error); });
  });
}

void add_sync(Command& program) {
  struct Asked : Where {
    std::string flow, since;
  };
  auto asked = std::make_shared<Asked>();
  Command command = program.command(
      "sync",
      "Have the running hub ask a flow's systems now for what has changed. Example: linchpin sync my-hub clients");
  add_where(command, *asked);
  command.option("FLOW", asked->flow, "a flow that keeps an entity").required();
  command.option("--since", asked->since, "ask for all that has changed since then, such as 2026-11-01T00:00:00Z");
  command.runs([asked]() -> Result<int> {
    if (!asked->since.empty() && !parse_rfc3339(asked->since))
      return fail(Code::InvalidArgument, "--since is no time",
                  "Write the date, the time and the zone, as in 2026-11-01T00:00:00Z or 2026-11-01T00:00:00+11:00.");
    if (!hub_runs(asked->folder))
      return fail(Code::SystemUnavailable, "no hub runs on this folder",
                  "Start it with `linchpin run`; it sweeps every system when it starts.");
    const auto print = [&](const Json&) {
      if (asked->json) std::cout << canonical(Json::object({{"flow", asked->flow}})) << "\n";
      if (!asked->json) std::cout << "The systems of " << asked->flow << " are being asked for what has changed.\n";
    };
    return say(*asked, Json::object({{"command", "sync"}, {"flow", asked->flow}, {"since", asked->since}}), print,
               [&](const Error& error) { return not_synced(*asked, asked->flow, error); });
  });
}

void add_dead_letters(Command& program) {
  struct Asked : Verb {
    std::string system, kind, code;
  };
  auto verb = std::make_shared<Asked>();
  Command command = program.command(
      "dead-letters", "What cannot succeed without a person. Example: linchpin dead-letters my-hub retry all");
  add_where(command, verb->where);
  command.option("VERB", verb->verb, "list, show, retry or discard")
      .required()
      .one_of({"list", "show", "retry", "discard"});
  command.option("ID", verb->id, "which one, or `all`");
  command.option("--system", verb->system, "of one system only");
  command.option("--kind", verb->kind, "of one kind only").one_of({"field", "delivery", "change", "call", "event"});
  command.option("--code", verb->code, "with one reason only, such as write_refused");
  command.runs([verb]() -> Result<int> {
    if (verb->verb == "list" && verb->id.empty()) verb->id = "all";
    if (verb->id.empty())
      return fail(Code::InvalidArgument, "the dead letter is not named",
                  "Give its ID; `linchpin dead-letters DIR list` shows them.");
    if (verb->verb == "list" && verb->id != "all")
      return fail(Code::InvalidArgument, "list takes no name: it shows every dead letter",
                  "`linchpin dead-letters DIR show " + verb->id + "` shows one.");
    const bool some = !verb->system.empty() || !verb->kind.empty() || !verb->code.empty();
    if (some && verb->id != "all")
      return fail(Code::InvalidArgument, "--system, --kind and --code choose among all", "Write `all` for the ID.");
    if (verb->verb == "discard" && verb->id == "all" && !some)
      return fail(Code::InvalidArgument, "that would give up every dead letter",
                  "Say which with --system, --kind or --code, or give one ID.");
    const Json question = Json::object({{"command", "dead-letters." + verb->verb},
                                        {"id", verb->id},
                                        {"system", verb->system},
                                        {"kind", verb->kind},
                                        {"code", verb->code},
                                        {"by", user()}});
    return say(verb->where, question, [&](const Json& answer) {
      if (verb->verb == "list" || verb->verb == "show")
        print_lines(answer["items"], verb->where.json, line_of);
      else if (verb->where.json)
        std::cout << canonical(answer) << "\n";
      else if (verb->verb == "discard")
        std::cout << answer["discarded"].number_text() << " discarded\n";
      else
        std::cout << answer["retried"].number_text() << " tried again"
                  << (answer["left"].integer().value_or(0) > 0 ? ", " + answer["left"].number_text() + " cannot be"
                                                               : "")
                  << "\n";
    });
  });
}

void add_app(Command& program) {
  auto verb = std::make_shared<Verb>();
  Command command = program.command("app", "Tokens for apps that read. Example: linchpin app my-hub add client-portal");
  add_where(command, verb->where);
  command.option("VERB", verb->verb, "add, list or revoke").required().one_of({"add", "list", "revoke"});
  command.option("NAME", verb->id, "the app");
  command.runs([verb]() -> Result<int> {
    TRY(app_named(*verb));
    const Json question = Json::object({{"command", "app." + verb->verb}, {"name", verb->id}, {"by", user()}});
    return say(verb->where, question, [&](const Json& answer) {
      if (verb->verb == "list") {
        print_lines(answer["items"], verb->where.json, [](const Json& a) {
          return a["name"].text() + "  since " + a["made"].text() + (a["revoked"].boolean() ? "  revoked" : "");
        });
      } else if (verb->where.json) {
        std::cout << canonical(answer) << "\n";
      } else if (verb->verb == "add") {
        std::cout << answer["token"].text() << "\n";
        std::cerr << "This is the token of " << answer["name"].text()
                  << ". It is shown once; the hub keeps only its hash.\n";
      } else {
        std::cout << answer["name"].text() << " revoked\n";
      }
    });
  });
}

}  // namespace linchpin::cli
