#include "connect/discover.hpp"

#include <algorithm>

#include "connect/auth.hpp"
#include "connect/judge.hpp"
#include "connect/request.hpp"
#include "connect/runtime.hpp"

namespace linchpin::connect {
namespace {

using namespace engine;

constexpr std::size_t fields_most = 20'000, values_most = 5'000;

// In our words: what the system said may hold anything.
Error model_error(Code code, const ObjectName& object) {
  const auto say = [&](const char* why, const char* fix) {
    return Error{code, "the data model of " + object.text + " could not be read: " + why, {}, fix};
  };
  switch (code) {
    case Code::Unauthenticated:
      return say("the connection's credential is not accepted", "Run `linchpin connect`");
    case Code::PermissionMissing:
      return say("the connection's credential lacks the permission",
                 "Give it the scope that the connector's README names");
    case Code::SystemUnreachable:
      return say("no connection could be made", "Is the address right, and the system up?");
    case Code::RateLimited:
      return say("the system asks us to wait", "Run this again later");
    case Code::AnswerUnusable:
      return say("the answer is not what its contract says",
                 "Compare the connector's manifest with the vendor's documentation");
    default:
      return say("the system does not answer", "Run this again later");
  }
}

Result<std::optional<Condition>> optional_condition(const Json& j) {
  if (j.is_null()) return std::nullopt;
  return TRY(read_condition(j));
}

}  // namespace

Result<ModelReader> ModelReader::make(std::shared_ptr<const model::Manifest> manifest,
                                      const std::map<std::string, std::string>& api_version) {
  ModelReader reader;
  reader.language_ = TRY(make_language(manifest, api_version));
  for (const auto& [name, object] : manifest->document["objects"].members()) {
    if (object["model"].is_null()) continue;
    auto read_one = read(ObjectName(name), object);
    if (!read_one) {
      read_one.error().what =
          "connectors/" + manifest->name + "/manifest.yaml: objects." + name + ": model: " + read_one.error().what;
      return tl::unexpected(read_one.error());
    }
    reader.objects_.emplace(name, *std::move(read_one));
  }
  return reader;
}

Result<ModelReader::Object> ModelReader::read(const ObjectName& name, const Json& whole) {
  const Json& j = whole["model"];
  Object object;
  for (const auto& [path, field] : j["declared"].members()) TRY(mapping::parse_path(path));
  object.declared = model::declared_model(name, whole);
  object.sample = j["sample"].boolean();
  if (!j.find("get") && !j.find("post")) return object;
  constexpr std::pair<std::string_view, std::string_view> methods[] = {{"get", "GET"}, {"post", "POST"}};
  for (const auto& [key, method] : methods)
    if (j.find(key)) object.send = Send{std::string(method), j[key].text(), j["query"], j["headers"], j["body"]};
  object.fields = TRY(read_path(j["fields"]));
  object.name = TRY(read_path(j["name"]));
  if (object.name.steps.empty()) return fail(Code::KeyRequired, "name: must be the path of a field's name");
  object.under = j["under"].text();
  object.label = TRY(read_path(j["label"]));
  object.kind = TRY(read_path(j["kind"]["at"]));
  for (const auto& [theirs, ours] : j["kind"]["is"].members()) object.kinds[theirs] = ours.text();
  object.refers_to = TRY(read_path(j["refers_to"]));
  if (const Json* values = j.find("values"))
    object.values = ChoiceValues{TRY(read_path((*values)["at"])), TRY(read_path((*values)["value"])),
                                 TRY(optional_condition((*values)["unless"]))};
  object.read_only = TRY(optional_condition(j["read_only"]));
  object.required = TRY(optional_condition(j["required"]));
  object.unique = TRY(optional_condition(j["unique"]));
  object.left_out = TRY(optional_condition(j["left_out"]));
  return object;
}

std::vector<ObjectName> ModelReader::objects() const {
  std::vector<ObjectName> names;
  for (const auto& [name, object] : objects_) names.push_back(name);
  return names;
}

model::ObjectModel ModelReader::declared(const ObjectName& name) const { return objects_.at(name).declared; }

Result<std::optional<Request>> ModelReader::request(const ObjectName& name, const Credential& credential,
                                                    Instant now) const {
  const Object& object = objects_.at(name);
  // No member is asked for: of a system that gives only those asked for, the sample would say nothing anyway.
  const Call list{CallId(1), SystemName(language_.manifest->name), ListCall{name, {}, "", {}}, {}};
  if (object.send) return TRY(send_request(language_, *object.send, list, credential, now));
  if (object.sample) return TRY(make_request(language_, list, credential, now));
  return std::nullopt;
}

ModelReader::Told ModelReader::told(const ObjectName& name, const Result<Answer>& answer, Instant now) const {
  const Object& object = objects_.at(name);
  if (!object.send && !object.sample) return object.declared;
  const auto error = [&](Code code) { return model_error(code, name); };
  if (!answer) {
    const Code code = answer.error().code;
    if (code == Code::UnsafeEndpoint || code == Code::AnswerUnusable) return Refused{answer.error()};
    return Retry{milliseconds(0), error(code)};
  }
  const auto body = parse_json(answer->body);
  const Verdict verdict = judge(language_.protocol, *answer, body.value_or(Json()), now);
  switch (verdict.is) {
    case Verdict::Is::Fine:
      break;
    case Verdict::Is::Retry:
    case Verdict::Is::Unknown:
      return Retry{verdict.after, error(verdict.code)};
    case Verdict::Is::Unauthorised:
      return Unauthorised{error(Code::Unauthenticated)};
    case Verdict::Is::Refused:
    case Verdict::Is::UniqueTaken:
    case Verdict::Is::Gone:
      return Refused{error(verdict.code == Code::WriteRefused ? Code::AnswerUnusable : verdict.code)};
  }
  if (!body) return Refused{error(Code::AnswerUnusable)};
  return object.send ? described(object, *body) : sampled(name, object, *body);
}

model::SystemField ModelReader::field(const Object& object, const Json& said) const {
  mapping::Path path;
  if (!object.under.empty()) path.steps.emplace_back(mapping::Path::Key{object.under});
  path.steps.emplace_back(mapping::Path::Key{at(object.name, said).text()});
  const std::string theirs = object.kind.steps.empty() ? "" : at(object.kind, said).text();
  const auto kind = object.kinds.find(theirs);
  model::SystemField field{.path = mapping::to_text(path),
                           .kind = kind == object.kinds.end() ? "" : kind->second,
                           .label = object.label.steps.empty() ? "" : at(object.label, said).text(),
                           .values = {},
                           .refers_to = object.refers_to.steps.empty() ? "" : at(object.refers_to, said).text()};
  field.read_only = object.read_only && object.read_only->fits(said);
  field.required = object.required && object.required->fits(said);
  field.unique = object.unique && object.unique->fits(said);
  if (object.values && !(object.values->unless && object.values->unless->fits(said)))
    for (const Json& one : at(object.values->at, said).items())
      if (field.values.size() < values_most) field.values.push_back(scalar_text(at(object.values->value, one)));
  return field;
}

ModelReader::Told ModelReader::described(const Object& object, const Json& body) const {
  const Json list = at(object.fields, body);
  // A description without a single field is no description: taken for one, all would be gone.
  if (!list.is_list() || list.items().empty() || list.items().size() > fields_most)
    return Refused{model_error(Code::AnswerUnusable, object.declared.object)};
  model::ObjectModel model = object.declared;
  for (const Json& said : list.items()) {
    if (at(object.name, said).text().empty()) return Refused{model_error(Code::AnswerUnusable, object.declared.object)};
    if (!object.left_out || !object.left_out->fits(said)) model.add(field(object, said));
  }
  return model;
}

ModelReader::Told ModelReader::sampled(const ObjectName& name, const Object& object, const Json& body) const {
  const auto reading = reading_of(language_, ListCall{name, {}, "", {}});
  if (!reading) return Refused{reading.error()};
  const Json records = at((*reading)->records, body);
  if (!records.is_list()) return Refused{model_error(Code::AnswerUnusable, name)};
  model::ObjectModel model = object.declared;
  for (const Json& record : records.items()) model::look_at(record, model);
  return model;
}

}  // namespace linchpin::connect
