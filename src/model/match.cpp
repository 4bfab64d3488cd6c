#include "model/match.hpp"

#include "matching/record.hpp"

namespace linchpin::model {
namespace {

constexpr std::size_t veto_length = 8;  // " differs"

bool is_veto(const std::string& text) { return text.ends_with(" differs"); }
bool is_protection(const std::string& text) { return text.find(" is ") != std::string::npos; }

std::optional<double> probability_of(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(value > 0 && value <= 1)) return std::nullopt;
  return value;
}

AgreeOn agree_on(const std::string& text) {
  if (text.ends_with(" ~")) return {FieldName(text.substr(0, text.size() - 2)), true};
  return {FieldName(text), false};
}

class MatchJudge {
 public:
  MatchJudge(Entity& entity, Draft& draft) : entity_(entity), draft_(draft) {}

  void judge(const Node& match) {
    for (const Node* veto : items_at(match, "never"))
      if (is_veto(veto->text)) match_field(veto->text.substr(0, veto->text.size() - veto_length), veto->at);
    for (const Node* rule : items_at(match, "same")) {
      for (const Node* field : items_at(*rule, "agree")) match_field(agree_on(field->text).field.text, field->at);
      for (const Node* field : items_at(*rule, "two_of")) match_field(field->text, field->at);
      const std::size_t two_of = items_at(*rule, "two_of").size();
      if (rule->find("two_of") != nullptr && two_of < 2)
        findings().mistake(Code::TypeWrong, place_at(*rule, "two_of"), "two_of needs two fields or more");
      if (rule->find("agree") != nullptr && items_at(*rule, "agree").empty())
        findings().mistake(Code::TypeWrong, place_at(*rule, "agree"), "agree names no field",
                           "An exact rule names the person: agree: [given_name ~, family_name ~]");
    }
    if (const Node* likely = match.find("likely")) judge_likely(*likely);
    for (const Node* protect : items_at(match, "protect"))
      if (is_protection(protect->text)) judge_protection(*protect);
    if (entity_.match.shared < 2)
      findings().mistake(Code::ValueOutOfRange, place_at(match, "shared"), "shared is at least 2");
    for (const Node::Member& member : members_at(match, "not_values")) {
      const Field* field = draft_.known_field(entity_, member.key, member.at);
      if (field == nullptr) continue;
      for (const Node& item : member.value.items)
        if (auto value = value_of(*field, item, draft_.hub, findings()))
          entity_.match.not_values[field->name].push_back(std::move(*value));
    }
  }

 private:
  Findings& findings() { return draft_.findings; }

  void match_field(const std::string& name, const Place& at) {
    const Field* field = draft_.known_field(entity_, name, at);
    if (field != nullptr && (field->type == Type::GovernmentId || field->item == Type::GovernmentId))
      findings().mistake(Code::LeastPrivilege, at, name + " is a government_id, and those never take part in match",
                         "Take it out of match:");
  }

  // "verification is verified"
  void judge_protection(const Node& written) {
    const std::size_t is = written.text.find(" is ");
    match_field(written.text.substr(0, is), written.at);
    const Field* field = entity_.field(written.text.substr(0, is));
    if (field == nullptr) return;
    Node value = written;
    value.text = written.text.substr(is + 4);
    value.quoted = false;
    if (auto parsed = value_of(*field, value, draft_.hub, findings()))
      entity_.match.protect.emplace_back(field->name, std::move(*parsed));
  }

  // What the likely matcher can read: by a field's name, else by its type.
  void judge_compared(const Node& written) {
    match_field(written.text, written.at);
    const Field* field = entity_.field(written.text);
    if (field == nullptr || field->type == Type::GovernmentId || matching::part_named(written.text) ||
        field->type == Type::Email || field->type == Type::Phone || field->type == Type::Date ||
        field->type == Type::Address)
      return;
    findings().mistake(Code::TypeWrong, written.at, "likely: can make nothing of " + written.text,
                       "It compares names, an email, a phone, a date of birth and an address");
  }

  void judge_likely(const Node& likely) {
    for (const Node* field : items_at(likely, "compare")) judge_compared(*field);
    if (likely.find("compare") != nullptr && items_at(likely, "compare").empty())
      findings().mistake(Code::TypeWrong, place_at(likely, "compare"), "compare names no field",
                         "Write compare: [given_name, family_name, email, phone, date_of_birth]");
    const auto bar = [&](const char* name) -> std::optional<double> {
      const Node* given = likely.find(name);
      if (given == nullptr) return std::nullopt;
      const std::optional<double> value = probability_of(given->text);
      if (!value)
        findings().mistake(Code::ValueOutOfRange, given->at,
                           std::string(name) + " is a probability: above 0, at most 1",
                           name == std::string_view("accept") ? "Write accept: 0.999" : "Write review: 0.05");
      return value;
    };
    const std::optional<double> accept = bar("accept"), review = bar("review");
    if (accept && review.value_or(LikelyRule().review) > *accept)
      findings().mistake(Code::ValueOutOfRange, place_at(likely, review ? "review" : "accept"),
                         "review is above accept", "A person is asked below what is accepted");
    else if (accept)
      findings().warning(Code::NotBuilt, place_at(likely, "accept"),
                         "no measurement stands behind accept, and the hub keeps none yet: who is that likely the same "
                         "is linked, and nobody is asked",
                         "`linchpin match --evaluate` measures it in files");
  }

  Entity& entity_;
  Draft& draft_;
};

}  // namespace

Shape match_shape() {
  using namespace shape;
  const Shape rule = object("a rule of match", {required("agree", list_of(text()), "the fields that must agree"),
                                                key("two_of", list_of(text()), "of which two must agree too")});
  return object(
      "match",
      {key("never", list_of(text("a veto such as 'date_of_birth differs'", is_veto))), key("same", list_of(rule)),
       key("likely",
           object("likely", {required("compare", list_of(text())), key("accept", text()), key("review", text())})),
       key("shared", integer()), key("not_values", map_of(list_of(text()))),
       key("protect", list_of(text("a condition such as 'verification is verified'", is_protection)))});
}

MatchRules read_match(const Node& match) {
  MatchRules rules;
  for (const Node* veto : items_at(match, "never"))
    if (is_veto(veto->text)) rules.never_differs.emplace_back(veto->text.substr(0, veto->text.size() - veto_length));
  for (const Node* rule : items_at(match, "same")) {
    SameRule same;
    same.place = rule->at;
    for (const Node* field : items_at(*rule, "agree")) same.agree.push_back(agree_on(field->text));
    for (const Node* field : items_at(*rule, "two_of")) same.two_of.emplace_back(field->text);
    rules.same.push_back(std::move(same));
  }
  if (const Node* likely = match.find("likely")) {
    rules.likely.emplace();
    for (const Node* field : items_at(*likely, "compare")) rules.likely->compare.emplace_back(field->text);
    rules.likely->accept = probability_of(text_at(*likely, "accept"));
    rules.likely->review = probability_of(text_at(*likely, "review")).value_or(rules.likely->review);
  }
  if (const std::string shared = text_at(match, "shared"); !shared.empty() && shared.size() < 9)
    rules.shared = static_cast<int>(std::strtol(shared.c_str(), nullptr, 10));
  return rules;
}

void judge_match(Entity& entity, const Node& match, Draft& draft) { MatchJudge(entity, draft).judge(match); }

}  // namespace linchpin::model
