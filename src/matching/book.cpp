#include "matching/book.hpp"

#include <algorithm>
#include <set>

#include "mapping/name.hpp"
#include "matching/given.hpp"

namespace linchpin::matching {
namespace {

// McNeill and MacNeill, O'Connor and OConnor: one spelling. What is left must still be a name.
std::string family_letters(std::string_view text) {
  std::string letters = letters_of(text);
  if (letters.starts_with("mac") && letters.size() > 5 && letters != "mackay") letters.erase(1, 1);
  return letters;
}

// Lists are filled record by record, so that each record's part of them is one range.
template <class T>
void add_unlike(std::vector<T>& list, Range& range, T value, bool (*same)(const T&, const T&)) {
  for (std::uint32_t i = 0; i < range.count; ++i)
    if (same(list[range.first + i], value)) return;
  list.push_back(value);
  ++range.count;
}

bool same_name(const Name& a, const Name& b) {
  return a.given == b.given && a.middle == b.middle && a.family == b.family && a.whole == b.whole &&
         a.whose == b.whose && a.generation == b.generation;
}
bool same_email(const Email& a, const Email& b) { return a.held == b.held; }
bool same_phone(const Phone& a, const Phone& b) { return a.held == b.held; }
bool same_birth(const Birth& a, const Birth& b) { return a.digits == b.digits; }
bool same_address(const Address& a, const Address& b) {
  return a.number == b.number && a.unit == b.unit && a.street == b.street && a.second == b.second &&
         a.suburb == b.suburb && a.postcode == b.postcode;
}

// "Kellman, Jane & John" is "Jane & John Kellman".
std::string given_first(const std::string& name) {
  const std::size_t comma = name.find(',');
  return comma == std::string::npos ? name : name.substr(comma + 1) + " " + name.substr(0, comma);
}

Name name_of(const Fields& f, Words& words) {
  NameParts parts{.given = f.given_name, .middle = f.middle_name, .family = f.family_name};
  std::string written = f.given_name + " " + f.middle_name + " " + f.family_name;
  if (letters_of(parts.given).empty() && letters_of(parts.family).empty()) {
    parts = split_full_name(f.full_name);
    written = f.full_name;
  } else {
    take_off_generation(parts);
  }
  Name name;
  name.generation = parts.generation;
  const std::string turned = given_first(written);
  const bool not_ones = mapping::bearer_of(written) != mapping::Bearer::Person ||
                        (turned != written && mapping::bearer_of(turned) != mapping::Bearer::Person);
  name.whose = not_ones ? Whose::NotOnes : has_title_for_given(parts) ? Whose::OnesByTitle : Whose::Ones;
  if (name.whose != Whose::Ones) name.whole = words.add(letters_of(turned));
  const std::string family = family_letters(parts.family);
  name.given = words.add(letters_of(parts.given));
  name.middle = words.add(letters_of(parts.middle));
  name.family = words.add(family);
  if (const std::size_t cut = parts.family.find_first_of("- "); cut != std::string::npos) {
    const std::string first = family_letters(std::string_view(parts.family).substr(0, cut));
    const std::string last = family_letters(std::string_view(parts.family).substr(cut + 1));
    if (first.size() > 2 && last.size() > 2) name.first_part = words.add(first), name.last_part = words.add(last);
  }
  return name;
}

// The place of `key` among what is held: the next free one when it is new.
template <class Key>
std::uint32_t place_of(std::unordered_map<Key, std::uint32_t>& places, std::vector<Held>& held, Key key) {
  const auto [at, is_new] = places.emplace(std::move(key), static_cast<std::uint32_t>(held.size()));
  if (is_new) held.emplace_back();
  return at->second;
}

}  // namespace

Book::Book(std::vector<Record> records) : pet_names_(words_), words_at_first_(words_.size()) {
  read(std::move(records));
  count_names();
  count_holders();  // which asks how usual names are
}

void Book::fill(std::vector<Record> records, const NameCounts& counts) {
  for (const Name& name : names_) words_.at(name.given).as_given = words_.at(name.family).as_family = 0;
  words_.keep(words_at_first_);
  ids_.clear(), prepared_.clear(), names_.clear(), emails_.clear(), phones_.clear(), births_.clear();
  addresses_.clear(), email_places_.clear(), phone_places_.clear(), systems_.clear();
  email_held_.clear(), phone_held_.clear();
  std::fill(std::begin(initials_), std::end(initials_), 0u);
  few_ = true;
  read(std::move(records));
  take_counts(counts);
  count_holders();
}

void Book::read(std::vector<Record> records) {
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) { return a.id < b.id; });
  prepared_.reserve(records.size());
  for (const Record& record : records) add(record);
}

