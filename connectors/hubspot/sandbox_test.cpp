#include "connectors/hubspot/sandbox_fixture.hpp"
#include "sandbox/webhook_signature.hpp"

namespace linchpin::sandbox {
namespace {

struct HubspotWithLimits : Hubspot {
  HubspotWithLimits() : Hubspot(Limits::Real) {}
};

std::string error_code(const Answer& answer) { return (*parse_json(answer.body))["errors"][0]["code"].text(); }

TEST_F(Hubspot, RefusesACallWithoutItsToken) {
  const Served none = vendor_->answer({"GET", objects_, {}, ""}, now_);
  EXPECT_EQ(none.answer.status, 401);
  EXPECT_EQ(json(none.answer)["category"].text(), "INVALID_AUTHENTICATION");
  EXPECT_FALSE(json(none.answer)["correlationId"].text().empty());
  EXPECT_EQ(vendor_->answer({"GET", objects_, {{"Authorization", "Bearer another"}}, ""}, now_).answer.status, 401);
}

TEST_F(Hubspot, AnswersTheSameRecordAtDatedPathsAtV3AndByTypeId) {
  const std::string id = create(R"({"firstname":"Zoë","email":" Zoe@Practice.Example "})");
  for (const std::string path :
       {"/crm/objects/2026-09/0-1/", "/crm/objects/2026-03/contacts/", "/crm/v3/objects/contacts/"}) {
    const Json record = json(call("GET", path + id));
    EXPECT_EQ(record["properties"]["email"].text(), "zoe@practice.example");
    EXPECT_EQ(record["properties"]["firstname"].text(), "Zoë");
    EXPECT_TRUE(record["properties"]["hs_object_id"].is_text());
  }
  EXPECT_EQ(json(call("GET", objects_ + "/ZOE@practice.example?idProperty=email"))["id"].text(), id);
  EXPECT_EQ(call("GET", objects_ + "/x?idProperty=firstname").status, 400);
  EXPECT_EQ(call("GET", "/crm/objects/2026-09/spaceships").status, 400);
  EXPECT_EQ(call("GET", objects_ + "/99").status, 404);
}

TEST_F(Hubspot, RefusesValuesThatAPropertyCannotHold) {
  const auto refused = [&](const std::string& properties) {
    const Answer answer = call("POST", objects_, R"({"properties":)" + properties + "}");
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(json(answer)["category"].text(), "VALIDATION_ERROR");
    return error_code(answer);
  };
  EXPECT_EQ(refused(R"({"email":"a@b.example","shoe_size":"9"})"), "PROPERTY_DOESNT_EXIST");
  EXPECT_EQ(refused(R"({"email":"nonsense"})"), "INVALID_EMAIL");
  EXPECT_EQ(refused(R"({"email":"a@b.example","identity_verification":"Verified"})"), "INVALID_OPTION");
  EXPECT_EQ(refused(R"({"email":"a@b.example","marketing_consent":"yes"})"), "INVALID_OPTION");
  EXPECT_EQ(refused(R"({"email":"a@b.example","identity_verified_at":"yesterday"})"), "INVALID_DATE");
  EXPECT_EQ(refused(R"({"email":"a@b.example","lastmodifieddate":"2026-01-01T00:00:00Z"})"), "READ_ONLY_VALUE");
  EXPECT_EQ(refused(R"({"email":"a@b.example","hubspot_owner_id":"5"})"), "INVALID_OPTION");
  EXPECT_EQ(refused(R"({"phone":"0400"})"), "REQUIRED_PROPERTY_MISSING");
  EXPECT_EQ(refused(R"({"email":{"a":1}})"), "INVALID_VALUE");
  EXPECT_EQ(json(call("GET", objects_))["results"].items().size(), 0u);
  EXPECT_EQ(call("POST", objects_, "{not json").status, 400);
}

TEST_F(Hubspot, ADateIsADayAndATimeIsShownInUtc) {
  ASSERT_EQ(
      call("POST", "/crm/properties/2026-09/contacts",
           R"({"name":"since","label":"Since","type":"date","fieldType":"date","groupName":"contactinformation"})")
          .status,
      201);
  const std::string id =
      create(R"({"email":"a@b.example","since":"1795478400000","identity_verified_at":"1795480000123"})");
  EXPECT_EQ(value(id, "since"), "2026-11-24");
  EXPECT_EQ(value(id, "identity_verified_at"), rfc3339(from_ms(1'795'480'000'123)));
  const Answer late = call("PATCH", objects_ + "/" + id, R"({"properties":{"since":"1795478400001"}})");
  EXPECT_EQ(late.status, 400);
  EXPECT_EQ(error_code(late), "INVALID_DATE");
}

TEST_F(Hubspot, NamesTheRecordThatHasTheEmailAlready) {
  const std::string id = create(R"({"email":"mia@home.example"})");
  const Answer answer = call("POST", objects_, R"({"properties":{"email":"MIA@home.example"}})");
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(json(answer)["message"].text(), "Contact already exists. Existing ID: " + id);
  EXPECT_EQ(json(answer)["category"].text(), "CONFLICT");
}

TEST_F(Hubspot, AnArchivedRecordGivesItsEmailBack) {
  const std::string id = create(R"({"email":"mia@home.example"})");
  EXPECT_EQ(call("DELETE", objects_ + "/" + id).status, 204);
  EXPECT_EQ(call("GET", objects_ + "/" + id).status, 404);
  EXPECT_EQ(call("GET", objects_ + "/" + id + "?archived=true").status, 200);
  EXPECT_EQ(json(call("GET", objects_ + "?archived=true"))["results"].items().size(), 1u);
  create(R"({"email":"mia@home.example"})");
}

TEST_F(Hubspot, ALifecycleStageMovesBackOnlyAfterItWasCleared) {
  const std::string id = create(R"({"email":"a@b.example","lifecyclestage":"customer"})");
  EXPECT_EQ(call("PATCH", objects_ + "/" + id, R"({"properties":{"lifecyclestage":"lead"}})").status, 200);
  EXPECT_EQ(value(id, "lifecyclestage"), "customer");
  call("PATCH", objects_ + "/" + id, R"({"properties":{"lifecyclestage":""}})");
  call("PATCH", objects_ + "/" + id, R"({"properties":{"lifecyclestage":"lead"}})");
  EXPECT_EQ(value(id, "lifecyclestage"), "lead");
}

TEST_F(Hubspot, EveryWriteMovesLastModified) {
  const std::string id = create(R"({"email":"a@b.example"})");
  now_ += milliseconds{5'000};
  call("PATCH", objects_ + "/" + id, R"({"properties":{"firstname":"Ann"}})");
  EXPECT_EQ(value(id, "lastmodifieddate"), rfc3339(now_));
  const Json history = json(call("GET", objects_ + "/" + id + "?propertiesWithHistory=firstname"));
  EXPECT_EQ(history["propertiesWithHistory"]["firstname"][0]["value"].text(), "Ann");
  EXPECT_EQ(history["propertiesWithHistory"]["firstname"][0]["sourceType"].text(), "INTEGRATION");
}

TEST_F(Hubspot, ListsByIdInPagesOfAtMostAHundred) {
  for (int i = 0; i < 12; ++i) create(R"({"firstname":"N)" + std::to_string(i) + R"("})");
  const Json first = json(call("GET", objects_ + "?limit=5"));
  EXPECT_EQ(first["results"].items().size(), 5u);
  std::size_t seen = 5;
  for (std::string after = first["paging"]["next"]["after"].text(); !after.empty();) {
    const Json page = json(call("GET", objects_ + "?limit=5&after=" + after));
    seen += page["results"].items().size();
    after = page["paging"]["next"]["after"].text();
  }
  EXPECT_EQ(seen, 12u);
  EXPECT_EQ(call("GET", objects_ + "?limit=101").status, 400);
}

TEST_F(Hubspot, ABatchReadTellsWhatIsMissing) {
  const std::string id = create(R"({"email":"a@b.example","phone":"02 5550 1234"})");
  const Answer both = call("POST", objects_ + "/batch/read",
                           R"({"properties":["phone"],"inputs":[{"id":")" + id + R"("},{"id":"77"}]})");
  EXPECT_EQ(both.status, 207);
  EXPECT_EQ(json(both)["results"][0]["properties"]["phone"].text(), "02 5550 1234");
  EXPECT_EQ(json(both)["numErrors"].integer(), 1);
  EXPECT_EQ(json(both)["errors"][0]["category"].text(), "OBJECT_NOT_FOUND");
  EXPECT_EQ(json(both)["errors"][0]["context"]["ids"][0].text(), "77");
  EXPECT_EQ(call("POST", objects_ + "/batch/read", R"({"inputs":[{"id":")" + id + R"("}]})").status, 200);
}

TEST_F(Hubspot, ABatchIsRefusedForAHundredAndOneInputsAndForOneIdTwice) {
  std::string inputs;
  for (int i = 0; i < 101; ++i) inputs += (i ? "," : "") + std::string(R"({"id":")") + std::to_string(i) + R"("})";
  EXPECT_EQ(call("POST", objects_ + "/batch/read", R"({"inputs":[)" + inputs + "]}").status, 400);
  EXPECT_EQ(call("POST", objects_ + "/batch/read", R"({"inputs":[{"id":"1"},{"id":"1"}]})").status, 400);
  EXPECT_EQ(call("POST", objects_ + "/batch/read", R"({"inputs":[]})").status, 400);
}

TEST_F(Hubspot, UpsertsByAUniquePropertyOnly) {
  EXPECT_EQ(call("POST", objects_ + "/batch/upsert",
                 R"({"inputs":[{"id":"g_1","idProperty":"linchpin_id","properties":{}}]})")
                .status,
            400);
  const std::string definition =
      R"({"name":"linchpin_id","label":"Linchpin","type":"string","fieldType":"text","groupName":"contactinformation","hasUniqueValue":true})";
  ASSERT_EQ(call("POST", "/crm/properties/2026-09/contacts", definition).status, 201);
  EXPECT_EQ(call("POST", "/crm/properties/2026-09/contacts", definition).status, 409);
  EXPECT_EQ(call("POST", objects_ + "/batch/upsert",
                 R"({"inputs":[{"id":"x","idProperty":"lastname","properties":{"lastname":"x"}}]})")
                .status,
            400);
  const std::string body =
      R"({"inputs":[{"id":"g_1","idProperty":"linchpin_id","objectWriteTraceId":"t1","properties":{"firstname":"Ann"}}]})";
  const Json made = json(call("POST", objects_ + "/batch/upsert", body));
  EXPECT_TRUE(made["results"][0]["new"].boolean());
  EXPECT_EQ(made["results"][0]["properties"]["linchpin_id"].text(), "g_1");
  EXPECT_EQ(made["results"][0]["objectWriteTraceId"].text(), "t1");
  const Json again = json(call("POST", objects_ + "/batch/upsert", body));
  EXPECT_FALSE(again["results"][0]["new"].boolean());
  EXPECT_EQ(again["results"][0]["id"].text(), made["results"][0]["id"].text());
  EXPECT_EQ(json(call("GET", objects_))["results"].items().size(), 1u);
  const Answer taken = call("POST", objects_, R"({"properties":{"firstname":"Bob","linchpin_id":"g_1"}})");
  EXPECT_EQ(taken.status, 400);
  EXPECT_EQ(error_code(taken), "CONFLICTING_UNIQUE_VALUE");
}

TEST_F(Hubspot, OneBadInputRefusesABatchUnlessEachInputCanBeTold) {
  const std::string bad = R"({"properties":{"email":"nonsense"})", good = R"({"properties":{"email":"ann@b.example"})";
  EXPECT_EQ(call("POST", objects_ + "/batch/create", R"({"inputs":[)" + good + "}," + bad + "}]}").status, 400);
  EXPECT_EQ(json(call("GET", objects_))["results"].items().size(), 0u);
  const Answer told =
      call("POST", objects_ + "/batch/create",
           R"({"inputs":[)" + good + R"(,"objectWriteTraceId":"1"},)" + bad + R"(,"objectWriteTraceId":"2"}]})");
  EXPECT_EQ(told.status, 207);
  EXPECT_EQ(json(told)["results"].items().size(), 1u);
  EXPECT_EQ(json(told)["errors"][0]["context"]["objectWriteTraceId"][0].text(), "2");
}

TEST_F(Hubspot, AnObjectHasAtMostTenUniquePropertiesOfItsOwn) {
  int made = 0;
  for (int i = 0; i < 11; ++i) {
    const std::string name = "key_" + std::string(1, static_cast<char>('a' + i));
    made +=
        call(
            "POST", "/crm/properties/2026-09/contacts",
            R"({"label":"K","type":"string","fieldType":"text","groupName":"contactinformation","hasUniqueValue":true,"name":")" +
                name + R"("})")
            .status == 201;
  }
  EXPECT_EQ(made, 10);
}

TEST_F(Hubspot, ASearchSeesARecordOnlyAfterTheIndexDoes) {
  create(R"({"email":"ann@b.example","lastname":"O'Brien"})");
  const std::string ask =
      R"({"filterGroups":[{"filters":[{"propertyName":"email","operator":"EQ","value":"ANN@b.example"}]}],"properties":["lastname"]})";
  EXPECT_EQ(json(call("POST", objects_ + "/search", ask))["total"].integer(), 0);
  now_ += milliseconds{1'000};
  const Json found = json(call("POST", objects_ + "/search", ask));
  EXPECT_EQ(found["total"].integer(), 1);
  EXPECT_EQ(found["results"][0]["properties"]["lastname"].text(), "O'Brien");
  ASSERT_TRUE(vendor_->set_faults(*parse_json(R"({"index_lag_s":60})"), now_));
  EXPECT_EQ(json(call("POST", objects_ + "/search", ask))["total"].integer(), 0);
  now_ += milliseconds{60'000};
  EXPECT_EQ(json(call("POST", objects_ + "/search", ask))["total"].integer(), 1);
}

TEST_F(Hubspot, ASearchFiltersSortsAndEndsAtTenThousand) {
  for (int i = 0; i < 5; ++i) {
    create(R"({"firstname":"F)" + std::to_string(i) + R"(","lifecyclestage":")" + (i % 2 ? "lead" : "customer") +
           R"("})");
    now_ += milliseconds{1'000};
  }
  now_ += milliseconds{10'000};
  const auto total = [&](const std::string& filter) {
    const Answer answer = call("POST", objects_ + "/search", R"({"filterGroups":[{"filters":[)" + filter + "]}]}");
    return answer.status == 200 ? json(answer)["total"].integer().value_or(-1) : -answer.status;
  };
  EXPECT_EQ(total(R"({"propertyName":"lifecyclestage","operator":"IN","values":["lead"]})"), 2);
  EXPECT_EQ(total(R"({"propertyName":"phone","operator":"NOT_HAS_PROPERTY"})"), 5);
  EXPECT_EQ(total(R"({"propertyName":"lastmodifieddate","operator":"GTE","value":")" +
                  std::to_string(ms_since_epoch(start) + 2'000) + R"("})"),
            3);
  EXPECT_EQ(total(R"({"propertyName":"shoe","operator":"EQ","value":"9"})"), -400);
  EXPECT_EQ(total(R"({"propertyName":"phone","operator":"LIKE","value":"9"})"), -400);
  const Json sorted = json(call("POST", objects_ + "/search",
                                R"({"sorts":[{"propertyName":"firstname","direction":"DESCENDING"}],"limit":2})"));
  EXPECT_EQ(sorted["results"][0]["properties"]["firstname"].text(), "F4");
  EXPECT_EQ(sorted["paging"]["next"]["after"].text(), "2");
  EXPECT_EQ(call("POST", objects_ + "/search", R"({"limit":201})").status, 400);
  EXPECT_EQ(call("POST", objects_ + "/search", R"({"limit":200,"after":"9900"})").status, 400);
  EXPECT_EQ(call("POST", objects_ + "/search", R"({"query":")" + std::string(3'000, 'a') + R"("})").status, 400);
}

TEST_F(HubspotWithLimits, AnswersFourTwentyNineAfterItsBurstAndSaysSoInHeaders) {
  Answer answer;
  for (int i = 0; i < 190; ++i) answer = call("GET", objects_);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(*find_header(answer.headers, "X-HubSpot-RateLimit-Remaining"), "0");
  answer = call("GET", objects_);
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(json(answer)["policyName"].text(), "TEN_SECONDLY_ROLLING");
  now_ += milliseconds{10'000};
  EXPECT_EQ(call("GET", objects_).status, 200);
}

TEST_F(HubspotWithLimits, TakesFiveSearchesASecondAndShowsNoHeadersThere) {
  Answer answer;
  for (int i = 0; i < 5; ++i) answer = call("POST", objects_ + "/search", "{}");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(find_header(answer.headers, "X-HubSpot-RateLimit-Max"), nullptr);
  answer = call("POST", objects_ + "/search", "{}");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(json(answer)["policyName"].text(), "SECONDLY");
}

TEST_F(Hubspot, TellsOfCreationsAndChangesInSignedArrays) {
  vendor_->set_webhook_target("https://hub.example.com.au/webhooks/hubspot", now_);
  const std::string id = create(R"({"email":"a@b.example","identity_verified_at":"2026-11-24T00:00:00Z"})");
  const auto due = vendor_->webhooks_due(now_);
  ASSERT_EQ(due.size(), 1u);
  const Request& request = due[0].request;
  const std::string at = *find_header(request.headers, "X-HubSpot-Request-Timestamp");
  EXPECT_EQ(at, std::to_string(ms_since_epoch(now_)));
  EXPECT_EQ(*find_header(request.headers, "X-HubSpot-Signature-v3"),
            hubspot_signature_v3(vendor_->credentials()["webhook_secret"].text(), "POST", request.url, request.body,
                                 std::stoll(at)));
  const Json body = *parse_json(request.body);
  ASSERT_EQ(body.items().size(), 3u);
  EXPECT_EQ(body[0]["subscriptionType"].text(), "object.creation");
  EXPECT_EQ(std::to_string(*body[0]["objectId"].integer()), id);
  EXPECT_EQ(body[1]["propertyName"].text(), "email");
  EXPECT_EQ(body[1]["changeSource"].text(), "INTEGRATION");
  EXPECT_EQ(body[2]["propertyValue"].text(), "1795478400000");
  vendor_->webhook_answered(due[0].id, 200, now_);
  call("PATCH", objects_ + "/" + id, R"({"properties":{"email":"a@b.example"}})");
  EXPECT_TRUE(events().empty()) << "an unchanged value tells nothing";
}

TEST_F(Hubspot, APersonsEditIsToldAsSuchAndMayMoveAStageBack) {
  vendor_->set_webhook_target("https://hub.example.com.au/webhooks/hubspot", now_);
  const std::string id = create(R"({"email":"a@b.example","lifecyclestage":"customer"})");
  events();
  ASSERT_TRUE(vendor_->edit("contacts", id, *parse_json(R"({"lifecyclestage":"lead"})"), now_));
  const auto told = events();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0]["changeSource"].text(), "CRM_UI");
  EXPECT_EQ(told[0]["propertyValue"].text(), "lead");
  EXPECT_FALSE(vendor_->edit("contacts", id, *parse_json(R"({"shoe":"9"})"), now_));
  EXPECT_FALSE(vendor_->edit("contacts", "1", *parse_json("{}"), now_));
}

TEST_F(Hubspot, RetriesAFailedWebhookTenTimesOverADayFirstWithinAMinute) {
  vendor_->set_webhook_target("https://hub.example.com.au/webhooks/hubspot", now_);
  create(R"({"email":"a@b.example"})");
  int attempts = 0;
  Instant first_retry{};
  while (true) {
    const auto due = vendor_->webhooks_due(now_);
    if (!due.empty()) {
      EXPECT_EQ((*parse_json(due[0].request.body))[0]["attemptNumber"].integer(), attempts);
      if (attempts == 1) first_retry = now_;
      ++attempts;
      vendor_->webhook_answered(due[0].id, attempts % 2 ? std::optional<int>(503) : std::nullopt, now_);
    }
    const auto next = vendor_->next_due();
    if (!next) break;
    now_ = *next;
  }
  EXPECT_EQ(attempts, 11);
  EXPECT_LE(first_retry - start, std::chrono::minutes{1});
  EXPECT_GT(now_ - start, std::chrono::hours{11});
  EXPECT_LE(now_ - start, std::chrono::hours{24});
}

TEST_F(Hubspot, AMergeMakesANewRecordThatTheOldIdsFind) {
  vendor_->set_webhook_target("https://hub.example.com.au/webhooks/hubspot", now_);
  const std::string a = create(R"({"email":"a@b.example","firstname":"Ann"})");
  const std::string b = create(R"({"email":"b@b.example","phone":"0400"})");
  events();
  const Answer answer =
      call("POST", objects_ + "/merge", R"({"primaryObjectId":")" + a + R"(","objectIdToMerge":")" + b + R"("})");
  ASSERT_EQ(answer.status, 200);
  const std::string survivor = json(answer)["id"].text();
  EXPECT_NE(survivor, a);
  EXPECT_EQ(json(call("GET", objects_ + "/" + b))["id"].text(), survivor);
  EXPECT_EQ(value(survivor, "hs_additional_emails"), "b@b.example");
  EXPECT_EQ(value(survivor, "phone"), "0400");
  const auto told = events();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0]["subscriptionType"].text(), "object.merge");
  EXPECT_EQ(std::to_string(*told[0]["newObjectId"].integer()), survivor);
  EXPECT_EQ(call("POST", objects_, R"({"properties":{"email":"b@b.example"}})").status, 409);
  EXPECT_EQ(json(call("GET", objects_))["results"].items().size(), 1u);
}

TEST_F(Hubspot, ErasureLeavesNothing) {
  const std::string id = create(R"({"email":"a@b.example"})");
  EXPECT_EQ(call("POST", objects_ + "/gdpr-delete", R"({"objectId":"a@b.example","idProperty":"email"})").status, 204);
  EXPECT_EQ(call("GET", objects_ + "/" + id + "?archived=true").status, 404);
  EXPECT_EQ(vendor_->state(now_)["objects"]["contacts"].items().size(), 0u);
}

TEST_F(Hubspot, ItsStateSeedsAnotherSandbox) {
  create(R"({"email":"a@b.example","firstname":"Zoë"})");
  const std::string gone = create(R"({"email":"b@b.example"})");
  call("DELETE", objects_ + "/" + gone);
  const Json state = vendor_->state(now_);
  auto other = *make_vendor("hubspot", 8, Limits::None);
  ASSERT_TRUE(other->seed(state, now_ + milliseconds{99'000}));
  EXPECT_EQ(other->state(now_), state);
  EXPECT_FALSE(other->seed(*parse_json(R"({"objects":{"contacts":[{"properties":{"email":"x"}}]}})"), now_));
  EXPECT_FALSE(other->seed(*parse_json(R"({"objects":{"spaceships":[]}})"), now_));
  EXPECT_EQ(other->state(now_), state) << "a refused seed changes nothing";
}

TEST_F(Hubspot, ALostAnswerIsAWriteThatHappened) {
  ASSERT_TRUE(vendor_->set_faults(*parse_json(R"({"lost_answer":1,"slow_ms":250,"until_s":60})"), now_));
  const Served lost = served("POST", objects_, R"({"properties":{"email":"a@b.example"}})");
  EXPECT_TRUE(lost.lost);
  EXPECT_EQ(lost.delay, milliseconds{250});
  EXPECT_EQ(vendor_->state(now_)["objects"]["contacts"].items().size(), 1u);
  EXPECT_TRUE(vendor_->log().back().lost);
  now_ += milliseconds{60'000};
  EXPECT_FALSE(served("GET", objects_).lost) << "faults end by themselves";
}

TEST_F(Hubspot, ARejectedCallDoesNothingAndABrokenOneMayHaveBeenDone) {
  ASSERT_TRUE(vendor_->set_faults(*parse_json(R"({"reject_429":1})"), now_));
  EXPECT_EQ(call("POST", objects_, R"({"properties":{"email":"a@b.example"}})").status, 429);
  EXPECT_EQ(vendor_->state(now_)["objects"]["contacts"].items().size(), 0u);
  ASSERT_TRUE(vendor_->set_faults(*parse_json(R"({"error_500":1})"), now_));
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(call("POST", objects_, R"({"properties":{"firstname":"N"}})").status, 500);
  }
  const auto done = vendor_->state(now_)["objects"]["contacts"].items().size();
  EXPECT_GT(done, 5u);
  EXPECT_LT(done, 35u);
  EXPECT_FALSE(vendor_->set_faults(*parse_json(R"({"lost_answer":2})"), now_));
  EXPECT_FALSE(vendor_->set_faults(*parse_json(R"({"gremlins":1})"), now_));
}

TEST(HubspotSandbox, TheSameSeedMakesTheSameRun) {
  const auto run = [](std::uint64_t seed) {
    auto vendor = *make_vendor("hubspot", seed, Limits::Real);
    vendor->set_webhook_target("http://127.0.0.1/h", start);
    EXPECT_TRUE(vendor->set_faults(
        *parse_json(R"({"error_500":0.3,"webhook_drop":0.2,"webhook_double":0.2,"webhook_reorder":0.5})"), start));
    std::string text = canonical(vendor->credentials());
    for (int i = 0; i < 50; ++i) {
      const Instant now = start + milliseconds{i * 100};
      const Request request{
          "POST",
          "/crm/objects/2026-09/contacts",
          {{"Authorization", "Bearer " + vendor->credentials()["token"].text()}, {"Content-Type", "application/json"}},
          R"({"properties":{"firstname":"N"}})"};
      text += vendor->answer(request, now).answer.body;
      for (const Webhook& webhook : vendor->webhooks_due(now)) {
        text += webhook.id + webhook.request.body;
        vendor->webhook_answered(webhook.id, i % 3 ? 200 : 500, now);
      }
    }
    return text;
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

}  // namespace
}  // namespace linchpin::sandbox
