// What every KeyStore promises, whichever store it is in: of the same worlds as store_contract.hpp.
#pragma once

#include "store/store_contract.hpp"

namespace linchpin::store {

template <class World>
class KeysContract : public StoreContract<World> {};

TYPED_TEST_SUITE_P(KeysContract);

TYPED_TEST_P(KeysContract, KeysAreKeptUntilTheyAreDestroyed) {
  must(this->keys().put({{"g_1", std::string("\0one", 4)}, {"g_2", "two"}, {"day/2026-01-01", "day"}}));
  must(this->keys().put({{"g_2", "three"}}));
  must(this->keys().put({}));
  this->world.reopen();
  EXPECT_EQ(key_in(this->keys(), "g_1"), std::string("\0one", 4));
  EXPECT_EQ(key_in(this->keys(), "g_2"), "three");
  EXPECT_EQ(must(this->keys().names("g_")), (std::vector<std::string>{"g_1", "g_2"}));
  EXPECT_EQ(must(this->keys().names("day/")).size(), 1u);
  EXPECT_EQ(must(this->keys().put_new("g_2", "not this one")), "three");  // whoever makes a key second takes the first
  EXPECT_EQ(must(this->keys().put_new("g_4", "four")), "four");
  EXPECT_EQ(key_in(this->keys(), "g_2"), "three");
  EXPECT_EQ(key_in(this->keys(), "g_4"), "four");
  must(this->keys().destroy("g_1"));
  must(this->keys().destroy("g_1"));  // an erasure that was cut is run again
  this->world.reopen();
  EXPECT_FALSE(key_in(this->keys(), "g_1"));
  EXPECT_TRUE(key_in(this->keys(), "g_2"));
}

REGISTER_TYPED_TEST_SUITE_P(KeysContract, KeysAreKeptUntilTheyAreDestroyed);

}  // namespace linchpin::store
