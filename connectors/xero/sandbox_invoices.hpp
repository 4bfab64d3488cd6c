// The sales invoices and bills of a Xero organisation, as far as a practice's flows need them: made, changed, voided,
// with totals; by a person also paid. Payments as records, credit notes and items are not there.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"
#include "connectors/xero/sandbox_contacts.hpp"

namespace linchpin::sandbox {

class XeroInvoices {
 public:
  explicit XeroInvoices(Chance& chance) : chance_(chance) {}
  struct Written {
    Json invoice;  // as it is shown; as it was given when refused
    bool created = false;
    std::vector<std::string> errors;
  };
  // PUT; POST; what a person does at Xero's screen: an invoice is paid in full (Status PAID), or its payment is taken
  // out again (AUTHORISED), and what nobody can set there is refused.
  enum class Mode { Create, Upsert, Person };
  // Like XeroContacts::plan: nothing is changed.
  Written plan(const Json& given, Mode, const XeroContacts&, Instant now);
  void put(const Json& invoice);
  void clear() { invoices_.clear(); }
  const Json* find(std::string_view id_or_number) const;
  const std::map<std::string, Json>& all() const { return invoices_; }  // by InvoiceID

 private:
  Chance& chance_;
  std::map<std::string, Json> invoices_;
  std::int64_t last_number_ = 0;
};

}  // namespace linchpin::sandbox
