// The clients of an invented Australian accounting practice, as HubSpot and Xero hold them: the same people in slightly
// different forms. From a seed; nobody in it exists. E-mail domains are reserved (.example, RFC 2606). The first ten
// mobiles and all landlines are from the ranges that ACMA keeps for fiction (0491 570 006 …, 02 5550 …); there are only
// ten such mobiles that are valid numbers, so the rest are made up in 0400 to 0439.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"

namespace linchpin::sandbox {

struct ClientBookSize {
  int people = 500;        // in HubSpot
  int in_both = 350;       // of them in Xero too
  int undecided = 8;       // of those: the name agrees, and only one or none of e-mail and phone
  int xero_only = 20;      // people
  int organisations = 40;  // in Xero, without a FirstName
};
ClientBookSize client_book_of(int people);  // the same proportions, for tests of volume

struct ClientPair {
  std::string hubspot, xero;  // record ids
  bool operator==(const ClientPair&) const = default;
};
struct ClientBook {
  Json hubspot, xero;                        // as `POST /_sandbox/seed` takes them
  std::vector<ClientPair> same;              // one person, and the exact rules say so: names, e-mail and phone agree
  std::vector<ClientPair> undecided;         // one person, and the exact rules cannot say so
  ClientPair mailbox_first, mailbox_second;  // spouses: Xero has one e-mail for both; the second is undecided
  ClientPair phone_first, phone_second;      // two of a family who share a landline; both are decided
  Json truth() const;  // {"same":[{"hubspot","xero"}],"undecided":[…],"share_mailbox":[…],"share_phone":[…]}
};

ClientBook make_client_book(std::uint64_t seed, Instant now, ClientBookSize = {});

}  // namespace linchpin::sandbox
