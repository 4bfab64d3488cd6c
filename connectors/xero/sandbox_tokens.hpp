// Xero's token endpoint: access tokens live 30 minutes; a refresh token is used once, and its last holder has 30
// minutes more to use it again when the answer was lost. Refresh tokens that nobody uses end after 60 days.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/http.hpp"
#include "base/time.hpp"
#include "sandbox/chance.hpp"

namespace linchpin::sandbox {

class XeroTokens {
 public:
  XeroTokens(Chance& chance, std::string client_id, std::string client_secret);

  Answer token(const Request&, Instant now);
  enum class State { Good, Unknown, Expired };
  State state(std::string_view access_token, Instant now) const;
  bool of_custom_connection(std::string_view access_token) const;  // no tenant header is needed then
  const std::string& first_refresh_token() const { return first_; }
  const std::string& authentication_event() const { return event_; }

 private:
  struct Refresh {
    std::optional<Instant> issued;  // none: the first one, from before the sandbox ran
    std::optional<Instant> used;
  };
  struct Access {
    Instant expires{};
    bool custom = false;
  };
  bool known_client(const Request&, const std::string& form_id, const std::string& form_secret) const;
  std::string new_access(Instant now, bool custom);

  Chance& chance_;
  std::string client_id_, client_secret_, first_, event_;
  std::map<std::string, Refresh> refresh_;
  std::map<std::string, Access, std::less<>> access_;
};

}  // namespace linchpin::sandbox
