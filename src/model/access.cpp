// access.yaml: people's roles, apps and experiences. Judged as it is declared; the rooms that act on it come later.
#include "model/draft.hpp"

namespace linchpin::model {

const Shape& access_shape() {
  using namespace shape;
  const Shape clazz = choice({"public", "internal", "personal", "restricted"});
  static const Shape role = object(
      "a role",
      {required("may", list_of(text()), "what the role may do"), required("sees", clazz, "the highest class it sees"),
       key("reveals", clazz, "the highest class it may reveal, with a second factor"),
       key("second_factor", text("a span such as 5 minutes", is_span), "how fresh the second factor must be")});
  static const Shape experience = object("an experience", {required("entity", text(), "its entity"),
                                                           required("fields", list_of(text()), "the fields it shows"),
                                                           key("where", text(), "the golden records it shows")});
  static const Shape s = object(
      "access",
      {
          key("roles", map_of(role, "a mapping of roles"), "people's roles"),
          key("single_sign_on",
              object("single_sign_on", {required("issuer", text()), key("roles_from", text()), key("client", text())}),
              "who signs people in"),
          key("apps", map_of(any(), "a mapping of apps"), "apps that may ask the hub"),
          key("experiences", map_of(experience, "a mapping of experiences"), "views for apps"),
      });
  return s;
}

void judge_access(Draft& draft) {
  const Node& node = draft.access_node;
  for (const char* part : {"roles", "single_sign_on", "apps", "experiences"})
    if (const Node* found = node.find(part))
      draft.findings.warning(Code::NotBuilt, found->at,
                             std::string(part) + " of access.yaml are judged and not yet acted on");
  for (const Node::Member& experience : members_at(node, "experiences")) {
    const Node& value = experience.value;
    if (!value.is_mapping()) continue;
    const Entity* entity = draft.known_entity(text_at(value, "entity"), place_at(value, "entity"));
    if (entity == nullptr) continue;
    for (const Node* field : items_at(value, "fields")) draft.known_field(*entity, field->text, field->at);
    if (const Node* where = value.find("where")) condition(*where, *entity, draft);
  }
}

}  // namespace linchpin::model
