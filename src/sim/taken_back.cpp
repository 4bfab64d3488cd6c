#include "sim/taken_back.hpp"

#include <algorithm>

#include "sim/held_in_all.hpp"
#include "sim/typed.hpp"
#include "sim/watch.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

constexpr std::size_t edited_most = 3;
constexpr std::uint64_t rounds_least = 4, rounds_more = 5;
constexpr milliseconds told_by = minutes(16);  // an edit: by a webhook, or by a sweep where nobody tells

[[noreturn]] void broken(const std::string& what) {
  throw Broken{std::string(to_text(Invariant::OnlyOursIsTakenBack)), what, "TakeBacks"};
}

std::optional<Field> field_named(const std::string& name) {
  for (const Field field : shared_fields)
    if (name == to_text(field)) return field;
  return std::nullopt;
}

bool is_name(Field field) { return field == Field::Given || field == Field::Family; }

// What the hub says itself.
std::string why(const Json& plan, const std::string& golden) {
  std::string said;
  for (const Json& one : plan["stays"].items())
    if (one["golden"].text() == golden) said += "; " + one["field"].text() + ": " + one["why"].text();
  return said;
}

const char* object_of(Site site) { return site == Site::Hubspot ? "contacts" : "Contacts"; }

// On how many fields a system disagrees, as the hub itself counts them.
Result<std::int64_t> discrepant_in(World& world) {
  std::int64_t count = 0;
  const Json table = TRY(world.ask(Json::object({{"command", "table"}})));
  for (const Json& row : table["rows"].items()) count += row["discrepant_fields"].integer().value_or(0);
  return count;
}

}  // namespace

std::string TakeBacks::name_of(const Spot& spot) const {
  return "person " + std::to_string(spot.first) + "'s " + std::string(to_text(spot.second));
}

// What every system must hold: as at the beginning, but for what was said since and not taken back.
std::map<Site, Holdings> TakeBacks::wanted() const {
  std::map<Site, Holdings> all = began_;
  for (const auto& [spot, stack] : layers_.now())
    for (const auto& [site, record] : people_.at(spot.first).records) {
      Held& there = all.at(site).at(record);
      const std::string& value = stack.back().value;
      const auto left = left_.find(spot);
      if (left != left_.end() && rule(spot.second) != (site == Site::Xero ? Rule::XeroOwns : Rule::HubspotOwns))
        there.values[spot.second] = left->second;
      else
        there.values[spot.second] = value;
    }
  for (const auto& [number, person] : people_) {
    const auto given = layers_.now().find({number, Field::Given}), family = layers_.now().find({number, Field::Family});
    if (given == layers_.now().end() || family == layers_.now().end()) continue;
    const bool renamed = given->second.size() > 1 || family->second.size() > 1;
    Held& there = all.at(Site::Xero).at(person.records.at(Site::Xero));
    if (renamed) there.name = given->second.back().value + " " + family->second.back().value;
  }
  return all;
}

// Whether they hold that, whoever's record it is.
void TakeBacks::look() {
  if (const std::string what = difference(held_in_all(s_.world), wanted()); !what.empty())
    throw Broken{std::string(to_text(reverted_ ? Invariant::OnlyOursIsTakenBack : Invariant::Converged)), what,
                 "TakeBacks"};
}

// What people have done reaches the hub, and what the hub does is done.
Result<void> TakeBacks::live() {
  s_.world.laze(std::chrono::seconds(8));
  TRY(s_.world.run_for(told_by));
  s_.world.laze(milliseconds(100));
  s_.settle();
  return {};
}

