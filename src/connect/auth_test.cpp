// A credential goes only to the hosts that the manifest or the environment's base_url names.
#include "connect/auth.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "connect/runtime.hpp"

namespace linchpin::connect {
namespace {

using namespace engine;

constexpr Instant now{milliseconds(1'767'225'600'000)};

std::unique_ptr<Connector> connector(const char* name) {
  return std::move(*make_connector(*model::shipped_manifest(name), {}));
}

Credential credential(std::string base_url) {
  Credential c;
  for (const char* name : {"token", "client_id", "client_secret", "refresh_token"})
    c.secrets.emplace(name, Secret("secret"));
  c.settings["tenant"] = "t";
  c.access_token = Secret("a");
  c.base_url = std::move(base_url);
  return c;
}

Result<Request> ask(const char* system, const Credential& c, std::string id = "1") {
  const bool xero = std::string_view(system) == "xero", hubspot = std::string_view(system) == "hubspot";
  const ObjectName object(xero ? "Contacts" : hubspot ? "contacts" : "verifications");
  return connector(system)->request({CallId(1), SystemName(system), FetchCall{object, {RecordId(id)}, {}}, {}}, c, now);
}
Result<Request> authorise(const Credential& c) {
  return connector("xero")->request({CallId(1), SystemName("xero"), AuthoriseCall{}, {}}, c, now);
}

TEST(CredentialHosts, ABaseUrlReplacesEveryHostOfTheManifest) {
  EXPECT_TRUE(
      ask("xero", credential("http://127.0.0.1:9101"))->url.starts_with("http://127.0.0.1:9101/api.xro/2.0/Contacts?"));
  EXPECT_EQ(authorise(credential("http://127.0.0.1:9101/"))->url, "http://127.0.0.1:9101/connect/token");
  EXPECT_EQ(authorise(credential(""))->url, "https://identity.xero.com/connect/token");
}

TEST(CredentialHosts, PlainHttpIsForThisMachineOnly) {
  for (const char* url :
       {"http://crm.example", "http://127.0.0.1.example", "http://10.0.0.1", "ftp://x", "//x", "https://", "x"}) {
    for (const auto& request : {ask("hubspot", credential(url)), authorise(credential(url))}) {
      ASSERT_FALSE(request) << url;
      EXPECT_EQ(request.error().code, Code::UnsafeEndpoint);
    }
  }
  EXPECT_TRUE(ask("hubspot", credential("http://localhost:9100")));
  EXPECT_TRUE(ask("hubspot", credential("https://crm.example:8443/base")));
}

TEST(CredentialHosts, ABaseUrlThatCouldMeanAnotherHostIsRefused) {
  for (const char* url : {"https://api.hubapi.com@evil.example", "https://evil.example#api.hubapi.com",
                          "https://evil.example?x=", "https://evil.example\\api.hubapi.com", "https://evil example",
                          "https://evil\r\nHost: x"}) {
    EXPECT_FALSE(ask("hubspot", credential(url))) << url;
  }
}

TEST(CredentialHosts, AConnectorWithoutAHostSendsNothingAnywhere) {
  const auto request = ask("idcheck", credential(""));
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, Code::UnsafeEndpoint);
}

TEST(CredentialHosts, AnIdCannotLeaveItsPath) {
  const Credential c = credential("https://id.example");
  EXPECT_EQ(ask("idcheck", c, "a/../b?c#d@e%2F")->url,
            "https://id.example/v1/verifications/a%2F..%2Fb%3Fc%23d%40e%252F");
  for (const char* id : {"..", ".", ""}) EXPECT_FALSE(ask("idcheck", c, id)) << id;
}

TEST(CredentialHosts, ASettingCannotAddAHeader) {
  Credential c = credential("");
  c.settings["tenant"] = "t\r\nX-Evil: 1";
  EXPECT_FALSE(ask("xero", c));
  c.settings.clear();
  EXPECT_FALSE(ask("xero", c)) << "without a tenant another organisation's data might come";
}

TEST(Auth, ARotatedRefreshTokenIsUsedInsteadOfTheEnvironments) {
  Credential c = credential("");
  c.refresh_token = Secret("r2&x");
  EXPECT_EQ(authorise(c)->body, "grant_type=refresh_token&refresh_token=r2%26x");
}

TEST(Auth, NothingIsAskedWithoutAnAccessToken) {
  Credential c = credential("");
  c.access_token = {};
  const auto request = ask("xero", c);
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, Code::Unauthenticated);
}

