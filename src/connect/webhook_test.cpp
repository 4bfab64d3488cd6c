// Signatures by the vendors' own vectors and by ours (made with OpenSSL), and all that must be refused.
#include "connect/webhook.hpp"

#include <gtest/gtest.h>

#include "connect/runtime.hpp"

namespace linchpin::connect {
namespace {

using engine::Credential;
using engine::Signature;

const std::string body = "{\"type\":\"contact.updated\",\"data\":{\"id\":\"42\",\"name\":\"Zo\xc3\xab\"}}";
constexpr Instant now{milliseconds(1'767'225'600'000)};  // 2026-01-01T00:00:00Z
const std::string public_url = "https://hub.example.com.au";

Credential with(std::initializer_list<std::pair<const char*, const char*>> secrets) {
  Credential credential;
  for (const auto& [name, text] : secrets) credential.secrets.emplace(name, Secret(text));
  return credential;
}

std::unique_ptr<engine::Connector> connector(const char* name) {
  auto manifest = model::shipped_manifest(name);
  EXPECT_TRUE(manifest) << to_text(manifest.error());
  auto made = make_connector(*manifest, {});
  EXPECT_TRUE(made) << to_text(made.error());
  return std::move(*made);
}

struct Case {
  std::unique_ptr<engine::Connector> system;
  Request request;
  Credential credential;
  Instant at = now;

