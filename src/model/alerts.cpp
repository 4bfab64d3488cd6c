// alerts.yaml: who is told of what, and when. Judged as it is declared; telling comes with the room alert.
#include "model/draft.hpp"
#include "model/nearest.hpp"

namespace linchpin::model {

const Shape& alerts_shape() {
  using namespace shape;
  static const Shape channel =
      object("a channel", {key("email", text()), key("smtp", text()), key("webhook", text()), key("heartbeat", text()),
                           key("every", text("a span such as 1 minute", is_span))});
  static const Shape route = object(
      "a route",
      {required("on", map_of(any(), "what happens"), "what happens"), key("by", text()), key("at_least", integer()),
       required("tell", text(), "the channel"), key("within", text("a span such as 2 minutes", is_span)),
       key("then",
           object("then", {required("tell", text()), required("after", text("a span such as 10 minutes", is_span))}),
           "whom to tell when nobody takes it")});
  static const Shape s =
      object("alerts", {key("channels", map_of(channel, "a mapping of channels"), "ways to tell someone"),
                        key("routes", list_of(route), "who is told of what")});
  return s;
}

namespace {

void known_channel(const Node* name, const std::vector<std::string>& channels, Draft& draft) {
  if (name == nullptr || !name->is_scalar()) return;
  for (const std::string& channel : channels)
    if (channel == name->text) return;
  draft.findings.mistake(Code::ReferenceUnknown, name->at, "no channel '" + name->text + "' is declared",
                         suggestion(name->text, channels));
}

}  // namespace

void judge_alerts(Draft& draft) {
  const Node& node = draft.alerts_node;
  std::vector<std::string> channels, secrets;
  for (const auto& [name, source] : draft.hub.environment.secrets) secrets.push_back(name);
  for (const Node::Member& channel : members_at(node, "channels")) {
    channels.push_back(channel.key);
    for (const Node::Member& part : channel.value.members) {
      if (!part.value.is_scalar() || !part.value.text.starts_with("secret:")) continue;
      const std::string name = part.value.text.substr(7);
      if (!draft.hub.environment.secrets.contains(name))
        draft.findings.mistake(Code::ReferenceUnknown, part.value.at, "the environment has no secret '" + name + "'",
                               suggestion(name, secrets));
    }
  }
  for (const Node* route : items_at(node, "routes")) {
    known_channel(route->find("tell"), channels, draft);
    if (const Node* then = route->find("then")) known_channel(then->find("tell"), channels, draft);
  }
  if (!channels.empty())
    for (auto& [name, flow] : draft.hub.flows)
      if (!flow.alert.empty()) known_channel(draft.flow_nodes[name].find("alert"), channels, draft);
  if (node.find("channels") != nullptr || node.find("routes") != nullptr)
    draft.findings.warning(Code::NotBuilt, node.at, "alerts.yaml is judged, and nobody is told of anything yet");
}

}  // namespace linchpin::model
