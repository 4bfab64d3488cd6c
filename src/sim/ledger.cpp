#include "sim/ledger.hpp"

#include <algorithm>

namespace linchpin::sim {
namespace {

// Digits of `n` as letters, so that names hold letters only.
std::string letters(int n) {
  std::string text;
  do {
    text.push_back(static_cast<char>('a' + n % 20));
    n /= 20;
  } while (n > 0);
  return text;
}

}  // namespace

bool Person::doubled() const {
  return entered_twice ||
         std::any_of(records.begin(), records.end(), [](const auto& of) { return of.second.size() > 1; });
}

bool Person::is_plain() const {
  return !organisation && !doubtful && !merged && !entered_twice && removed.empty() && poisoned.empty() &&
         overwritten.empty();
}

Person& Ledger::add() {
  Person person;
  person.number = static_cast<int>(people_.size());
  people_.push_back(std::move(person));
  return people_.back();
}

void Ledger::made(Person& person, Site site, const std::string& record, bool by_hub) {
  (by_hub ? person.given : person.records)[site].insert(record);
  records_[{site, record}] = static_cast<std::size_t>(person.number);
}

Person* Ledger::owner_of(Site site, const std::string& record) {
  const auto at = records_.find({site, record});
  return at == records_.end() ? nullptr : &people_[at->second];
}

void Ledger::say(Person& person, Field field, Said said) {
  if (field == Field::Email || field == Field::Phone || field == Field::Family)
    values_[{field, said.value}].insert(static_cast<std::size_t>(person.number));
  if (coarse && said.site == Site::Xero) said.at = Instant{std::chrono::floor<seconds>(said.at)};
  said.order = ++said_;
  person.said[field].push_back(std::move(said));
}

const Person* Ledger::whose(const std::map<Field, std::string>& values) const {
  std::map<std::size_t, int> agree;  // by person: how many of the three
  for (const Field field : {Field::Email, Field::Phone, Field::Family}) {
    const auto value = values.find(field);
    if (value == values.end() || value->second.empty()) continue;
    if (const auto at = values_.find({field, value->second}); at != values_.end())
      for (const std::size_t person : at->second) ++agree[person];
  }
  const auto most =
      std::max_element(agree.begin(), agree.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == agree.end() ? nullptr : &people_[most->first];
}

std::string Ledger::given_name(Random& chance) {
  static constexpr const char* names[] = {"Ana", "Bo", "Chloé", "Dmitri", "Eve", "Fiadh", "Güney", "Hana"};
  return std::string(names[chance.below(std::size(names))]) + " Zyqovex" + letters(++made_);
}

std::string Ledger::family_name(Random& chance) {
  static constexpr const char* names[] = {"Abara", "Brandt", "Çelik", "D'Souza", "Eriksen", "Flynn", "Ibáñez", "Ng"};
  return std::string(names[chance.below(std::size(names))]) + "-Zyqovex" + letters(++made_);
}

std::string Ledger::email(Random& chance) {
  static constexpr const char* hosts[] = {"mail.example", "post.example", "home.example"};
  return "zyqovex." + letters(++made_) + std::to_string(chance.below(90) + 10) + "@" + hosts[chance.below(3)];
}

std::string Ledger::phone(Random& chance) {
  std::string number = std::to_string(10'000 + ++made_);
  return "041" + std::to_string(chance.below(90) + 10) + number;
}

}  // namespace linchpin::sim
