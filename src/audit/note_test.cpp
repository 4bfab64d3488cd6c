#include "audit/note.hpp"

#include <gtest/gtest.h>

#include "audit/checkpoint.hpp"
#include "audit/tree.hpp"

namespace linchpin::audit {
namespace {

const std::string log_name = "hub.example.com.au/audit";
const std::string log_vkey = "hub.example.com.au/audit+de11c320+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
const std::string witness_vkey = "witness.example.org/w1+f3c080b6+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";
const std::string checkpoint3 =
    "hub.example.com.au/audit\n3\nLP73YnWX4AtWSXV3Stco7yEHBnWfym1kE4xt/By/LNo=\n\n"
    "\xe2\x80\x94 hub.example.com.au/audit "
    "3hHDIEqG6Di2fMm6njecfTjDYMPMS4Lv8xNT9JsflJq/30NyF9zzsYt3GmK3uGpCQJbY+7m/our10TsxggTnepTorA4=\n";
const std::string checkpoint5 =
    "hub.example.com.au/audit\n5\nh9UMXqS06cZqY1DcnPgMhWQabcLU6G++7tynUvpM20w=\n\n"
    "\xe2\x80\x94 hub.example.com.au/audit "
    "3hHDIOCe1sxl5YaLOzi1Anxxx0w2E2vGV6Rdgw1p2p6IGOTXs0aKlxPwotK3qm/b9CtnF97Il7poOpQ2NAAMiw/GagI=\n"
    "\xe2\x80\x94 witness.example.org/w1 "
    "88CAtgAAAABpVbkAK48p11eyPL3vwDMGJ37goS6QXBp58I52eqCvqFnlp4U1lgxjSanVcJZjIJG1ysCCWZGFnHcX8RsXNXQxo7GQAg==\n";

SigningKey log_key() {
  std::string seed;
  for (char c = 0; c < 32; ++c) seed.push_back(c);
  return signing_key_from_seed(seed);
}
VerifierKey key(const std::string& text) { return parse_verifier_key(text).value(); }

TEST(VerifierKey, IsMadeAndReadAsInTheWorkedVectors) {
  EXPECT_EQ(to_text(verifier_key(log_name, ed25519_type, log_key().public_key)), log_vkey);
  for (const std::string& text : {log_vkey, witness_vkey}) EXPECT_EQ(to_text(key(text)), text);
  EXPECT_EQ(key(witness_vkey).type, cosignature_type);
}

TEST(VerifierKey, IsRefusedWithAnyCharacterChanged) {
  for (std::size_t i = 0; i < log_vkey.size(); ++i) {
    std::string changed = log_vkey;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(parse_verifier_key(changed)) << i;
  }
  for (const char* bad :
       {"", "+", "a+b+c", "a+de11c320+", "a b+de11c320+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"}) {
    EXPECT_FALSE(parse_verifier_key(bad)) << bad;
  }
}

TEST(Checkpoint, IsSignedAsInTheWorkedVectors) {
  const auto three = verified_checkpoint(checkpoint3, key(log_vkey));
  ASSERT_TRUE(three);
  EXPECT_EQ(three->size, 3);
  EXPECT_EQ(to_hex(as_text(three->root)), "2cfef7627597e00b564975774ad728ef210706759fca6d64138c6dfc1cbf2cda");
  EXPECT_EQ(signed_note(to_text(*three), log_name, log_key()), checkpoint3);
  const auto five = verified_checkpoint(checkpoint5, key(log_vkey));
  ASSERT_TRUE(five);
  EXPECT_TRUE(checkpoint5.starts_with(signed_note(to_text(*five), log_name, log_key())));
}

TEST(Note, AWitnesssCosignatureVerifiesAndCountsAsASignature) {
  const std::vector<VerifierKey> both{key(log_vkey), key(witness_vkey)};
  EXPECT_TRUE(verified_note(checkpoint5, both));
  EXPECT_TRUE(verified_note(checkpoint5, std::span(both).last(1)));
  EXPECT_FALSE(verified_note(checkpoint3, std::span(both).last(1)));  // not signed by the witness
  EXPECT_EQ(parse_note(checkpoint5)->signatures.size(), 2u);
}

TEST(Note, TheForeignVectorVerifies) {
  const auto foreign = key("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
  const std::string note =
      "This is an example message.\n\n\xe2\x80\x94 example.com/foo "
      "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
  const auto verified = verified_note(note, std::span(&foreign, 1));
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->text, "This is an example message.\n");
}

TEST(Note, AnyByteFlippedIsRefused) {
  const std::vector<VerifierKey> both{key(log_vkey), key(witness_vkey)};
  const std::size_t witness_line = checkpoint5.rfind("\xe2\x80\x94");
  for (std::size_t i = 0; i < checkpoint5.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = checkpoint5;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      const auto verified = verified_note(flipped, both);
      if (!verified) continue;
      // Only a line that has become some unknown key's is ignored; what is left must then be the whole truth.
      EXPECT_EQ(verified->text, parse_note(checkpoint5)->text) << i;
      EXPECT_GE(i, checkpoint5.find("\n\n")) << i;
      const bool log_line = i < witness_line;
      EXPECT_FALSE(verified_note(flipped, std::span(both).subspan(log_line ? 0 : 1, 1))) << i;
    }
    EXPECT_FALSE(verified_note(checkpoint5.substr(0, i), std::span(both).last(1))) << i;
  }
}

TEST(Note, IsStrictAboutItsShape) {
  const auto log = key(log_vkey);
  const auto refused = [&](const std::string& note) { return !verified_note(note, std::span(&log, 1)); };
  EXPECT_FALSE(refused(checkpoint3));
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("\n\n"));
  EXPECT_TRUE(refused(checkpoint3.substr(0, checkpoint3.size() - 1)));  // no last line end
  EXPECT_TRUE(refused(checkpoint3 + "\n"));
  EXPECT_TRUE(refused(checkpoint3 + "more\n"));
  EXPECT_TRUE(refused("\x01" + checkpoint3));
  EXPECT_TRUE(refused("\xff" + checkpoint3));
  EXPECT_TRUE(refused("\xc0\x80" + checkpoint3));
  std::string unused_bits = checkpoint3;  // "A4=" and "A5=" are the same bytes to a lax reader
  ASSERT_TRUE(unused_bits.ends_with("rA4=\n"));
  unused_bits[unused_bits.size() - 3] = '5';
  EXPECT_TRUE(refused(unused_bits));
}

