#include "sandbox/client_book.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

#include "sandbox/chance.hpp"
#include "sandbox/client_names.hpp"
#include "sandbox/text.hpp"

namespace linchpin::sandbox {
namespace {

constexpr std::array fictional_mobiles{"0491570006", "0491570156", "0491570157", "0491570158", "0491570159",
                                       "0491570110", "0491570313", "0491570737", "0491571266", "0491571491"};
constexpr std::array domains{"mail.example", "post.example", "home.example", "inbox.example", "bigriver.example"};
constexpr std::array streets{"Harbour St", "Wattle Ave", "Banksia Rd", "King St",
                             "Station St", "Beach Rd",   "Mill Lane"};
struct Place {
  const char *suburb, *state, *postcode;
};
constexpr std::array<Place, 8> places{{{"Marrickville", "NSW", "2204"},
                                       {"Newtown", "NSW", "2042"},
                                       {"Brunswick", "VIC", "3056"},
                                       {"Geelong", "VIC", "3220"},
                                       {"Toowong", "QLD", "4066"},
                                       {"Glenelg", "SA", "5045"},
                                       {"Fremantle", "WA", "6160"},
                                       {"Hobart", "TAS", "7000"}}};

struct Person {
  std::string given, family, email, phone, stage, consent;  // phone: ten digits
  Place place{};
  std::string street;
  Instant created{}, updated{};
};

class Maker {
 public:
  // A sequence of its own: a vendor of the same seed makes up ids too, and a record's id must not come twice.
  Maker(std::uint64_t seed, Instant now, ClientBookSize size)
      : chance_(seed ^ 0x636c69656e7473u), now_(now), size_(size) {}

  ClientBook make() {
    for (int i = 0; i < size_.people; ++i) people_.push_back(person(i));
    size_.in_both = std::min(size_.in_both, size_.people);
    size_.undecided = std::min(size_.undecided, std::max(0, size_.in_both - 4));
    special_people();
    for (int i = 0; i < size_.people; ++i) add_to_hubspot(people_[static_cast<std::size_t>(i)]);
    for (int i = 0; i < size_.in_both; ++i) add_to_both(i);
    for (int i = 0; i < size_.xero_only; ++i) {
      Person p = person(size_.people + i);
      p.stage = "customer";
      add_to_xero(p, written_in_xero(p), p.email, p.phone);
    }
    for (int i = 0; i < size_.organisations; ++i) add_organisation(i);
    book_.hubspot = Json::object({{"objects", Json::object({{"contacts", hubspot_}})}});
    book_.xero = Json::object({{"objects", Json::object({{"Contacts", xero_}})}});
    return std::move(book_);
  }

 private:
  struct Written {
    std::string name, first, last;
  };

  template <class List>
  auto one_of(const List& list) {
    return list[static_cast<std::size_t>(chance_.below(static_cast<std::int64_t>(std::size(list))))];
  }

  Person person(int index) {
    Person p;
    for (int attempt = 0;; ++attempt) {
      p.given = one_of(client_given_names());
      p.family = one_of(client_family_names());
      if (attempt > 8) p.family += "-" + std::string(one_of(client_family_names()));  // a large book needs more names
      if (names_.insert(plain(p.given) + " " + plain(p.family)).second) break;
    }
    const std::string local = plain(p.given) + "." + plain(p.family);
    p.email = local + "@" + one_of(domains);
    for (int n = 2; !emails_.insert(p.email).second; ++n) p.email = local + std::to_string(n) + "@" + one_of(domains);
    p.phone = mobile(index);
    p.place = one_of(places);
    p.street = std::to_string(1 + chance_.below(180)) + " " + one_of(streets);
    const std::int64_t hour = 3'600'000;
    p.created = now_ - milliseconds{hour * (24 * 30 + chance_.below(24 * 900))};
    p.updated = p.created + milliseconds{hour * chance_.below(24 * 29)};
    p.stage = index < size_.in_both ? (index % 35 == 17 ? "other" : "customer") : index % 4 == 0 ? "customer" : "lead";
    p.consent = chance_.happens(0.6) ? (chance_.happens(0.8) ? "true" : "false") : "";
    return p;
  }

  std::string mobile(int index) {
    if (index < static_cast<int>(fictional_mobiles.size())) return fictional_mobiles[static_cast<std::size_t>(index)];
    std::string number;
    do {
      number = "04" + chance_.letters(1, "0123") + chance_.letters(7, "0123456789");
    } while (!phones_.insert(number).second);
    return number;
  }

  // With a given name that nobody of that family has yet: Xero refuses two contacts of one name.
  void take_family(Person& p, const std::string& family) {
    p.family = family;
    while (!names_.insert(plain(p.given) + " " + plain(family)).second) p.given = one_of(client_given_names());
  }

