// A vendor as a state machine over values: a request and a time go in, an answer comes out, and webhooks that are due
// are handed out. No clock, thread, socket or file: sandbox/service serves it over HTTP, sim/ runs it in a simulated
// world. Its state holds people's data as a vendor's would (invented ones, in every use that we make of it).
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "sandbox/chance.hpp"
#include "sandbox/courier.hpp"
#include "sandbox/faults.hpp"

namespace linchpin::sandbox {

enum class Limits { Real, None, Tenfold };                  // the vendor's own; none; ten times the vendor's own
std::optional<Limits> parse_limits(std::string_view text);  // "real", "none", "10x"

struct Served {
  Answer answer;
  milliseconds delay{0};  // the answer arrives so much later; what it says is of now
  bool lost = false;      // it was done, and the connection is cut without an answer
};
struct Webhook {
  std::string id;   // for webhook_answered
  Request request;  // signed; `url` is the target
};
struct Logged {
  Instant at{};
  std::string method, target;
  int status = 0;  // as it would have been when `lost`
  bool lost = false;
};

class Vendor {
 public:
  virtual ~Vendor() = default;
  Vendor(const Vendor&) = delete;
  Vendor& operator=(const Vendor&) = delete;

  const std::string& name() const { return name_; }

  // Calls of the vendor's API. `request.url` may be absolute or a target. `now` never goes back from call to call.
  Served answer(const Request&, Instant now);

  // Webhooks to send now, each once; each must be answered by webhook_answered, with nothing when no answer came.
  std::vector<Webhook> webhooks_due(Instant now);
  void webhook_answered(const std::string& id, std::optional<int> status, Instant now);
  // When something is due without a call from outside: a webhook, or a step that the vendor takes by itself.
  std::optional<Instant> next_due() const;

  void set_webhook_target(std::string url, Instant now);  // the URL that signatures cover; "" for none
  const std::string& webhook_target() const { return target_; }
  virtual milliseconds webhook_timeout() const {
    return milliseconds{5'000};
  }  // how long the vendor waits for an answer
  virtual std::string webhook_status() const;  // "none", "ok"; Xero also "pending", "failed", "disabled"

  // {"objects":{"contacts":[every record in the vendor's own form]}}. seed() takes the same and replaces what is there,
  // without webhooks; a record without an id gets one. Refused whole when one record is not what the vendor would hold.
  virtual Json state(Instant now) = 0;
  virtual Result<void> seed(const Json&, Instant now) = 0;
  // {"objects":{"contacts":12}}: how many records of each kind state() would have.
  virtual Json counts() const = 0;
  // What a person changes at the vendor's own screen: raises webhooks as such. An empty id creates. The record as it
  // is.
  virtual Result<Json> edit(std::string_view object, std::string_view id, const Json& fields, Instant now) = 0;
  virtual Json credentials() const = 0;

  Result<void> set_faults(const Json&, Instant now);
  const std::deque<Logged>& log() const { return log_; }  // the last 10,000

 protected:
  Vendor(std::string name, std::uint64_t seed, Limits limits, Schedule schedule);

  virtual Answer respond(const Request&, Instant now) = 0;
  virtual Answer broken(Instant now) = 0;                       // its 500
  virtual Answer too_many(Instant now) = 0;                     // its 429
  virtual void sent(const Request&, const Answer&, Instant) {}  // the answer that leaves, be it lost on the way
  virtual void started(Instant /*now*/, milliseconds /*lasts*/) {}
  virtual void advance(Instant) {}  // what it does by itself until now
  virtual std::optional<Instant> next_step() const { return std::nullopt; }

  virtual Request compose(const Message&, Instant now) = 0;                // signed anew for each attempt
  virtual bool accepted(const Message&, std::optional<int> status) const;  // 2xx
  virtual bool webhooks_open() const { return !target_.empty(); }
  virtual void settled(const Message&, bool accepted, bool given_up, std::optional<int> status, Instant now);
  virtual void target_changed(Instant) {}

  bool leaves_out();                    // what a read by ids asks for, this time
  void raise(Json event, Instant now);  // tells an event, with faults; nothing when there is no target
  std::int64_t scaled(std::int64_t limit) const;
  milliseconds index_lag(milliseconds own) const;
  Instant stamp(Instant now) const;  // a record's time of change

  Chance chance_;        // what the vendor makes up: ids, keys
  Chance fault_chance_;  // apart, so that faults do not change which ids are made up
  Courier courier_;
  std::string target_;

 private:
  void end_faults(Instant now);

  std::string name_;
  Limits limits_;
  Faults faults_;
  std::deque<Logged> log_;
};

// "hubspot", "xero", "idcheck": the connectors that have a sandbox.cpp (cmake/sandboxes.cmake lists them).
std::vector<std::string> vendor_names();
Result<std::unique_ptr<Vendor>> make_vendor(std::string_view name, std::uint64_t seed, Limits);

}  // namespace linchpin::sandbox