void Book::add(const Record& record) {
  ids_.push_back(record.id);
  Prepared p;
  p.system = systems_.emplace(record.id.system, static_cast<std::uint32_t>(systems_.size())).first->second;
  p.names.first = static_cast<std::uint32_t>(names_.size());
  p.emails.first = static_cast<std::uint32_t>(emails_.size());
  p.phones.first = static_cast<std::uint32_t>(phones_.size());
  p.births.first = static_cast<std::uint32_t>(births_.size());
  p.addresses.first = static_cast<std::uint32_t>(addresses_.size());
  for (const Fields& f : record.fields) {
    if (const Name name = name_of(f, words_); name.given != 0 || name.family != 0)
      add_unlike(names_, p.names, name, same_name);
    if (EmailParts e = split_email(f.email); !e.whole.empty()) {
      Email email{0, words_.add(e.local), words_.add(e.letters), words_.add(e.domain),
                  static_cast<std::uint16_t>(e.year)};
      email.held = place_of(email_places_, email_held_, std::move(e.whole));
      email_held_[email.held].by_nobody = e.office;
      add_unlike(emails_, p.emails, email, same_email);
    }
    if (const PhoneParts t = split_phone(f.phone); t.digits != 0) {
      const std::uint64_t tail = t.digits % 100'000'000;
      Phone phone{place_of(phone_places_, phone_held_, t.mobile ? t.digits : tail), static_cast<std::uint32_t>(tail),
                  t.mobile};
      phone_held_[phone.held].by_nobody = t.nobody;
      add_unlike(phones_, p.phones, phone, same_phone);
    }
    if (const Birth birth{birth_digits(f.date_of_birth)}; birth.digits != 0)
      add_unlike(births_, p.births, birth, same_birth);
    const StreetParts s = split_street(f.street_number, f.street);
    const StreetParts second = split_street({}, f.street_2);
    const Address address{words_.add(s.number),
                          words_.add(s.unit),
                          words_.add(s.street),
                          words_.add(second.street),
                          words_.add(letters_of(f.suburb)),
                          words_.add(letters_of(f.postcode))};
    if (address.street != 0 || address.suburb != 0 || address.postcode != 0)
      add_unlike(addresses_, p.addresses, address, same_address);
  }
  prepared_.push_back(p);
}

void Book::count_names() {
  for (const Name& name : names_) {
    if (name.given != 0) ++words_.at(name.given).as_given, ++initials_[initial(name.given)];
    if (name.family != 0) ++words_.at(name.family).as_family;
  }
  people_ = static_cast<double>(size()), names_counted_ = static_cast<double>(names_.size());
}

// A name that is not listed is rare: too rare to be a usual one, which a slip would not be (given.cpp).
void Book::take_counts(const NameCounts& counts) {
  const auto of = [](const std::map<std::string, std::uint32_t, std::less<>>& listed, const std::string& name) {
    const auto at = listed.find(name);
    return at == listed.end() ? 3 : at->second;
  };
  for (const Name& name : names_) {
    if (name.given != 0) words_.at(name.given).as_given = of(counts.given, words_.text(name.given));
    if (name.family != 0) words_.at(name.family).as_family = of(counts.family, words_.text(name.family));
  }
  for (const auto& [name, count] : counts.given) initials_[static_cast<unsigned char>(name[0])] += count;
  people_ = names_counted_ = counts.names;
}

NameCounts Book::name_counts() const {
  NameCounts counts;
  counts.names = static_cast<std::uint32_t>(names_.size());
  for (const Name& name : names_) {
    if (name.given != 0) ++counts.given[words_.text(name.given)];
    if (name.family != 0) ++counts.family[words_.text(name.family)];
  }
  return counts;
}

void NameCounts::add(const NameCounts& more) {
  names += more.names;
  for (const auto& [name, count] : more.given) given[name] += count;
  for (const auto& [name, count] : more.family) family[name] += count;
}

void NameCounts::drop_rare() {
  const auto rare = [](const auto& entry) { return entry.second < listed_from; };
  std::erase_if(given, rare), std::erase_if(family, rare);
}

void Book::count_holders() {
  const auto may_be_one = [&](WordId a, WordId b) {
    const Given level = given_between(words_, pet_names_, a, b);
    return level != Given::Differs && level != Given::Like;
  };
  const auto count = [&](std::vector<Held>& held, auto range_of, auto place_at) {
    std::vector<std::vector<WordId>> givens(held.size());
    for (const Prepared& p : prepared_) {
      const Range range = range_of(p);
      for (std::uint32_t i = 0; i < range.count; ++i) {
        const std::uint32_t at = place_at(range.first + i);
        ++held[at].records;
        if (givens[at].size() < 64)
          for (const Name& name : names(p))
            if (name.given != 0) givens[at].push_back(name.given);
      }
    }
    for (std::size_t at = 0; at < held.size(); ++at) {
      std::vector<WordId> people;
      // The longest first, so that an initial counts as one of the names that it may stand for.
      std::sort(givens[at].begin(), givens[at].end(), [&](WordId a, WordId b) {
        const std::string &x = words_.text(a), &y = words_.text(b);
        return x.size() != y.size() ? x.size() > y.size() : x < y;
      });
      for (const WordId given : givens[at])
        if (people.size() < 9 &&
            std::none_of(people.begin(), people.end(), [&](WordId p) { return may_be_one(p, given); }))
          people.push_back(given);
      held[at].people = static_cast<std::uint8_t>(people.size());
    }
  };
  count(email_held_, [](const Prepared& p) { return p.emails; }, [&](std::uint32_t i) { return emails_[i].held; });
  count(phone_held_, [](const Prepared& p) { return p.phones; }, [&](std::uint32_t i) { return phones_[i].held; });
}

}  // namespace linchpin::matching
