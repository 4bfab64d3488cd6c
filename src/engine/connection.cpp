#include "engine/connection.hpp"

#include "base/mutant.hpp"
#include "engine/seal.hpp"

namespace linchpin::engine {
namespace {

std::string row_name(const SystemName& system) { return "credential/" + system.text; }

// Of the environment's refresh token; "" where it gives none.
std::string given_digest(const Credential& credential, Keys& keys) {
  const auto given = credential.secrets.find("refresh_token");
  return given == credential.secrets.end() ? "" : to_hex(keys.digest("credential", given->second.bytes()));
}

}  // namespace

Result<void> restore_tokens(Credential& credential, const SystemName& system, Store& store, Keys& keys) {
  if (const auto row = TRY(store.credential(system))) {
    const Json kept = TRY(open_detail(row->sealed, row_name(system), TRY(keys.of_hub())));
    if (kept["from"].text() == given_digest(credential, keys)) {
      credential.access_token = Secret(kept["access_token"].text());
      credential.access_expires = from_ms(kept["expires"].integer().value_or(0));
      credential.refresh_token = Secret(kept["refresh_token"].text());
    }
  }
  if (credential.refresh_token.empty())
    if (const auto given = credential.secrets.find("refresh_token"); given != credential.secrets.end())
      credential.refresh_token = given->second;
  return {};
}

Result<void> keep_tokens(Work& work, Credential& credential, const SystemName& system, const Authorised& authorised,
                         Keys& keys, Instant now) {
  credential.access_token = authorised.access_token;
  credential.access_expires = authorised.expires;
  if (!authorised.refresh_token.empty()) credential.refresh_token = authorised.refresh_token;
  const Json kept = Json::object({{"access_token", std::string(credential.access_token.bytes())},
                                  {"expires", ms_since_epoch(authorised.expires)},
                                  {"refresh_token", std::string(credential.refresh_token.bytes())},
                                  {"from", given_digest(credential, keys)}});
  if (!mutant(Mutant::TokenNotKept))
    work.rows().credentials.push_back({system, seal_detail(kept, row_name(system), TRY(keys.of_hub()))});
  work.attest(nullptr, {.entry = row_name(system) + "/" + std::to_string(ms_since_epoch(now)),
                        .kind = "connected",
                        .trigger = "token",
                        .system = system,
                        .outcome = "authorised",
                        .at = now});
  return {};
}

}  // namespace linchpin::engine
