// systems/*.yaml: one connected account, what it may hold, and why.
#include <algorithm>
#include <charconv>

#include "mapping/iso_codes.hpp"
#include "model/draft.hpp"
#include "model/nearest.hpp"

namespace linchpin::model {
namespace {

bool is_country(const std::string& text) {
  return text.size() == 2 && text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
}

// "30%" as 0.3.
std::optional<double> share_of(const std::string& text) {
  int percent = -1;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, percent);
  if (parsed.ec != std::errc() || parsed.ptr + 1 != end || *parsed.ptr != '%' || percent < 0 || percent > 100)
    return {};
  return percent / 100.0;
}
bool is_share(const std::string& text) { return share_of(text).has_value(); }

}  // namespace

const Shape& system_shape() {
  using namespace shape;
  // restricted and compliance_only are no ceilings: a restricted field is listed one by one, the other never leaves.
  static const Shape s =
      object("a system",
             {
                 required("system", text("a name: lower-case letters, digits, - and _", is_name), "the system's name"),
                 required("connector", text(), "the connector that speaks to it"),
                 key("api_version", map_of(text()), "the API version of each family of endpoints"),
                 required("may_hold", either({choice({"public", "internal", "personal"}), list_of(text())}),
                          "the highest class it may hold, and each restricted field that it may hold too"),
                 required("purpose", text(), "why it holds what it holds; printed in the disclosure table"),
                 required("country", text("a country's code of two capital letters", is_country), "where it holds it"),
                 key("limits", object("limits", {key("keep_for_realtime", text("a share such as 30%", is_share),
                                                     "the share of each limit that background work leaves alone")})),
             });
  return s;
}

void read_system(const Node& node, Draft& draft) {
  System system;
  system.name = SystemName(text_at(node, "system"));
  system.place = node.at;
  system.purpose = text_at(node, "purpose");
  system.country = text_at(node, "country");
  // Without iso-codes, any two letters pass.
  if (is_country(system.country) && mapping::find_country(system.country) == nullptr && !mapping::countries().empty())
    draft.findings.mistake(Code::ChoiceUnknown, place_at(node, "country"),
                           "'" + system.country + "' is no country of ISO 3166", "Write one such as AU, NZ or GB");
  for (const Node::Member& version : members_at(node, "api_version"))
    system.api_version[version.key] = version.value.text;
  if (const Node* limits = node.find("limits"))
    if (const auto share = share_of(text_at(*limits, "keep_for_realtime"))) system.keep_for_realtime = *share;

  // A ceiling that cannot be read is a mistake already; the proof need not find fault with every field because of it.
  system.ceiling = Class::Personal;
  const std::vector<const Node*> may_hold = items_at(node, "may_hold");
  for (std::size_t i = 0; i < may_hold.size(); ++i) {
    const std::string& text = may_hold[i]->text;
    const auto clazz = parse_class(text);
    if (i == 0 && clazz && *clazz <= Class::Personal)
      system.ceiling = *clazz;
    else if (i > 0 && text.find('.') != std::string::npos)
      system.restricted_fields.insert(text);
    else if (may_hold[i]->is_scalar() && node.find("may_hold")->is_sequence())
      draft.findings.mistake(Code::ChoiceUnknown, may_hold[i]->at, "'" + text + "' cannot stand here",
                             i == 0 ? "First comes the ceiling: public, internal or personal"
                                    : "After the ceiling come restricted fields, such as contact.date_of_birth");
  }

  if (system.name.empty()) return;
  if (const std::string connector = text_at(node, "connector"); !connector.empty()) {
    auto manifest = draft.manifests(connector);
    if (manifest)
      system.connector = *manifest;
    else if (manifest.error().code == Code::NotFound)
      draft.findings.mistake(Code::ReferenceUnknown, place_at(node, "connector"),
                             "there is no connector '" + connector + "'", manifest.error().fix);
    else
      draft.findings.mistake(manifest.error());
  }
  if (system.connector != nullptr) {
    const auto& families = system.connector->api_versions;
    for (const Node::Member& version : members_at(node, "api_version")) {
      const auto family = families.find(version.key);
      std::vector<std::string> names;
      for (const auto& [name, versions] : families) names.push_back(name);
      if (family == families.end())
        draft.findings.mistake(
            Code::KeyUnknown, version.at,
            "the connector " + system.connector->name + " has no family of endpoints '" + version.key + "'",
            suggestion(version.key, names));
      else if (std::find(family->second.begin(), family->second.end(), version.value.text) == family->second.end())
        draft.findings.mistake(Code::ChoiceUnknown, version.value.at,
                               "the connector " + system.connector->name + " does not speak version '" +
                                   version.value.text + "' of " + version.key,
                               suggestion(version.value.text, family->second));
    }
  }
  const auto [first, fresh] = draft.hub.systems.emplace(system.name, system);
  if (!fresh)
    draft.findings.mistake(Code::NameDuplicate, place_at(node, "system"), "a second system '" + system.name.text + "'",
                           "The first is " + to_text(first->second.place));
  else
    draft.system_nodes[system.name] = node;
}

void judge_systems(Draft& draft) {
  for (const auto& [name, node] : draft.system_nodes) {
    const std::vector<const Node*> may_hold = items_at(node, "may_hold");
    for (std::size_t i = 1; i < may_hold.size(); ++i) {
      const std::size_t dot = may_hold[i]->text.find('.');
      if (dot == std::string::npos) continue;
      if (const Entity* entity = draft.known_entity(may_hold[i]->text.substr(0, dot), may_hold[i]->at))
        draft.known_field(*entity, may_hold[i]->text.substr(dot + 1), may_hold[i]->at);
    }
  }
}

}  // namespace linchpin::model
