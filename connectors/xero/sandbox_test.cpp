#include "connectors/xero/sandbox_fixture.hpp"

namespace linchpin::sandbox {
namespace {

TEST_F(Xero, ARefreshTokenRotatesAndTheOldOneHasHalfAnHourOfGrace) {
  const Json fresh = token(refresh_);
  EXPECT_EQ(fresh["expires_in"].integer(), 1800);
  const std::string next = fresh["refresh_token"].text();
  EXPECT_NE(next, refresh_);
  now_ += std::chrono::minutes{30};
  EXPECT_EQ(token_answer("grant_type=refresh_token&refresh_token=" + refresh_).status, 200);
  now_ += std::chrono::minutes{1};
  const Answer late = token_answer("grant_type=refresh_token&refresh_token=" + refresh_);
  EXPECT_EQ(late.status, 400);
  EXPECT_EQ(json(late)["error"].text(), "invalid_grant");
  EXPECT_EQ(token_answer("grant_type=refresh_token&refresh_token=" + next).status, 200);
  EXPECT_EQ(json(token_answer("grant_type=password"))["error"].text(), "unsupported_grant_type");
}

TEST_F(Xero, ARefreshTokenThatNobodyUsesEndsAfterSixtyDays) {
  const std::string next = token(refresh_)["refresh_token"].text();
  now_ += std::chrono::hours{24 * 60} + std::chrono::minutes{1};
  EXPECT_EQ(json(token_answer("grant_type=refresh_token&refresh_token=" + next))["error"].text(), "invalid_grant");
}

TEST_F(Xero, RefusesAnotherClientAnExpiredTokenAndAnotherTenant) {
  const Answer other =
      vendor_
          ->answer({"POST",
                    "/connect/token",
                    {{"Authorization", "Basic eDp5"}, {"Content-Type", "application/x-www-form-urlencoded"}},
                    "grant_type=refresh_token&refresh_token=" + refresh_},
                   now_)
          .answer;
  EXPECT_EQ(json(other)["error"].text(), "invalid_client");
  const Answer tenantless =
      vendor_->answer({"GET", "/api.xro/2.0/Contacts", {{"Authorization", "Bearer " + access_}}, ""}, now_).answer;
  EXPECT_EQ(tenantless.status, 403);
  EXPECT_EQ(json(tenantless)["Detail"].text(), "AuthenticationUnsuccessful");
  now_ += std::chrono::minutes{30};
  const Answer expired = call("GET", "/Contacts");
  EXPECT_EQ(expired.status, 401);
  EXPECT_TRUE(json(expired)["Detail"].text().starts_with("TokenExpired"));
}

TEST_F(Xero, ListsItsConnectionAndForgetsItWhenItIsDeleted) {
  const auto connections = [&](std::string method, std::string url) {
    return vendor_->answer({std::move(method), std::move(url), {{"Authorization", "Bearer " + access_}}, ""}, now_)
        .answer;
  };
  const Json list = json(connections("GET", "/connections"));
  EXPECT_EQ(list[0]["tenantId"].text(), secret("tenant_id"));
  EXPECT_EQ(connections("DELETE", "/connections/" + list[0]["id"].text()).status, 204);
  EXPECT_EQ(call("GET", "/Contacts").status, 403);
}

TEST_F(Xero, ShowsAContactWithFourPhonesAndDatesOfItsOwn) {
  const Json c = contact(create(
      R"("Name":" Zoë  O'Brien ","FirstName":"Zoë","Phones":[{"PhoneType":"MOBILE","PhoneCountryCode":"61","PhoneAreaCode":"491","PhoneNumber":"570 156"}])"));
  EXPECT_EQ(c["Name"].text(), "Zoë O'Brien");
  EXPECT_EQ(c["LastName"], Json());
  EXPECT_EQ(c["EmailAddress"].text(), "");
  EXPECT_TRUE(c["EmailAddress"].is_text());
  ASSERT_EQ(c["Phones"].items().size(), 4u);
  for (const Json& phone : c["Phones"].items()) {
    EXPECT_TRUE(phone["PhoneNumber"].is_text());
    if (phone["PhoneType"].text() == "MOBILE") EXPECT_EQ(phone["PhoneNumber"].text(), "570 156");
  }
  EXPECT_EQ(c["UpdatedDateUTC"].text(), "/Date(1795480000000+0000)/");
  EXPECT_EQ(c["ContactStatus"].text(), "ACTIVE");
}

TEST_F(Xero, PutRefusesANameOrNumberThatExistsAndPostMeansThatContact) {
  const std::string id = create(R"("Name":"John Smith","ContactNumber":"g_1")");
  const Answer name = call("PUT", "/Contacts", R"({"Contacts":[{"Name":"john smith"}]})");
  EXPECT_EQ(name.status, 400);
  EXPECT_EQ(json(name)["ErrorNumber"].integer(), 10);
  EXPECT_NE(first_error(name).find("already assigned to another contact"), std::string::npos);
  EXPECT_EQ(call("PUT", "/Contacts", R"({"Contacts":[{"Name":"Another","ContactNumber":"g_1"}]})").status, 400);
  const Json posted =
      json(call("POST", "/Contacts", R"({"Contacts":[{"Name":"JOHN SMITH","EmailAddress":"j@s.example"}]})"));
  EXPECT_EQ(posted["Contacts"][0]["ContactID"].text(), id) << "POST falls back to the name";
  const Json by_number = json(call("POST", "/Contacts", R"({"Contacts":[{"Name":"J Smith","ContactNumber":"g_1"}]})"));
  EXPECT_EQ(by_number["Contacts"][0]["ContactID"].text(), id);
  EXPECT_EQ(contact("g_1")["Name"].text(), "J Smith");
  EXPECT_EQ(contact("g_1")["EmailAddress"].text(), "j@s.example") << "what is not sent stays";
  EXPECT_EQ(call("GET", "/Contacts/g_2").status, 404);
}

TEST_F(Xero, RefusesWhatAFieldCannotHold) {
  const auto refused = [&](const std::string& members) {
    const Answer answer = call("PUT", "/Contacts", R"({"Contacts":[{)" + members + "}]}");
    return answer.status == 400 && !first_error(answer).empty();
  };
  EXPECT_TRUE(refused(R"("FirstName":"Ann")"));
  EXPECT_TRUE(refused(R"("Name":"A <b>")"));
  EXPECT_TRUE(refused(R"("Name":")" + std::string(256, 'a') + "\""));
  EXPECT_TRUE(refused(R"("Name":"Ann","EmailAddress":"nonsense")"));
  EXPECT_TRUE(refused(R"("Name":"Ann","EmailAddress":"zoë@b.example")"));
  EXPECT_TRUE(refused(R"("Name":"Ann","ContactNumber":")" + std::string(51, '1') + "\""));
  EXPECT_TRUE(refused(R"("Name":"Ann","Phones":[{"PhoneType":"PAGER","PhoneNumber":"1"}])"));
  EXPECT_TRUE(refused(R"("Name":"Ann","Phones":[{"PhoneType":"MOBILE","PhoneAreaCode":"12345678901"}])"));
  EXPECT_TRUE(refused(R"("Name":"Ann","Addresses":[{"AddressType":"STREET","Country":"AU1"}])"));
  EXPECT_TRUE(refused(R"("Name":"Ann","ContactStatus":"ASLEEP")"));
  EXPECT_TRUE(refused(R"("Name":"Ann","ContactPersons":[{},{},{},{},{},{}])"));
  EXPECT_EQ(call("PUT", "/Contacts", "{not json").status, 400);
  EXPECT_EQ(count("?includeArchived=true"), 0u);
}

TEST_F(Xero, OneBadElementRefusesAllUnlessErrorsAreNotSummarised) {
  const std::string body = R"({"Contacts":[{"Name":"Ann"},{"Name":"Bob","EmailAddress":"x"},{"Name":"ANN"}]})";
  EXPECT_EQ(call("PUT", "/Contacts", body).status, 400);
  EXPECT_EQ(count(""), 0u);
  const Answer told = call("PUT", "/Contacts?summarizeErrors=false", body);
  EXPECT_EQ(told.status, 200);
  const Json elements = json(told)["Contacts"];
  ASSERT_EQ(elements.items().size(), 3u);
  EXPECT_EQ(elements[0]["StatusAttributeString"].text(), "OK");
  EXPECT_EQ(elements[1]["StatusAttributeString"].text(), "ERROR");
  EXPECT_FALSE(elements[1]["ValidationErrors"][0]["Message"].text().empty());
  EXPECT_EQ(elements[2]["StatusAttributeString"].text(), "ERROR") << "one name twice in one call";
  EXPECT_EQ(count(""), 1u);
}

TEST_F(Xero, NestedListsReplaceAndPhonesReplaceByType) {
  const std::string id = create(
      R"("Name":"Ann","ContactPersons":[{"FirstName":"A"},{"FirstName":"B"}],"Phones":[{"PhoneType":"MOBILE","PhoneNumber":"1","PhoneAreaCode":"2"},{"PhoneType":"FAX","PhoneNumber":"9"}])");
  call("POST", "/Contacts/" + id,
       R"({"Contacts":[{"ContactPersons":[{"FirstName":"C"}],"Phones":[{"PhoneType":"MOBILE","PhoneNumber":"3"}]}]})");
  const Json c = contact(id);
  ASSERT_EQ(c["ContactPersons"].items().size(), 1u);
  for (const Json& phone : c["Phones"].items()) {
    if (phone["PhoneType"].text() == "MOBILE")
      EXPECT_EQ(phone["PhoneNumber"].text() + "/" + phone["PhoneAreaCode"].text(), "3/");
    if (phone["PhoneType"].text() == "FAX") EXPECT_EQ(phone["PhoneNumber"].text(), "9");
  }
}

TEST_F(Xero, AContactsHistoryTellsWhoDidWhatWhen) {
  const std::string id = create(R"("Name":"Ann")");
  now_ += std::chrono::seconds{5};
  ASSERT_TRUE(vendor_->edit("Contacts", id, *parse_json(R"({"EmailAddress":"ann@home.example"})"), now_));
  const Instant edited = now_;
  now_ += std::chrono::seconds{5};
  call("POST", "/Contacts/" + id, R"({"Contacts":[{"FirstName":"Ann"}]})");
  const Json records = json(call("GET", "/Contacts/" + id + "/History"))["HistoryRecords"];
  ASSERT_EQ(records.items().size(), 3u);
  EXPECT_EQ(records[0]["User"].text(), "System Generated") << "the latest first; an app has no name";
  EXPECT_EQ(records[0]["DateUTC"].text(), contact(id)["UpdatedDateUTC"].text());
  EXPECT_NE(records[1]["User"].text(), "System Generated");
  EXPECT_EQ(records[1]["DateUTC"].text(), "/Date(" + std::to_string(ms_since_epoch(edited)) + "+0000)/");
  EXPECT_EQ(records[2]["Changes"].text(), "Created");
  EXPECT_EQ(call("PUT", "/Contacts/" + id + "/History", R"({"HistoryRecords":[{"Details":"called"}]})").status, 200);
  EXPECT_EQ(call("PUT", "/Contacts/" + id + "/History", R"({"HistoryRecords":[{"Details":""}]})").status, 400);
  EXPECT_EQ(json(call("GET", "/Contacts/" + id + "/History"))["HistoryRecords"][0]["Details"].text(), "called");
  EXPECT_EQ(call("GET", "/Contacts/00000000-0000-4000-8000-000000000000/History").status, 404);
}

TEST_F(Xero, AnIdempotencyKeyReplaysForSixMinutesAndRefusesAnotherRequest) {
  const Headers key{{"Idempotency-Key", "k1"}};
  const Answer first = call("PUT", "/Contacts", R"({"Contacts":[{"Name":"Ann"}]})", key);
  const Answer again = call("PUT", "/Contacts", R"({"Contacts":[{"Name":"Ann"}]})", key);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(json(again)["Contacts"], json(first)["Contacts"]);
  EXPECT_EQ(call("PUT", "/Contacts", R"({"Contacts":[{"Name":"Bob"}]})", key).status, 400);
  EXPECT_EQ(
      call("PUT", "/Contacts", R"({"Contacts":[{"Name":"Bob"}]})", {{"Idempotency-Key", std::string(129, 'k')}}).status,
      400);
  EXPECT_EQ(count(""), 1u);
  now_ += std::chrono::minutes{6};
  EXPECT_EQ(call("PUT", "/Contacts", R"({"Contacts":[{"Name":"Ann"}]})", key).status, 400)
      << "forgotten: the name exists";
}

TEST_F(Xero, AnErrorIsRememberedUnderItsIdempotencyKeyToo) {
  ASSERT_TRUE(vendor_->set_faults(*parse_json(R"({"error_500":1})"), now_));
  const Headers key{{"Idempotency-Key", "k1"}};
  EXPECT_EQ(call("PUT", "/Contacts", R"({"Contacts":[{"Name":"Ann"}]})", key).status, 500);
  ASSERT_TRUE(vendor_->set_faults(*parse_json("{}"), now_));
  EXPECT_EQ(call("PUT", "/Contacts", R"({"Contacts":[{"Name":"Ann"}]})", key).status, 500);
  EXPECT_EQ(call("PUT", "/Contacts?x=1", R"({"Contacts":[{"Name":"Ann"}]})", key).status, 400);
}

TEST_F(Xero, ListsWhatChangedSinceAWholeSecond) {
  create(R"("Name":"Ann")");
  now_ += milliseconds{2'500};
  create(R"("Name":"Bob")");
  const auto since = [&](const std::string& text) { return count("?page=1", {{"If-Modified-Since", text}}); };
  EXPECT_EQ(since(rfc3339(start).substr(0, 19)), 1u) << "at the boundary itself nothing is given";
  EXPECT_EQ(since(rfc3339(start - milliseconds{1'000}).substr(0, 19)), 2u);
  EXPECT_EQ(since(rfc3339(start + milliseconds{2'900}).substr(0, 19) + ".900Z"), 1u) << "fractions do not count";
  EXPECT_EQ(since("Tue, 24 Nov 2026 00:26:42 GMT"), 1u);
  EXPECT_EQ(call("GET", "/Contacts", "", {{"If-Modified-Since", "soon"}}).status, 400);
}

TEST_F(Xero, TellsTimesOfChangeToTheSecondWhereAsked) {
  ASSERT_TRUE(vendor_->set_faults(*parse_json(R"({"whole_seconds":1})"), now_));
  now_ += milliseconds{2'500};
  const std::string id = create(R"("Name":"Ann")");
  EXPECT_EQ(contact(id)["UpdatedDateUTC"].text(), "/Date(1795480002000+0000)/");
  now_ += milliseconds{1'000};
  ASSERT_TRUE(vendor_->edit("Contacts", id, *parse_json(R"({"Name":"Anna"})"), now_));
  EXPECT_EQ(contact(id)["UpdatedDateUTC"].text(), "/Date(1795480003000+0000)/");
}

TEST_F(Xero, PagesHaveTheirCountAndListsWithoutPagesAreSummaries) {
  for (int i = 0; i < 5; ++i) create("\"Name\":\"N" + std::to_string(i) + R"(","ContactPersons":[{"FirstName":"A"}])");
  const Json page = json(call("GET", "/Contacts?page=2&pageSize=2&order=Name%20DESC"));
  EXPECT_EQ(page["Contacts"][0]["Name"].text(), "N2");
  EXPECT_EQ(page["pagination"]["pageCount"].integer(), 3);
  EXPECT_EQ(page["pagination"]["itemCount"].integer(), 5);
  EXPECT_TRUE(page["Contacts"][0]["ContactPersons"].is_list());
  const Json all = json(call("GET", "/Contacts"));
  EXPECT_EQ(all["Contacts"].items().size(), 5u);
  EXPECT_TRUE(all["Contacts"][0]["ContactPersons"].is_null());
  EXPECT_TRUE(all["pagination"].is_null());
}

TEST_F(Xero, FindsByWhereAndByIds) {
  const std::string id = create(R"("Name":"Ann \"A\" O'Brien","EmailAddress":"Ann@b.example")");
  create(R"("Name":"Bob")");
  EXPECT_EQ(count("?where=" + percent_encode(R"(EmailAddress=="ann@b.example")")), 1u);
  EXPECT_EQ(count("?where=" + percent_encode(R"(Name=="Ann \"A\" O'Brien" AND ContactStatus=="ACTIVE")")), 1u);
  EXPECT_EQ(count("?where=" + percent_encode(R"(EmailAddress!=null AND Name.StartsWith("B"))")), 0u);
  EXPECT_EQ(count("?where=" + percent_encode("ContactID==guid(\"" + id + "\")")), 1u);
  EXPECT_EQ(count("?IDs=" + id + ",00000000-0000-0000-0000-000000000000"), 1u);
  const Answer bad = call("GET", "/Contacts?where=" + percent_encode("Shoe==\"9\""));
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(json(bad)["Type"].text(), "QueryParseException");
  EXPECT_EQ(call("GET", "/Contacts?where=" + percent_encode("Name==")).status, 400);
}

TEST_F(Xero, AnArchivedContactIsHiddenAndItsNameIsFree) {
  const std::string id = create(R"("Name":"Ann")");
  EXPECT_EQ(
      call("POST", "/Contacts", R"({"Contacts":[{"ContactID":")" + id + R"(","ContactStatus":"ARCHIVED"}]})").status,
      200);
  EXPECT_EQ(count(""), 0u);
  EXPECT_EQ(count("?includeArchived=true"), 1u);
  EXPECT_EQ(contact(id)["ContactStatus"].text(), "ARCHIVED");
  create(R"("Name":"Ann")");
  EXPECT_EQ(
      call("POST", "/Contacts", R"({"Contacts":[{"ContactID":")" + id + R"(","ContactStatus":"ACTIVE"}]})").status,
      400);
  EXPECT_EQ(
      call("POST", "/Contacts", R"({"Contacts":[{"ContactID":")" + id + R"(","ContactStatus":"GDPRREQUEST"}]})").status,
      200);
  EXPECT_EQ(call("POST", "/Contacts", R"({"Contacts":[{"ContactID":")" + id + R"(","FirstName":"A"}]})").status, 400);
}

TEST_F(Xero, AContactMergedByAPersonPointsToTheSurvivor) {
  const std::string a = create(R"("Name":"Ann")"), b = create(R"("Name":"Anne")");
  ASSERT_TRUE(vendor_->edit("Contacts", b, Json::object({{"MergedToContactID", a}}), now_));
  EXPECT_EQ(contact(b)["MergedToContactID"].text(), a);
  EXPECT_EQ(contact(b)["ContactStatus"].text(), "ARCHIVED");
}

TEST_F(XeroWithLimits, TakesSixtyCallsAMinuteAndSaysHowLongToWait) {
  Answer answer;
  for (int i = 0; i < 60; ++i) answer = call("GET", "/Contacts");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(*find_header(answer.headers, "X-MinLimit-Remaining"), "0");
  now_ += milliseconds{20'000};
  answer = call("GET", "/Contacts");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(*find_header(answer.headers, "X-Rate-Limit-Problem"), "minute");
  EXPECT_EQ(*find_header(answer.headers, "Retry-After"), "40");
  EXPECT_EQ(call("GET", "/Organisation").status, 200) << "the organisation is not counted";
  now_ += milliseconds{40'000};
  EXPECT_EQ(call("GET", "/Contacts").status, 200);
}

TEST_F(XeroWithLimits, TakesFiveSlowCallsAtOnce) {
  ASSERT_TRUE(vendor_->set_faults(*parse_json(R"({"slow_ms":1000})"), now_));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(call("GET", "/Contacts").status, 200);
  const Answer sixth = call("GET", "/Contacts");
  EXPECT_EQ(sixth.status, 429);
  EXPECT_EQ(*find_header(sixth.headers, "X-Rate-Limit-Problem"), "concurrent");
  now_ += milliseconds{1'000};
  EXPECT_EQ(call("GET", "/Contacts").status, 200);
}

TEST_F(XeroWithLimits, ADayHasFiveThousandCalls) {
  Answer answer;
  for (int i = 0; i < 5'000; ++i) {
    if (i % 60 == 0) now_ += milliseconds{60'000};
    if (i % 1'200 == 0) access_ = token(refresh_ = token(refresh_)["refresh_token"].text())["access_token"].text();
    answer = call("GET", "/Contacts/none");
  }
  EXPECT_EQ(answer.status, 404);
  now_ += milliseconds{60'000};
  access_ = token(refresh_)["access_token"].text();
  answer = call("GET", "/Contacts/none");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(*find_header(answer.headers, "X-Rate-Limit-Problem"), "day");
}

TEST_F(Xero, AnswersXmlWhereJsonIsNotAskedFor) {
  create(R"("Name":"Ann & Co")");
  const Answer answer = vendor_
                            ->answer({"GET",
                                      "/api.xro/2.0/Contacts",
                                      {{"Authorization", "Bearer " + access_}, {"xero-tenant-id", secret("tenant_id")}},
                                      ""},
                                     now_)
                            .answer;
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(find_header(answer.headers, "Content-Type")->starts_with("text/xml"));
  EXPECT_NE(answer.body.find("<Contacts><Contact>"), std::string::npos);
  EXPECT_NE(answer.body.find("Ann &amp; Co"), std::string::npos);
}

TEST_F(Xero, ItsStateSeedsAnotherSandbox) {
  create(R"("Name":"Ann","AccountNumber":"C1","Phones":[{"PhoneType":"MOBILE","PhoneNumber":"1"}])");
  const Json state = vendor_->state(now_);
  auto other = *make_vendor("xero", 8, Limits::None);
  ASSERT_TRUE(other->seed(state, now_ + milliseconds{99'000}));
  EXPECT_EQ(other->state(now_), state);
  EXPECT_FALSE(other->seed(*parse_json(R"({"objects":{"contacts":[{"FirstName":"no name"}]}})"), now_));
  EXPECT_EQ(other->state(now_), state);
}

}  // namespace
}  // namespace linchpin::sandbox
