#include "sim/oracle.hpp"

#include <algorithm>
#include <array>

namespace linchpin::sim {
namespace {

class Judge {
 public:
  explicit Judge(const Case& c) : case_(c) {}

  std::vector<Complaint> all() {
    crosswalk();
    gone();
    for (const Person& person : case_.ledger.people()) {
      known(person);
      if (!person.organisation) fields_of(person);
    }
    strangers();
    if (!excused_ && case_.discrepant != 0)
      complain("Converged", "the hub counts " + std::to_string(case_.discrepant) + " discrepant fields at rest");
    return std::move(complaints_);
  }

 private:
  void complain(const char* invariant, std::string what) { complaints_.push_back({invariant, std::move(what)}); }
  const Holdings& held(Site site) const { return site == Site::Hubspot ? case_.hubspot : case_.xero; }
  static std::string number(const Person& p) { return "person " + std::to_string(p.number); }

  // Records of a person in a system that are theirs now: not merged away, in HubSpot not deleted.
  std::vector<std::string> live(const Person& person, Site site) const {
    std::vector<std::string> ids;
    for (const std::map<Site, std::set<std::string>>* all : {&person.records, &person.given})
      if (const auto of = all->find(site); of != all->end())
        for (const std::string& id : of->second)
          if (const auto at = held(site).find(id);
              at != held(site).end() && at->second.merged_into.empty() && (site == Site::Xero || !at->second.away))
            ids.push_back(id);
    return ids;
  }

  // No golden record is of two people, and no person is two golden records.
  void crosswalk() {
    for (const Told& told : case_.told)
      for (const auto& [site, records] : told.links)
        for (const std::string& record : records) golden_[{site, record}] = told.golden;
    std::map<std::string, int> of_golden;
    for (const Person& person : case_.ledger.people()) {
      std::set<std::string> goldens;
      for (const Site site : all_sites)
        for (const std::string& id : live(person, site))
          if (const auto at = golden_.find({site, id}); at != golden_.end()) goldens.insert(at->second);
      if (goldens.size() > 1 && !excused(person))
        complain("Converged", number(person) + " is " + std::to_string(goldens.size()) + " golden records");
      for (const std::string& golden : goldens)
        if (const auto [at, fresh] = of_golden.emplace(golden, person.number); !fresh)
          complain("Converged",
                   number(person) + " and person " + std::to_string(at->second) + " are one golden record");
      if (person.organisation && !goldens.empty()) complain("Converged", number(person) + ", a firm, became a contact");
    }
  }

  // What was deleted there, or merged away, whoever has told of it, is linked no more.
  void gone() {
    for (const auto& [key, golden] : golden_) {
      if (key.first != Site::Hubspot) continue;
      const auto at = held(key.first).find(key.second);
      if (at == held(key.first).end() || at->second.away || !at->second.merged_into.empty())
        complain("Converged", "hubspot record " + key.second + " is gone there, and the hub has it linked");
    }
  }

  // Two records in one system that people made: a person decides.
  static bool doubled(const Person& person) { return person.doubled(); }
  static bool excused(const Person& person) { return doubled(person) || !person.removed.empty(); }

  // Everyone is where they must be, once.
  void known(const Person& person) {
    for (const Site site : all_sites) {
      const std::size_t made = person.given.contains(site) ? person.given.at(site).size() : 0;
      // Whose two records were two people to the hub until they were merged may have two there. Watch has judged each
      // creation as it came.
      if (made > 1 && person.removed.empty() && !person.merged)
        complain("NoDoubleCreate",
                 number(person) + " was made " + std::to_string(made) + " times in " + std::string(to_text(site)));
      if (person.organisation && made > 0) complain("NoDoubleCreate", number(person) + ", a firm, was made anew");
    }
    if (person.organisation || excused(person)) return;
    const std::size_t hubspot = live(person, Site::Hubspot).size(), xero = live(person, Site::Xero).size();
    if (hubspot != 1)
      complain(hubspot > 1 ? "NoDoubleCreate" : "Converged",
               number(person) + " has " + std::to_string(hubspot) + " HubSpot records");
    if (!person.was_client && xero > 0) complain("Converged", number(person) + ", a lead, is in Xero");
    if (is_client(person) && xero != 1)
      complain(xero > 1 ? "NoDoubleCreate" : "Converged",
               number(person) + " has " + std::to_string(xero) + " Xero records");
    checks_of(person);
  }

