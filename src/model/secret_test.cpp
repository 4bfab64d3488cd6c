#include "model/secret.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace linchpin::model {
namespace {

namespace fs = std::filesystem;

class Secrets : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("linchpin-secret-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void put(const std::string& name, const std::string& text, mode_t mode) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
    ::chmod((folder_ / name).c_str(), mode);
  }
  Result<Secret> got(const std::string& source) {
    return resolve(*parse_secret_source(source, {"e.yaml", 1, 2}), folder_.string());
  }
  std::string refused(const std::string& source) {
    const auto secret = got(source);
    EXPECT_FALSE(secret);
    return secret ? "" : std::string(code_text(secret.error().code)) + " " + to_text(secret.error());
  }

  fs::path folder_;
};

TEST_F(Secrets, AFileOfTheOwnersAloneIsReadWithoutItsLineEnd) {
  put("key", "top secret\n", 0600);
  ASSERT_TRUE(got("file:key"));
  EXPECT_EQ(got("file:key")->bytes(), "top secret");
  EXPECT_EQ(got("file:" + (folder_ / "key").string())->bytes(), "top secret");
}

TEST_F(Secrets, AFileThatOthersMayReadIsRefused) {
  put("key", "top secret", 0640);
  EXPECT_NE(refused("file:key").find("key_unsafe"), std::string::npos);
  put("other", "top secret", 0604);
  EXPECT_NE(refused("file:other").find("chmod 600"), std::string::npos);
}

TEST_F(Secrets, AFileInAGitWorkTreeIsRefusedThroughALinkToo) {
  fs::create_directories(folder_ / "repo" / ".git");
  put("repo/deep/key", "top secret", 0600);
  EXPECT_NE(refused("file:repo/deep/key").find("git work tree"), std::string::npos);
  fs::create_symlink(folder_ / "repo" / "deep" / "key", folder_ / "link");
  EXPECT_NE(refused("file:link").find("git work tree"), std::string::npos);
}