  Signature verify() const { return system->verify(request, public_url, credential, at); }
  std::string& header(std::string_view name) {
    for (Header& h : request.headers) {
      if (h.name == name) return h.value;
    }
    request.headers.push_back({std::string(name), ""});
    return request.headers.back().value;
  }
};

Case hubspot() {
  return {connector("hubspot"),
          {"POST",
           "/webhooks/hubspot",
           {{"X-HubSpot-Request-Timestamp", "1767225600000"},
            {"X-HubSpot-Signature-v3", "UozKJPSS+F9zoE+4yrRCxNeDgLLUjPGQEr1ofX3wbno="}},
           body},
          with({{"webhook.secret", "11111111-2222-3333-4444-555555555555"}})};
}
Case xero() {
  return {connector("xero"),
          {"POST",
           "/webhooks/xero",
           {{"x-xero-signature", "afn/VPipOEDDh/BQzFIcq2F2BujOZ6E5xmuUoGXCGp8="}},
           R"({"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"})"},
          with({{"webhook.secret", "c2VjcmV0LWZvci10ZXN0cy1vbmx5LW5vdC1hLXJlYWwta2V5LTEyMzQ1Njc4OTA="}})};
}
Case standard() {
  return {connector("idcheck"),
          {"POST",
           "/webhooks/idcheck",
           {{"webhook-id", "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"},
            {"webhook-timestamp", "1767225600"},
            {"webhook-signature", "v1,8Y67sCMVTuFT1eovEDVxnd2XVpLRP34eRcqpxdlZ9R0="}},
           body},
          with({{"webhook.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}})};
}

// What every scheme must refuse, by the name of its signature's header.
void refuses_what_it_must(Case (*make)(), std::string_view signature, const std::string& prefix = "") {
  ASSERT_EQ(make().verify(), Signature::Good);
  const auto bad = [&](const char* what, auto change) {
    Case c = make();
    change(c);
    EXPECT_EQ(c.verify(), Signature::Bad) << what;
  };
  for (std::size_t i = 0; i < make().request.body.size(); ++i) {
    bad("one bit of the body", [&](Case& c) { c.request.body[i] ^= 1; });
  }
  bad("a byte more", [](Case& c) { c.request.body += ' '; });
  bad("a signature cut by one byte", [&](Case& c) {
    const auto bytes = *from_base64(c.header(signature).substr(prefix.size()));
    c.header(signature) = prefix + to_base64(bytes.substr(0, 31));
  });
  bad("hex where base64 is due",
      [&](Case& c) { c.header(signature) = prefix + to_hex(*from_base64(c.header(signature).substr(prefix.size()))); });
  bad("base64 with loose bits", [&](Case& c) {
    std::string& text = c.header(signature);
    text[text.size() - 2] = static_cast<char>(text[text.size() - 2] + 1);
  });
  bad("base64 without its padding", [&](Case& c) { c.header(signature).pop_back(); });
  bad("a blank around it", [&](Case& c) { c.header(signature).insert(prefix.size(), " "); });
  bad("an empty signature", [&](Case& c) { c.header(signature) = prefix; });
  bad("nothing", [&](Case& c) { c.header(signature).clear(); });
  bad("no header",
      [&](Case& c) { std::erase_if(c.request.headers, [&](const Header& h) { return h.name == signature; }); });
  bad("the header twice", [&](Case& c) { c.request.headers.push_back({std::string(signature), c.header(signature)}); });
  bad("another system's secret",
      [](Case& c) { c.credential = with({{"webhook.secret", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}); });
  bad("an empty secret", [](Case& c) { c.credential = with({{"webhook.secret", ""}}); });
  bad("no secret", [](Case& c) { c.credential = {}; });
  bad("a token is no webhook's secret", [](Case& c) {
    auto secret = c.credential.secrets.extract("webhook.secret");
    secret.key() = "token";
    c.credential.secrets.insert(std::move(secret));
  });
  Case rotated = make();
  rotated.credential.secrets["webhook.secret_previous"] = rotated.credential.secrets.at("webhook.secret");
  rotated.credential.secrets["webhook.secret"] = Secret("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(rotated.verify(), Signature::Good) << "while a secret is rotated, the previous one counts";
}

TEST(WebhookSignature, HubSpotsIsRefusedUnlessItIsExact) { refuses_what_it_must(hubspot, "X-HubSpot-Signature-v3"); }
TEST(WebhookSignature, XerosIsRefusedUnlessItIsExact) { refuses_what_it_must(xero, "x-xero-signature"); }
TEST(WebhookSignature, StandardWebhooksIsRefusedUnlessItIsExact) {
  refuses_what_it_must(standard, "webhook-signature", "v1,");
}

TEST(WebhookSignature, HubSpotSignsTheAddressWithSomeEscapesUndone) {
  Case c = hubspot();
  c.request.url = "/webhooks/hubspot?team=a%40b&x=%2Fy%20z";
  c.header("X-HubSpot-Signature-v3") = "0BFvEJK0OViX0Hp/0EO/YUwVahqypGSvnNhDjXr28GE=";
  EXPECT_EQ(c.verify(), Signature::Good);
  c.request.url = "/webhooks/hubspot?team=a%40b&x=%2fy%20z";  // any case
  EXPECT_EQ(c.verify(), Signature::Good);
  c.request.headers.push_back({"Host", "attacker.example"});
  EXPECT_EQ(c.verify(), Signature::Good) << "the address comes from public_url, never from Host";
  c.request.url = "/webhooks/hubspot?team=a%40b&x=%2Fy z";
  EXPECT_EQ(c.verify(), Signature::Bad) << "no other escape is undone";
}

TEST(WebhookSignature, AGoodOldHeaderDoesNotRescueABadNewOne) {
  Case c = hubspot();
  c.header("X-HubSpot-Signature-Version") = "v1";
  c.header("X-HubSpot-Signature") = "44d37fa72ca501f0451e68cc75dd7e1f4d3edaa7fa7edf18f924115f79b9b737";
  EXPECT_EQ(c.verify(), Signature::Good);
  c.header("X-HubSpot-Signature-v3") = to_base64(std::string(32, 'x'));
  EXPECT_EQ(c.verify(), Signature::Bad);
  std::erase_if(c.request.headers, [](const Header& h) { return h.name == "X-HubSpot-Signature-v3"; });
  EXPECT_EQ(c.verify(), Signature::Bad) << "v1 has no time: it is not taken";
}

TEST(WebhookSignature, XerosKeyIsTakenAsTextAndNotDecoded) {
  Case c = xero();
  c.header("x-xero-signature") = "9yrLvOkNj5+g2sfq3hLm1lYjgHcSzGRwoi1m37alzzA=";
  EXPECT_EQ(c.verify(), Signature::Bad);
}

TEST(WebhookSignature, APublishedVectorOfStandardWebhooksIsGood) {
  Case c = standard();
  c.header("webhook-id") = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  c.header("webhook-timestamp") = "1614265330";
  c.header("webhook-signature") = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  c.request.body = "{\"test\": 2432232314}";
  c.at = from_ms(1'614'265'330'000);
  EXPECT_EQ(c.verify(), Signature::Good);
}

TEST(WebhookSignature, SvixSendsTheSameUnderItsOwnNames) {
  Case c = standard();
  for (Header& h : c.request.headers) h.name = "svix" + h.name.substr(7);
  EXPECT_EQ(c.verify(), Signature::Good);
}

TEST(WebhookSignature, OneOfSeveralIsEnoughAndUnknownVersionsAreSkipped) {
  Case c = standard();
  std::string& signature = c.header("webhook-signature");
  signature = "v9,AAAA v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= " + signature;
  EXPECT_EQ(c.verify(), Signature::Good);
  signature = "v2" + signature.substr(signature.rfind(" v1") + 3);
  EXPECT_EQ(c.verify(), Signature::Bad) << "a version that is not known verifies nothing";
  signature.clear();
  for (int i = 0; i < 1000; ++i) signature += "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ";
  signature += "v1,8Y67sCMVTuFT1eovEDVxnd2XVpLRP34eRcqpxdlZ9R0=";
  EXPECT_EQ(c.verify(), Signature::Bad) << "a list without end costs no more than a short one";
}

TEST(WebhookSignature, AnEd25519SignatureIsCheckedWithThePublicKey) {
  Case c = standard();
  c.credential = with({{"webhook.secret", "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="}});
  EXPECT_EQ(c.verify(), Signature::Bad) << "a public key verifies no HMAC";
  c.header("webhook-signature") =
      "v1a,xK2GkGtIRdkg5OuUcSeCFrML96zofpejh/CLzj1irx1bT1U6Y+M8dffrsrIzLxykRrKpWd8StEG5A9s/BS/ABQ==";
  EXPECT_EQ(c.verify(), Signature::Good);
  c.request.body += " ";
  EXPECT_EQ(c.verify(), Signature::Bad);
}

TEST(WebhookSignature, AnIdThatHoldsTheSeparatorIsRefused) {
  Case c = standard();  // "a.1767225600" and "…" would sign as "a" and "1767225600.…"
  c.header("webhook-id") = "msg.1";
  const std::string signed_text = "msg.1.1767225600." + body;
  c.header("webhook-signature") =
      "v1," + to_base64(as_text(hmac_sha256(*from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), signed_text)));
  EXPECT_EQ(c.verify(), Signature::Bad);
}

TEST(WebhookSignature, AStaleTimeIsToldInBothDirections) {
  for (auto make : {hubspot, standard}) {
    for (const int s : {301, -301}) {
      Case c = make();
      c.at = now + seconds(s);
      EXPECT_EQ(c.verify(), Signature::Stale);
      c.request.body += " ";
      EXPECT_EQ(c.verify(), Signature::Bad) << "what is not signed is not merely stale";
    }
    Case c = make();
    c.at = now + seconds(300);
    EXPECT_EQ(c.verify(), Signature::Good);
  }
}

TEST(WebhookSignature, ATimeThatIsNoneIsRefusedThoughItIsSigned) {
  for (const char* time : {"-1767225600", "+1767225600", " 1767225600", "1767225600 ", "17672256000000000000", "0x6955",
                           "", "1767225600.0"}) {
    Case c = standard();
    c.header("webhook-timestamp") = time;
    const std::string signed_text = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W." + std::string(time) + "." + body;
    c.header("webhook-signature") =
        "v1," + to_base64(as_text(hmac_sha256(*from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), signed_text)));
    EXPECT_EQ(c.verify(), Signature::Bad) << time;
  }
  Case seconds_for_ms = hubspot();  // seconds where milliseconds are due
  seconds_for_ms.header("X-HubSpot-Request-Timestamp") = "1767225600";
  seconds_for_ms.header("X-HubSpot-Signature-v3") = to_base64(as_text(hmac_sha256(
      "11111111-2222-3333-4444-555555555555", "POST" + public_url + "/webhooks/hubspot" + body + "1767225600")));
  EXPECT_EQ(seconds_for_ms.verify(), Signature::Stale);
}

TEST(WebhookSignature, AKeyThatCannotBeUsedStopsTheStart) {
  const auto manifest = *model::shipped_manifest("idcheck");
  EXPECT_TRUE(
      check_credential(manifest, with({{"token", "t"}, {"webhook.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}))
          .empty());
  EXPECT_EQ(check_credential(manifest, with({{"token", "t"}, {"webhook.secret", ""}})).size(), 1u);
  const auto wrong = check_credential(manifest, with({{"token", "t"}, {"webhook.secret", "not-a-whsec"}}));
  ASSERT_EQ(wrong.size(), 1u);
  EXPECT_EQ(to_text(wrong[0].error).find("not-a-whsec"), std::string::npos);
}

TEST(Events, OneThatCarriesItsRecordNeedsNoReading) {
  const auto manifest = model::parse_manifest("acme.yaml", R"(connector: acme
title: Acme
base_url: https://acme.example
hosts: [acme.example]
secrets: [token, webhook.secret]
auth: { kind: bearer, secret: token }
api_versions: { core: ["1"] }
objects:
  people: { record: { id: id, updated: { at: changed, as: ms } } }
webhook:
  signatures: [{ header: X-Signature, encoding: hex, key: text, signs: [body] }]
  events:
    single: true
    id: "{id}"
    time: { at: at, as: ms }
    kinds: [{ kind: changed, object: people, record: person, values: data }]
)");
  ASSERT_TRUE(manifest) << to_text(manifest.error());
  const auto made = make_connector(*manifest, {});
  ASSERT_TRUE(made) << to_text(made.error());
  const auto events = (*made)->events(
      R"({"id":1,"at":1767225600000,"person":7,"data":{"id":7,"changed":1767225599000,"phone":"1"}})", {});
  ASSERT_TRUE(events) << to_text(events.error());
  ASSERT_TRUE((*events)[0].carried);
  EXPECT_EQ((*events)[0].carried->body["phone"].text(), "1");
  EXPECT_EQ(ms_since_epoch((*events)[0].carried->updated), 1767225599000);
  // What is carried and what is named must be one record.
  EXPECT_FALSE((*made)->events(R"({"id":1,"at":1767225600000,"person":8,"data":{"id":7}})", {}));
  EXPECT_FALSE((*made)->events(R"({"id":1,"at":1767225600000,"person":8})", {}));
}

// It is signed, so the vendor has begun to say something else: a person must look. What is said of what the hub does
// not keep is no news.
TEST(Events, OneThatDoesNotSayWhatItIsAboutIsUnreadable) {
  const auto unreadable = [](const auto& events) { return !events && events.error().code == Code::EventUnreadable; };
  const auto hubspot = connector("hubspot"), xero = connector("xero"), idcheck = connector("idcheck");
  EXPECT_TRUE(unreadable(hubspot->events("[{}]", {})));
  EXPECT_TRUE(unreadable(hubspot->events(R"([{"subscriptionType":5,"objectId":1,"occurredAt":1}])", {})));
  EXPECT_TRUE(unreadable(xero->events(R"({"events":[{}]})", {})));
  EXPECT_TRUE(unreadable(idcheck->events(R"({"type":5})", {})));
  EXPECT_TRUE(unreadable(idcheck->events("{}", {})));
  const auto other = hubspot->events(R"([{"subscriptionType":"deal.creation","objectId":1,"occurredAt":1}])", {});
  ASSERT_TRUE(other) << to_text(other.error());
  EXPECT_TRUE(other->empty());
  const auto none = hubspot->events("[]", {});
  EXPECT_TRUE(none && none->empty());
}

}  // namespace
}  // namespace linchpin::connect
