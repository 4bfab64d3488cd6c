// The contacts of a Xero organisation: what a write does, what is refused, and how one is shown. Rules as in Xero's
// Accounting API documentation ("Contacts") and its OpenAPI description 16.1.0.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"
#include "sandbox/chance.hpp"

namespace linchpin::sandbox {

// What was done to a contact, when and by whom: "System Generated" where an app did it.
struct XeroNote {
  std::string changes, user, details;
  Instant at{};
};

struct XeroContact {
  std::string id;                            // ContactID
  std::map<std::string, std::string> texts;  // Name, FirstName, …; an empty one is absent
  std::map<std::string, std::map<std::string, std::string>> phones, addresses;  // by type: parts by name
  Json::List persons;                                                           // ContactPersons, as they are shown
  std::string status = "ACTIVE";
  std::string merged_to;
  bool supplier = false, customer = false;
  Json extra;  // PaymentTerms, DefaultCurrency …: kept and shown as given
  Instant updated{};
  std::vector<XeroNote> history;
  const std::string& text(const std::string& name) const;
};

enum class XeroShape { Full, List };  // a list without paging leaves out what is heavy

class XeroContacts {
 public:
  explicit XeroContacts(Chance& chance) : chance_(chance) {}

  enum class Mode { Create, Upsert, Replace };  // PUT; POST; a seed (keeps ContactID and UpdatedDateUTC as given)
  struct Written {
    XeroContact contact;  // as it would be; as it was given when refused
    bool created = false;
    std::vector<std::string> errors;
  };
  // What a write would do, beside what earlier elements of the same call do (`earlier`). Nothing is changed.
  Written plan(const Json& given, Mode, Instant now, const std::vector<Written>& earlier);
  void put(const XeroContact& contact);  // what plan returned, without errors
  void clear();

  const XeroContact* by_id(std::string_view id) const;
  const XeroContact* by_number(std::string_view number) const;
  const XeroContact* by_name(std::string_view name) const;  // an active one; without regard to case
  const std::map<std::string, XeroContact>& all() const { return contacts_; }
  std::map<std::string, XeroContact>& all() { return contacts_; }

 private:
  Chance& chance_;
  std::map<std::string, XeroContact> contacts_;
  std::map<std::string, std::string> by_name_, by_number_;  // of active ones; of all: → ContactID
};

Json xero_contact_json(const XeroContact&, XeroShape, const Json& groups);
std::string xero_date(Instant);                            // "/Date(1732406400000+0000)/"
std::optional<Instant> parse_xero_date(std::string_view);  // that, "2026-11-24", or "2026-11-24T01:02:03.456" (UTC)
bool is_guid(std::string_view);

}  // namespace linchpin::sandbox