TEST_F(Secrets, WhatIsNotThereIsMissingAndNeverShown) {
  EXPECT_NE(refused("file:none").find("key_missing"), std::string::npos);
  EXPECT_NE(refused("file:.").find("key_missing"), std::string::npos);
  EXPECT_NE(refused("env:LINCHPIN_TEST_NOT_SET").find("LINCHPIN_TEST_NOT_SET"), std::string::npos);
  put("empty", "\n", 0600);
  EXPECT_NE(refused("file:empty").find("empty"), std::string::npos);
  put("large", std::string(70'000, 'x'), 0600);
  EXPECT_NE(refused("file:large").find("64 KiB"), std::string::npos);
}

TEST_F(Secrets, OneWithALineEndInItIsRefusedByItsNameAndNeverShown) {
  for (const char* text : {"top\rsecret", "top\nsecret", "\x01top", "top\x7f", "top\n\n", "id:top\tsecret"}) {
    ::setenv("LINCHPIN_TEST_SECRET", text, 1);
    const std::string said = refused("env:LINCHPIN_TEST_SECRET");
    EXPECT_EQ(
        said,
        "key_missing e.yaml:1:2: the environment variable LINCHPIN_TEST_SECRET holds a line end or another control "
        "character. Give the secret alone, on one line.");
    put("key", text, 0600);
    EXPECT_NE(refused("file:key").find("the file key holds a line end"), std::string::npos);
  }
  EXPECT_EQ(refused("exec:printf 'top\\nsecret'").find("secret'"), std::string::npos);
  ::setenv("LINCHPIN_TEST_SECRET", "Zürich\r\n", 1);
  EXPECT_EQ(got("env:LINCHPIN_TEST_SECRET")->bytes(), "Zürich");
}

TEST_F(Secrets, OneInAHomeThatIsNotKnownSaysSo) {
  const std::string home = std::getenv("HOME") == nullptr ? "/" : std::getenv("HOME");
  ::unsetenv("HOME");
  EXPECT_EQ(refused("file:~/key"),
            "key_missing e.yaml:1:2: HOME is not set, and the file ~/key is in it. Set HOME, or write the whole path.");
  ::setenv("HOME", folder_.c_str(), 1);
  put("key", "top secret", 0600);
  EXPECT_EQ(got("file:~/key")->bytes(), "top secret");
  ::setenv("HOME", home.c_str(), 1);
}

TEST_F(Secrets, VariablesThatAreNotSetAreNamedInOneGo) {
  Environment environment;
  const auto source = [](const std::string& text) { return *parse_secret_source(text, {"e.yaml", 2, 9}); };
  ::setenv("LINCHPIN_TEST_SET", "x", 1);
  environment.master_key = source("env:LINCHPIN_TEST_A");
  environment.match_key = source("env:LINCHPIN_TEST_SET");
  environment.log_key = source("file:none");
  EXPECT_EQ(to_text(variables_set(environment).error()),
            "e.yaml:2:9: the environment variable LINCHPIN_TEST_A is not set. Set it before the hub starts.");
  Connection& books = environment.connections[SystemName("books")];
  books.secrets = {{"client_id", source("env:LINCHPIN_TEST_B")}, {"client_secret", source("env:LINCHPIN_TEST_B")}};
  books.settings = {{"plan", "standard"}, {"tenant", "env:LINCHPIN_TEST_C"}};
  EXPECT_EQ(
      to_text(variables_set(environment).error()),
      "e.yaml:2:9: the environment variables LINCHPIN_TEST_A, LINCHPIN_TEST_B and LINCHPIN_TEST_C are not set. Set "
      "them before the hub starts.");
  environment.master_key = source("env:LINCHPIN_TEST_SET");
  environment.connections.clear();
  EXPECT_TRUE(variables_set(environment));
}

TEST_F(Secrets, ACommandGivesItsOutputAndSeesNoOtherSecret) {
  ::setenv("LINCHPIN_TEST_SECRET", "hidden", 1);
  EXPECT_EQ(got("exec:echo from command")->bytes(), "from command");
  EXPECT_EQ(got("exec:echo \"<$LINCHPIN_TEST_SECRET>\"")->bytes(), "<>");
  EXPECT_EQ(got("env:LINCHPIN_TEST_SECRET")->bytes(), "hidden");
  EXPECT_NE(refused("exec:exit 3").find("failed"), std::string::npos);
  EXPECT_NE(refused("exec:yes").find("failed"), std::string::npos);
}

TEST_F(Secrets, SystemdsCredentialsAreReadByName) {
  put("master", "credential", 0440);
  ::setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1);
  EXPECT_EQ(got("credential:master")->bytes(), "credential");
  EXPECT_FALSE(got("credential:../master"));
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_FALSE(got("credential:master"));
}

TEST_F(Secrets, AConnectionsClientIsOneTextOfTwoParts) {
  put("client", "id-1:secret:2\n", 0600);
  ::setenv("LINCHPIN_TEST_TENANT", "t-1", 1);
  Connection connection;
  SecretSource source = *parse_secret_source("file:client", {});
  source.part = SecretSource::Part::BeforeColon;
  connection.secrets["client_id"] = source;
  source.part = SecretSource::Part::AfterColon;
  connection.secrets["client_secret"] = source;
  connection.settings = {{"tenant", "env:LINCHPIN_TEST_TENANT"}, {"plain", "x"}};
  const auto resolved = resolve(connection, folder_.string());
  ASSERT_TRUE(resolved) << to_text(resolved.error());
  EXPECT_EQ(resolved->secrets.at("client_id").bytes(), "id-1");
  EXPECT_EQ(resolved->secrets.at("client_secret").bytes(), "secret:2");
  EXPECT_EQ(resolved->settings.at("tenant"), "t-1");
  EXPECT_EQ(resolved->settings.at("plain"), "x");
}

TEST(SecretSources, ATextThatIsNoSourceIsNotRepeated) {
  for (const char* text : {"pat-na1-very-secret", "https:secret", "file:", ""}) {
    const auto source = parse_secret_source(text, {"e.yaml", 3, 4});
    ASSERT_FALSE(source);
    EXPECT_EQ(to_text(source.error()).find("secret-"), std::string::npos);
    EXPECT_EQ(to_text(source.error()).find("very"), std::string::npos);
  }
  EXPECT_EQ(parse_secret_source("hashicorp-vault:x", {}).error().code, Code::NotBuilt);
}

}  // namespace
}  // namespace linchpin::model
