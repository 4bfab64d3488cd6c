#include "connect/runtime.hpp"

#include <algorithm>

#include "connect/answer.hpp"
#include "connect/auth.hpp"
#include "connect/language.hpp"
#include "connect/limits.hpp"
#include "connect/request.hpp"
#include "connect/webhook.hpp"

namespace linchpin::connect {
namespace {

using namespace engine;

class Runtime final : public Connector {
 public:
  explicit Runtime(Language language) : language_(std::move(language)) {}

  const model::Manifest& manifest() const override { return *language_.manifest; }
  bool needs_access_token() const override { return connect::needs_access_token(language_); }
  bool needs_prepare() const override { return !language_.protocol.prepare.empty(); }

  Result<Request> request(const Call& call, const Credential& credential, Instant now) const override {
    return make_request(language_, call, credential, now);
  }
  Outcome outcome(const Call& call, const Result<Answer>& answer, Instant now) const override {
    return read_answer(language_, call, answer, now);
  }
  bool repeats_safely(const WriteCall& call) const override {
    const auto writing = writing_of(language_, call);
    return writing && (*writing)->repeats_safely;
  }

  Limits limits() const override { return limits_of(language_.protocol); }
  std::vector<Remaining> remaining(const Answer& answer) const override {
    return remaining_in(language_.protocol, answer);
  }
  std::string special_window(const Call& call) const override {
    if (const auto* count = std::get_if<CountCall>(&call.what)) {
      const auto counting = counting_of(language_, *count);
      return counting ? (*counting)->window : std::string();
    }
    const auto* list = std::get_if<ListCall>(&call.what);
    const auto reading = list ? reading_of(language_, *list) : fail(Code::NotFound, "");
    return reading ? (*reading)->window : std::string();
  }

  Signature verify(const Request& request, const std::string& public_url, const Credential& credential,
                   Instant now) const override {
    return verify_webhook(language_.protocol.signatures, request, public_url, credential, now);
  }
  Result<std::vector<Event>> events(std::string_view body, const Credential& credential) const override {
    return read_events(language_, body, credential);
  }

 private:
  Language language_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_connector(std::shared_ptr<const model::Manifest> manifest,
                                                  const std::map<std::string, std::string>& api_version) {
  return std::make_unique<Runtime>(TRY(make_language(std::move(manifest), api_version)));
}

std::vector<SecretMistake> check_credential(const std::shared_ptr<const model::Manifest>& manifest,
                                            const Credential& credential) {
  const auto language = make_language(manifest, {});
  if (!language) return {{"", language.error()}};
  return check_secrets(*language, credential);
}

}  // namespace linchpin::connect
