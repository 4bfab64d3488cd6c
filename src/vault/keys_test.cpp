#include "vault/keys.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <thread>

#include "sim/memory_store.hpp"
#include "sim/random.hpp"
#include "vault/process.hpp"

namespace linchpin::vault {
namespace {

KeySetup setup(char master = 'm', char match = 'k', std::string hub = "practice") {
  return {std::move(hub), Secret(std::string(32, master)), Secret(std::string(32, match)), 4, random_bytes};
}
std::unique_ptr<Keys> opened(sim::KeyStore& store, KeySetup with = setup()) {
  return std::move(Keys::open(store, std::move(with)).value());
}
std::optional<std::string> stored(sim::KeyStore& store, const std::string& name) {
  const auto found = store.get({name}).value();
  return found.empty() ? std::nullopt : std::optional(found.begin()->second);
}
std::string bytes(const Result<Secret>& key) { return std::string(key.value().bytes()); }

TEST(Keys, AGoldenRecordsKeyIsTheSameAfterARestart) {
  sim::KeyStore store;
  std::string made;
  {
    auto keys = opened(store);
    made = std::string(keys->make(GoldenId("g_1")).bytes());
    EXPECT_EQ(made.size(), 32u);
    EXPECT_EQ(bytes(keys->of(GoldenId("g_1"))), made);
    EXPECT_EQ(keys->make(GoldenId("g_1")).bytes(), made);
    EXPECT_FALSE(stored(store, "g_1"));  // not before flush
    ASSERT_TRUE(keys->flush());
  }
  EXPECT_EQ(bytes(opened(store)->of(GoldenId("g_1"))), made);
  EXPECT_EQ(stored(store, "g_1")->find(made), std::string::npos);
}

TEST(Keys, ManyKeysAreOneCommitAndAFailedOneIsTriedAgain) {
  sim::KeyStore store;
  auto keys = opened(store);
  for (int i = 0; i < 50; ++i) keys->make(GoldenId("g_" + std::to_string(i)));
  const auto before = store.puts();
  store.refuse(1);
  EXPECT_EQ(keys->flush().error().code, Code::StoreUnavailable);
  EXPECT_TRUE(keys->of(GoldenId("g_7")));
  ASSERT_TRUE(keys->flush());
  EXPECT_EQ(store.puts(), before + 1);
  ASSERT_TRUE(keys->flush());
  EXPECT_EQ(store.puts(), before + 1);  // nothing made, nothing written
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(keys->of(GoldenId("g_" + std::to_string(i))));  // more than are kept open
}

TEST(Keys, ADestroyedKeyIsMissingAtOnceAndForEver) {
  sim::KeyStore store;
  auto keys = opened(store);
  keys->make(GoldenId("g_1"));
  ASSERT_TRUE(keys->flush());
  ASSERT_TRUE(keys->destroy(GoldenId("g_1")));
  EXPECT_EQ(keys->of(GoldenId("g_1")).error().code, Code::KeyMissing);
  EXPECT_EQ(opened(store)->of(GoldenId("g_1")).error().code, Code::KeyMissing);
}

TEST(Keys, AWrongMasterKeyMatchKeyOrHubIsRefusedWhenTheHubStarts) {
  sim::KeyStore store;
  opened(store);
  EXPECT_EQ(Keys::open(store, setup('x')).error().code, Code::KeyWrong);
  EXPECT_EQ(Keys::open(store, setup('m', 'x')).error().code, Code::KeyWrong);
  EXPECT_EQ(Keys::open(store, setup('m', 'k', "other")).error().code, Code::KeyWrong);
  EXPECT_TRUE(Keys::open(store, setup()));
  KeySetup brief = setup();
  brief.master = Secret("short");
  EXPECT_EQ(Keys::open(store, brief).error().code, Code::KeyMissing);
}

TEST(Keys, ASealedKeyCannotBeMovedToAnotherPerson) {
  sim::KeyStore store;
  auto keys = opened(store);
  keys->make(GoldenId("g_1"));
  ASSERT_TRUE(keys->flush());
  ASSERT_TRUE(store.put({{"g_2", *stored(store, "g_1")}}));
  EXPECT_EQ(keys->of(GoldenId("g_2")).error().code, Code::KeyWrong);
}

TEST(Keys, ADayHasOneKeyForAllThreadsAndLosesItWhenItIsForgotten) {
  sim::KeyStore store;
  auto keys = opened(store);
  std::vector<std::string> found(8);
  std::vector<std::thread> threads;
  for (auto& one : found) threads.emplace_back([&] { one = bytes(keys->of_day("2026-11-24")); });
  for (auto& thread : threads) thread.join();
  for (const auto& one : found) EXPECT_EQ(one, found[0]);
  const std::string next = bytes(keys->of_day("2026-11-25"));
  EXPECT_NE(next, found[0]);
  ASSERT_TRUE(keys->forget_days_before("2026-11-25"));
  EXPECT_FALSE(stored(store, "day/2026-11-24"));
  EXPECT_EQ(bytes(keys->of_day("2026-11-25")), next);
}

TEST(Keys, BlindKeysAndDigestsAreStableSeparateAndKeyed) {
  sim::KeyStore store, other;
  auto keys = opened(store);
  const std::string blind = keys->blind("contact.email", "jane@example.com");
  EXPECT_EQ(blind.size(), 16u);
  EXPECT_EQ(opened(store)->blind("contact.email", "jane@example.com"), blind);
  EXPECT_NE(keys->blind("contact.emai", "ljane@example.com"), blind);
  EXPECT_EQ(opened(other)->blind("contact.email", "jane@example.com"), blind);  // the match key alone decides
  const std::string digest = keys->digest("event", "1");
  EXPECT_EQ(digest.size(), 32u);
  EXPECT_EQ(opened(store)->digest("event", "1"), digest);
  sim::KeyStore third;
  EXPECT_NE(opened(third, setup('m', 'x'))->blind("contact.email", "jane@example.com"), blind);
  EXPECT_NE(opened(third, setup('m', 'x'))->digest("event", "1"), digest);  // the hub's own key
}

TEST(Keys, ASeededRunMakesTheSameKeys) {
  std::string made[2];
  for (auto& one : made) {
    sim::KeyStore store;
    sim::Random random(5);
    KeySetup with = setup();
    with.random = [&](std::size_t count) { return random.bytes(count); };
    one = std::string(opened(store, with)->make(GoldenId("g_1")).bytes());
  }
  EXPECT_EQ(made[0], made[1]);
}

TEST(KeyText, IsHexOrBase64AndNothingElse) {
  EXPECT_EQ(key_of_text(Secret(std::string(64, 'a')), "master").value().bytes(), std::string(32, '\xaa'));
  EXPECT_EQ(key_of_text(Secret(to_base64(std::string(32, 'x'))), "master").value().bytes(), std::string(32, 'x'));
  for (const std::string& bad : {std::string("password"), std::string(62, 'a'), std::string(32, 'q'), std::string()}) {
    const auto refused = key_of_text(Secret(bad), "master");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::KeyMissing);
    if (!bad.empty()) EXPECT_EQ(to_text(refused.error()).find(bad), std::string::npos);
  }
}

TEST(Process, LeavesNoCoreAndCannotBeTraced) {
  ASSERT_TRUE(guard_process());
  EXPECT_EQ(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
  rlimit core{1, 1};
  ASSERT_EQ(::getrlimit(RLIMIT_CORE, &core), 0);
  EXPECT_EQ(core.rlim_max, 0u);
}

}  // namespace
}  // namespace linchpin::vault