TEST(Checkpoint, TextIsRefusedWhenItIsNotOfTheForm) {
  const std::string root = to_base64(std::string(32, 'r'));
  EXPECT_TRUE(parse_checkpoint("log\n7\n" + root + "\n"));
  EXPECT_TRUE(parse_checkpoint("log\n7\n" + root + "\nextension\n"));
  const std::vector<std::string> bad_ones = {"log\n07\n" + root + "\n",
                                             "log\n-1\n" + root + "\n",
                                             "log\n+1\n" + root + "\n",
                                             "log\n7 \n" + root + "\n",
                                             "log\n99999999999999999999\n" + root + "\n",
                                             "log\n7\n" + root,
                                             "log\n7\n",
                                             "\n7\n" + root + "\n",
                                             "log\n7\n" + root + "\n\n",
                                             "log\n7\n" + to_base64("short") + "\n",
                                             ""};
  for (const std::string& bad : bad_ones) {
    EXPECT_FALSE(parse_checkpoint(bad)) << bad;
  }
}

TEST(Checkpoint, OfAnotherLogSignedByTheSameKeyIsRefused) {
  const Checkpoint other{"other.example/audit", 1, leaf_hash("x")};
  EXPECT_FALSE(verified_checkpoint(signed_note(to_text(other), log_name, log_key()), key(log_vkey)));
}

}  // namespace
}  // namespace linchpin::audit
