#include "matching/keys.hpp"

#include <algorithm>
#include <map>

namespace linchpin::matching {
namespace {

constexpr std::uint8_t strong = 200;  // by itself it says much
constexpr std::uint8_t weak = 60;     // half a name, a place

enum class Kind : std::uint64_t {
  Email = 1,
  Mailbox,
  Phone,
  PhoneStart,
  PhoneEnd,
  FullName,
  SoundingName,
  InitialAndFamily,
  GivenAndStart,
  Birth,
  BirthMonth,
  BirthDay,
  NameAndPlace,
  House,
  HouseAndPlace,
  NameAndStreet,
  PetName
};

// Of strong ones only: they are told of where they are stop words.
std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::Email:
      return "e-mail address";
    case Kind::Phone:
      return "phone number";
    case Kind::FullName:
      return "full name";
    case Kind::SoundingName:
      return "full name by its sound";
    case Kind::Birth:
      return "date of birth";
    case Kind::House:
      return "house number with a street";
    default:
      return "key";
  }
}

// FNV-1a over texts, so that a key is the same in every book; words' numbers are not.
class Hash {
 public:
  explicit Hash(Kind kind) : kind_(kind) { mix(static_cast<std::uint64_t>(kind)); }
  Hash& operator<<(std::string_view text) {
    for (const char c : text) step(static_cast<unsigned char>(c));
    step(0xFF);
    return *this;
  }
  Hash& operator<<(std::uint64_t number) {
    mix(number);
    return *this;
  }
  std::uint64_t value() const { return hash_; }
  Kind kind() const { return kind_; }

 private:
  void step(unsigned char c) { hash_ = (hash_ ^ c) * 0x100000001B3ull; }
  void mix(std::uint64_t n) {
    for (int i = 0; i < 8; ++i) step(static_cast<unsigned char>(n >> (8 * i)));
  }
  Kind kind_;
  std::uint64_t hash_ = 0xCBF29CE484222325ull;
};

class Keys {
 public:
  Keys(const Book& book, const Prepared& p) : book_(book), p_(p) {
    for (const Email& email : book.emails(p)) of_email(email);
    for (const Phone& phone : book.phones(p)) of_phone(phone);
    for (const Name& name : book.names(p)) of_name(name);
    for (const Birth& birth : book.births(p)) of_birth(birth);
    for (const Address& address : book.addresses(p)) of_address(address);
  }
  std::vector<Key> taken() {
    std::sort(keys_.begin(), keys_.end(), [](const Key& a, const Key& b) { return a.hash < b.hash; });
    keys_.erase(std::unique(keys_.begin(), keys_.end(), [](const Key& a, const Key& b) { return a.hash == b.hash; }),
                keys_.end());
    return std::move(keys_);
  }

 private:
  const std::string& text(WordId word) const { return book_.words().text(word); }
  const std::string& sound(WordId word) const {
    const Word& w = book_.words()[word];
    return w.sound != 0 ? text(w.sound) : w.text;
  }
  void add(const Hash& hash, std::uint8_t most) {
    keys_.push_back({hash.value(), most, static_cast<std::uint8_t>(hash.kind())});
  }