TEST(Connector, APinnedVersionMustBeOneThatItSpeaks) {
  const auto manifest = *model::shipped_manifest("hubspot");
  const auto older = make_connector(manifest, {{"crm", "2026-03"}});
  ASSERT_TRUE(older);
  EXPECT_NE(
      (*older)
          ->request({CallId(1), SystemName("hubspot"), FetchCall{ObjectName("contacts"), {RecordId("1")}, {}}, {}},
                    credential(""), now)
          ->url.find("/2026-03/"),
      std::string::npos);
  const auto wrong = make_connector(manifest, {{"crm", "v3"}});
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().fix.find("2026-09"), std::string::npos);
}

TEST(Connector, SpeaksTheWorkedExampleOfItsDocumentation) {
  std::ifstream in("docs/internals/manifest.md");
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const auto begin = text.find("```yaml\n");
  ASSERT_NE(begin, std::string::npos) << "the tests run at the root of the tree";
  const auto manifest =
      model::parse_manifest("manifest.md", text.substr(begin + 8, text.find("```", begin + 8) - begin - 8));
  ASSERT_TRUE(manifest) << to_text(manifest.error());
  const auto made = make_connector(*manifest, {});
  ASSERT_TRUE(made) << to_text(made.error());
  const FetchCall fetch{ObjectName("people"), {RecordId("7"), RecordId("9")}, {}};
  const auto request = (*made)->request({CallId(1), SystemName("acme"), fetch, {}}, credential(""), now);
  ASSERT_TRUE(request) << to_text(request.error());
  EXPECT_EQ(request->url, "https://api.acme.example/v2/people?ids=7%2C9");
}

TEST(Connector, MoreItemsThanOneCallTakesAreRefused) {
  WriteCall write{.object = ObjectName("contacts"),
                  .operation = Operation::Update,
                  .named = {},
                  .items = std::vector<WriteItem>(101)};
  EXPECT_FALSE(connector("hubspot")->request({CallId(1), SystemName("hubspot"), write, {}}, credential(""), now));
}

TEST(Connector, SaysWhichWritesMayBeRepeatedWithoutALook) {
  const WriteCall create{.object = ObjectName("Contacts"), .operation = Operation::Create, .named = {}, .items = {}};
  EXPECT_FALSE(connector("xero")->repeats_safely(create));
  const WriteCall check{
      .object = ObjectName("verifications"), .operation = Operation::Do, .named = "create_check", .items = {}};
  EXPECT_TRUE(connector("idcheck")->repeats_safely(check));
}

TEST(Connector, SignsWithAKeyOnly) {
  Credential c = credential("https://portal.example");
  c.settings["path"] = "hooks";
  for (const char* secret : {"plain-secret", "whsec_", "whsec_AAECAwQ=", "whsec_%%%%"}) {
    c.secrets.insert_or_assign("secret", Secret(secret));
    const std::vector<SecretMistake> mistakes =
        check_secrets(*make_language(*model::shipped_manifest("webhook"), {}), c);
    ASSERT_EQ(mistakes.size(), 1u) << secret;
    EXPECT_EQ(mistakes[0].secret, "secret");
    EXPECT_EQ(mistakes[0].error.code, Code::KeyMissing);
    EXPECT_EQ(to_text(mistakes[0].error).find("plain"), std::string::npos);
  }
}

TEST(Connector, ReadsWhatIsLeftOfItsLimits) {
  const Answer answer{
      200, {{"x-minlimit-remaining", "58"}, {"X-DayLimit-Remaining", "-1"}, {"X-AppMinLimit-Remaining", "many"}}, ""};
  const auto remaining = connector("xero")->remaining(answer);
  ASSERT_EQ(remaining.size(), 2u);
  EXPECT_EQ(remaining[0].window, "minute");
  EXPECT_EQ(remaining[0].calls, 58);
  EXPECT_EQ(remaining[1].calls, 0);
  const Call search{CallId(1), SystemName("hubspot"), ListCall{ObjectName("contacts"), now, "", {}}, {}};
  EXPECT_EQ(connector("hubspot")->special_window(search), "search");
}

}  // namespace
}  // namespace linchpin::connect
