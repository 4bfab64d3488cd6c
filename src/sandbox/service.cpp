#include "sandbox/service.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "sandbox/page.hpp"

namespace linchpin::sandbox {
namespace {

constexpr milliseconds idle_most{1'000};  // the clock is asked again at least so often: it may be a test's

constexpr std::int64_t advance_most = 1'000'000'000;

const Answer cut{0, {}, ""};

// What a vendor's settings page would take: http or https, a host, no space and no control character.
bool is_target(const std::string& url) {
  const std::size_t host = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : std::string::npos;
  if (host == std::string::npos || host == url.size() || url.find_first_of("/?#:", host) == host) return false;
  return std::all_of(url.begin(), url.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

Answer done() { return json_answer(200, "{}"); }

}  // namespace

class ServedSandbox::Inside : public std::enable_shared_from_this<Inside> {
 public:
  Inside(std::unique_ptr<Vendor> vendor, HttpClient& client, Clock clock)
      : vendor_(std::move(vendor)), name_(vendor_->name()), client_(client), clock_(std::move(clock)) {}

  void start() {
    thread_ = std::thread([this] { run(); });
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
    for (auto& [due, slow] : slow_) slow.reply(cut);
  }

  void handle(const Request& request, const Reply& reply) {
    std::unique_lock lock(mutex_);
    if (stopped_) {
      lock.unlock();
      return reply(cut);
    }
    const std::string path(path_of(request.url));
    if (path == "/_sandbox" || path.starts_with("/_sandbox/")) {
      const Answer answer = control(request, path.substr(std::min<std::size_t>(path.size(), 10)));
      lock.unlock();
      changed_.notify_all();
      return reply(answer);
    }
    const Served served = vendor_->answer(request, now());
    const Answer answer = served.lost ? cut : served.answer;
    if (served.delay.count() > 0) {
      slow_.emplace(clock_() + served.delay, Slow{reply, answer});
      lock.unlock();
    } else {
      lock.unlock();
      reply(answer);
    }
    changed_.notify_all();
  }

  template <class Act>
  auto with_vendor(Act act) {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
    return act(*vendor_, now());
  }
  const std::string& name() const { return name_; }

 private:
  struct Slow {
    Reply reply;
    Answer answer;
  };

  // Needs: the lock. Never goes back, whatever the clock does.
  Instant now() { return last_ = std::max(last_, clock_() + advanced_); }

  // Needs: the lock.
  Answer control(const Request& request, const std::string& what) {
    const bool reads = request.method == "GET";
    if (reads && (what.empty() || what == "/")) {
      return {200, {{"Content-Type", "text/html; charset=utf-8"}, {"Cache-Control", "no-store"}}, std::string(page())};
    }
    if (reads && what == "state") return json_answer(200, canonical(vendor_->state(now())));
    if (reads && what == "counts") return json_answer(200, canonical(vendor_->counts()));
    if (reads && what == "log") return json_answer(200, canonical(log()));
    if (reads && what == "clock") return json_answer(200, canonical(Json::object({{"now", rfc3339(now())}})));
    if (reads && what == "webhook-target") {
      return json_answer(
          200, canonical(Json::object({{"url", vendor_->webhook_target()}, {"status", vendor_->webhook_status()}})));
    }
    if (request.method != "POST") return problem({Code::NotFound, "the sandbox has no such path", {}, {}});
    const auto body = parse_json(request.body, {64, std::size_t{256} << 20});
    if (!body) return problem(body.error());
    const auto answered = act(what, *body);
    return answered ? *answered : problem(answered.error());
  }

  Result<Answer> act(const std::string& what, const Json& body) {
    if (what == "seed") {
      TRY(vendor_->seed(body, now()));
      return done();
    }
    if (what == "faults") {
      TRY(vendor_->set_faults(body, now()));
      return done();
    }
    if (what == "webhook-target") {
      const std::string& url = body["url"].text();
      if (!body["url"].is_null() && !(url.empty() && body["url"].is_text()) && !is_target(url))
        return fail(Code::InvalidArgument, "url is no address that webhooks can go to",
                    "Give one such as http://127.0.0.1:8480/webhooks/hubspot, or null for none");
      vendor_->set_webhook_target(body["url"].text(), now());
      return done();
    }
    if (what == "clock") {
      const auto by = body["advance_s"].integer();
      if (!by || *by < 0 || *by > advance_most) {
        return fail(Code::InvalidArgument, "advance_s must be a whole number from 0 to 1,000,000,000");
      }
      advanced_ += seconds{*by};
      return json_answer(200, canonical(Json::object({{"now", rfc3339(now())}})));
    }
    if (what == "edit") {
      for (const auto& [key, value] : body.members())
        if (key != "object" && key != "id" && key != "fields")
          return fail(Code::InvalidArgument, "there is no '" + key + "' beside object, id and fields",
                      "What is edited stands in fields.");
      const Json record = TRY(vendor_->edit(body["object"].text(), body["id"].text(), body["fields"], now()));
      return json_answer(200, canonical(record));
    }
    return fail(Code::NotFound, "the sandbox has no such path",
                "Use state, seed, edit, webhook-target, faults, clock or log");
  }

  Json log() const {
    Json::List requests;
    for (const Logged& logged : vendor_->log()) {
      requests.push_back(Json::object({{"at", rfc3339(logged.at)},
                                       {"method", logged.method},
                                       {"path", logged.target},
                                       {"status", logged.status},
                                       {"lost", logged.lost}}));
    }
    return Json::object({{"requests", requests}});
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (!stopped_) {
      std::vector<Slow> ripe;
      while (!slow_.empty() && slow_.begin()->first <= clock_()) {
        ripe.push_back(std::move(slow_.begin()->second));
        slow_.erase(slow_.begin());
      }
      const std::vector<Webhook> due = vendor_->webhooks_due(now());
      const milliseconds timeout = vendor_->webhook_timeout();
      lock.unlock();
      for (const Slow& slow : ripe) slow.reply(slow.answer);
      for (const Webhook& webhook : due) send(webhook, timeout);
      lock.lock();
      if (stopped_) break;
      milliseconds wait = idle_most;
      if (const auto next = vendor_->next_due()) wait = std::min(wait, *next - now());
      if (!slow_.empty()) wait = std::min(wait, slow_.begin()->first - clock_());
      if (wait.count() > 0) changed_.wait_for(lock, wait);
    }
  }

  void send(const Webhook& webhook, milliseconds timeout) {
    client_.send(webhook.request, timeout, [self = shared_from_this(), id = webhook.id](const Result<Answer>& answer) {
      const std::lock_guard lock(self->mutex_);
      if (self->stopped_) return;
      const auto status = answer ? std::optional(answer->status) : std::nullopt;
      self->vendor_->webhook_answered(id, status, self->now());
      self->changed_.notify_all();
    });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<Vendor> vendor_;
  const std::string name_;
  HttpClient& client_;
  const Clock clock_;
  milliseconds advanced_{0};
  Instant last_{};
  std::multimap<Instant, Slow> slow_;  // by the real clock
  bool stopped_ = false;
  std::thread thread_;
};

ServedSandbox::ServedSandbox(std::unique_ptr<Vendor> vendor, HttpClient& client, Clock clock)
    : inside_(std::make_shared<Inside>(std::move(vendor), client, std::move(clock))) {
  inside_->start();
}

ServedSandbox::~ServedSandbox() { inside_->stop(); }

Handler ServedSandbox::handler() const {
  return [inside = inside_](const Request& request, const Reply& reply) { inside->handle(request, reply); };
}

std::string ServedSandbox::ready_line(std::string_view base_url) const {
  const Json credentials = inside_->with_vendor([](Vendor& vendor, Instant) { return vendor.credentials(); });
  return canonical(Json::object({{"system", inside_->name()}, {"base_url", base_url}, {"credentials", credentials}}));
}

Result<void> ServedSandbox::seed(const Json& json) {
  return inside_->with_vendor([&](Vendor& vendor, Instant now) { return vendor.seed(json, now); });
}

void ServedSandbox::set_webhook_target(std::string url) {
  inside_->with_vendor([&](Vendor& vendor, Instant now) { vendor.set_webhook_target(std::move(url), now); });
}

Result<void> ServedSandbox::set_faults(const Json& json) {
  return inside_->with_vendor([&](Vendor& vendor, Instant now) { return vendor.set_faults(json, now); });
}

Json ServedSandbox::state() const {
  return inside_->with_vendor([](Vendor& vendor, Instant now) { return vendor.state(now); });
}

const std::string& ServedSandbox::name() const { return inside_->name(); }

}  // namespace linchpin::sandbox
