// Xero over the state of one organisation: token endpoint, connections, Accounting API 2.0, webhooks.
#pragma once

#include <deque>

#include "connectors/xero/sandbox_contacts.hpp"
#include "connectors/xero/sandbox_invoices.hpp"
#include "connectors/xero/sandbox_tokens.hpp"
#include "sandbox/meter.hpp"
#include "sandbox/vendor.hpp"

namespace linchpin::sandbox {

class XeroVendor final : public Vendor {
 public:
  XeroVendor(std::uint64_t seed, Limits limits);

  Json state(Instant) override;
  Json counts() const override;
  Result<void> seed(const Json&, Instant now) override;
  Result<Json> edit(std::string_view object, std::string_view id, const Json& fields, Instant now) override;
  Json credentials() const override;
  std::string webhook_status() const override;

 protected:
  Answer respond(const Request&, Instant now) override;
  Answer broken(Instant now) override;
  Answer too_many(Instant now) override;
  void sent(const Request&, const Answer&, Instant) override;
  void started(Instant now, milliseconds lasts) override;

  Request compose(const Message&, Instant now) override;
  bool accepted(const Message&, std::optional<int> status) const override;
  bool webhooks_open() const override { return hook_ == Hook::Ok; }
  void settled(const Message&, bool accepted, bool given_up, std::optional<int> status, Instant now) override;
  void target_changed(Instant) override;

 private:
  struct Group {
    std::string name, status = "ACTIVE";
    std::vector<std::string> members;  // ContactIDs
  };
  struct Remembered {  // of an Idempotency-Key
    std::string fingerprint;
    Answer answer;
    Instant at{};
  };
  enum class Hook { None, Pending, Ok, Failed, Disabled };

  Answer accounting(const Request&, const std::vector<std::string>& path, const std::string& token, Instant now);
  Answer resource(const Request&, const std::vector<std::string>& path, Instant now);
  Answer list_contacts(const Request&, Instant now);
  Answer write_contacts(const Request&, const Json& body, const std::string& only_id, Instant now);
  Answer history(const Request&, const Json& body, const XeroContact&, Instant now);
  Answer groups(const Request&, const std::vector<std::string>& path, const Json& body, Instant now);
  Answer invoices(const Request&, const std::vector<std::string>& path, const Json& body, Instant now);
  Answer organisation(Instant now);
  Result<Json> edit_contact(std::string_view id, const Json& fields, Instant now);
  Result<Json> edit_invoice(std::string_view id, const Json& fields, Instant now);
  void written(const XeroInvoices::Written&, Instant now);  // what plan returned, without errors
  Answer connections(const Request&, const std::vector<std::string>& path);

  Answer envelope(const char* name, Json items, Instant now, Json pagination = {});
  Json contact_json(const XeroContact&, XeroShape) const;
  Json groups_of(const std::string& contact_id) const;
  Json group_json(const std::string& id, const Group&, bool with_members) const;
  void tell(const char* category, const char* resource, const std::string& id, bool created, Instant now);

  std::string client_id_, client_secret_, webhook_key_, tenant_, connection_;
  XeroTokens tokens_;
  XeroContacts contacts_;
  XeroInvoices invoices_;
  std::map<std::string, Group> groups_;
  bool connected_ = true;
  std::map<std::string, Remembered> remembered_;  // by Idempotency-Key
  std::deque<std::string> remembered_order_;      // the oldest first
  std::deque<Instant> busy_until_;
  FixedMeter minute_, daily_, app_minute_;
  std::int64_t sequence_ = 0;
  Hook hook_ = Hook::None;
  int handshakes_ = 0;  // still to be answered
};

Answer xero_json(int status, const Json& body);
Answer xero_problem(int status, const char* title, const std::string& detail);
Answer xero_validation(const Json::List& elements);  // 400, ValidationException

// Which part of `count` items a request's page and pageSize mean; all of them, and no pagination, without paging.
struct XeroSlice {
  std::size_t begin = 0, end = 0;
  Json pagination;
};
XeroSlice xero_slice(const Request&, std::size_t count, bool force_paging);
std::optional<Instant> xero_modified_since(const Request&);  // If-Modified-Since, to the second; either form of date
std::vector<std::string> xero_listed(const Request&, std::string_view name);  // IDs=a,b
Answer xero_query_problem(const std::string& message);                        // 400, QueryParseException

}  // namespace linchpin::sandbox
