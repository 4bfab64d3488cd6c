#include "bench/labelled_book.hpp"

#include <cmath>
#include <fstream>
#include <random>
#include <set>
#include <unordered_map>

#include "matching/embedded.hpp"
#include "sandbox/client_names.hpp"

namespace linchpin::bench {
namespace {

using matching::Fields;

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : bits_(seed) {}
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(bits_() % n); }
  bool is(double p) { return static_cast<double>(bits_() >> 11) * 0x1.0p-53 < p; }
  template <class T>
  const T& one(const std::vector<T>& all) {
    return all[below(all.size())];
  }
  // A place below n, the first ones more often, as names go.
  std::size_t few(std::size_t n, double steep) {
    const double x = static_cast<double>(bits_() >> 11) * 0x1.0p-53;
    return std::min(n - 1, static_cast<std::size_t>(static_cast<double>(n) * std::pow(x, steep)));
  }
  std::string digits(int count) {
    std::string text;
    while (count-- > 0) text.push_back(static_cast<char>('0' + below(10)));
    return text;
  }

 private:
  std::mt19937_64 bits_;
};

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return text;
}
std::string letters(const std::string& text) {
  std::string kept;
  for (const char c : lower(text))
    if (c >= 'a' && c <= 'z') kept.push_back(c);
  return kept;
}
// The first letter, which may be of several bytes: the "Ó" of "Óscar".
std::string initial(const std::string& text) {
  std::size_t end = std::min<std::size_t>(text.size(), 1);
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return text.substr(0, end);
}
std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

struct Person {
  std::string id, given, middle, family, maiden, email, mobile, born;
  std::string old_email, old_mobile;
  std::string western;  // the name that some who came from elsewhere go by
  std::size_t old_home = 0;
  bool moved = false;
};
struct Home {
  std::string number, unit, street, kind, suburb, state, postcode;
};

class Making {
 public:
  Making(std::uint64_t seed, std::size_t records) : chance_(seed), wanted_(records) { collect_names(); }

  LabelledBook run() {
    make_places();
    while (book_.records.size() < wanted_) household();
    return std::move(book_);
  }

