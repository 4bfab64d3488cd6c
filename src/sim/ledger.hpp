// The judge's memory: who the people are, which records they have, and what was said of them, by whom and when. It
// learns from the vendors' side alone, never from the hub.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "sim/held.hpp"
#include "sim/random.hpp"

namespace linchpin::sim {

// What a person typed at a vendor's screen.
struct Said {
  Site site = Site::Hubspot;
  std::string value;        // comparable
  Instant at{};             // by that vendor's clock
  bool settled = false;     // both systems agreed on the field just before
  bool foreign = false;     // what another system owns by the hub files of that time
  bool by_the_way = false;  // it stood beside what was written, and was left as it was
  int order = 0;            // of everything that was said in the run
};

struct Person {
  int number = 0;
  std::map<Site, std::set<std::string>> records;  // those that people made, by id; merged ones too
  std::map<Site, std::set<std::string>> given;    // those that the hub made
  std::map<Field, std::vector<Said>> said;        // in order
  bool organisation = false;                      // Xero: nobody's contact
  bool doubtful = false;                          // shares a name or has two records in one system: a review decides
  bool merged = false;                            // two of their records became one
  bool mistaken = false;                          // an operator took them for somebody else for a while
  bool was_client = false;                        // is or was to be in Xero
  int clients = 0;                                // how often they became one in HubSpot
  std::set<Field> poisoned;                       // holds what cannot be read there
  std::set<Site> removed;                         // their record was put away there by a person, at any time
  std::set<Site> overwritten;  // a request came late: their record was there, or people had written to it since
  std::set<Field> overtaken;   // of a record that people had written to since our request with it was sent
  bool entered_twice = false;  // by a person, while the hub's own request was on its way
  bool doubled() const;        // they have two records in one system, and people made one of them
  bool is_plain() const;       // who they are, and what they hold
};

class Ledger {
 public:
  std::vector<Person>& people() { return people_; }
  const std::vector<Person>& people() const { return people_; }
  Person& add();
  Person* owner_of(Site, const std::string& record);
  void made(Person&, Site, const std::string& record, bool by_hub = false);
  // Whose values these are: of whom most of e-mail, phone and family name once were; nullptr: nobody's.
  const Person* whose(const std::map<Field, std::string>& values) const;
  void say(Person&, Field, Said);

  // The operators' word: why nothing may be written to a system now; "" when it may.
  std::map<std::string, std::string> still;
  bool pause_lost = false;  // a disk may have forgotten what they paused last

  bool coarse = false;  // Xero tells times to the second

  // New values, never used before in this run.
  std::string given_name(Random&);
  std::string family_name(Random&);
  std::string email(Random&);
  std::string phone(Random&);

 private:
  std::vector<Person> people_;
  std::map<std::pair<Site, std::string>, std::size_t> records_;
  std::map<std::pair<Field, std::string>, std::set<std::size_t>> values_;  // who said it: a mailbox may be shared
  int made_ = 0;
  int said_ = 0;
};

}  // namespace linchpin::sim