  // Who is or was a client at the end: known to Xero from the start, or of that stage now.
  static bool is_client(const Person& person) {
    if (const auto known = person.records.find(Site::Xero); known != person.records.end() && !known->second.empty())
      return true;
    const auto stages = person.said.find(Field::Stage);
    return stages != person.said.end() && stages->second.back().value != "lead";
  }

  // Who became a client once is asked to be checked once.
  void checks_of(const Person& person) {
    std::set<std::string> goldens;
    for (const Site site : all_sites)
      for (const std::string& id : live(person, site))
        if (const auto at = golden_.find({site, id}); at != golden_.end()) goldens.insert(at->second);
    const auto count = std::count_if(case_.checks.items().begin(), case_.checks.items().end(),
                                     [&](const Json& check) { return goldens.contains(check["external_id"].text()); });
    // A late create may have made them one anew. Of a check that the disk forgot, what it is asked again is another
    // question where somebody has edited what it sends.
    const bool edited = std::ranges::any_of(std::array{Field::Given, Field::Family, Field::Email}, [&](Field field) {
      const auto said = person.said.find(field);
      return said != person.said.end() && said->second.size() > 1;
    });
    const int anew = static_cast<int>(person.overwritten.count(Site::Hubspot)) + (case_.disk_lied && edited ? 1 : 0);
    if (count > person.clients + anew)
      complain("MergedOnce", number(person) + " was checked " + std::to_string(count) + " times, and became a client " +
                                 std::to_string(person.clients) + " times");
    const auto stages = person.said.find(Field::Stage);
    // Of one who went to and fro the hub may have seen no more than where it ended; whom the hub made in HubSpot began
    // there as a client.
    const std::size_t moves = stages == person.said.end() ? 0 : stages->second.size();
    const bool began_as_lead =
        moves > 0 && stages->second.front().value == "lead" && !person.given.contains(Site::Hubspot);
    const bool plainly = moves <= 1 || (moves == 2 && began_as_lead);
    // Who was no client any more when the flow could ask is not asked about.
    const bool given_up = case_.held_back && moves > 0 && stages->second.back().value != "client";
    if (person.clients == 1 && plainly && count == 0 && !given_up)
      complain("Converged",
               number(person) + " became a client and was never checked: " + (goldens.empty() ? "" : *goldens.begin()));
  }

  void fields_of(const Person& person) {
    const std::vector<std::string> hubspot = live(person, Site::Hubspot), xero = live(person, Site::Xero);
    if (hubspot.size() != 1 || xero.size() != 1 || doubled(person)) {
      excused_ = excused_ || excused(person);
      return;
    }
    const Held& h = held(Site::Hubspot).at(hubspot[0]);
    const Held& x = held(Site::Xero).at(xero[0]);
    const auto mine = golden_.find({Site::Hubspot, h.id}), theirs = golden_.find({Site::Xero, x.id});
    if (mine == golden_.end() || theirs == golden_.end() || mine->second != theirs->second) {
      if (!excused(person)) complain("Converged", number(person) + "'s two records are not linked");
      excused_ = true;
      return;
    }
    for (const Field field : shared_fields) {
      if (person.poisoned.contains(field)) {
        excused_ = true;
        continue;
      }
      field_of(person, field, h.values.at(field), x.values.count(field) ? x.values.at(field) : "");
    }
    if (person.overwritten.empty() &&
        (h.values.at(Field::Stage) == "other") != (x.values.at(Field::Stage) == "ARCHIVED"))
      complain("Converged", number(person) + "'s stage and Xero's status differ");
    if (const Told* told = of_golden(mine->second)) {
      const std::string& says = told->fields["verification"]["value"].text();
      if (says != h.verification && !(says == "none" && h.verification.empty()))
        complain("Converged", number(person) + "'s verification in HubSpot is not the golden record's");
    }
  }