 private:
  void collect_names() {
    std::string_view rest = matching::embedded_nicknames();
    rest.remove_prefix(rest.find('\n') + 1);
    std::set<std::string> known;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      const std::size_t first = line.find(','), second = line.rfind(',');
      const std::string formal = capital(std::string(line.substr(0, first)));
      pets_[formal].push_back(capital(std::string(line.substr(second + 1))));
      if (known.insert(formal).second) givens_.push_back(formal);
    }
    for (const char* name : sandbox::client_given_names()) givens_.emplace_back(name), elsewhere_.emplace_back(name);
    std::shuffle(givens_.begin(), givens_.end(), std::mt19937_64(3));  // the same names are frequent in every book
    for (const char* name : sandbox::client_family_names()) families_.emplace_back(name);
    static const std::vector<std::string> heads = {
        "Al", "Ber", "Cor",  "Dal", "El",  "Far", "Gar", "Hol", "Ing", "Jor", "Kel",   "Lam",  "Mor",      "Nor",
        "Os", "Pel", "Quin", "Ros", "Sal", "Tur", "Ul",  "Var", "Wil", "Zan", "McGra", "O'Da", "De La Cru"};
    static const std::vector<std::string> tails = {"ton",   "son",  "berg",  "elli", "man",  "ford", "ley",
                                                   "wood",  "shaw", "vic",   "ini",  "enko", "aki",  "ez",
                                                   "quist", "ham",  "worth", "ard",  "ero",  "inger"};
    static const std::vector<std::string> middles = {"", "an", "er", "in", "os", "ul"};
    for (const auto& m : middles)
      for (const auto& h : heads)
        for (const auto& t : tails) families_.push_back(h + m + t);
  }
  void make_places() {
    static const std::vector<std::string> states = {"NSW", "VIC", "QLD", "WA", "SA", "TAS"};
    const std::size_t count = 400;
    for (std::size_t i = 0; i < count; ++i)
      suburbs_.push_back({"", "", "", "",
                          families_[(i * 7) % families_.size()] + (i % 3 == 0   ? " Park"
                                                                   : i % 3 == 1 ? "ville"
                                                                                : ""),
                          chance_.one(states), std::to_string(2000 + chance_.below(5000))});
  }
  Home new_home() {
    static const std::vector<std::string> kinds = {"Street", "Place", "Crescent", "Court", "Circuit", "Road", "Close"};
    Home home = suburbs_[chance_.few(suburbs_.size(), 1.5)];
    home.number = std::to_string(1 + chance_.few(900, 2));
    if (chance_.is(0.15)) home.unit = std::to_string(1 + chance_.below(40));
    home.street = families_[chance_.below(families_.size())];
    home.kind = chance_.one(kinds);
    return home;
  }

  std::string mobile() { return "04" + chance_.digits(8); }
  std::string email(const std::string& given, const std::string& family, const std::string& born) {
    static const std::vector<std::string> domains = {"gmail",   "gmail",  "gmail",     "hotmail", "outlook",
                                                     "bigpond", "icloud", "yahoo.com", "optusnet"};
    const std::string g = letters(given), f = letters(family);
    std::string local;
    switch (chance_.below(7)) {
      case 0:
        local = g + "." + f;
        break;
      case 1:
        local = g.substr(0, 1) + f;
        break;
      case 2:
        local = g + f;
        break;
      case 3:
        local = g + born.substr(2, 2);
        break;
      case 4:
        local = f + "." + g;
        break;
      case 5:
        local = g + f.substr(0, 1);
        break;
      default:
        local = g + "." + f + born.substr(0, 4);
        break;
    }
    while (!taken_.insert(local).second) local += std::to_string(chance_.below(100));
    return local + "@" + chance_.one(domains) + ".example";
  }

  Person person(const std::string& family, int year, const std::string& given = {}) {
    Person p;
    p.id = "p" + std::to_string(people_++);
    const bool from_elsewhere = given.empty() && chance_.is(0.3);
    p.given = !given.empty()   ? given
              : from_elsewhere ? chance_.one(elsewhere_)
                               : givens_[chance_.few(givens_.size(), 1.8)];
    p.middle = givens_[chance_.few(givens_.size(), 1.8)];
    p.family = family;
    char born[16];
    std::snprintf(born, sizeof born, "%04d-%02zu-%02zu", year, 1 + chance_.below(12), 1 + chance_.below(28));
    p.born = born;
    p.email = email(p.given, family, p.born);
    p.old_email = email(p.given, family, p.born);
    p.mobile = mobile(), p.old_mobile = chance_.is(0.1) && !last_mobile_.empty() ? last_mobile_ : mobile();  // recycled
    if (chance_.is(0.02)) last_mobile_ = p.mobile;
    if (from_elsewhere && chance_.is(0.25)) p.western = givens_[chance_.few(givens_.size(), 1.8)];
    return p;
  }

  void household() {
    const std::string family = families_[chance_.few(families_.size(), 3)];
    std::vector<Person> members{person(family, 1938 + static_cast<int>(chance_.below(65)))};
    const int year = std::stoi(members[0].born.substr(0, 4));
    const auto kin = [&](std::size_t i, std::size_t j, const char* relation) {
      book_.kin.push_back({members[i].id, members[j].id, relation});
    };
    if (chance_.is(0.6)) {
      const bool takes_name = chance_.is(0.8);
      const std::string own = families_[chance_.few(families_.size(), 3)];
      members.push_back(person(takes_name ? family : own, year + static_cast<int>(chance_.below(9)) - 4));
      members[1].maiden = takes_name ? own : "";
      if (takes_name && chance_.is(0.1)) members[1].family = own + "-" + family;
      kin(0, 1, "spouse");
    }
    const std::size_t parents = members.size(), children = chance_.is(0.45) ? 1 + chance_.below(3) : 0;
    for (std::size_t i = 0; i < children && year < 1985; ++i) {
      const bool same_name = chance_.is(0.05);
      members.push_back(
          person(family, year + 20 + static_cast<int>(chance_.below(16)), same_name ? members[0].given : ""));
      for (std::size_t p = 0; p < parents; ++p)
        kin(p, members.size() - 1, same_name && p == 0 ? "parent_same_name" : "parent_child");
      for (std::size_t s = parents; s + 1 < members.size(); ++s) kin(s, members.size() - 1, "sibling");
      if (i > 0 && chance_.is(0.06)) {
        members.back().born = members[members.size() - 2].born;
        book_.kin.back().relation = "twin";
      }
    }
    homes_ = {new_home(), new_home(), new_home()};
    family_email_ =
        chance_.is(0.3) ? "the" + letters(family) + "s" + chance_.digits(2) + "@bigpond.example" : members[0].email;
    landline_ = "0" + std::to_string(2 + chance_.below(2)) + chance_.digits(8);
    for (Person& p : members) {
      p.moved = chance_.is(0.1), p.old_home = 1 + chance_.below(2);
      const std::size_t copies = chance_.is(0.35) ? 1 : chance_.is(0.72) ? 2 : 3;
      static const char* systems[] = {"crm", "books", "idcheck"};
      std::size_t first = chance_.is(0.6) ? 0 : 1;
      for (std::size_t c = 0; c < copies; ++c) {
        const std::size_t system = copies == 3 ? c : (first + c) % (chance_.is(0.2) ? 3 : 2);
        add(p, systems[system]);
        if (chance_.is(0.045)) add(p, systems[system]);
      }
    }
  }

  std::string slip(std::string text) {
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c > 0; });
    if (text.size() < 3 || !plain) return text;
    const std::size_t at = 1 + chance_.below(text.size() - 2);
    switch (chance_.below(4)) {
      case 0:
        std::swap(text[at], text[at + 1]);
        break;
      case 1:
        text.erase(at, 1);
        break;
      case 2:
        text.insert(at, 1, text[at]);
        break;
      default:
        text[at] = static_cast<char>('a' + chance_.below(26));
        break;
    }
    return text;
  }

  void add(const Person& p, const std::string& system) {
    Fields f;
    f.given_name = p.given, f.family_name = p.family;
    const bool legal = system == "idcheck";
    if (legal || chance_.is(0.1)) f.middle_name = p.middle;
    if (!legal) {
      const auto pets = pets_.find(p.given);
      if (pets != pets_.end() && chance_.is(0.12))
        f.given_name = chance_.one(pets->second);
      else if (!p.western.empty() && chance_.is(0.5))
        f.given_name = p.western;
      else if (chance_.is(0.02))
        f.given_name = initial(p.given) + ".";
      else if (chance_.is(0.008))
        f.given_name = p.middle, f.middle_name.clear();
      if (!p.maiden.empty() && chance_.is(0.05)) f.family_name = p.maiden;
    }
    if (const std::size_t hyphen = p.family.find('-'); hyphen != std::string::npos && chance_.is(0.4))
      f.family_name = p.family.substr(hyphen + 1);
    if (chance_.is(0.04)) f.given_name = slip(f.given_name);
    if (chance_.is(0.045)) f.family_name = slip(f.family_name);
    if (chance_.is(0.015)) std::swap(f.given_name, f.family_name);
    if (chance_.is(0.008) && !legal) return put(p, system, f);  // a name and nothing else
    if (chance_.is(0.85)) f.email = chance_.is(0.12) ? family_email_ : chance_.is(0.05) ? p.old_email : p.email;
    if (chance_.is(0.015)) f.email = slip(f.email);
    if (chance_.is(0.012)) f.email = "reception@harbourtax.example";
    if (chance_.is(0.8)) f.phone = chance_.is(0.13) ? landline_ : chance_.is(0.05) ? p.old_mobile : p.mobile;
    if (chance_.is(0.01) && f.phone.size() > 5) f.phone[5] = static_cast<char>('0' + chance_.below(10));
    if (chance_.is(0.003)) f.phone = "0400000000";
    if (f.phone.size() == 10 && chance_.is(0.4)) f.phone = "+61 " + f.phone.substr(1, 3) + " " + f.phone.substr(4);
    if (legal || chance_.is(0.42)) f.date_of_birth = p.born;
    if (chance_.is(0.008)) f.date_of_birth = legal ? p.born : "1900-01-01";
    if (!f.date_of_birth.empty() && chance_.is(0.01)) f.date_of_birth[9] = static_cast<char>('0' + chance_.below(10));
    if (chance_.is(legal ? 0.9 : 0.68)) home_of(homes_[p.moved && chance_.is(0.5) ? p.old_home : 0], f);
    put(p, system, f);
  }

  void home_of(const Home& home, Fields& f) {
    static const std::unordered_map<std::string, std::string> brief = {
        {"Street", "St"},   {"Place", "Pl"}, {"Crescent", "Cres"}, {"Court", "Ct"},
        {"Circuit", "Cct"}, {"Road", "Rd"},  {"Close", "Cl"}};
    f.street = home.unit.empty() ? "" : chance_.is(0.3) ? "U" + home.unit + "/" : home.unit + "/";
    f.street += home.number + " " + (chance_.is(0.03) ? slip(home.street) : home.street) + " " +
                (chance_.is(0.5) ? brief.at(home.kind) : home.kind);
    f.suburb = chance_.is(0.02) ? slip(home.suburb) : home.suburb;
    f.state = home.state;
    f.postcode = home.postcode;
  }

  void put(const Person& p, const std::string& system, Fields f) {
    if (chance_.is(0.06)) f.given_name = lower(f.given_name), f.family_name = lower(f.family_name);
    if (system == "books" && chance_.is(0.55)) {
      f.full_name = chance_.is(0.3) ? f.family_name + ", " + f.given_name : f.given_name + " " + f.family_name;
      f.given_name.clear(), f.family_name.clear(), f.middle_name.clear();
    }
    matching::RecordId id{system, system.substr(0, 1) + std::to_string(book_.records.size())};
    book_.truth.emplace(id, p.id);
    book_.records.push_back({std::move(id), {std::move(f)}});
  }

  Chance chance_;
  std::size_t wanted_, people_ = 0;
  std::vector<std::string> givens_, elsewhere_, families_;
  std::unordered_map<std::string, std::vector<std::string>> pets_;
  std::set<std::string> taken_;
  std::vector<Home> suburbs_, homes_;
  std::string family_email_, landline_, last_mobile_;
  LabelledBook book_;
};

