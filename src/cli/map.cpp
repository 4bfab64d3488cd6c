// linchpin map: one mapping on records, with no hub running: a place to try things.
#include <iostream>
#include <sstream>

#include "base/file.hpp"
#include "cli/command.hpp"
#include "cli/json_line.hpp"
#include "cli/open_hub.hpp"
#include "mapping/mapping.hpp"

namespace linchpin::cli {
namespace {

constexpr std::size_t file_bytes_most = 256u << 20;

struct Asked : Where {
  std::string mapping, file;
  bool out = false;
};

Json error_json(const Error& error, const FieldName& field = {}) {
  Json json = Json::object({{"code", std::string(code_text(error.code))}, {"message", error.what}});
  if (!field.empty()) json = json.with("field", field.text);
  if (!error.at.file.empty()) json = json.with("place", to_text(error.at));
  if (!error.fix.empty()) json = json.with("remedy", error.fix);
  return json;
}

Json errors_json(const std::vector<mapping::FieldError>& errors) {
  Json::List list;
  for (const mapping::FieldError& e : errors) list.push_back(error_json(e.error, e.field));
  return list;
}

Json mapped_in(const mapping::Mapping& mapping, const Json& record) {
  mapping::ReadOutcome read = mapping::read(mapping, record);
  if (!read.applies) {
    const Json line = Json::object({{"applies", false}});
    return read.errors.empty() ? line : line.with("errors", errors_json(read.errors));  // its where: fails
  }
  Json::Object fields;
  for (auto& [name, value] : read.values) fields.emplace_back(name, std::move(value));
  Json line = Json::object({{"fields", std::move(fields)}});
  return read.errors.empty() ? line : line.with("errors", errors_json(read.errors));
}

// `given` is the fields, or a line that `map` printed. Fields that are made of others are, where they are not given.
Json mapped_out(const mapping::Mapping& mapping, const model::Entity& entity, const Json& given) {
  const Json& fields = given["fields"].is_object() && !entity.field("fields") ? given["fields"] : given;
  Values values;
  for (const auto& [name, value] : fields.members()) values[name] = value;
  std::vector<mapping::FieldError> errors;
  for (const auto& [name, value] : fields.members())
    if (!entity.field(name))
      errors.push_back(
          {FieldName(name), Error{Code::ReferenceUnknown, "the entity has no field of that name", {}, {}}});
  for (const FieldName& name : entity.derived) {
    if (values.contains(name.text)) continue;
    if (Result<Value> made = entity.field(name.text)->from->value(values); !made)
      errors.push_back({name, made.error()});
    else if (!made->is_null())
      values[name.text] = std::move(*made);
  }
  mapping::WriteOutcome write = mapping::write(mapping, values, Json());
  errors.insert(errors.end(), write.errors.begin(), write.errors.end());
  Json line = Json::object({{"record", std::move(write.record)}});
  return errors.empty() ? line : line.with("errors", errors_json(errors));
}

Result<int> map(const Asked& asked) {
  const std::shared_ptr<const model::Hub> hub = TRY(load_hub(asked.folder, asked.environment));
  const auto named = hub->mappings.find(MappingName(asked.mapping));
  if (named == hub->mappings.end()) {
    std::string known;
    for (const auto& [name, mapping] : hub->mappings) known += (known.empty() ? "" : ", ") + name.text;
    return fail(Code::NotFound, "the hub has no mapping of that name", "It has: " + known + ".");
  }
  std::istringstream file(asked.file.empty() ? "" : TRY(read_file(asked.file, file_bytes_most)));
  std::istream& lines = asked.file.empty() ? std::cin : file;
  bool found = false;
  for (std::string text; TRY(next_line(lines, text));) {
    const Result<Json> record = parse_json(text);
    const Json line = !record     ? Json::object({{"errors", Json::list({error_json(record.error())})}})
                      : asked.out ? mapped_out(named->second, hub->entity(named->second.entity), *record)
                                  : mapped_in(named->second, *record);
    found = found || line.find("errors");
    std::cout << json_line(line) << "\n";
  }
  return found ? 1 : 0;
}

}  // namespace

void add_map(Command& program) {
  auto asked = std::make_shared<Asked>();
  Command command = program.command("map",
                                    "Run one mapping on records, a JSON line each, and print the fields or the errors. "
                                    "Example: linchpin map my-hub xero.contacts --file contacts.jsonl");
  add_where(command, *asked);
  command.option("MAPPING", asked->mapping, "its name, as in mappings/").required();
  command.flag("--out", asked->out, "the other way: from fields to the system's record");
  command.option("--file", asked->file, "where the records are (default: standard input)");
  command.runs([asked] { return map(*asked); });
}

}  // namespace linchpin::cli
