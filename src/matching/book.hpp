// A book: the records of one entity, made ready to be compared. What is counted over the whole book (how rare a name
// is, how many differently named people hold a phone number) is a function of the set of records, not of their order.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "matching/parts.hpp"
#include "matching/pet_names.hpp"
#include "matching/record.hpp"
#include "matching/words.hpp"

namespace linchpin::matching {

// Whose a name is: one person's, of whom a title may stand for the given name ("Mr Harwood"), or a couple's, a trust's,
// a company's.
enum class Whose : std::uint8_t { Ones, OnesByTitle, NotOnes };

struct Name {
  WordId given = 0, middle = 0, family = 0;
  WordId first_part = 0, last_part = 0;  // of a family name in two parts: "Riede-Wright"
  WordId whole = 0;                      // all of it, where it is not simply one person's
  Whose whose = Whose::Ones;
  Generation generation = Generation::Untold;
};

// How widely a phone number or an e-mail address is held.
struct Held {
  std::uint32_t records = 0;
  std::uint8_t people = 0;  // differently named ones, as far as given names tell; at most 9
  bool by_nobody = false;   // a mailbox of an office, or a number such as 0400 000 000
};

struct Email {
  std::uint32_t held = 0;  // its place among what is held; equal addresses have one place
  WordId local = 0;        // before the @, without what follows a +
  WordId letters = 0;      // the same, letters only
  WordId domain = 0;
  std::uint16_t year = 0;  // that its digits could be a birth year of, in two or four digits; 0: none
};

struct Phone {
  std::uint32_t held = 0;
  std::uint32_t tail = 0;  // the last eight digits: what every way of writing it has
  bool mobile = false;
};

struct Birth {
  std::uint32_t digits = 0;  // YYYYMMDD
};

struct Address {
  WordId number = 0, unit = 0, street = 0, second = 0, suburb = 0, postcode = 0;
};

// One record's forms: places in the book's lists.
struct Range {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};
struct Prepared {
  Range names, emails, phones, births, addresses;
  std::uint32_t system = 0;
};

// A short list tells little of how rare a name is: so many people more are thought beside it, of other names.
inline constexpr double people_beside = 1000;

// How many have each name, in books that a model has learnt from. Frozen with the model: what two records say of one
// another then does not hang on who else is known by now.
struct NameCounts {
  static constexpr std::uint32_t listed_from = 20;  // who is one of fewer is not listed: it would tell of a person
  std::uint32_t names = 0;                          // in all
  std::map<std::string, std::uint32_t, std::less<>> given, family;
  void add(const NameCounts&);
  void drop_rare();
  bool operator==(const NameCounts&) const = default;
};

class Book {
 public:
  // The records are put in the order of their ids. Needs: no two have one id.
  explicit Book(std::vector<Record> records);
  // Other records instead, few of a larger book that is like the counted ones: what is rare is rare there, and that
  // they have no e-mail and no phone says nothing of its kind.
  void fill(std::vector<Record> records, const NameCounts&);
  Book(const Book&) = delete;
  Book& operator=(const Book&) = delete;

  std::size_t size() const { return prepared_.size(); }
  const RecordId& id(std::size_t record) const { return ids_[record]; }
  const Prepared& operator[](std::size_t record) const { return prepared_[record]; }
  std::span<const Name> names(const Prepared& p) const { return part(names_, p.names); }
  std::span<const Email> emails(const Prepared& p) const { return part(emails_, p.emails); }
  std::span<const Phone> phones(const Prepared& p) const { return part(phones_, p.phones); }
  std::span<const Birth> births(const Prepared& p) const { return part(births_, p.births); }
  std::span<const Address> addresses(const Prepared& p) const { return part(addresses_, p.addresses); }
  // Asks for what a comparison will read, some pairs ahead of it: in a large book the wait for memory is most of it.
  void fetch_head(std::size_t record) const { __builtin_prefetch(&prepared_[record]); }
  void fetch(std::size_t record) const {
    const Prepared& p = prepared_[record];
    __builtin_prefetch(names_.data() + p.names.first);
    __builtin_prefetch(emails_.data() + p.emails.first);
    __builtin_prefetch(phones_.data() + p.phones.first);
    __builtin_prefetch(births_.data() + p.births.first);
    __builtin_prefetch(addresses_.data() + p.addresses.first);
  }
  void fetch_words(std::size_t record) const {
    const Prepared& p = prepared_[record];
    for (const Name& name : names(p)) words_.fetch(name.given), words_.fetch(name.family);
    for (const Email& email : emails(p)) words_.fetch(email.letters), words_.fetch(email.local);
    for (const Address& address : addresses(p)) words_.fetch(address.street);
  }
  const Held& email_held(std::uint32_t at) const { return email_held_[at]; }
  const Held& phone_held(std::uint32_t at) const { return phone_held_[at]; }
  const Words& words() const { return words_; }
  const PetNames& pet_names() const { return pet_names_; }
  bool is_bare() const { return !few_ && emails_.empty() && phones_.empty(); }
  double people() const { return people_ + people_beside; }  // among whom strangers may agree by chance
  NameCounts name_counts() const;                            // whole: rare names too
  // How many of the book's names have this as a given or family name, for one who is in it twice or more as for others.
  double share_as_given(WordId word) const { return share(words_[word].as_given); }
  double share_as_family(WordId word) const { return share(words_[word].as_family); }
  double share_of_initial(WordId word) const { return share(initials_[initial(word)]); }

 private:
  template <class T>
  static std::span<const T> part(const std::vector<T>& all, Range r) {
    return {all.data() + r.first, r.count};
  }
  double share(std::uint32_t count) const { return (count + 0.5) / (names_counted_ + people_beside); }
  std::size_t initial(WordId word) const {
    return words_[word].text.empty() ? 0 : static_cast<unsigned char>(words_[word].text[0]);
  }
  void read(std::vector<Record> records);
  void add(const Record&);
  void count_names();
  void take_counts(const NameCounts&);
  void count_holders();

  Words words_;
  PetNames pet_names_;
  std::size_t words_at_first_;  // those of the pet names
  bool few_ = false;
  double people_ = 0, names_counted_ = 0;
  std::vector<RecordId> ids_;
  std::vector<Prepared> prepared_;
  std::vector<Name> names_;
  std::vector<Email> emails_;
  std::vector<Phone> phones_;
  std::vector<Birth> births_;
  std::vector<Address> addresses_;
  std::unordered_map<std::string, std::uint32_t> email_places_;
  std::unordered_map<std::uint64_t, std::uint32_t> phone_places_;
  std::unordered_map<std::string, std::uint32_t> systems_;
  std::vector<Held> email_held_, phone_held_;
  std::uint32_t initials_[256] = {};
};

}  // namespace linchpin::matching
