#include "sandbox/webhook_signature.hpp"

#include <gtest/gtest.h>

namespace linchpin::sandbox {
namespace {

// Those marked "published" are the vendors' own; the others were computed with OpenSSL 3.0.
constexpr const char* common_body = R"({"type":"contact.updated","data":{"id":"42","name":"Zoë"}})";
constexpr std::int64_t common_time_s = 1767225600;
constexpr const char* hubspot_secret = "11111111-2222-3333-4444-555555555555";

TEST(StandardWebhooks, SignsAsPublished) {
  EXPECT_EQ(standard_webhooks_signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                        1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(StandardWebhooks, SignsUtf8Bytes) {
  EXPECT_EQ(standard_webhooks_signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
                                        common_time_s, common_body),
            "v1,8Y67sCMVTuFT1eovEDVxnd2XVpLRP34eRcqpxdlZ9R0=");
}

TEST(StandardWebhooks, SignsNothingWithASecretOfAnotherForm) {
  EXPECT_EQ(standard_webhooks_signature("", "m", 1, "x"), "");
  EXPECT_EQ(standard_webhooks_signature("whsec_", "m", 1, "x"), "");
  EXPECT_EQ(standard_webhooks_signature("whsec_***", "m", 1, "x"), "");
}

TEST(HubspotV3, SignsMethodUriBodyAndTime) {
  EXPECT_EQ(hubspot_signature_v3(hubspot_secret, "POST", "https://hub.example.com.au/webhooks/hubspot", common_body,
                                 1767225600000),
            "UozKJPSS+F9zoE+4yrRCxNeDgLLUjPGQEr1ofX3wbno=");
}

TEST(HubspotV3, DecodesTwelveEscapesOfTheUriAndNoOther) {
  EXPECT_EQ(
      hubspot_signature_v3(hubspot_secret, "POST", "https://hub.example.com.au/webhooks/hubspot?team=a%40b&x=%2Fy%20z",
                           common_body, 1767225600000),
      "0BFvEJK0OViX0Hp/0EO/YUwVahqypGSvnNhDjXr28GE=");
}

TEST(HubspotV1, SignsAsPublished) {
  EXPECT_EQ(
      hubspot_signature_v1(
          "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
          R"([{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}])"),
      "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de");
  EXPECT_EQ(hubspot_signature_v1(hubspot_secret, common_body),
            "44d37fa72ca501f0451e68cc75dd7e1f4d3edaa7fa7edf18f924115f79b9b737");
}

TEST(HubspotV2, SignsAsPublished) {
  EXPECT_EQ(
      hubspot_signature_v2("yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy", "GET", "https://www.example.com/webhook_uri", ""),
      "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e");
  EXPECT_EQ(hubspot_signature_v2(hubspot_secret, "POST", "https://hub.example.com.au/webhooks/hubspot", common_body),
            "56bcdbf755da5ddf0134178d1ba6efde4185a8121498468e7c8fc3ff22212580");
}

TEST(XeroSignature, TakesTheKeyAsTextAndDoesNotDecodeIt) {
  const char* key = "c2VjcmV0LWZvci10ZXN0cy1vbmx5LW5vdC1hLXJlYWwta2V5LTEyMzQ1Njc4OTA=";
  EXPECT_EQ(
      xero_signature(key, R"({"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"})"),
      "afn/VPipOEDDh/BQzFIcq2F2BujOZ6E5xmuUoGXCGp8=");
}

}  // namespace
}  // namespace linchpin::sandbox
