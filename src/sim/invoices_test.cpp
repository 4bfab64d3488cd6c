// Invoices, with the whole line in the simulated world: from the books to HubSpot, in windows, with whom they are for.
#include <gtest/gtest.h>

#include "sim/relations.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

class Invoices : public Relations {
 protected:
  void SetUp() override {
    make(hub({}), crm({john_in_hubspot()}, {company(acme, "Acme", "51824753556")}),
         holding("Contacts", {account(books, "Acme", "51824753556"), john_in_xero()}));
  }
  // A person writes one in Xero: 100 dollars and the tax.
  std::string invoice(const std::string& contact, const char* type = "ACCREC", const char* status = "AUTHORISED") {
    const Json line = Json::object({{"Description", "Advice"}, {"Quantity", 1}, {"UnitAmount", 100}});
    const auto made = world->edit("xero", "Invoices", "",
                                  Json::object({{"Type", type},
                                                {"Status", status},
                                                {"Date", "2026-11-24"},
                                                {"DueDate", "2026-12-08"},
                                                {"Contact", Json::object({{"ContactID", contact}})},
                                                {"LineItems", Json::list({line})}}));
    EXPECT_TRUE(made) << (made ? "" : to_text(made.error()));
    return made ? (*made)["InvoiceID"].text() : "";
  }
  void pass(milliseconds time) {
    const auto passed = world->run_for(time);
    ASSERT_TRUE(passed) << to_text(passed.error());
  }
  Json in_hubspot_of(const std::string& number) {
    const Json all = state("hubspot", "invoices");
    for (const Json& one : all.items())
      if (one["properties"]["xero_number"].text() == number) return one;
    return {};
  }
  std::string number(const std::string& id) {
    const Json all = state("xero", "Invoices");
    for (const Json& one : all.items())
      if (one["InvoiceID"].text() == id) return one["InvoiceNumber"].text();
    return "";
  }
  // Whom HubSpot has an invoice for: "50000002001" or, of several, "50000002001 50858613077".
  std::string of(const Json& invoice, const char* object) {
    const Json whole = world->vendor("hubspot").state(world->now());
    std::string all;
    for (const Json& one : whole["associations"].items())
      if (one["from"]["object"].text() == "invoices" && one["from"]["id"].number_text() == invoice["id"].text() &&
          one["to"]["object"].text() == object)
        all += (all.empty() ? "" : " ") + one["to"]["id"].number_text();
    return all;
  }
};

TEST_F(Invoices, GoToHubSpotWithTheNextWindowEachToItsCompanyOrClient) {
  const std::string firm = invoice(books), persons = invoice(joan), bill = invoice(books, "ACCPAY");
  pass(minutes(125));
  const Json all = state("hubspot", "invoices");
  ASSERT_EQ(all.items().size(), 2u) << canonical(all) << ": a supplier's bill is none";
  const Json one = in_hubspot_of(number(firm)), other = in_hubspot_of(number(persons));
  const Json& has = one["properties"];
  EXPECT_EQ(has["xero_status"].text() + " " + has["hs_currency"].text() + " " + has["xero_total"].text() + " " +
                has["xero_due"].text(),
            "open AUD 110 110");
  EXPECT_EQ(has["hs_invoice_date"].text() + " " + has["hs_due_date"].text(), "2026-11-24 2026-12-08");
  EXPECT_EQ(of(one, "companies") + "/" + of(one, "contacts"), acme + "/");
  EXPECT_EQ(of(other, "companies") + "/" + of(other, "contacts"), "/" + john);
}

TEST_F(Invoices, OneThatIsForAnotherCompanyNowIsThatOnesInHubSpotToo) {
  ASSERT_TRUE(world->edit("hubspot", "companies", "",
                          Json::object({{"name", "Bolt"}, {"abn", "83914571673"}, {"phone", "0298765555"}})));
  pass(minutes(10));
  ASSERT_NE(xero_named("Bolt"), "");
  const std::string id = invoice(books);
  pass(minutes(125));
  ASSERT_TRUE(world->edit("xero", "Invoices", id,
                          Json::object({{"Contact", Json::object({{"ContactID", xero_named("Bolt")}})}})));
  pass(minutes(125));
  EXPECT_EQ(of(in_hubspot_of(number(id)), "companies"), acme + " " + hubspot_named("companies", "name", "Bolt"))
      << "the former one stays, as it does of a contact";
  int written = 0;
  world->meanwhile = [&](const engine::Send& send) {
    written += send.request.url.find("/invoices/") != std::string::npos;
    return false;
  };
  pass(minutes(300));
  EXPECT_EQ(written, 0) << "and then HubSpot is left alone";
}

TEST_F(Invoices, OneThatIsPaidIsPaidInHubSpotToo) {
  const std::string id = invoice(books);
  pass(minutes(125));
  ASSERT_TRUE(world->edit("xero", "Invoices", id, Json::object({{"Status", "PAID"}})));
  pass(minutes(1));
  EXPECT_EQ(in_hubspot_of(number(id))["properties"]["xero_status"].text(), "open") << "not before its window";
  pass(minutes(124));
  const Json has = in_hubspot_of(number(id))["properties"];
  EXPECT_EQ(has["xero_status"].text() + " " + has["xero_due"].text(), "paid 0");
  EXPECT_EQ(state("hubspot", "invoices").items().size(), 1u);
}

}  // namespace
}  // namespace linchpin::sim
