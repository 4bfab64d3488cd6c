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
