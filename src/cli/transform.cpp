// linchpin transform: one transform on JSON lines, to try it and to test it.
#include <iostream>

#include "cli/command.hpp"
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
    std::cout << canonical(answer) << "\n";
  }
  return found ? 1 : 0;
}

}  // namespace

void add_transform(Command& program) {
  struct Asked {
    std::string name, options = "{}";
    bool json = false;
  };
  auto asked = std::make_shared<Asked>();
  Command command = program.command("transform",
                                    "Run one transform on JSON lines {\"input\":…,\"options\":{…}} of standard input. "
                                    "Example: echo '{\"input\":\"0412 345 678\"}' | linchpin transform phone.normalise "
                                    "--options '{\"region\":\"AU\"}'");
  command.option("NAME", asked->name, "phone.normalise, date.parse, enum.table, …").required();
  command.option("--options", asked->options, "for lines that give none: a JSON object");
  command.flag("--json", asked->json, "for machines; it is JSON lines always");
  command.runs([asked] { return transform(asked->name, asked->options); });
}

}  // namespace linchpin::cli
