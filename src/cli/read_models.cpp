#include "cli/read_models.hpp"

#include "cli/open_hub.hpp"
#include "connect/discover.hpp"

namespace linchpin::cli {
namespace {

constexpr int attempts_most = 3;
constexpr milliseconds wait_most{60'000}, request_most{30'000};

Error of_system(const model::System& system, Error error) {
  error.what = system.name.text + ": " + error.what;
  return error;
}

tl::unexpected<Error> nobody_waits() { return fail(Code::SystemUnavailable, "the hub is stopping"); }

Result<model::ObjectModel> read_object(const connect::ModelReader& reader, const ObjectName& object,
                                       const engine::Credential& credential, const Asks& asks, const Waits& waits) {
  SystemClock clock;
  Error last;
  for (int attempt = 0; attempt < attempts_most; ++attempt) {
    std::optional<Request> request = TRY(reader.request(object, credential, clock.now()));
    if (!request) return reader.declared(object);
    const std::optional<Result<Answer>> answer = asks(*std::move(request));
    if (!answer) return nobody_waits();
    auto told = reader.told(object, *answer, clock.now());
    if (auto* model = std::get_if<model::ObjectModel>(&told)) return std::move(*model);
    if (const auto* refused = std::get_if<engine::Refused>(&told)) return tl::unexpected(refused->error);
    if (const auto* other = std::get_if<engine::Unauthorised>(&told)) return tl::unexpected(other->error);
    const auto& retry = std::get<engine::Retry>(told);
    last = retry.error;
    const milliseconds wait = std::max(retry.after, milliseconds(1000 << attempt));
    if (wait > wait_most || attempt + 1 == attempts_most) break;
    if (!waits(wait)) return nobody_waits();
  }
  return tl::unexpected(last);
}

}  // namespace

bool tells_its_model(const model::System& system) {
  for (const auto& [name, object] : system.connector->document["objects"].members())
    if (object.find("model")) return true;
  return false;
}

ModelAsk model_ask(const model::Hub& hub, const model::System& system, engine::Credential credential) {
  ModelAsk ask{system, {}, std::move(credential)};
  for (const auto& [name, mapping] : hub.mappings)
    if (mapping.system == system.name) ask.mapped.insert(mapping.object);
  return ask;
}

Result<model::SystemModel> read_model(const ModelAsk& ask, const Asks& asks, const Waits& waits) {
  const model::System& system = ask.system;
  if (!tells_its_model(system))
    return fail(Code::NotFound, "the connector " + system.connector->name + " does not say how a data model is read",
                "Add model: to an object of its manifest.");
  const connect::ModelReader reader = TRY(connect::ModelReader::make(system.connector, system.api_version));
  model::SystemModel model{system.name, system.connector->name, rfc3339(SystemClock().now()), reader.api_version(), {}};
  for (const ObjectName& object : reader.objects()) {
    auto read = read_object(reader, object, ask.credential, asks, waits);
    if (!read && read.error().code == Code::PermissionMissing && !ask.mapped.contains(object)) continue;
    if (!read) return tl::unexpected(of_system(system, read.error()));
    model.objects.push_back(*std::move(read));
  }
  return model;
}

Json failed_model(const SystemName& system, const Error& error) {
  return Json::object({{"system", system.text},
                       {"code", std::string(code_text(error.code))},
                       {"message", error.what},
                       {"remedy", error.fix},
                       {"file", error.at.file},
                       {"line", error.at.line},
                       {"column", error.at.column}});
}

Json read_models(const std::vector<ModelAsk>& all, const Asks& asks, const Waits& waits) {
  Json::List models, failed;
  for (const ModelAsk& ask : all) {
    const auto model = read_model(ask, asks, waits);
    if (model)
      models.push_back(model::to_json(*model));
    else
      failed.push_back(failed_model(ask.system.name, model.error()));
  }
  return Json::object({{"models", std::move(models)}, {"failed", std::move(failed)}});
}

ModelThread::~ModelThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ModelThread::read(std::vector<ModelAsk> all, std::unique_ptr<HttpClient> client,
                       std::function<void(Result<Json>)> done) {
  {
    const std::lock_guard lock(mutex_);
    if (busy_) return done(fail(Code::TooBusy, "the data models are being read already", "Ask again in a moment."));
    busy_ = true;
  }
  if (thread_.joinable()) thread_.join();
  thread_ = std::thread([this, all = std::move(all), client = std::move(client), done = std::move(done)] {
    // An answer may come after nobody waits for it: it is put where it does no harm.
    struct Place {
      std::optional<Result<Answer>> answer;
    };
    const Asks asks = [&](Request request) -> std::optional<Result<Answer>> {
      const auto place = std::make_shared<Place>();
      client->send(std::move(request), request_most, [this, place](Result<Answer> answer) {
        {
          const std::lock_guard lock(mutex_);
          place->answer = std::move(answer);
        }
        changed_.notify_all();
      });
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || place->answer; });
      return stopping_ ? std::nullopt : std::move(place->answer);
    };
    const Waits waits = [&](milliseconds wait) {
      std::unique_lock lock(mutex_);
      return !changed_.wait_for(lock, wait, [&] { return stopping_; });
    };
    Json models = read_models(all, asks, waits);
    {
      const std::lock_guard lock(mutex_);
      busy_ = false;
    }
    done(std::move(models));
  });
}

}  // namespace linchpin::cli