  void of_email(const Email& email) {
    add(Hash(Kind::Email) << text(email.local) << text(email.domain), strong);
    if (text(email.letters).size() >= 5) add(Hash(Kind::Mailbox) << text(email.letters), weak);
  }
  void of_phone(const Phone& phone) {
    add(Hash(Kind::Phone) << phone.tail, strong);
    for (const Name& name : book_.names(p_)) {  // a digit that was mistyped leaves one half as it was
      add(Hash(Kind::PhoneStart) << phone.tail / 10'000 << sound(name.family), weak);
      add(Hash(Kind::PhoneEnd) << phone.tail % 10'000 << sound(name.family), weak);
    }
  }
  void of_name(const Name& name) {
    if (name.given == 0 || name.family == 0) return;
    const auto both = [&](Kind kind, const std::string& a, const std::string& b) {
      add(Hash(kind) << std::min(a, b) << std::max(a, b), strong);
    };
    both(Kind::FullName, text(name.given), text(name.family));
    both(Kind::SoundingName, sound(name.given), sound(name.family));
    const auto initial_and = [&](WordId given, WordId family) {
      add(Hash(Kind::InitialAndFamily) << text(given).substr(0, 1) << text(family), weak);
    };
    initial_and(name.given, name.family);
    if (name.middle != 0) initial_and(name.middle, name.family);
    for (const WordId part : {name.first_part, name.last_part})
      if (part != 0) both(Kind::FullName, text(name.given), text(part));
    // Tony is found by Anthony's name, and by what else Anthony is called.
    const auto called = [&](WordId formal) { add(Hash(Kind::PetName) << text(formal) << text(name.family), weak); };
    if (book_.pet_names().has_pet_names(name.given)) called(name.given);
    for (const WordId formal : book_.pet_names().stand_for(name.given)) called(formal);
    add(Hash(Kind::GivenAndStart) << text(name.given) << text(name.family).substr(0, 2), weak);
    if (name.middle != 0) both(Kind::FullName, text(name.middle), text(name.family));
  }
  void of_birth(const Birth& birth) {
    add(Hash(Kind::Birth) << birth.digits, strong);
    for (const Name& name : book_.names(p_)) {  // a slip in one part leaves the others
      add(Hash(Kind::BirthMonth) << birth.digits / 100 << sound(name.family), weak);
      add(Hash(Kind::BirthDay) << birth.digits % 10'000 << sound(name.given), weak);
    }
  }
  void of_address(const Address& address) {
    if (address.number != 0 && address.street != 0)
      add(Hash(Kind::House) << text(address.number) << text(address.street), strong);
    for (const WordId place : {address.postcode, address.suburb}) {
      if (place == 0) continue;
      if (address.number != 0) add(Hash(Kind::HouseAndPlace) << text(address.number) << text(place), weak);
      for (const Name& name : book_.names(p_)) {
        // Names that stand the wrong way round, one of them with a slip, have the other one in common.
        for (const WordId part : {name.family, name.given})
          if (part != 0) add(Hash(Kind::NameAndPlace) << sound(part) << text(place), weak);
      }
    }
    if (address.street == 0) return;
    for (const Name& name : book_.names(p_)) {
      for (const WordId part : {name.family, name.given})
        if (part != 0) add(Hash(Kind::NameAndStreet) << text(part) << text(address.street), weak);
    }
  }

  const Book& book_;
  const Prepared& p_;
  std::vector<Key> keys_;
};

struct Entry {
  std::uint64_t hash;
  std::uint32_t record;
  std::uint8_t most, kind;
};
struct Block {
  std::uint32_t first, count;
};

}  // namespace

std::vector<Key> keys_of(const Book& book, const Prepared& p) { return Keys(book, p).taken(); }

std::vector<Pair> candidates(const Book& book) {
  std::vector<StopWords> stop_words;
  return candidates(book, std::vector<bool>(book.size()), stop_words);
}

std::vector<Pair> candidates(const Book& book, const std::vector<bool>& passed_over,
                             std::vector<StopWords>& stop_words) {
  std::vector<Entry> entries;
  entries.reserve(book.size() * 20);
  for (std::uint32_t r = 0; r < book.size(); ++r)
    if (!passed_over[r])
      for (const Key& key : keys_of(book, book[r])) entries.push_back({key.hash, r, key.shared_most, key.kind});
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.hash != b.hash ? a.hash < b.hash : a.record < b.record; });
  // Each record's blocks that are neither alone nor stop words, by counting sort over the records.
  std::vector<Block> blocks;
  std::map<std::uint8_t, StopWords> stopped;
  std::vector<std::uint32_t> starts(book.size() + 1);
  for (std::size_t i = 0; i < entries.size();) {
    std::size_t end = i;
    while (end < entries.size() && entries[end].hash == entries[i].hash) ++end;
    if (end - i > 1 && end - i <= entries[i].most) {
      blocks.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(end - i)});
      for (std::size_t j = i; j < end; ++j) ++starts[entries[j].record + 1];
    } else if (end - i > 1 && entries[i].most == strong) {
      StopWords& all = stopped[entries[i].kind];
      all.kind = kind_name(static_cast<Kind>(entries[i].kind));
      ++all.keys;
      all.records = std::max(all.records, static_cast<std::uint32_t>(end - i));
    }
    i = end;
  }
  for (const auto& [kind, all] : stopped) stop_words.push_back(all);
  for (std::size_t r = 0; r < book.size(); ++r) starts[r + 1] += starts[r];
  std::vector<std::uint32_t> blocks_of(starts.back()), next(starts.begin(), starts.end() - 1);
  // The smallest first: the rarer what two records share, the more it says.
  std::sort(blocks.begin(), blocks.end(), [&](const Block& a, const Block& b) {
    return a.count != b.count ? a.count < b.count : entries[a.first].hash < entries[b.first].hash;
  });
  for (std::uint32_t b = 0; b < blocks.size(); ++b)
    for (std::uint32_t j = 0; j < blocks[b].count; ++j) blocks_of[next[entries[blocks[b].first + j].record]++] = b;

  std::vector<Pair> pairs;
  std::vector<std::uint32_t> seen(book.size(), 0);  // the record, plus one, that saw it last
  for (std::uint32_t r = 0; r < book.size(); ++r) {
    std::size_t found = 0;
    seen[r] = r + 1;
    for (std::uint32_t at = starts[r]; at < starts[r + 1] && found < candidates_most; ++at) {
      const Block& block = blocks[blocks_of[at]];
      for (std::uint32_t j = 0; j < block.count && found < candidates_most; ++j) {
        const std::uint32_t other = entries[block.first + j].record;
        if (seen[other] == r + 1) continue;
        seen[other] = r + 1;
        ++found;
        pairs.emplace_back(std::min(r, other), std::max(r, other));
      }
    }
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

}  // namespace linchpin::matching
