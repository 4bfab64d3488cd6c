#include "connect/language.hpp"

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

}  // namespace

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
  return declared(language, object->update, call.object, "update");
}

Result<const Reading*> reading_of(const Language& language, const engine::ListCall& call) {
  const ObjectProtocol* object = TRY(object_of(language, call.object));
  if (call.since && object->changed) return &*object->changed;
  if (call.with_history) return declared(language, object->list_history, call.object, "list_history");
  return declared(language, object->list, call.object, "list");
}

Result<const Reading*> reading_of(const Language& language, const engine::FetchCall& call) {
  const ObjectProtocol* object = TRY(object_of(language, call.object));
  if (call.with_history) return declared(language, object->history, call.object, "history");
  return declared(language, object->fetch, call.object, "fetch");
}

Result<const Reading*> reading_of(const Language& language, const engine::LookCall& call) {
  return declared(language, TRY(object_of(language, call.object))->look, call.object, "look");
}

Progress read_progress(const Json& carry) {
  Progress progress;
  progress.at = static_cast<std::size_t>(carry["at"].integer().value_or(0));
  progress.joined = static_cast<std::size_t>(carry["joined"].integer().value_or(0));
  progress.record = carry["record"];
  progress.otherwise = carry["otherwise"].boolean();
  progress.have = carry["have"].items();
  return progress;
}

Json to_json(const Progress& progress) {
  return Json::object({{"at", progress.at},
                       {"joined", progress.joined},
                       {"record", progress.record},
                       {"otherwise", progress.otherwise},
                       {"have", progress.have}});
}

}  // namespace linchpin::connect