  // Spouses with one mailbox, a family with one landline, and what makes names hard.
  void special_people() {
    if (size_.in_both < 12 || size_.undecided < 1) return;
    Person &husband = people_[0], &wife = people_[1], &mother = people_[2], &son = people_[3];
    take_family(wife, husband.family);
    wife.place = husband.place;
    wife.street = husband.street;
    take_family(son, mother.family);
    mother.phone = son.phone = "0255500" + chance_.letters(3, "0123456789");
    const auto rename = [&](std::size_t i, const char* given, const char* family) {
      people_[i].given = given;
      people_[i].family = family;
    };
    rename(4, "Zoë", "O'Brien");
    rename(5, "Thị Hương", "Nguyễn");
    rename(6, "José", "Muñoz-Álvarez");
    rename(7, "Siân", "D’Arcy");
    rename(8, "Mia 🌸", "Castellano");
    rename(9, "Søren", "Ångström");
  }

  void add_to_hubspot(const Person& p) {
    const std::string id = std::to_string(50'000'001'000 + 37 * static_cast<std::int64_t>(hubspot_.size()));
    Json::Object properties{{"firstname", p.given}, {"lastname", p.family}, {"email", p.email}};
    const std::string phone = phone_in_hubspot(p.phone);
    properties.emplace_back("phone", phone);
    properties.emplace_back("mobilephone", chance_.happens(0.5) ? phone : phone_in_hubspot(p.phone));
    properties.emplace_back("lifecyclestage", p.stage);
    if (!p.consent.empty()) properties.emplace_back("marketing_consent", p.consent);
    if (chance_.happens(0.7)) {
      properties.emplace_back("address", p.street);
      properties.emplace_back("city", p.place.suburb);
      properties.emplace_back("state", p.place.state);
      properties.emplace_back("zip", p.place.postcode);
    }
    if (chance_.happens(0.05)) properties.emplace_back("jobtitle", "Owner 🚀");
    hubspot_.push_back(Json::object({{"id", id},
                                     {"properties", properties},
                                     {"createdAt", rfc3339(p.created)},
                                     {"updatedAt", rfc3339(p.updated)},
                                     {"archived", false}}));
  }

  void add_to_both(int i) {
    const Person& p = people_[static_cast<std::size_t>(i)];
    std::string email = p.email, phone = p.phone;
    // The last of those in both, and the wife, are the ones that exact rules cannot decide.
    const bool wife = i == 1 && size_.in_both >= 12 && size_.undecided > 0;
    const bool undecided = wife || i >= size_.in_both - (size_.undecided - 1);
    if (wife) {
      email = people_[0].email;
    } else if (undecided) {
      email = "old." + p.email;                          // an address from years ago
      if (i % 4 == 3) phone = mobile(size_.people + i);  // and a number too
    }
    const std::string id = add_to_xero(p, written_in_xero(p), email, phone);
    const ClientPair pair{hubspot_[static_cast<std::size_t>(i)]["id"].text(), id};
    (undecided ? book_.undecided : book_.same).push_back(pair);
    if (size_.in_both < 12) return;
    ClientPair* const special[] = {&book_.mailbox_first, &book_.mailbox_second, &book_.phone_first,
                                   &book_.phone_second};
    if (i < 4) *special[i] = pair;
  }

  std::string add_to_xero(const Person& p, const Written& written, const std::string& email, const std::string& phone) {
    Json::Object contact{{"ContactID", chance_.uuid()},
                         {"ContactStatus", p.stage == "other" ? "ARCHIVED" : "ACTIVE"},
                         {"Name", written.name},
                         {"FirstName", written.first},
                         {"LastName", written.last},
                         {"EmailAddress", chance_.happens(0.3) ? shouted_start(email) : email},
                         {"Phones", Json::list({phone_in_xero(phone)})}};
    if (chance_.happens(0.6)) contact.emplace_back("AccountNumber", "C" + std::to_string(1'000 + xero_.size()));
    if (chance_.happens(0.5)) {
      contact.emplace_back("Addresses", Json::list({Json::object({{"AddressType", "STREET"},
                                                                  {"AddressLine1", p.street},
                                                                  {"City", p.place.suburb},
                                                                  {"Region", p.place.state},
                                                                  {"PostalCode", p.place.postcode},
                                                                  {"Country", "Australia"}})}));
    } else if (chance_.happens(0.3)) {
      contact.emplace_back("TaxNumber", Json());
    }
    contact.emplace_back("IsCustomer", true);
    contact.emplace_back("UpdatedDateUTC",
                         "/Date(" + std::to_string(ms_since_epoch(p.updated) - chance_.below(86'400'000)) + "+0000)/");
    xero_.push_back(Json(contact));
    return contact.front().second.text();
  }

  void add_organisation(int i) {
    static constexpr std::array kinds{"Pty Ltd", "Family Trust", "& Sons",  "Superannuation Fund",
                                      "Café",    "Plumbing",     "Holdings"};
    // The first of each kind goes without a number, and no two have one name.
    const bool first = static_cast<std::size_t>(i) < kinds.size();
    const std::string name = std::string(one_of(client_family_names())) + " " +
                             (first ? kinds[static_cast<std::size_t>(i)] : one_of(kinds) + (" " + std::to_string(i)));
    Json::Object contact{
        {"ContactID", chance_.uuid()},
        {"Name", name},
        {"EmailAddress", "accounts" + std::to_string(i) + "@business.example"},
        {"Phones", Json::list({Json::object({{"PhoneType", "DEFAULT"},
                                             {"PhoneCountryCode", "61"},
                                             {"PhoneAreaCode", "02"},
                                             {"PhoneNumber", "5550 " + chance_.letters(4, "0123456789")}})})},
        {"IsSupplier", chance_.happens(0.4)},
        {"UpdatedDateUTC",
         "/Date(" + std::to_string(ms_since_epoch(now_) - 86'400'000 * (1 + chance_.below(900))) + "+0000)/"}};
    xero_.push_back(Json(contact));
  }

  std::string phone_in_hubspot(const std::string& d) {
    if (!d.starts_with("04")) return "(" + d.substr(0, 2) + ") " + d.substr(2, 4) + " " + d.substr(6);
    switch (chance_.below(5)) {
      case 0:
        return d;
      case 1:
        return "+61" + d.substr(1);
      case 2:
        return "+61 " + d.substr(1, 3) + " " + d.substr(4, 3) + " " + d.substr(7);
      case 3:
        return d.substr(0, 4) + "-" + d.substr(4, 3) + "-" + d.substr(7);
      default:
        return d.substr(0, 4) + " " + d.substr(4, 3) + " " + d.substr(7);
    }
  }

  Json phone_in_xero(const std::string& d) {
    const auto parts = [](const std::string& country, const std::string& area, const std::string& number) {
      return Json::object(
          {{"PhoneType", "MOBILE"}, {"PhoneCountryCode", country}, {"PhoneAreaCode", area}, {"PhoneNumber", number}});
    };
    if (!d.starts_with("04")) return parts("", d.substr(0, 2), d.substr(2, 4) + " " + d.substr(6));
    switch (chance_.below(4)) {
      case 0:
        return parts("61", d.substr(1, 3), d.substr(4));
      case 1:
        return parts("+61", d.substr(1, 3), d.substr(4, 3) + " " + d.substr(7));
      case 2:
        return parts("", d.substr(0, 4), d.substr(4, 3) + " " + d.substr(7));
      default:
        return parts("", "", d.substr(0, 4) + " " + d.substr(4, 3) + " " + d.substr(7));
    }
  }

  // The same names as a bookkeeper typed them: without diacritics, in capitals, with the other apostrophe.
  Written written_in_xero(const Person& p) {
    Written w{"", p.given, p.family};
    switch (chance_.below(6)) {
      case 0:
        w.first = without_diacritics(w.first);
        w.last = without_diacritics(w.last);
        break;
      case 1:
        w.last = capitals(w.last);
        break;
      case 2:
        w.first = lower_ascii(w.first);
        w.last = lower_ascii(w.last);
        break;
      case 3:
        w.last = other_apostrophe(w.last);
        break;
      default:
        break;
    }
    w.name = chance_.happens(0.15) ? w.last + ", " + w.first : w.first + " " + w.last;
    return w;
  }

  static std::string replaced(std::string text, const std::string& what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
      text.replace(at, what.size(), with);
    return text;
  }

  static std::string without_diacritics(std::string text) {
    for (const auto& [letter, plain] : client_letters()) text = replaced(std::move(text), letter, plain);
    return text;
  }

  static std::string other_apostrophe(const std::string& text) {
    return text.find('\'') != std::string::npos ? replaced(text, "'", "’") : replaced(text, "’", "'");
  }

  static std::string capitals(std::string text) {
    for (char& c : text) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
  }

  static std::string shouted_start(std::string email) {
    email[0] = email[0] >= 'a' && email[0] <= 'z' ? static_cast<char>(email[0] - 'a' + 'A') : email[0];
    return email;
  }

  static std::string plain(const std::string& name) {  // for an address
    std::string letters;
    for (const char c : lower_ascii(without_diacritics(name))) {
      if (c >= 'a' && c <= 'z') letters += c;
    }
    return letters;
  }

  Chance chance_;
  Instant now_;
  ClientBookSize size_;
  ClientBook book_;
  std::vector<Person> people_;
  std::set<std::string> names_, emails_, phones_;
  Json::List hubspot_, xero_;
};

}  // namespace

ClientBookSize client_book_of(int people) {
  return {people, people * 7 / 10, std::min(8, people / 60), people / 25, people * 2 / 25};
}

ClientBook make_client_book(std::uint64_t seed, Instant now, ClientBookSize size) {
  return Maker(seed, now, size).make();
}

Json ClientBook::truth() const {
  const auto json = [](const ClientPair& pair) {
    return Json::object({{"hubspot", pair.hubspot}, {"xero", pair.xero}});
  };
  Json::List decided, open;
  for (const ClientPair& pair : same) decided.push_back(json(pair));
  for (const ClientPair& pair : undecided) open.push_back(json(pair));
  return Json::object({{"same", decided},
                       {"undecided", open},
                       {"share_mailbox", Json::list({json(mailbox_first), json(mailbox_second)})},
                       {"share_phone", Json::list({json(phone_first), json(phone_second)})}});
}

}  // namespace linchpin::sandbox
