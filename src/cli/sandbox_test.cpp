#include <signal.h>

#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include "base/json.hpp"
#include "base/time.hpp"
#include "cli/command.hpp"
#include "server/raw_client.hpp"

namespace linchpin::cli {
namespace {

// Two ports that were free a moment ago, one after the other.
int free_ports() {
  for (int port = 20'000 + static_cast<int>(::getpid()) % 20'000; port < 65'000; port += 2) {
    const server::RawClient first("127.0.0.1:" + std::to_string(port)), second("127.0.0.1:" + std::to_string(port + 1));
    if (!first.connected() && !second.connected()) return port;
  }
  return 0;
}

int run(const std::vector<std::string>& words) {
  Program program("linchpin", "");
  add_sandbox(program);
  return program.run(words);
}

TEST(SandboxCommand, ServesEachSystemOnAPortOfItsOwnSaysSoAndEndsOnSigterm) {
  const int port = free_ports();
  const std::string first = "127.0.0.1:" + std::to_string(port), second = "127.0.0.1:" + std::to_string(port + 1);
  testing::internal::CaptureStdout();
  int status = -1;
  std::thread program([&] { status = run({"sandbox", "hubspot", "idcheck", "--listen", first, "--seed", "7"}); });
  for (const std::string& address : {first, second}) {
    server::RawAnswer answer;
    for (int i = 0; i < 500 && answer.status == 0; ++i) {
      std::this_thread::sleep_for(milliseconds(10));
      server::RawClient client(address);
      if (client.connected()) answer = client.ask("GET /_sandbox/state HTTP/1.1\r\nHost: vendor\r\n\r\n");
    }
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(parse_json(answer.body).value()["objects"].is_object());
  }
  std::this_thread::sleep_for(milliseconds(100));  // the lines follow the last port
  ::pthread_kill(program.native_handle(), SIGTERM);
  program.join();
  EXPECT_EQ(status, 0);

  std::istringstream lines(testing::internal::GetCapturedStdout());
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  const Json hubspot = parse_json(line).value();
  EXPECT_EQ(hubspot["system"].text(), "hubspot");
  EXPECT_EQ(hubspot["base_url"].text(), "http://" + first);
  EXPECT_FALSE(hubspot["credentials"]["token"].text().empty());
  ASSERT_TRUE(std::getline(lines, line));
  const Json idcheck = parse_json(line).value();
  EXPECT_EQ(idcheck["system"].text(), "idcheck");
  EXPECT_EQ(idcheck["base_url"].text(), "http://" + second);
  EXPECT_FALSE(std::getline(lines, line));
}

TEST(SandboxCommand, WhatItCannotServeIsTheUsersMistake) {
  EXPECT_EQ(run({"sandbox", "salesforce"}), 2);
  EXPECT_EQ(run({"sandbox", "hubspot", "--limits", "some"}), 2);
  EXPECT_EQ(run({"sandbox", "hubspot", "--listen", "nowhere"}), 2);
  EXPECT_EQ(run({"sandbox", "hubspot", "idcheck", "--listen", "127.0.0.1:65535"}), 2);
}

}  // namespace
}  // namespace linchpin::cli
