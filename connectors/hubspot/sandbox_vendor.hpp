// HubSpot's API over a HubspotPortal: paths of 2026-09, 2026-03 and v3/v4, tokens, limits, webhooks.
#pragma once

#include "connectors/hubspot/sandbox_portal.hpp"
#include "sandbox/meter.hpp"
#include "sandbox/vendor.hpp"

namespace linchpin::sandbox {

class HubspotVendor final : public Vendor {
 public:
  HubspotVendor(std::uint64_t seed, Limits limits);

  Json state(Instant) override { return portal_.state(); }
  Json counts() const override { return portal_.counts(); }
  Result<void> seed(const Json& json, Instant now) override { return portal_.seed(json, now); }
  Result<Json> edit(std::string_view object, std::string_view id, const Json& fields, Instant now) override;
  Json credentials() const override;

 protected:
  Answer respond(const Request&, Instant now) override;
  Answer broken(Instant now) override;
  Answer too_many(Instant now) override;
  Request compose(const Message&, Instant now) override;

 private:
  // One call, taken apart. `path` is what follows family and version: {"contacts","batch","read"}.
  struct Route {
    std::string family;  // "objects", "properties", "associations", "pipelines", "owners", "account-info"
    std::vector<std::string> path;
    const HubspotType* type = nullptr;  // of path[0], where that is one
  };
  struct Ask {
    const Request& request;
    const Route& route;
    const Json& body;
    Instant now;
    const HubspotType& type() const { return *route.type; }
  };
  static std::optional<Route> route(const Request&);

  HubspotResult<Answer> dispatch(const Ask&);
  HubspotResult<Answer> objects(const Ask&);  // sandbox_objects.cpp
  HubspotResult<Answer> list(const Ask&);
  HubspotResult<Answer> one(const Ask&);
  HubspotResult<Answer> search(const Ask&);
  HubspotResult<Answer> batch(const Ask&);  // sandbox_batch.cpp
  HubspotResult<Answer> batch_read(const Ask&);
  HubspotResult<Answer> batch_archive(const Ask&);
  HubspotResult<Answer> batch_write(const Ask&, std::string_view kind);
  HubspotResult<Answer> associations_of(const Ask&);  // sandbox_associations.cpp
  HubspotResult<Answer> associations(const Ask&);
  HubspotResult<Answer> associate_batch(const Ask&, const HubspotType& to);
  HubspotResult<Answer> properties(const Ask&);  // sandbox_account.cpp
  HubspotResult<Answer> owners(const Ask&);
  HubspotResult<Answer> pipelines(const Ask&);
  HubspotResult<Answer> account_info(const Ask&);

  Json record_json(const HubspotType&, const HubspotRecord&, const HubspotValues&,
                   const std::vector<std::string>& properties, const std::vector<std::string>& with_history = {}) const;
  Json written_json(const HubspotType&, const HubspotRecord&) const;  // what a write answers: all that is set
  Answer refusal_answer(const HubspotRefusal&);
  Answer limit_answer(std::string policy, std::string message);
  void tell(Instant now);  // raises what the portal has to tell
  HubspotSource source() const { return {"INTEGRATION", std::to_string(portal_.app_id())}; }

  HubspotPortal portal_;
  std::string token_, secret_;
  RollingMeter burst_, searches_;
  FixedMeter daily_;
};

Answer hubspot_json(int status, const Json& body);

}  // namespace linchpin::sandbox