  const Told* of_golden(const std::string& id) const {
    const auto at = std::find_if(case_.told.begin(), case_.told.end(), [&](const Told& t) { return t.golden == id; });
    return at == case_.told.end() ? nullptr : &*at;
  }

  void field_of(const Person& person, Field field, const std::string& hubspot, const std::string& xero) {
    const auto history = person.said.find(field);
    static const std::vector<Said> nothing;
    const std::vector<Said>& said = history == person.said.end() ? nothing : history->second;
    const std::string what = number(person) + "'s " + std::string(to_text(field));
    const auto ever = [&](const std::string& value) {
      return std::any_of(said.begin(), said.end(), [&](const Said& s) { return s.value == value; });
    };
    if (!ever(hubspot)) return complain("Converged", what + " in HubSpot is what nobody said");
    if (!ever(xero)) return complain("Converged", what + " in Xero is what nobody said");
    const Rule rule = case_.rules.at(field);
    // A create of a process that had ended may arrive after the next one's, and after what people wrote there since: no
    // vendor lets a request say that it is too late. What it puts back differs from what the hub knows, and is told.
    if (!person.overwritten.empty()) {
      excused_ = excused_ || hubspot != xero;
      return;
    }
    // What was written under one rule and read under another may wait for a person.
    if (case_.rules_changed.contains(field)) {
      excused_ = excused_ || hubspot != xero;
      return;
    }
    const Site owner = rule == Rule::XeroOwns ? Site::Xero : Site::Hubspot;
    if (hubspot == xero && (replaced(person, owner) || (rule == Rule::Latest && replaced(person, Site::Xero)))) {
      excused_ = true;
      return;
    }
    if (rule == Rule::Latest) return latest(person, field, hubspot, xero);
    owned(what, owner, replaced(person, owner), said, hubspot, xero);
  }

  // Their record there was put away, and the hub made another: what people had said in the first may have gone before
  // it could be read.
  static bool replaced(const Person& person, Site site) {
    const auto given = person.given.find(site), records = person.records.find(site);
    const std::size_t made = (given == person.given.end() ? 0 : given->second.size()) +
                             (records == person.records.end() ? 0 : records->second.size());
    return person.removed.contains(site) && made > 1;
  }

  // Who said what when, by number: the value itself is nobody's business.
  static std::string history_of(const std::vector<Said>& said, const std::string& held) {
    std::string text;
    for (const Said& s : said)
      text += std::string(s.site == Site::Hubspot ? "H" : "X") + (s.settled ? "" : "?") +
              (s.value == held ? "=held " : " ");
    return text;
  }

  // By which time it counts at the latest: Xero tells one for a whole record, the last that was written there `before`
  // (an order; 0: ever). Of what the hub saw first only then, nobody can tell better. At HubSpot what was written
  // within a second of a record's creation counts as its creation, and with it all that it was created with.
  static Instant told_at(const Person& person, const Said& said, int before) {
    Instant at = said.at;
    const bool created = said.site == Site::Hubspot && said.at == first_said(person, said.site);
    for (const auto& [field, others] : person.said)
      for (const Said& other : others)
        if (other.site == said.site && (before == 0 || other.order < before) &&
            (said.site == Site::Xero || (created && other.at <= said.at + seconds(1))))
          at = std::max(at, other.at);
    return at;
  }

  static Instant first_said(const Person& person, Site site) {
    Instant first = Instant::max();
    for (const auto& [field, all] : person.said)
      for (const Said& one : all)
        if (one.site == site) first = std::min(first, one.at);
    return first;
  }