std::string cell(const std::string& text) {
  return text.find_first_of(",\"") == std::string::npos ? text : "\"" + text + "\"";
}

}  // namespace

LabelledBook make_labelled_book(std::uint64_t seed, std::size_t records) { return Making(seed, records).run(); }

Result<void> write_labelled_book(const LabelledBook& book, const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  std::map<std::string, std::ofstream> files;
  for (const auto& record : book.records) {
    auto [at, is_new] = files.try_emplace(record.id.system, folder / (record.id.system + ".csv"));
    std::ofstream& out = at->second;
    if (is_new)
      out << "id,given_name,middle_name,family_name,full_name,email,phone,date_of_birth,street,suburb,state,postcode\n";
    const Fields& f = record.fields[0];
    out << record.id.id;
    for (const std::string* part : {&f.given_name, &f.middle_name, &f.family_name, &f.full_name, &f.email, &f.phone,
                                    &f.date_of_birth, &f.street, &f.suburb, &f.state, &f.postcode})
      out << "," << cell(*part);
    out << "\n";
  }
  std::ofstream& truth = files.try_emplace("truth", folder / "truth.csv").first->second;
  truth << "system,id,person\n";
  for (const auto& [id, person] : book.truth) truth << id.system << "," << id.id << "," << person << "\n";
  std::ofstream& kin = files.try_emplace("relations", folder / "relations.csv").first->second;
  kin << "person_a,person_b,relation\n";
  for (const auto& k : book.kin) kin << k.one << "," << k.other << "," << k.relation << "\n";
  for (auto& [name, file] : files) {
    file.close();
    if (!file)
      return fail(Code::StoreUnavailable, "the book cannot be written", "Check the folder, its rights and the disk.",
                  Place{(folder / name).string(), 0, 0});
  }
  return {};
}

}  // namespace linchpin::bench
