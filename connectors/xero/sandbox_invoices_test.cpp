#include "connectors/xero/sandbox_invoices.hpp"

#include "connectors/xero/sandbox_fixture.hpp"

namespace linchpin::sandbox {
namespace {

struct XeroInvoices : Xero {};

TEST_F(XeroInvoices, KeepsGroupsAndInvoices) {
  const std::string ann = create(R"("Name":"Ann")");
  const Json group = json(call("PUT", "/ContactGroups", R"({"ContactGroups":[{"Name":"VIP"}]})"));
  const std::string id = group["ContactGroups"][0]["ContactGroupID"].text();
  EXPECT_EQ(
      call("PUT", "/ContactGroups/" + id + "/Contacts", R"({"Contacts":[{"ContactID":")" + ann + R"("}]})").status,
      200);
  EXPECT_EQ(contact(ann)["ContactGroups"][0]["Name"].text(), "VIP");
  EXPECT_EQ(call("DELETE", "/ContactGroups/" + id + "/Contacts/" + ann).status, 204);
  EXPECT_TRUE(contact(ann)["ContactGroups"].items().empty());
  const std::string line = R"("LineItems":[{"Description":"Advice","Quantity":1.5,"UnitAmount":100.10}])";
  const Json made = json(call(
      "PUT", "/Invoices",
      R"({"Invoices":[{"Type":"ACCREC","Date":"2026-11-24","Contact":{"ContactID":")" + ann + R"("},)" + line + "}]}"));
  EXPECT_EQ(made["Invoices"][0]["SubTotal"].number_text(), "150.15");
  EXPECT_EQ(made["Invoices"][0]["TotalTax"].number_text(), "15.02");
  EXPECT_EQ(made["Invoices"][0]["Total"].number_text(), "165.17");
  EXPECT_EQ(made["Invoices"][0]["Date"].text(), "/Date(1795478400000+0000)/");
  EXPECT_TRUE(contact(ann)["IsCustomer"].boolean());
  const std::string invoice = made["Invoices"][0]["InvoiceID"].text();
  EXPECT_EQ(call("POST", "/Invoices/" + invoice, R"({"Invoices":[{"Status":"VOIDED"}]})").status, 400)
      << "a draft is deleted, not voided";
  EXPECT_EQ(call("PUT", "/Invoices", R"({"Invoices":[{"Type":"ACCREC",)" + line + "}]}").status, 400);
}

TEST_F(XeroInvoices, APersonEditsAnInvoiceAndEntersItsPayment) {
  const std::string ann = create(R"("Name":"Ann")");
  const auto edit = [&](const std::string& id, const std::string& fields) {
    return vendor_->edit("Invoices", id, *parse_json(fields), now_);
  };
  const auto made = edit("", R"({"Type":"ACCREC","Status":"AUTHORISED","Contact":{"ContactID":")" + ann +
                                 R"("},"LineItems":[{"Description":"Advice","Quantity":1,"UnitAmount":100}]})");
  ASSERT_TRUE(made) << to_text(made.error());
  const std::string id = (*made)["InvoiceID"].text();
  EXPECT_EQ((*made)["AmountDue"].number_text(), "110.00");
  EXPECT_TRUE(contact(ann)["IsCustomer"].boolean());
  EXPECT_EQ(call("POST", "/Invoices/" + id, R"({"Invoices":[{"Status":"PAID"}]})").status, 400)
      << "an app sets no invoice paid";
  now_ += milliseconds{60'000};
  const auto paid = edit(id, R"({"Status":"PAID","Reference":"R1"})");
  ASSERT_TRUE(paid) << to_text(paid.error());
  const Json read = json(call("GET", "/Invoices/" + id))["Invoices"][0];
  EXPECT_EQ(read["Status"].text() + " " + read["Reference"].text(), "PAID R1");
  EXPECT_EQ(read["AmountPaid"].number_text() + " " + read["AmountDue"].number_text(), "110.00 0.00");
  EXPECT_TRUE(read["FullyPaidOnDate"].text().starts_with("/Date("));
  EXPECT_NE(read["UpdatedDateUTC"], (*made)["UpdatedDateUTC"]);
  EXPECT_EQ((*edit(id, R"({"Status":"AUTHORISED"})"))["AmountDue"].number_text(), "110.00");
  EXPECT_TRUE(edit(id, R"({"Status":"VOIDED"})"));
  const auto refused = edit(id, R"({"Total":5,"Status":"PAID"})");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("Total is nothing that a person sets"), std::string::npos);
  EXPECT_NE(refused.error().what.find("not of valid status"), std::string::npos);
  EXPECT_FALSE(edit("11111111-1111-4111-8111-111111111111", "{}"));
  EXPECT_FALSE(vendor_->edit("ContactGroups", id, *parse_json("{}"), now_));
}

}  // namespace
}  // namespace linchpin::sandbox
