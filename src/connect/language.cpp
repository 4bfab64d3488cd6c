#include "connect/language.hpp"

#include <algorithm>

namespace linchpin::connect {
namespace {

template <class T>
Result<const T*> declared(const Language& language, const std::optional<T>& part, const ObjectName& object,
                          const char* what) {
  if (part) return &*part;
  return fail(Code::InvalidArgument,
              "connector " + language.manifest->name + " declares no " + what + " of " + object.text,
              "Use an object that its manifest lists for this");
}

Result<std::string> version_of(const model::Manifest& manifest, const std::string& family,
                               const std::vector<std::string>& spoken,
                               const std::map<std::string, std::string>& pinned) {
  const auto pin = pinned.find(family);
  if (pin == pinned.end()) {
    if (!spoken.empty()) return spoken.front();
    return fail(Code::KeyRequired, "connector " + manifest.name + " speaks no version of " + family);
  }
  if (std::ranges::count(spoken, pin->second)) return pin->second;
  std::string known;
  for (const std::string& version : spoken) known += (known.empty() ? "" : ", ") + version;
  return fail(Code::ChoiceUnknown,
              "connector " + manifest.name + " does not speak version " + pin->second + " of " + family,
              "It speaks " + known);
}

}  // namespace

Result<Language> make_language(std::shared_ptr<const model::Manifest> manifest,
                               const std::map<std::string, std::string>& pinned) {
  Language language{.manifest = manifest, .protocol = {}, .api_version = {}};
  auto protocol = read_protocol(*manifest);
  if (!protocol) {
    protocol.error().what = "connectors/" + manifest->name + "/manifest.yaml: " + protocol.error().what;
    return tl::unexpected(protocol.error());
  }
  language.protocol = *std::move(protocol);
  for (const auto& [family, spoken] : manifest->api_versions) {
    language.api_version[family] = TRY(version_of(*manifest, family, spoken, pinned));
  }
  for (const Dialect* dialect : dialects()) {
    if (dialect->connector == manifest->name) language.dialect = dialect;
  }
  return language;
}

Result<const ObjectProtocol*> object_of(const Language& language, const ObjectName& name) {
  const auto found = language.protocol.objects.find(name);
  if (found != language.protocol.objects.end()) return &found->second;
  return fail(Code::InvalidArgument, "connector " + language.manifest->name + " has no object " + name.text,
              "Use an object that its manifest lists");
}

Result<const Writing*> writing_of(const Language& language, const engine::WriteCall& call) {
  if (call.operation == engine::Operation::Do) {
    const auto found = language.protocol.operations.find(call.named);
    if (found != language.protocol.operations.end()) return &found->second;
    return fail(Code::InvalidArgument, "connector " + language.manifest->name + " has no operation " + call.named,
                "Use an operation that its manifest lists");
  }
  const ObjectProtocol* object = TRY(object_of(language, call.object));
  if (call.operation == engine::Operation::Create) return declared(language, object->create, call.object, "create");
  if (call.operation == engine::Operation::Delete) return declared(language, object->remove, call.object, "delete");
  if (call.operation == engine::Operation::Associate) {
    const auto found = object->associations.find(call.named);
    if (found == object->associations.end())
      return fail(Code::InvalidArgument, "connector " + language.manifest->name + " has no association " + call.named);
    const bool clears = !call.items.empty() && call.items.front().body["to"].is_null();
    return declared(language, clears ? found->second.clear : found->second.set, call.object, "such association");
  }
  return declared(language, object->update, call.object, "update");
}

Result<const Reading*> reading_of(const Language& language, const engine::ListCall& call) {
  const ObjectProtocol* object = TRY(object_of(language, call.object));
  if (call.since && object->changed) return &*object->changed;
  if (call.with_history) return declared(language, object->list_history, call.object, "list_history");
  return declared(language, object->list, call.object, "list");
}

Result<const Counting*> counting_of(const Language& language, const engine::CountCall& call) {
  return declared(language, TRY(object_of(language, call.object))->count, call.object, "count");
}

Result<const Reading*> reading_of(const Language& language, const engine::FetchCall& call) {
  const ObjectProtocol* object = TRY(object_of(language, call.object));
  if (call.with_history) return declared(language, object->history, call.object, "history");
  if (call.alone && object->fetch_one) return &*object->fetch_one;
  return declared(language, object->fetch, call.object, "fetch");
}

Result<const Reading*> reading_of(const Language& language, const engine::LookCall& call) {
  return declared(language, TRY(object_of(language, call.object))->look, call.object, "look");
}

Result<const Reading*> reading_of(const Language& language, const engine::HolderCall& call) {
  const ObjectProtocol* object = TRY(object_of(language, call.object));
  if (const auto found = object->holders.find(call.at); found != object->holders.end()) return &found->second;
  return declared(language, std::optional<Reading>(), call.object, "holders of such a value");
}

std::vector<const Ensure*> ensured(const Language& language, const engine::PrepareCall& call) {
  std::vector<const Ensure*> all;
  for (const Ensure& one : language.protocol.prepare)
    if (one.of.empty() || std::ranges::count(call.objects, one.of)) all.push_back(&one);
  return all;
}

std::vector<std::pair<std::string, const Association*>> asked_associations(const ObjectProtocol& object,
                                                                           const std::vector<std::string>& members) {
  std::vector<std::pair<std::string, const Association*>> asked;
  for (const auto& [name, association] : object.associations)
    if (std::ranges::count(members, "associations." + name)) asked.emplace_back(name, &association);
  return asked;
}

Progress read_progress(const Json& carry) {
  Progress progress;
  progress.at = static_cast<std::size_t>(carry["at"].integer().value_or(0));
  progress.joined = static_cast<std::size_t>(carry["joined"].integer().value_or(0));
  progress.record = carry["record"];
  progress.otherwise = carry["otherwise"].boolean();
  progress.have = carry["have"].items();
  progress.gone = carry["gone"].items();
  progress.page = carry["page"];
  return progress;
}

Json to_json(const Progress& progress) {
  return Json::object({{"at", progress.at},
                       {"joined", progress.joined},
                       {"record", progress.record},
                       {"otherwise", progress.otherwise},
                       {"have", progress.have},
                       {"gone", progress.gone},
                       {"page", progress.page}});
}

}  // namespace linchpin::connect
