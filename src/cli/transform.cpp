// linchpin transform: one transform on JSON lines, to try it and to test it; and what there is.
#include <iostream>

#include "cli/command.hpp"
#include "cli/json_line.hpp"
#include "mapping/reference.hpp"
#include "mapping/transform.hpp"

namespace linchpin::cli {
namespace {

// A line's input: `input` as it stands (numbers keep their text), or the JSON in the text `input_json`.
Result<Json> input_of(const Json& line) {
  const Json* text = line.find("input_json");
  return text ? parse_json(text->text()) : Result<Json>(line["input"]);
}

Json answer_to(const std::string& name, const std::string& text, const Json& otherwise) {
  const auto error = [](const Error& e) {
    return Json::object(
        {{"error", Json::object({{"category", std::string(code_text(e.code))}, {"message", to_text(e)}})}});
  };
  const Result<Json> line = parse_json(text);
  if (!line) return error(line.error());
  const Result<Json> input = input_of(*line);
  if (!input) return error(input.error());
  const Json* options = line->find("options");
  Result<Json> output = mapping::run_transform(name, *input, options && options->is_object() ? *options : otherwise);
  return output ? Json::object({{"output", std::move(*output)}}) : error(output.error());
}

Result<int> transform(const std::string& name, const std::string& options_text) {
  const Result<Json> options = parse_json(options_text);
  if (!options || !options->is_object())
    return fail(Code::InvalidArgument, "the options are no JSON object", R"(Write --options '{"region":"AU"}'.)");
  // An unknown name is a mistake of the command, not of each line.
  if (const auto known = mapping::run_transform(name, Json(), Json(Json::Object{}));
      !known && known.error().code == Code::NotFound)
    return tl::unexpected(known.error());
  bool found = false;
  for (std::string line; TRY(next_line(std::cin, line));) {
    const Json answer = answer_to(name, line, *options);
    found = found || answer.find("error");
    std::cout << json_line(answer) << "\n";
  }
  return found ? 1 : 0;
}

struct Asked {
  std::string name, options = "{}";
  bool list = false, json = false, markdown = false;
};

Result<int> list(const Asked& asked) {
  const Json reference = TRY(mapping::transform_reference(asked.name));
  if (asked.json)
    std::cout << pretty(reference) << "\n";
  else if (asked.markdown || !asked.name.empty())
    std::cout << mapping::reference_page(reference);
  else
    std::cout << mapping::reference_table(reference);
  return 0;
}

}  // namespace

void add_transform(Command& program) {
  auto asked = std::make_shared<Asked>();
  Command command = program.command("transform",
                                    "Run one transform on JSON lines {\"input\":…,\"options\":{…}} of standard input. "
                                    "Example: echo '{\"input\":\"0412 345 678\"}' | linchpin transform phone.normalise "
                                    "--options '{\"region\":\"AU\"}'");
  command.option("NAME", asked->name, "phone.normalise, date.parse, enum.table, …");
  command.option("--options", asked->options, "for lines that give none: a JSON object");
  const Option list_flag =
      command.flag("--list", asked->list, "what there is, or all about NAME: options, examples, errors");
  command.flag("--json", asked->json, "for machines: the list; what is run answers in JSON lines always");
  command.flag("--markdown", asked->markdown, "the list as docs/guide/transforms.md").needs(list_flag);
  command.runs([asked]() -> Result<int> {
    if (asked->list) return list(*asked);
    if (asked->name.empty())
      return fail(Code::InvalidArgument, "no transform is named", "`linchpin transform --list` lists them");
    return transform(asked->name, asked->options);
  });
}

}  // namespace linchpin::cli
