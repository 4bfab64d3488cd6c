#include "sim/hubs.hpp"

#include <array>

#include "model/draft.hpp"
#include "model/embedded.hpp"

namespace linchpin::sim {
namespace {

using enum Rule;

const std::array<Rules, hub_kinds> kinds{{
    {{Field::Given, HubspotOwns}, {Field::Family, HubspotOwns}, {Field::Email, HubspotOwns}, {Field::Phone, Latest}},
    {{Field::Given, HubspotOwns}, {Field::Family, HubspotOwns}, {Field::Email, HubspotOwns}, {Field::Phone, XeroOwns}},
    {{Field::Given, Latest}, {Field::Family, Latest}, {Field::Email, Latest}, {Field::Phone, Latest}},
    {{Field::Given, HubspotOwns}, {Field::Family, HubspotOwns}, {Field::Email, XeroOwns}, {Field::Phone, HubspotOwns}},
}};

std::string_view in_yaml(Rule rule) {
  return rule == HubspotOwns ? "owner: hubspot" : rule == XeroOwns ? "owner: xero" : "survivorship: recency";
}

// The example's entity, with the rule of each field as the kind has it.
std::string with_rules(std::string text, const Rules& rules) {
  for (const auto& [field, rule] : rules) {
    const std::size_t line = text.find("\n  " + std::string(to_text(field)) + ":");
    for (const Rule written : {HubspotOwns, XeroOwns, Latest}) {
      const std::size_t at = text.find(in_yaml(written), line);
      if (at == std::string::npos || at > text.find('\n', line + 1)) continue;
      text.replace(at, in_yaml(written).size(), in_yaml(rule));
      break;
    }
  }
  return text;
}

}  // namespace

const Rules& rules_of(std::size_t kind) { return kinds.at(kind); }

Result<std::shared_ptr<const model::Hub>> hub_of(std::size_t kind, const std::string& mode, const std::string& brakes,
                                                 const std::string& on_delete) {
  static std::map<std::tuple<std::size_t, std::string, std::string, std::string>, std::shared_ptr<const model::Hub>>
      checked;
  std::shared_ptr<const model::Hub>& known = checked[{kind, mode, brakes, on_delete}];
  if (known) return known;
  return known = TRY(example_hub([&](const std::string& name, std::string& text) {
           if (name.ends_with("entities/contact.yaml")) text = with_rules(std::move(text), rules_of(kind));
           if (const std::size_t at = text.find("on_delete: detach");
               name.ends_with("entities/contact.yaml") && at != std::string::npos)
             text.replace(at, 17, "on_delete: " + on_delete);
           if (name.ends_with("entities/contact.yaml") && !brakes.empty()) text += "brakes: " + brakes + "\n";
           if (name.ends_with("flows/clients.yaml") && mode != "live") text += "mode: " + mode + "\n";
         }));
}

Result<std::shared_ptr<const model::Hub>> example_hub(
    const std::function<void(std::string& name, std::string& text)>& edit) {
  std::vector<model::HubFile> files;
  for (const model::EmbeddedFile& file : model::embedded_templates()) {
    if (!file.name.ends_with(".yaml")) continue;
    model::HubFile edited{std::string(file.name), std::string(file.text)};
    edit(edited.name, edited.text);
    files.push_back(std::move(edited));
  }
  const model::Checked judged = model::check_files(files, "staging", model::shipped_manifest);
  if (!judged.hub) return tl::unexpected(judged.findings.front().error);
  return judged.hub;
}

}  // namespace linchpin::sim
