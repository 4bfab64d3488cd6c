#include "connectors/hubspot/sandbox_fixture.hpp"

namespace linchpin::sandbox {
namespace {

struct HubspotAssociations : Hubspot {};

TEST_F(HubspotAssociations, LinksRecordsInBothDirections) {
  const std::string contact = create(R"({"email":"a@b.example"})");
  const std::string company =
      json(call("POST", "/crm/objects/2026-09/companies", R"({"properties":{"name":"Acme"}})"))["id"].text();
  EXPECT_EQ(call("PUT", objects_ + "/" + contact + "/associations/default/companies/" + company).status, 200);
  EXPECT_EQ(json(call("GET", objects_ + "/" + contact +
                                 "?associations=companies"))["associations"]["companies"]["results"][0]["id"]
                .text(),
            company);
  const Json back = json(call("GET", "/crm/v4/objects/companies/" + company + "/associations/contacts"));
  EXPECT_EQ(back["results"][0]["associationTypes"][0]["typeId"].integer(), 280);
  EXPECT_EQ(call("DELETE", objects_ + "/" + contact + "/associations/companies/" + company).status, 204);
  EXPECT_TRUE(json(call("GET", objects_ + "/" + contact + "/associations/companies"))["results"].items().empty());
}

TEST_F(HubspotAssociations, AnInvoiceNeedsACurrencyIsAssociatedWithoutALabelAndTellsNobody) {
  const std::string invoices = "/crm/objects/2026-09/invoices";
  vendor_->set_webhook_target("http://127.0.0.1/h", now_);
  EXPECT_EQ(call("POST", invoices, R"({"properties":{"hs_title":"Advice"}})").status, 400);
  EXPECT_EQ(call("POST", invoices, R"({"properties":{"hs_currency":"AUD","hs_amount_billed":"1"}})").status, 400)
      << "HubSpot reckons that";
  const std::string contact = create(R"({"email":"a@b.example"})");
  now_ += milliseconds{10'000};
  EXPECT_FALSE(events().empty()) << "a contact is told of";
  const std::string invoice =
      json(call("POST", invoices, R"({"properties":{"hs_currency":"AUD","hs_due_date":"2026-12-08"}})"))["id"].text();
  now_ += milliseconds{10'000};
  EXPECT_TRUE(events().empty()) << "there is no webhook of it";
  const Answer made = call("POST", "/crm/associations/2026-09/invoices/contacts/batch/associate/default",
                           R"({"inputs":[{"from":{"id":")" + invoice + R"("},"to":{"id":")" + contact + "\"}}]}");
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(json(made)["results"].items().size(), 2u) << "both directions";
  EXPECT_EQ(json(call("GET", invoices + "/" + invoice + "/associations/contacts"))["results"].items().size(), 1u);
  EXPECT_EQ(call("GET", invoices + "/" + invoice + "/associations/invoices").status, 400)
      << "there is none between them";
}

TEST_F(HubspotAssociations, AContactHasOnePrimaryCompanyAndKeepsTheOthers) {
  const std::string contact = create(R"({"email":"a@b.example"})");
  const auto company = [&](const char* name) {
    return json(call("POST", "/crm/objects/2026-09/companies",
                     std::string(R"({"properties":{"name":")") + name + "\"}}"))["id"]
        .text();
  };
  const std::string first = company("Acme"), second = company("Bolt");
  const std::string batch = "/crm/associations/2026-09/contacts/companies/batch/";
  const auto primary = [&] {
    const Json told = json(call("POST", batch + "read", R"({"inputs":[{"id":")" + contact + "\"}]}"));
    std::string found;
    for (const Json& one : told["results"][0]["to"].items())
      for (const Json& type : one["associationTypes"].items())
        if (type["typeId"].integer() == 1) found += one["toObjectId"].number_text();
    return found;
  };
  call("PUT", objects_ + "/" + contact + "/associations/default/companies/" + first);
  EXPECT_EQ(primary(), first) << "the first one is";
  const auto pick = [&](const std::string& id) {
    return call("POST", batch + "create",
                R"({"inputs":[{"from":{"id":")" + contact + R"("},"to":{"id":")" + id +
                    R"("},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":1}]}]})");
  };
  EXPECT_EQ(pick(second).status, 201);
  EXPECT_EQ(primary(), second);
  EXPECT_EQ(json(call("GET", objects_ + "/" + contact + "/associations/companies"))["results"].items().size(), 2u);
  const Answer missing = pick("404404");
  EXPECT_EQ(missing.status, 207);
  EXPECT_EQ(json(missing)["errors"][0]["category"].text(), "OBJECT_NOT_FOUND");
  const Json state = vendor_->state(now_);
  ASSERT_TRUE(vendor_->seed(state, now_));
  EXPECT_EQ(canonical(vendor_->state(now_)["associations"]), canonical(state["associations"])) << "a state is a seed";
  EXPECT_EQ(call("POST", batch + "archive",
                 R"({"inputs":[{"from":{"id":")" + contact + R"("},"to":[{"id":")" + second + R"("}]}]})")
                .status,
            204);
  EXPECT_EQ(primary(), "");
}

}  // namespace
}  // namespace linchpin::sandbox