bool TakeBacks::begin(const Person& person, const Told& told) {
  Known known{told.golden, {}};
  for (const auto& [site, records] : told.links) {
    std::size_t live = 0;
    for (const std::map<Site, std::set<std::string>>* all : {&person.records, &person.given})
      if (const auto ids = all->find(site); ids != all->end())
        live += static_cast<std::size_t>(std::ranges::count_if(ids->second, [&](const std::string& id) {
          const auto at = began_.at(site).find(id);
          return at != began_.at(site).end() && at->second.merged_into.empty() && !at->second.away;
        }));
    if (records.size() != 1 || live != 1) return false;
    known.records[site] = records.front();
  }
  if (known.records.size() != 2) return false;
  const Held& hubspot = began_.at(Site::Hubspot).at(known.records.at(Site::Hubspot));
  const Held& xero = began_.at(Site::Xero).at(known.records.at(Site::Xero));
  const auto agreed = [&](Field field) {
    const auto mine = hubspot.values.find(field), theirs = xero.values.find(field);
    return mine != hubspot.values.end() && theirs != xero.values.end() && !mine->second.empty() &&
           mine->second == theirs->second && !person.poisoned.contains(field) && !s_.rules_changed.contains(field);
  };
  const bool named = agreed(Field::Given) && agreed(Field::Family);
  for (const Field field : shared_fields)
    if (is_name(field) ? named : agreed(field)) layers_.begin({person.number, field}, hubspot.values.at(field));
  people_[person.number] = known;
  return true;
}

