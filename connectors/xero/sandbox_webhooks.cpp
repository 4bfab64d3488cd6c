// What Xero tells, its handshake ("intent to receive"), and the state as one value.
#include <algorithm>

#include "connectors/xero/sandbox_vendor.hpp"
#include "sandbox/text.hpp"
#include "sandbox/webhook_signature.hpp"

namespace linchpin::sandbox {
namespace {

constexpr const char* rightly_signed = "rightly signed";
constexpr const char* wrongly_signed = "wrongly signed";
constexpr std::chrono::seconds handshake_again{5};  // where nothing answered: the person presses the button again
constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

const Json* find_object(const Json& objects, std::string_view name) {  // without regard to case
  for (const auto& [key, value] : objects.members()) {
    if (lower_ascii(key) == lower_ascii(name)) return &value;
  }
  return nullptr;
}

}  // namespace

void XeroVendor::tell(const char* category, const char* resource, const std::string& id, bool created, Instant now) {
  std::string at = rfc3339(now);
  at.pop_back();  // no zone
  if (at.size() == 19) at += ".000";
  raise(Json::object({{"resourceUrl", std::string("https://api.xero.com/api.xro/2.0/") + resource + "/" + id},
                      {"resourceId", id},
                      {"eventDateUtc", at},
                      {"eventType", created ? "CREATE" : "UPDATE"},
                      {"eventCategory", category},
                      {"tenantId", tenant_},
                      {"tenantType", "ORGANISATION"},
                      {"sequence", ++sequence_}}),
        now);
}

Request XeroVendor::compose(const Message& message, Instant) {
  std::int64_t first = 0, last = 0;
  Json::List events;
  for (const Json& event : message.events) {
    const std::int64_t sequence = event["sequence"].integer().value_or(0);
    first = first == 0 ? sequence : std::min(first, sequence);
    last = std::max(last, sequence);
    events.push_back(event.without("sequence"));
  }
  const std::string body = canonical(Json::object({{"events", events},
                                                   {"firstEventSequence", first},
                                                   {"lastEventSequence", last},
                                                   {"entropy", chance_.letters(20, letters)}}));
  const std::string key = message.kind == wrongly_signed ? chance_.hex(44) : webhook_key_;
  return {"POST",
          target_,
          {{"Content-Type", "application/json; charset=utf-8"}, {"x-xero-signature", xero_signature(key, body)}},
          body};
}

bool XeroVendor::accepted(const Message& message, std::optional<int> status) const {
  return status == (message.kind == wrongly_signed ? 401 : 200);
}

void XeroVendor::target_changed(Instant now) {
  courier_.forget_kind(rightly_signed);
  courier_.forget_kind(wrongly_signed);
  handshakes_ = 0;
  if (target_.empty()) {
    hook_ = Hook::None;
    courier_.forget_everything();
    return;
  }
  hook_ = Hook::Pending;
  for (const char* kind : {rightly_signed, wrongly_signed, rightly_signed, wrongly_signed}) {
    Message message;
    message.kind = kind;
    message.due = now;
    courier_.add(std::move(message));
    ++handshakes_;
  }
}

void XeroVendor::settled(const Message& message, bool accepted, bool given_up, std::optional<int> status, Instant now) {
  if (message.kind.empty()) {
    if (!given_up) return;
    hook_ = Hook::Disabled;  // a person must enable it again: the target is set anew; events are kept and replayed
    for (const Json& event : message.events) courier_.add(event, now);
    return;
  }
  if (accepted) {
    if (--handshakes_ == 0 && hook_ == Hook::Pending) hook_ = Hook::Ok;
  } else if (!status) {
    Message again;
    again.kind = message.kind;
    again.due = now + handshake_again;
    courier_.add(std::move(again));
  } else {
    hook_ = Hook::Failed;
    courier_.forget_kind(rightly_signed);
    courier_.forget_kind(wrongly_signed);
  }
}

std::string XeroVendor::webhook_status() const {
  switch (hook_) {
    case Hook::None:
      return "none";
    case Hook::Pending:
      return "pending";
    case Hook::Ok:
      return "ok";
    case Hook::Failed:
      return "failed";
    case Hook::Disabled:
      return "disabled";
  }
  return "none";
}

Json XeroVendor::state(Instant) {
  Json::List contacts, groups, invoices;
  for (const auto& [id, contact] : contacts_.all()) contacts.push_back(contact_json(contact, XeroShape::Full));
  for (const auto& [id, group] : groups_) groups.push_back(group_json(id, group, true));
  for (const auto& [id, invoice] : invoices_.all()) invoices.push_back(invoice);
  return Json::object(
      {{"objects", Json::object({{"Contacts", contacts}, {"ContactGroups", groups}, {"Invoices", invoices}})}});
}

Json XeroVendor::counts() const {
  const auto count = [](const auto& all) { return static_cast<std::int64_t>(all.size()); };
  return Json::object({{"objects", Json::object({{"Contacts", count(contacts_.all())},
                                                 {"ContactGroups", count(groups_)},
                                                 {"Invoices", count(invoices_.all())}})}});
}

Result<void> XeroVendor::seed(const Json& json, Instant now) {
  if (!json["objects"].is_object()) return fail(Code::InvalidArgument, "a seed needs `objects`");
  for (const auto& [name, list] : json["objects"].members()) {
    const std::string known = lower_ascii(name);
    if ((known != "contacts" && known != "contactgroups" && known != "invoices") || !list.is_list()) {
      return fail(Code::InvalidArgument, "the sandbox has no such object", "Use Contacts, ContactGroups, Invoices");
    }
  }
  XeroContacts contacts(chance_);
  std::map<std::string, Group> groups;
  XeroInvoices invoices(chance_);
  if (const Json* list = find_object(json["objects"], "Contacts")) {
    for (std::size_t i = 0; i < list->items().size(); ++i) {
      const auto plan = contacts.plan(list->items()[i], XeroContacts::Mode::Replace, now, {});
      const bool twice = contacts.by_id(plan.contact.id) != nullptr;
      if (!plan.errors.empty() || twice) {
        return fail(Code::InvalidArgument, "Contacts[" + std::to_string(i) + "] is not what Xero would hold");
      }
      contacts.put(plan.contact);
    }
  }
  if (const Json* list = find_object(json["objects"], "ContactGroups")) {
    for (const Json& given : list->items()) {
      Group group{given["Name"].text(), given["Status"].is_text() ? given["Status"].text() : "ACTIVE", {}};
      for (const Json& member : given["Contacts"].items())
        group.members.push_back(lower_ascii(member["ContactID"].text()));
      groups[is_guid(given["ContactGroupID"].text()) ? lower_ascii(given["ContactGroupID"].text()) : chance_.uuid()] =
          group;
    }
  }
  if (const Json* list = find_object(json["objects"], "Invoices")) {
    for (const Json& given : list->items()) {
      if (!is_guid(given["InvoiceID"].text()))
        return fail(Code::InvalidArgument, "an invoice of a seed needs its InvoiceID");
      invoices.put(given);
    }
  }
  contacts_.clear();
  for (const auto& [id, contact] : contacts.all()) contacts_.put(contact);
  groups_ = std::move(groups);
  invoices_.clear();
  for (const auto& [id, invoice] : invoices.all()) invoices_.put(invoice);
  remembered_.clear();
  remembered_order_.clear();
  return {};
}

Result<Json> XeroVendor::edit(std::string_view object, std::string_view id, const Json& fields, Instant now) {
  const std::string name = lower_ascii(object);
  if ((name != "contacts" && name != "invoices") || !fields.is_object())
    return fail(Code::InvalidArgument, "only Contacts and Invoices can be edited, with an object of fields");
  return name == "contacts" ? edit_contact(id, fields, now) : edit_invoice(id, fields, now);
}

Result<Json> XeroVendor::edit_invoice(std::string_view id, const Json& fields, Instant now) {
  Json given = fields.without("InvoiceID");
  if (!id.empty()) {
    const Json* existing = invoices_.find(id);
    if (!existing) return fail(Code::NotFound, "there is no such record");
    given = given.with("InvoiceID", (*existing)["InvoiceID"]);
  }
  const auto plan = invoices_.plan(given, XeroInvoices::Mode::Person, contacts_, stamp(now));
  std::string why;
  for (const std::string& error : plan.errors) why += (why.empty() ? "" : " ") + error;
  if (!why.empty()) return fail(Code::ValueInvalid, "Xero refuses this: " + why);
  written(plan, now);
  return plan.invoice;
}

Result<Json> XeroVendor::edit_contact(std::string_view id, const Json& fields, Instant now) {
  const XeroContact* existing = contacts_.by_id(id);
  if (!id.empty() && !existing) return fail(Code::NotFound, "there is no such record");
  const std::string merged = fields["MergedToContactID"].text();
  if (!merged.empty() && !contacts_.by_id(merged)) return fail(Code::NotFound, "there is no contact to merge into");
  Json given = fields.without("MergedToContactID").without("ContactID");
  if (existing) given = given.with("ContactID", existing->id);
  if (!merged.empty()) given = given.with("ContactStatus", "ARCHIVED");
  const auto mode = existing ? XeroContacts::Mode::Upsert : XeroContacts::Mode::Create;
  auto plan = contacts_.plan(given, mode, stamp(now), {});
  if (!plan.errors.empty())
    return fail(Code::ValueInvalid, "Xero refuses this: " + std::to_string(plan.errors.size()) + " validation errors");
  if (!merged.empty()) plan.contact.merged_to = lower_ascii(merged);
  plan.contact.history.push_back({plan.created ? "Created" : "Edited", "Robin Field", "", now});
  contacts_.put(plan.contact);
  tell("CONTACT", "Contacts", plan.contact.id, plan.created, now);
  return contact_json(plan.contact, XeroShape::Full);
}

}  // namespace linchpin::sandbox
