#include "connectors/xero/sandbox_invoices.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "sandbox/text.hpp"

namespace linchpin::sandbox {
namespace {

// Money and quantities in ten-thousandths, so that sums are exact.
std::optional<std::int64_t> ten_thousandths(const Json& json) {
  std::string text = json.is_number() ? json.number_text() : json.text();
  const bool negative = text.starts_with("-");
  if (negative) text.erase(0, 1);
  const auto dot = text.find('.');
  std::string fraction = dot == std::string::npos ? "" : text.substr(dot + 1);
  const std::string whole = text.substr(0, dot);
  if (whole.empty() || whole.size() > 12 || fraction.size() > 4 ||
      (whole + fraction).find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  fraction.resize(4, '0');
  const std::int64_t value = std::stoll(whole) * 10'000 + std::stoll(fraction);
  return negative ? -value : value;
}

std::int64_t cents(std::int64_t ten_thousandths) {  // half away from zero
  return ten_thousandths >= 0 ? (ten_thousandths + 50) / 100 : -((-ten_thousandths + 50) / 100);
}

Json money(std::int64_t cents) {
  char text[32];
  std::snprintf(text, sizeof text, "%s%lld.%02lld", cents < 0 ? "-" : "", static_cast<long long>(std::abs(cents) / 100),
                static_cast<long long>(std::abs(cents) % 100));
  return Json::Number{text};
}

bool may_become(const std::string& from, const std::string& to) {
  if (from == to) return true;
  if (from.empty()) return to == "DRAFT" || to == "SUBMITTED" || to == "AUTHORISED";
  if (from == "DRAFT") return to == "SUBMITTED" || to == "AUTHORISED" || to == "DELETED";
  if (from == "SUBMITTED") return to == "DRAFT" || to == "AUTHORISED" || to == "DELETED";
  return from == "AUTHORISED" && to == "VOIDED";
}

bool a_person_may_make(const std::string& from, const std::string& to) {
  return may_become(from, to) || (from == "AUTHORISED" && to == "PAID") || (from == "PAID" && to == "AUTHORISED");
}

// As it is when its payment in full is entered, or taken out.
Json paid(Json invoice, bool is_paid, Instant now) {
  const Json total = invoice["Total"].is_null() ? money(0) : invoice["Total"];
  invoice = invoice.with("AmountPaid", is_paid ? total : money(0)).with("AmountDue", is_paid ? money(0) : total);
  const std::string today = rfc3339(now).substr(0, 10) + "T00:00:00";
  return is_paid ? invoice.with("FullyPaidOnDate", xero_date(*parse_xero_date(today)))
                 : invoice.without("FullyPaidOnDate");
}

// What a person can say of an invoice.
bool is_typed(const std::string& name) {
  static const std::array names{"InvoiceID",       "Type",   "InvoiceNumber", "Reference", "CurrencyCode",
                                "LineAmountTypes", "Url",    "SentToContact", "Contact",   "Date",
                                "DueDate",         "Status", "LineItems"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

const Json* XeroInvoices::find(std::string_view id_or_number) const {
  if (const auto found = invoices_.find(lower_ascii(id_or_number)); found != invoices_.end()) return &found->second;
  for (const auto& [id, invoice] : invoices_) {
    if (invoice["InvoiceNumber"].text() == id_or_number && !id_or_number.empty()) return &invoice;
  }
  return nullptr;
}

void XeroInvoices::put(const Json& invoice) { invoices_[invoice["InvoiceID"].text()] = invoice; }

XeroInvoices::Written XeroInvoices::plan(const Json& given, Mode mode, const XeroContacts& contacts, Instant now) {
  Written written;
  auto& errors = written.errors;
  if (mode == Mode::Person)
    for (const auto& [name, value] : given.members())
      if (!is_typed(name)) errors.push_back(name + " is nothing that a person sets on an invoice.");
  const std::string type = given["Type"].text();
  const std::string number = given["InvoiceNumber"].text();
  const Json* existing = nullptr;
  if (!given["InvoiceID"].is_null()) {
    existing = find(given["InvoiceID"].text());
    if (!existing) errors.push_back("An invoice with this InvoiceID does not exist.");
  } else if (!number.empty() && type != "ACCPAY") {
    existing = find(number);
    if (existing && mode == Mode::Create) errors.push_back("Invoice # must be unique.");
  }
  Json invoice = existing ? *existing : Json::object({{"InvoiceID", chance_.uuid()}});
  written.created = !existing;
  for (const char* key :
       {"Type", "InvoiceNumber", "Reference", "CurrencyCode", "LineAmountTypes", "Url", "SentToContact"}) {
    if (const Json* value = given.find(key); value && !value->is_null()) invoice = invoice.with(key, *value);
  }
  if (invoice["Type"].text() != "ACCREC" && invoice["Type"].text() != "ACCPAY")
    errors.push_back("Invoice Type is not valid.");
  if (invoice["InvoiceNumber"].is_null() && invoice["Type"].text() == "ACCREC") {
    char text[16];
    std::snprintf(text, sizeof text, "INV-%04lld", static_cast<long long>(++last_number_));
    invoice = invoice.with("InvoiceNumber", text);
  }
  if (invoice["CurrencyCode"].is_null()) invoice = invoice.with("CurrencyCode", "AUD");
  if (invoice["LineAmountTypes"].is_null()) invoice = invoice.with("LineAmountTypes", "Exclusive");

  if (const Json* contact = given.find("Contact")) {
    const XeroContact* found = contacts.by_id((*contact)["ContactID"].text());
    if (!found) found = contacts.by_number((*contact)["ContactNumber"].text());
    if (!found) found = contacts.by_name((*contact)["Name"].text());
    if (found) {
      invoice = invoice.with("Contact", Json::object({{"ContactID", found->id}, {"Name", found->text("Name")}}));
    } else {
      errors.push_back("A Contact must be specified for this type of transaction.");
    }
  } else if (!existing) {
    errors.push_back("A Contact must be specified for this type of transaction.");
  }
  for (const char* key : {"Date", "DueDate"}) {
    const Json* value = given.find(key);
    const bool today = !value && !existing && std::string_view(key) == "Date";
    if (!value && !today) continue;
    const auto at = today ? std::optional(now) : parse_xero_date(value->text());
    if (!at) {
      errors.push_back(std::string(key) + " is not a valid date.");
      continue;
    }
    const std::string day = rfc3339(*at).substr(0, 10) + "T00:00:00";
    invoice = invoice.with(key, xero_date(*parse_xero_date(day))).with(std::string(key) + "String", day);
  }
  const std::string before = existing ? (*existing)["Status"].text() : "";
  const std::string status = given["Status"].is_text() ? given["Status"].text() : existing ? before : "DRAFT";
  const bool no_text = given.find("Status") && !given["Status"].is_text();
  const bool ended = before == "VOIDED" || before == "DELETED";
  const bool lines_stand = before == "PAID" && status == "PAID" && given.find("LineItems");
  if (no_text || ended || lines_stand ||
      (mode == Mode::Person ? !a_person_may_make(before, status) : !may_become(before, status)))
    errors.push_back("Invoice not of valid status for modification");
  invoice = invoice.with("Status", status);

  if (const Json* lines = given.find("LineItems")) {
    const bool inclusive = invoice["LineAmountTypes"].text() == "Inclusive";
    const bool taxed = invoice["LineAmountTypes"].text() != "NoTax";
    std::int64_t net = 0, tax = 0;
    Json::List kept;
    for (const Json& line : lines->items()) {
      const auto quantity = ten_thousandths(line["Quantity"].is_null() ? Json(1) : line["Quantity"]);
      const auto unit = ten_thousandths(line["UnitAmount"].is_null() ? Json(0) : line["UnitAmount"]);
      if (!quantity || !unit) {
        errors.push_back("A line item's Quantity or UnitAmount is not valid.");
        continue;
      }
      if (character_count(line["Description"].text()) > 4'000) errors.push_back("Description exceeds 4000 characters.");
      const std::int64_t amount = cents(static_cast<std::int64_t>(static_cast<__int128>(*quantity) * *unit / 10'000));
      const bool gst = taxed && (line["TaxType"].is_null() || line["TaxType"].text() == "OUTPUT" ||
                                 line["TaxType"].text() == "INPUT");
      const std::int64_t line_tax = !gst ? 0 : inclusive ? (amount + 5) / 11 : (amount + 5) / 10;
      net += inclusive ? amount - line_tax : amount;
      tax += line_tax;
      Json item = line.with("LineAmount", money(amount)).with("TaxAmount", money(line_tax));
      if (item["LineItemID"].is_null()) item = item.with("LineItemID", chance_.uuid());
      kept.push_back(std::move(item));
    }
    invoice = invoice.with("LineItems", kept).with("SubTotal", money(net)).with("TotalTax", money(tax));
    invoice = invoice.with("Total", money(net + tax)).with("AmountDue", money(net + tax)).with("AmountPaid", money(0));
    invoice = invoice.with("AmountCredited", money(0));
  } else if (!existing) {
    errors.push_back("One or more line items must be specified");
  }
  if (before != status && (before == "PAID" || status == "PAID")) invoice = paid(invoice, status == "PAID", now);
  written.invoice = errors.empty() ? invoice.with("UpdatedDateUTC", xero_date(now)).with("HasErrors", false) : given;
  return written;
}

}  // namespace linchpin::sandbox
