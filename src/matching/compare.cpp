#include "matching/compare.hpp"

#include <algorithm>
#include <cmath>

namespace linchpin::matching {
namespace {

// Of two numbers of eight digits: whether one digit differs, or two neighbours stand the other way round.
bool one_digit_or_two_turned(std::uint32_t x, std::uint32_t y) {
  std::uint32_t differ_x[2] = {}, differ_y[2] = {};
  int different = 0, places[2] = {};
  for (int i = 0; i < 8; ++i, x /= 10, y /= 10) {
    if (x % 10 == y % 10) continue;
    if (different == 2) return false;
    differ_x[different] = x % 10, differ_y[different] = y % 10, places[different++] = i;
  }
  if (different < 2) return different == 1;
  return places[1] == places[0] + 1 && differ_x[0] == differ_y[1] && differ_x[1] == differ_y[0];
}

class Comparing {
 public:
  Comparing(const Book& book, const Prepared& a, const Prepared& b) : book_(book), words_(book.words()), a_(a), b_(b) {}

  Comparison run() {
    c_.same_system = a_.system == b_.system;
    c_.bare = book_.is_bare();
    names();
    mails();
    calls();
    births();
    homes();
    c_.links = static_cast<std::uint8_t>((c_.mail == Mail::Own || c_.mail == Mail::Shared) +
                                         (c_.call == Call::Own || c_.call == Call::Shared) +
                                         (c_.home == Home::Same || c_.home == Home::Near));
    hints();
    strangers();
    return c_;
  }

 private:
  const Word& word(WordId id) const { return words_[id]; }
  bool near(WordId x, WordId y) const {
    const Word &a = word(x), &b = word(y);
    return (a.sound != 0 && a.sound == b.sound) || near_words(a, b);
  }

  Given given_of(WordId x, WordId y) const { return given_between(words_, book_.pet_names(), x, y); }

  Family family_of(const Name& x, const Name& y) const {
    if (x.family == 0 || y.family == 0) return Family::Missing;
    if (x.family == y.family) return Family::Same;
    const auto part = [](const Name& n, WordId w) { return w != 0 && (n.first_part == w || n.last_part == w); };
    if (part(x, y.family) || part(y, x.family) || part(x, y.last_part)) return Family::Part;
    return near(x.family, y.family) ? Family::Near : Family::Differs;
  }

  Middle middle_of(WordId x, WordId y) const {
    if (x == 0 || y == 0) return Middle::Missing;
    if (x == y || near(x, y)) return Middle::Same;
    const std::string &a = word(x).text, &b = word(y).text;
    return (a.size() == 1 || b.size() == 1) && a[0] == b[0] ? Middle::Initial : Middle::Differs;
  }

  // How much a pair of levels speaks for one person: the best of the ways to read two names is taken.
  static int worth(Given g, Family f) {
    static constexpr int of_given[] = {3, 10, 8, 5, 8, 6, 4, 5, 0};
    static constexpr int of_family[] = {3, 7, 6, 5, 0};
    return of_given[static_cast<int>(g)] + of_family[static_cast<int>(f)];
  }

  static Doubt doubt_of(const Name& x, const Name& y) {
    if (x.whole != 0 && x.whole == y.whole) return Doubt::None;
    if (x.whose == Whose::NotOnes || y.whose == Whose::NotOnes) return Doubt::NotOnes;
    if (x.whose == Whose::OnesByTitle || y.whose == Whose::OnesByTitle) return Doubt::TitleForGiven;
    if (x.generation == y.generation) return Doubt::None;
    const bool missing = x.generation == Generation::Untold || y.generation == Generation::Untold;
    return missing ? Doubt::SuffixMissing : Doubt::SuffixDiffers;
  }

  // Of names that are as like, the ones without a doubt; but that one of them has no given name clears up nothing.
  static int clearness(const Name& x, const Name& y, Given given, Doubt doubt) {
    if (x.whole != 0 && x.whole == y.whole) return 5;
    return given == Given::Missing ? static_cast<int>(doubt) : -static_cast<int>(doubt);
  }

