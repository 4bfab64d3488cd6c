// What HubSpot's manifest cannot say: a merge is one event about several records. The survivor may be a record of a new
// id (newObjectId), and then the one that was merged into is merged away as well.
#include "connect/dialect.hpp"

#include "connect/condition.hpp"
#include "connect/moment.hpp"

namespace linchpin::connect {
namespace {

std::optional<std::vector<engine::Event>> merged(const Json& event) {
  const std::string& type = event["subscriptionType"].text();
  const std::string& of = event["objectTypeId"].text();
  const bool contacts = type == "contact.merge" || (type == "object.merge" && of == "0-1");
  const bool companies = type == "company.merge" || (type == "object.merge" && of == "0-2");
  if (!contacts && !companies) return {};
  const std::string primary = scalar_text(event["primaryObjectId"]), made = scalar_text(event["newObjectId"]);
  const RecordId survivor(made.empty() ? primary : made);
  const auto at = parse_moment(MomentForm::Milliseconds, event["occurredAt"]);
  if (survivor.empty() || !at)
    return {};  // then it says nothing that can be used; the reconciliation finds what it meant

  const std::string id = scalar_text(event["portalId"]) + "/" + scalar_text(event["subscriptionId"]) + "/" +
                         scalar_text(event["eventId"]) + "/" + scalar_text(event["occurredAt"]) + "/";
  std::vector<engine::Event> events;
  const auto add = [&](engine::EventKind kind, const RecordId& record, const RecordId& into) {
    if (record.empty() || record == into) return;
    engine::Event one{.kind = kind,
                      .object = ObjectName(contacts ? "contacts" : "companies"),
                      .record = record,
                      .merged_into = into,
                      .id = id + record.text,
                      .at = *at,
                      .property = {},
                      .carried = {}};
    events.push_back(std::move(one));
  };
  std::set<RecordId> away{RecordId(primary)};
  for (const Json& other : event["mergedObjectIds"].items()) away.insert(RecordId(scalar_text(other)));
  for (const RecordId& record : away) add(engine::EventKind::Merged, record, survivor);
  add(engine::EventKind::Changed, survivor, {});
  return events;
}

}  // namespace

extern const Dialect hubspot_dialect{.connector = "hubspot", .events = merged};

}  // namespace linchpin::connect