// Some of those of whom it is plain who they are.
Result<bool> TakeBacks::choose() {
  began_ = held_in_all(s_.world);
  std::vector<Told> told = TRY(app_.contacts());
  for (int tries = 0; tries < 20 && !told.empty() && people_.size() < edited_most; ++tries) {
    const std::size_t at = chance_.below(told.size());
    std::set<const Person*> owners;
    for (const auto& [site, records] : told[at].links)
      for (const std::string& record : records) owners.insert(s_.ledger.owner_of(site, record));
    if (owners.size() == 1 && *owners.begin() && (*owners.begin())->is_plain()) begin(**owners.begin(), told[at]);
    told.erase(told.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return !layers_.now().empty();
}

std::string TakeBacks::fresh(Field field) {
  switch (field) {
    case Field::Given:
      return s_.ledger.given_name(chance_);
    case Field::Family:
      return s_.ledger.family_name(chance_);
    case Field::Email:
      return s_.ledger.email(chance_);
    case Field::Phone:
      return s_.ledger.phone(chance_);
    case Field::Stage:
      break;  // HubSpot lets no program move one back
  }
  return {};
}

// A name is one thing of two parts.
bool TakeBacks::is_left(const Spot& spot) const {
  return std::ranges::any_of(left_, [&](const auto& left) {
    return left.first.first == spot.first &&
           (left.first.second == spot.second || (is_name(left.first.second) && is_name(spot.second)));
  });
}

// What somebody may edit there; `foreign`: what another system owns.
std::vector<Field> TakeBacks::open_to(int person, Site site, bool foreign) const {
  std::vector<Field> open;
  for (const auto& [spot, stack] : layers_.now()) {
    if (spot.first != person || is_left(spot)) continue;
    const Rule says = rule(spot.second);
    const bool owns = says == Rule::Latest || says == (site == Site::Xero ? Rule::XeroOwns : Rule::HubspotOwns);
    if (owns != foreign) open.push_back(spot.second);
  }
  return open;
}

TakeBacks::Edit TakeBacks::draw(int person, Site site, bool foreign, std::size_t most) {
  Edit edit;
  std::vector<Field> open = open_to(person, site, foreign);
  for (std::uint64_t left = 1 + chance_.below(most); left > 0 && !open.empty(); --left) {
    const std::size_t at = chance_.below(open.size());
    edit[{person, open[at]}] = fresh(open[at]);
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return edit;
}

// One person's fields at one screen. false: the vendor refuses it.
Result<bool> TakeBacks::typed(Site site, const Edit& edit) {
  if (edit.empty()) return false;
  const std::string name(to_text(site));
  Json fields = Json::object({});
  std::string what;
  for (const auto& [spot, value] : edit) {
    const Json one = typed_in(site, spot.second, value);
    for (const auto& [member, text] : one.members()) fields = fields.with(member, text);
    what += " " + std::string(to_text(spot.second));
  }
  const int person = edit.begin()->first.first;
  const std::string& record = people_.at(person).records.at(site);
  const Instant at = s_.world.now_at(name);
  if (!s_.world.edit(name, object_of(site), record, fields)) return false;
  Person& who = s_.ledger.people()[static_cast<std::size_t>(person)];
  for (const auto& [spot, value] : edit)
    s_.ledger.say(who, spot.second, {.site = site, .value = comparable(spot.second, value), .at = at, .settled = true});
  s_.note("edit " + name + " " + record + what);
  return true;
}

// What brought each value, as the hub tells it.
Result<void> TakeBacks::said(const Edit& edit) {
  Edit values, changes;
  for (const auto& [spot, value] : edit) {
    const Json told = TRY(s_.world.ask(Json::object({{"command", "explain"},
                                                     {"entity", "contact"},
                                                     {"id", people_.at(spot.first).golden},
                                                     {"field", std::string(to_text(spot.second))}})));
    values[spot] = comparable(spot.second, value);
    changes[spot] = told["chain"][0]["change"].text();
    if (changes.at(spot).empty()) broken(name_of(spot) + " was edited, and no change is told for it");
  }
  layers_.say(values, changes);
  return {};
}

int TakeBacks::somebody() {
  auto at = people_.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(chance_.below(people_.size())));
  return at->first;
}

Result<TakeBacks::Edit> TakeBacks::edit_of(int person, bool name_too) {
  const Site site = chance_.chance(0.5) ? Site::Hubspot : Site::Xero;
  Edit edit = draw(person, site, false, 3);
  if (!name_too) std::erase_if(edit, [](const auto& one) { return is_name(one.first.second); });
  if (!TRY(typed(site, edit))) return Edit{};
  return edit;
}

// Of one or two people at once.
Result<void> TakeBacks::edits() {
  const int first = somebody(), second = somebody();
  Edit all = TRY(edit_of(first, true));
  if (second != first && chance_.chance(0.5)) all.merge(TRY(edit_of(second, true)));
  TRY(live());
  TRY(said(all));
  look();
  return {};
}

// Somebody edits what another system owns: it stays there, and waits for a person's answer.
Result<void> TakeBacks::foreign_edit() {
  const Site site = chance_.chance(0.5) ? Site::Hubspot : Site::Xero;
  const Edit edit = draw(somebody(), site, true, 1);
  if (!TRY(typed(site, edit))) return {};
  for (const auto& [spot, value] : edit) left_[spot] = comparable(spot.second, value);
  TRY(live());
  look();
  return {};
}

void TakeBacks::mark() { moments_.push_back({rfc3339(s_.world.now()), layers_.now()}); }

TakeBacks::Asked TakeBacks::change_of(const Step& step) const {
  return {Json::object({{"change", step.id}}), layers_.without(step, parts_apart()), &step.before};
}

TakeBacks::Asked TakeBacks::since(std::size_t moment) const {
  return {Json::object({{"since", moments_[moment].at}}), layers_.since(moments_[moment].stacks),
          &moments_[moment].stacks};
}

// What the hub says that it would take back is what must be, and it lists what stays, and nothing else.
std::set<Spot> TakeBacks::plan_is_right(const Json& plan, const Asked& asked) const {
  std::set<Spot> takes;
  for (const Json& one : plan["takes"].items()) {
    const auto field = field_named(one["field"].text());
    const auto known =
        std::ranges::find_if(people_, [&](const auto& person) { return person.second.golden == one["golden"].text(); });
    if (!field || known == people_.end() || !asked.upshots.contains({known->first, *field}))
      broken("golden record " + one["golden"].text() + "'s " + one["field"].text() +
             " was not changed by what is taken back, and would be");
    const Spot spot{known->first, *field};
    if (asked.upshots.at(spot) == Upshot::Stays) broken(name_of(spot) + " was changed since, and would be taken back");
    if (layers_.value(spot) != asked.before->at(spot).back().value) takes.insert(spot);
  }
  for (const auto& [spot, upshot] : asked.upshots)
    if (upshot == Upshot::Back && !takes.contains(spot))
      broken(name_of(spot) + " is as it was left, and would not be taken back" +
             why(plan, people_.at(spot.first).golden));
  stays_are_right(plan, asked.upshots, takes);
  writes_are_right(plan, *asked.before, takes);
  return takes;
}

void TakeBacks::stays_are_right(const Json& plan, const Upshots& upshots, const std::set<Spot>& takes) const {
  std::set<std::pair<Spot, std::string>> told, must, may;  // "" or the record that stays
  for (const Json& one : plan["stays"].items()) {
    const auto field = field_named(one["field"].text());
    const auto known =
        std::ranges::find_if(people_, [&](const auto& person) { return person.second.golden == one["golden"].text(); });
    if (!field || known == people_.end())
      broken("golden record " + one["golden"].text() + "'s " + one["field"].text() +
             " stays by the list, and nobody has changed it");
    told.insert({{known->first, *field}, one["record"].text()});
  }
  for (const auto& [spot, upshot] : upshots) {
    if (upshot == Upshot::Stays) must.insert({spot, ""});
    if (upshot == Upshot::Either && !takes.contains(spot)) may.insert({spot, ""});
    if (!left_.contains(spot) || !takes.contains(spot)) continue;
    const Site owner = rule(spot.second) == Rule::XeroOwns ? Site::Xero : Site::Hubspot;
    must.insert({spot, people_.at(spot.first).records.at(other(owner))});
  }
  for (const auto& one : must)
    if (!told.contains(one)) broken(name_of(one.first) + " was changed since, and it is not told that it stays");
  for (const auto& one : told)
    if (!must.contains(one) && !may.contains(one))
      broken(name_of(one.first) + " stays by the list" + (one.second.empty() ? "" : " in " + one.second) +
             ", and nobody has changed it since" + why(plan, people_.at(one.first.first).golden));
}

// Each record that would be written to does not hold it, and each that does not would be.
void TakeBacks::writes_are_right(const Json& plan, const Stacks& before, const std::set<Spot>& takes) const {
  std::set<std::pair<std::string, Field>> told, must;
  for (const Json& write : plan["writes"].items())
    if (const auto field = field_named(write["field"].text())) told.insert({write["record"].text(), *field});
  for (const Spot& spot : takes)
    for (const auto& [site, record] : people_.at(spot.first).records) {
      const Site owner = rule(spot.second) == Rule::XeroOwns ? Site::Xero : Site::Hubspot;
      if (left_.contains(spot) && site != owner) continue;
      if (layers_.value(spot) != before.at(spot).back().value) must.insert({record, spot.second});
    }
  for (const auto& [record, field] : must)
    if (!told.contains({record, field}))
      broken("record " + record + "'s " + std::string(to_text(field)) + " would not be written, and is not as before");
  for (const auto& [record, field] : told)
    if (!must.contains({record, field}))
      broken("record " + record + "'s " + std::string(to_text(field)) + " would be written, and is as before");
}

Result<void> TakeBacks::revert(const Asked& asked) {
  const Json command = asked.command.with("command", "revert").with("by", "vera").with("why", "it was wrong");
  const Result<Json> planned = s_.world.ask(command);
  const bool nothing = std::ranges::none_of(asked.upshots, [](const auto& one) { return one.second == Upshot::Back; });
  if (!planned && planned.error().code == Code::NotFound && nothing) return {};  // it had nothing written
  const Json plan = TRY(planned);
  reverted_ = true;
  s_.note("plan to take back " + canonical(asked.command));
  const std::set<Spot> takes = plan_is_right(plan, asked);
  const std::string what = canonical(asked.command) + ", " + std::to_string(takes.size()) + " fields; " +
                           std::to_string(plan["stays"].items().size()) + " stay";
  if (plan["records"].integer().value_or(0) == 0) {
    s_.note("nothing to take back: " + what);
    return {};
  }
  // Of what is edited now the hub has not heard: it reads before it writes.
  const Edit unheard = chance_.chance(0.3) ? TRY(edit_of(somebody(), !parts_apart())) : Edit{};
  const Json done = TRY(s_.world.ask(command.with("plan", plan["hash"])));
  s_.note("take back " + what + ", " + done["id"].text());
  if (!done["reverted"].boolean()) broken("a plan is stale, and nothing has moved");
  if (chance_.chance(0.3)) TRY(s_.world.crash());
  TRY(live());
  layers_.take_back(done["id"].text(), takes, *asked.before);
  TRY(said(unheard));
  look();
  const Json list = TRY(s_.world.ask(Json::object({{"command", "revert.list"}})));
  if (!list["items"][0]["done"].boolean()) broken(done["id"].text() + " is not done, and the world is at rest");
  return {};
}

// While the flow only links, people type names their own way in Xero; a version that is live writes them as the hub has
// them, and is taken back when the flow only links again: every record holds what it held, all that is in any system.
Result<void> TakeBacks::going_live() {
  TRY(s_.world.change_hub(TRY(hub_of(s_.hub_kind, "link"))));
  TRY(live());
  std::set<std::string> typed;
  const std::int64_t counted = TRY(discrepant_in(s_.world));
  std::int64_t more = 0;  // names that were as the hub has them
  for (const auto& [person, known] : people_) {
    const std::string& record = known.records.at(Site::Xero);
    const Held there = held_in_all(s_.world).at(Site::Xero).at(record);
    const std::string name = there.values.at(Field::Family) + ", " + there.values.at(Field::Given);
    TRY(s_.world.edit("xero", "Contacts", record, Json::object({{"Name", name}})));
    typed.insert(record);
    const std::string full = TRY(app_.contact(known.golden)).fields["full_name"]["value"].text();
    more += there.name == comparable(Field::Family, full);
  }
  TRY(live());
  if (const std::int64_t now = TRY(discrepant_in(s_.world)); now != counted + more)
    throw Broken{"Converged",
                 "the hub counted " + std::to_string(counted) + " discrepant fields, " + std::to_string(more) +
                     " names are others since, and now it counts " + std::to_string(now),
                 "TakeBacks"};
  const std::map<Site, Holdings> before = held_in_all(s_.world);
  TRY(s_.world.change_hub(TRY(hub_of(s_.hub_kind, "live"))));
  TRY(live());
  const std::map<Site, Holdings> joined = held_in_all(s_.world);
  for (const std::string& record : typed)
    if (joined.at(Site::Xero).at(record).name == before.at(Site::Xero).at(record).name)
      throw Broken{"Converged", "xero record " + record + "'s Name is not what the hub has", "TakeBacks"};
  const Json version = TRY(s_.world.ask(Json::object({{"command", "status"}})))["register"];
  TRY(s_.world.change_hub(TRY(hub_of(s_.hub_kind, "link"))));
  TRY(live());
  const Json command = Json::object({{"command", "revert"}, {"apply", version}, {"by", "vera"}, {"why", "too early"}});
  const Json plan = TRY(s_.world.ask(command));
  reverted_ = true;
  s_.note("take back apply " + version.number_text() + ", " + plan["fields"].number_text() + " fields; " +
          plan["stay"].number_text() + " stay");
  if (plan["stay"].integer().value_or(0) != 0)
    broken("something stays of apply " + version.number_text() + ", and nobody has changed it since" +
           why(plan, plan["stays"][0]["golden"].text()));
  const Json done = TRY(s_.world.ask(command.with("plan", plan["hash"])));
  if (!done["reverted"].boolean()) broken("a plan is stale, and nothing has moved");
  if (chance_.chance(0.3)) TRY(s_.world.crash());
  TRY(live());
  if (const std::string what = difference(held_in_all(s_.world), before); !what.empty()) broken(what);
  return {};
}

Result<bool> TakeBacks::go() {
  if (!TRY(choose())) return false;
  mark();
  for (std::uint64_t left = rounds_least + chance_.below(rounds_more); left > 0; --left) {
    const std::uint64_t what = chance_.below(10);
    const std::vector<Step>& steps = layers_.steps();
    if (what == 0) {
      mark();
    } else if (what == 1) {
      TRY(foreign_edit());
    } else if (what < 6 || steps.empty()) {
      TRY(edits());
    } else if (what < 9) {
      const Step step = steps[chance_.below(steps.size())];
      TRY(revert(change_of(step)));
    } else {
      TRY(revert(since(chance_.below(moments_.size()))));
    }
  }
  if (layers_.steps().empty()) return true;
  TRY(revert(since(0)));
  const Step last = layers_.steps().back();
  TRY(revert(change_of(last)));
  if (chance_.chance(0.5)) TRY(going_live());
  return true;
}

}  // namespace linchpin::sim