  void read(const Name& x, const Name& y, bool swapped) {
    Given given = given_of(x.given, y.given);
    const Family family = family_of(x, y);
    if (given == Given::Differs && ((x.middle != 0 && given_of(x.middle, y.given) == Given::Same) ||
                                    (y.middle != 0 && given_of(y.middle, x.given) == Given::Same)))
      given = Given::Middle;
    const Doubt doubt = doubt_of(x, y);
    const int w = worth(given, family) * 40 - (swapped ? 100 : 0) + clearness(x, y, given, doubt);
    if (w <= best_) return;
    best_ = w;
    c_.given = given, c_.family = family, c_.swapped = swapped;
    c_.middle = middle_of(x.middle, y.middle), c_.doubt = doubt;
    c_.alike = given == Given::Same && family == Family::Same;
    first_ = x, second_ = y;
  }

  static Name turned(Name name) {
    std::swap(name.given, name.family);
    name.first_part = name.last_part = 0;
    return name;
  }

  void names() {
    for (const Name& x : book_.names(a_))
      for (const Name& y : book_.names(b_)) {
        read(x, y, false);
        if (c_.alike) continue;
        if (x.given == 0 || x.family == 0) continue;
        // "Yang Jianhua", and "Dorothy" who is held as the family name with "Vettese" as the given one.
        if (x.given == y.family || x.family == y.given || near(x.given, y.family) || near(x.family, y.given))
          read(turned(x), y, true);
      }
  }

  void mails() {
    for (const Email& x : book_.emails(a_))
      for (const Email& y : book_.emails(b_)) {
        const Mail level = mail_of(x, y);
        if (c_.mail == Mail::Missing || level < c_.mail) c_.mail = level;
        if (x.held == y.held) c_.mail_people = std::max(c_.mail_people, book_.email_held(x.held).people);
      }
  }
  Mail mail_of(const Email& x, const Email& y) const {
    if (x.held == y.held) {
      const Held& held = book_.email_held(x.held);
      if (held.by_nobody || held.people > 6) return Mail::Crowded;
      return held.people > 1 ? Mail::Shared : Mail::Own;
    }
    const std::string &a = words_.text(x.local), &b = words_.text(y.local);
    if (x.local == y.local)
      return near_words(word(x.domain), word(y.domain)) ? Mail::Near : a.size() >= 5 ? Mail::Mailbox : Mail::Differs;
    if (x.domain == y.domain && std::min(a.size(), b.size()) >= 5 && near_words(word(x.local), word(y.local)))
      return Mail::Near;
    return ones_own(book_.email_held(x.held)) && ones_own(book_.email_held(y.held)) ? Mail::Differs : Mail::Other;
  }
  static bool ones_own(const Held& held) { return !held.by_nobody && held.people <= 1; }

  void calls() {
    for (const Phone& x : book_.phones(a_))
      for (const Phone& y : book_.phones(b_)) {
        const Call level = call_of(x, y);
        if (c_.call == Call::Missing || level < c_.call) c_.call = level;
      }
  }
  Call call_of(const Phone& x, const Phone& y) const {
    if (x.tail == y.tail) {
      const Held& held = book_.phone_held(x.held);
      if (held.by_nobody || held.people > 6) return Call::Crowded;
      return held.people > 1 || !x.mobile ? Call::Shared : Call::Own;  // a landline is a household's
    }
    if (one_digit_or_two_turned(x.tail, y.tail)) return Call::Near;
    return is_ones_own(x) && is_ones_own(y) ? Call::Differs : Call::Other;
  }

  bool is_ones_own(const Phone& x) const { return x.mobile && ones_own(book_.phone_held(x.held)); }

