// `linchpin pin`: a person says what a field is, with a reason.
#include <unistd.h>

#include <iostream>

#include "base/time.hpp"
#include "cli/ask_hub.hpp"
#include "cli/command.hpp"
#include "cli/nearest_names.hpp"
#include "cli/open_hub.hpp"

namespace linchpin::cli {
namespace {

struct Asked : Where {
  std::string entity, id, field, why, until, by;
  bool remove = false;
};

// Whether the field is one that several lines may be.
bool takes_lines(const Asked& asked) {
  const auto hub = load_hub(asked.folder, asked.environment);
  if (!hub) return false;
  const auto entity = (*hub)->entities.find(EntityName(asked.entity));
  const model::Field* field = entity == (*hub)->entities.end() ? nullptr : entity->second.field(asked.field);
  return field && (field->type == Type::Note || field->type == Type::JsonAny);
}

// What stands on standard input, without the end of its last line: on the command line everyone on the machine could
// read it. One line, or several where the field holds such. That nothing was read is a broken pipe or a missing file,
// and must not empty a field.
Result<std::string> typed(const Asked& asked, bool lines) {
  const bool terminal = isatty(STDIN_FILENO) != 0;
  if (terminal)
    std::cerr << asked.field << " of " << asked.id << " is (an empty line: nothing"
              << (lines ? "; its end: Ctrl-D on a line of its own" : "") << "): " << std::flush;
  std::string value, line;
  std::size_t count = 0;
  for (; std::getline(std::cin, line); ++count) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (count > 0 && !lines)
      return fail(Code::InvalidArgument, "standard input holds more than one line, and " + asked.field + " takes one");
    value += (count > 0 ? "\n" : "") + line;
    if (value.size() > std::size_t{64} << 10) return fail(Code::InvalidArgument, "that is too long for a field");
    if (terminal && (!lines || line.empty())) return value;
  }
  if (count == 0)
    return fail(Code::InvalidArgument, "standard input is empty: nothing is pinned",
                "Give the value as a line. An empty line pins the field to nothing: echo | linchpin pin …");
  return value;
}

Result<int> pin(const Asked& asked) {
  TRY(known_field(asked, asked.entity, asked.field));
  if (!asked.remove && asked.why.empty())
    return fail(Code::InvalidArgument, "a pin needs a reason", "Give --why: whoever asks `explain` later reads it.");
  if (!asked.until.empty() && !parse_rfc3339(asked.until))
    return fail(Code::InvalidArgument, "--until is no time",
                "Write the date, the time and the zone, as in 2026-12-31T00:00:00Z.");
  const std::string value = asked.remove ? "" : TRY(typed(asked, takes_lines(asked)));
  const Json answer = TRY(ask_hub(asked, Json::object({{"command", "pin"},
                                                       {"entity", asked.entity},
                                                       {"id", asked.id},
                                                       {"field", asked.field},
                                                       {"value", value},
                                                       {"why", asked.why},
                                                       {"until", asked.until},
                                                       {"remove", asked.remove},
                                                       {"by", asked.by.empty() ? user() : asked.by}})));
  if (asked.json)
    std::cout << canonical(answer) << "\n";
  else
    std::cout << asked.field << " of " << answer["id"].text()
              << (asked.remove                ? " is pinned no more\n"
                  : answer["blank"].boolean() ? " is pinned to nothing\n"
                                              : " is pinned\n");
  return 0;
}

}  // namespace

void add_pin(Command& program) {
  auto asked = std::make_shared<Asked>();
  Command command =
      program.command("pin",
                      "Set a field, whatever systems say; the value comes from standard input. Example: echo "
                      "Mia | linchpin pin my-hub contact hubspot:1203 given_name --why \"by phone\"");
  add_where(command, *asked);
  command.option("ENTITY", asked->entity, "such as contact").required();
  command.option("ID", asked->id, "a golden id, or system:record, as in hubspot:1203").required();
  command.option("FIELD", asked->field, "which field").required();
  command.option("--why", asked->why, "the reason: it is kept with the value");
  command.option("--until", asked->until, "when it ends by itself, such as 2026-12-31T00:00:00Z");
  command.option("--by", asked->by, "who says so (default: the user)");
  command.flag("--remove", asked->remove, "end it: the field is what its systems say");
  command.runs([asked] { return pin(*asked); });
}

}  // namespace linchpin::cli