  // Who wrote one part of a name elsewhere, by a clock that is ahead or in a record that was written to later, has the
  // last word on both parts; the other one is what that record was given since: what had been said here until now. So
  // it is of what was written there while both agreed, until they agree again.
  static bool given_elsewhere(const Person& person, const std::vector<Said>& may, const Said& now) {
    return std::any_of(may.begin(), may.end(), [&](const Said& m) {
      return m.site != now.site && m.by_the_way && !(m.settled && now.settled) && told_at(person, m, 0) >= now.at;
    });
  }

  // The later one holds, in both. Of two that did not know of each other either may, but one and the same.
  void latest(const Person& person, Field field, const std::string& hubspot, const std::string& xero) {
    const std::vector<Said>& said = person.said.at(field);
    const std::string what = number(person) + "'s " + std::string(to_text(field));
    if (hubspot != xero) return complain("Converged", what + " differs");
    if (case_.disk_lied) return;
    // Of a name, who writes one part has the last word on both, and the other is what that record was given since they
    // had it before their eyes: what was on its way there, which may be what was said here before.
    if (person.overtaken.contains(field) && (field == Field::Given || field == Field::Family)) return;
    std::vector<Said> may;
    int settled_at = 0;  // before what was said when both last agreed
    for (const Said& s : said) {
      const bool after_all = std::all_of(may.begin(), may.end(), [&](const Said& m) {
        return m.site == s.site || told_at(person, m, s.order) < s.at;
      });
      if (s.settled && (after_all || !case_.clocks_differ)) may.clear();
      if (!given_elsewhere(person, may, s)) std::erase_if(may, [&](const Said& m) { return m.site == s.site; });
      // The same where the other part is written here first.
      if (s.by_the_way && !s.settled)
        std::copy_if(said.begin(), said.begin() + (&s - said.data()), std::back_inserter(may),
                     [&](const Said& m) { return m.site != s.site && s.at >= m.at && m.order > settled_at; });
      if (s.settled) settled_at = s.order - 1;
      may.push_back(s);
    }
    if (std::none_of(may.begin(), may.end(), [&](const Said& s) { return s.value == hubspot; }))
      complain("Converged", what + " is an older value than the last, an edit was lost: " + history_of(said, hubspot));
  }

  // The owner's last word holds, but where its record is another than that in which it was said. Where the other system
  // was written to afterwards by a person, it may keep that.
  void owned(const std::string& what, Site owner, bool in_another, const std::vector<Said>& said,
             const std::string& hubspot, const std::string& xero) {
    const std::string& own = owner == Site::Hubspot ? hubspot : xero;
    const std::string& there = owner == Site::Hubspot ? xero : hubspot;
    const Said *last_own = nullptr, *last_there = nullptr;
    for (const Said& s : said)
      if (!s.by_the_way) (s.site == owner ? last_own : last_there) = &s;
    if (last_own && own != last_own->value && !in_another)
      return complain("Converged", what + " was changed in the system that owns it");
    if (own == there) return;
    const bool foreign = last_there && last_there->foreign && there == last_there->value;
    // Of what the disk forgot that we wrote there a person is asked.
    const bool forgotten = case_.disk_lied && std::any_of(said.begin(), said.end(), [&](const Said& s) {
                             return s.site == owner && s.value == there;
                           });
    if (!foreign && !forgotten) return complain("Converged", what + " is not what its owner has");
    excused_ = true;
  }

  // Every record of ours in a system is somebody's.
  void strangers() {
    for (const Site site : all_sites)
      for (const auto& [id, record] : held(site)) {
        bool known = false;
        for (const Person& person : case_.ledger.people())
          for (const std::map<Site, std::set<std::string>>* all : {&person.records, &person.given})
            known = known || (all->contains(site) && all->at(site).contains(id));
        if (!known) complain("NoDoubleCreate", std::string(to_text(site)) + " record " + id + " is nobody's");
      }
  }

  const Case& case_;
  std::vector<Complaint> complaints_;
  std::map<std::pair<Site, std::string>, std::string> golden_;
  bool excused_ = false;  // some field may differ, and the hub may say so
};

}  // namespace

std::vector<Complaint> judge(const Case& c) { return Judge(c).all(); }

}  // namespace linchpin::sim
