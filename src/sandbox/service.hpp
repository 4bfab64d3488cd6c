// A vendor served: its API at its own paths, and `/_sandbox/…` beside it (docs/guide/sandboxes.md). Thread-safe. It has
// one thread, for webhooks that are due and answers that are slow.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/http.hpp"
#include "sandbox/vendor.hpp"

namespace linchpin::sandbox {

using Clock = std::function<Instant()>;  // called from several threads

class ServedSandbox {
 public:
  // Sends webhooks through `client`, which must outlive this. `clock` is the real one, or a test's.
  ServedSandbox(std::unique_ptr<Vendor> vendor, HttpClient& client, Clock clock);
  ~ServedSandbox();  // webhooks under way are forgotten; slow answers that wait are cut
  ServedSandbox(const ServedSandbox&) = delete;
  ServedSandbox& operator=(const ServedSandbox&) = delete;

  // For an HttpServer. It may outlive this: every call is cut then.
  Handler handler() const;

  // The line that says it is ready, without a newline: {"system":"hubspot","base_url":"http://127.0.0.1:9100",
  // "credentials":{…}}. The credentials are made up, and are the only ones that it takes.
  std::string ready_line(std::string_view base_url) const;

  // What `POST /_sandbox/seed`, `webhook-target` and `faults` do, for one that starts it in the same process.
  Result<void> seed(const Json&);
  void set_webhook_target(std::string url);
  Result<void> set_faults(const Json&);
  Json state() const;
  const std::string& name() const;

 private:
  class Inside;
  std::shared_ptr<Inside> inside_;
};

}  // namespace linchpin::sandbox