  void births() {
    for (const Birth& x : book_.births(a_))
      for (const Birth& y : book_.births(b_)) {
        const Born level = born_of(x.digits, y.digits);
        if (c_.born == Born::Missing || level < c_.born) c_.born = level;
      }
  }
  static Born born_of(std::uint32_t x, std::uint32_t y) {
    if (x == y) return Born::Same;
    const auto year = [](std::uint32_t d) { return d / 10'000; };
    const auto month = [](std::uint32_t d) { return d / 100 % 100; };
    const auto day = [](std::uint32_t d) { return d % 100; };
    if (year(x) == year(y) && month(x) == day(y) && day(x) == month(y)) return Born::Slip;
    if (one_digit_or_two_turned(x, y)) return Born::Slip;
    const int parts = (year(x) == year(y)) + (month(x) == month(y)) + (day(x) == day(y));
    return parts == 2 ? Born::Half : Born::Differs;
  }

  void homes() {
    for (const Address& x : book_.addresses(a_))
      for (const Address& y : book_.addresses(b_)) {
        const Home level = home_of(x, y);
        if (c_.home != Home::Missing && level >= c_.home) continue;
        c_.home = level;
        place_ = x.postcode != 0 ? x.postcode : x.suburb;
      }
  }
  // The kind of a street, with a slip in it, may still stand behind its name: "leahylplace".
  bool like_street(WordId x, WordId y) const {
    if (x == 0 || y == 0) return false;
    const std::string &a = word(x).text, &b = word(y).text;
    return x == y || near(x, y) || (std::min(a.size(), b.size()) >= 5 && (a.starts_with(b) || b.starts_with(a)));
  }
  Home home_of(const Address& x, const Address& y) const {
    const bool suburb = x.suburb != 0 && y.suburb != 0 && (x.suburb == y.suburb || near(x.suburb, y.suburb));
    const bool code = !suburb && x.postcode != 0 && y.postcode != 0 &&
                      (x.postcode == y.postcode || within_slips(word(x.postcode).text, word(y.postcode).text, 1));
    const bool same_street = x.street != 0 && x.street == y.street;
    const bool second = like_street(x.second, y.second);
    const bool streets = same_street || like_street(x.street, y.street) || like_street(x.street, y.second) ||
                         like_street(x.second, y.street);
    const bool numbers = x.number != 0 && y.number != 0;
    const bool same_number = numbers && x.number == y.number;
    const bool like_number =
        second || same_number || !numbers || within_slips(word(x.number).text, word(y.number).text, 1);
    if (suburb || code) {
      if (same_number && streets) {
        if (x.unit != 0 && y.unit != 0 && x.unit != y.unit) return Home::OtherUnit;
        return same_street && (suburb || x.postcode == y.postcode) ? Home::Same : Home::Near;
      }
      if (streets && like_number) return Home::Near;
      if (same_street || second) return Home::Street;
      if (suburb || x.postcode == y.postcode) return Home::Place;
    }
    if (same_street && same_number) return Home::Near;
    return Home::Differs;
  }

  // What the address of one says of the given name of the other.
  Hint hint_of(const Email& email, const Name& name) const {
    const std::string& local = words_.text(email.letters);
    const std::string &given = word(name.given).text, &family = word(name.family).text;
    if (local.size() < 3 || given.empty()) return Hint::None;
    if (given.size() >= 2 && local.find(given) != std::string::npos) return Hint::Whole;
    if (family.size() < 2) return Hint::None;
    const std::size_t at = local.find(family);
    if (at == std::string::npos) return Hint::None;
    const std::size_t rest = local.size() - family.size();
    const char first = at > 0 ? local[0] : rest > 0 ? local[family.size()] : '\0';
    if (rest == 0) return Hint::None;
    const std::string_view other =
        at > 0 ? std::string_view(local).substr(0, at) : std::string_view(local).substr(family.size());
    if (other == "the" || other == "family" || other == "thes" || (at > 0 && other == "the")) return Hint::None;
    if (rest == 1) return first == given[0] ? Hint::Initial : Hint::Other;
    const std::size_t common = std::min<std::size_t>(3, std::min(other.size(), given.size()));
    if (given.size() > 1 && other.compare(0, common, given, 0, common) == 0) return Hint::Whole;
    if (given.size() == 1 && first == given[0]) return Hint::Initial;
    return Hint::Other;
  }

  void hints() {
    const Hint one = hints_of(a_, second_), two = hints_of(b_, first_);
    c_.hint_first = std::min(one, two, stronger), c_.hint_second = std::max(one, two, stronger);
    year_hints(a_, b_);
    year_hints(b_, a_);
  }
  static bool stronger(Hint x, Hint y) {
    static constexpr int order[] = {3, 0, 1, 2};
    return order[static_cast<int>(x)] < order[static_cast<int>(y)];
  }
  Hint hints_of(const Prepared& from, const Name& name) const {
    Hint best = Hint::None;
    for (const Email& email : book_.emails(from)) {
      if (book_.email_held(email.held).by_nobody) continue;
      const Hint hint = hint_of(email, name);
      if (best == Hint::None || (hint != Hint::None && hint < best)) best = hint;
    }
    return best;
  }
  void year_hints(const Prepared& from, const Prepared& to) {
    if (to.births.count == 0 || c_.mail == Mail::Own) return;
    for (const Email& email : book_.emails(from))
      for (const Birth& birth : book_.births(to))
        if (email.year != 0 && c_.year_hint != 1) c_.year_hint = email.year == birth.digits / 10'000 ? 1 : -1;
  }

  void strangers() {
    // Where the given name does not agree, it is no stranger that is to be feared, but one of the family.
    c_.strangers = 9;
    if (c_.given == Given::Missing || c_.given == Given::Differs) return;
    double expected = book_.people();
    switch (c_.given) {
      case Given::Same:
        expected *= book_.share_as_given(first_.given);
        break;
      case Given::PetName:
      case Given::Near:
      case Given::Short:
      case Given::Like:
      case Given::Middle:
        expected *= 3 * (book_.share_as_given(first_.given) + book_.share_as_given(second_.given));
        break;
      case Given::Initial:
        expected *= book_.share_of_initial(first_.given);
        break;
      case Given::Missing:
      case Given::Differs:
        break;
    }
    switch (c_.family) {
      case Family::Same:
        expected *= book_.share_as_family(c_.swapped ? second_.family : first_.family);
        break;
      case Family::Near:
      case Family::Part:
        expected *= 3 * (book_.share_as_family(first_.family) + book_.share_as_family(second_.family));
        break;
      case Family::Missing:
      case Family::Differs:
        break;
    }
    if (c_.born == Born::Same) expected /= 20'000;
    if (c_.born == Born::Slip) expected /= 1'000;
    if (c_.born == Born::Half) expected /= 300;
    if (c_.middle == Middle::Same) expected /= 100;
    if (c_.home == Home::Place || c_.home == Home::Street) expected /= 200;
    if (c_.mail == Mail::Near || c_.mail == Mail::Mailbox) expected /= 1'000;
    if (c_.call == Call::Near) expected /= 10'000;
    c_.strangers = static_cast<float>(std::clamp(std::log(expected), -9.0, 9.0));
  }

  const Book& book_;
  const Words& words_;
  const Prepared &a_, &b_;
  Comparison c_;
  Name first_, second_;  // as they are read where they agree best
  WordId place_ = 0;
  int best_ = -1000;
};

}  // namespace

bool named_alike(const Comparison& c) {
  return c.bare || c.given != Given::Differs;  // a list without e-mail and phone knows no households
}

bool may_settle(const Comparison& c) {
  switch (c.doubt) {
    case Doubt::SuffixDiffers:
    case Doubt::TitleForGiven:
    case Doubt::NotOnes:
      return false;
    case Doubt::SuffixMissing:  // no father was born with his son
      if (c.born != Born::Same) return false;
      break;
    case Doubt::None:
      break;
  }
  if (c.bare) return true;
  switch (c.given) {
    case Given::Differs:
      return false;
    case Given::Initial:
    case Given::Short:
    case Given::Like:
      return c.born == Born::Same || c.call == Call::Own;
    case Given::Missing:
    case Given::Same:
    case Given::PetName:
    case Given::Near:
    case Given::Middle:
      break;
  }
  const bool mail = c.mail != Mail::Missing && c.mail < Mail::Other,
             call = c.call != Call::Missing && c.call < Call::Other;
  const bool home = c.home != Home::Missing && c.home != Home::Differs;
  return mail || call || home || c.born == Born::Same || c.born == Born::Slip || c.middle == Middle::Same;
}

Comparison compare(const Book& book, const Prepared& a, const Prepared& b) { return Comparing(book, a, b).run(); }

}  // namespace linchpin::matching
