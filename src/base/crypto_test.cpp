#include "base/crypto.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace linchpin {
namespace {

std::string hex(const Hash& hash) { return to_hex(as_text(hash)); }
std::string bytes(std::string_view hex_text) { return from_hex(hex_text).value(); }

TEST(Crypto, Sha256IsThatOfFips180) {
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Crypto, HmacIsThatOfRfc4231) {
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256("", "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Crypto, AKeptHmacGivesTheSameForEachMessageAndForItsParts) {
  Hmac hmac("Jefe");
  const Hash expected = hmac_sha256("Jefe", "what do ya want for nothing?");
  EXPECT_EQ(hmac("what do ya want for nothing?"), expected);
  EXPECT_NE(hmac("something else"), expected);
  EXPECT_EQ(hmac({"what do ya ", "", "want for nothing?"}), expected);
  Hmac moved = std::move(hmac);
  EXPECT_EQ(moved("what do ya want for nothing?"), expected);
}

const std::string key_a(32, 'a');
const std::string key_b(32, 'b');

RC_GTEST_PROP(Crypto, WhatIsSealedOpensInItsPlaceAndNowhereElse, (std::string plain, std::string place)) {
  const std::string sealed = seal(key_a, plain, place);
  RC_ASSERT(open(key_a, sealed, place) == plain);
  RC_ASSERT(!open(key_b, sealed, place));
  RC_ASSERT(!open(key_a, sealed, place + "x"));
}

TEST(Crypto, AnySingleChangedByteKeepsASealedValueShut) {
  const std::string sealed = seal(key_a, "Jane", "contact");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string broken = sealed;
    broken[i] = static_cast<char>(broken[i] ^ 1);
    const auto opened = open(key_a, broken, "contact");
    ASSERT_FALSE(opened.has_value()) << i;
    EXPECT_EQ(opened.error().code, Code::CryptoFailed);
  }
  EXPECT_FALSE(open(key_a, std::string_view(sealed).substr(0, sealed.size() - 1), "contact"));
  EXPECT_FALSE(open(key_a, "", "contact"));
  EXPECT_FALSE(open("short", sealed, "contact"));
}

TEST(Crypto, TheSameTextIsNeverSealedTheSameWayTwice) {
  EXPECT_NE(seal(key_a, "Jane", "contact"), seal(key_a, "Jane", "contact"));
  EXPECT_EQ(seal(key_a, "Jane", "contact").find("Jane"), std::string::npos);
}

TEST(Crypto, ASignatureIsThatOfRfc8032AndOnlyOfItsMessage) {
  const SigningKey key =
      signing_key_from_seed(bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  EXPECT_EQ(to_hex(key.public_key), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const std::string signature = sign(key, "\x72");
  EXPECT_EQ(
      to_hex(signature),
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302ae"
      "eb00d291612bb0c00");
  EXPECT_TRUE(verify(key.public_key, "\x72", signature));
  EXPECT_FALSE(verify(key.public_key, "\x73", signature));
  EXPECT_FALSE(verify(key.public_key, "\x72", signature.substr(1)));
  EXPECT_FALSE(verify("", "\x72", signature));
  EXPECT_FALSE(verify(signing_key_from_seed(std::string(32, 's')).public_key, "\x72", signature));
}

TEST(Crypto, ASecretIsHeldAndSharedByItsCopies) {
  std::string source = "sk_live_1";
  const Secret secret{source};
  source.assign(source.size(), 'x');
  const Secret copy = secret;
  EXPECT_EQ(secret.bytes(), "sk_live_1");
  EXPECT_EQ(copy.bytes().data(), secret.bytes().data());
  EXPECT_TRUE(Secret().empty());
  EXPECT_TRUE(Secret("").empty());
}

TEST(Crypto, ComparisonInConstantTimeIsComparison) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_constant_time("abc", "ab"));
}

TEST(Crypto, ChanceDiffersEachTime) {
  EXPECT_EQ(random_bytes(16).size(), 16u);
  EXPECT_NE(random_bytes(16), random_bytes(16));
}

TEST(Encoding, Base64IsThatOfRfc4648) {
  const std::pair<const char*, const char*> examples[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"},
                                                          {"\xfb\xff", "+/8="}};
  for (const auto& [plain, encoded] : examples) {
    EXPECT_EQ(to_base64(plain), encoded);
    EXPECT_EQ(from_base64(encoded), plain);
  }
  EXPECT_EQ(to_base64_url("\xfb\xff"), "-_8");
}

TEST(Encoding, Base64ThatIsNotCanonicalIsRefused) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v ", "Zm9v\n", "Z-_=", "=", "====", "Zg==Zg=="}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

TEST(Encoding, HexIsReadInEitherCaseAndWholeOnly) {
  EXPECT_EQ(from_hex("00fFAb"), std::string("\x00\xff\xab", 3));
  EXPECT_EQ(from_hex("0"), std::nullopt);
  EXPECT_EQ(from_hex("0g"), std::nullopt);
  EXPECT_EQ(to_hex(std::string("\x00\xff\xab", 3)), "00ffab");
}

RC_GTEST_PROP(Encoding, WhatIsEncodedIsDecoded, (std::string plain)) {
  RC_ASSERT(from_base64(to_base64(plain)) == plain);
  RC_ASSERT(from_hex(to_hex(plain)) == plain);
}

}  // namespace
}  // namespace linchpin
