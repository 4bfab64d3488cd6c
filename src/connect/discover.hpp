// discover: how a system is asked for its data model. Pure: a request out, an answer in. What an object's `model:` in
// the manifest says: where the system describes its own fields (HubSpot's properties), what the vendor's contract
// declares, or that a page of records is looked at for what nobody declares (Xero). Of records only the names and kinds
// of members are kept.
#pragma once

#include <memory>
#include <variant>

#include "connect/language.hpp"
#include "engine/connector.hpp"
#include "model/system_model.hpp"

namespace linchpin::connect {

class ModelReader {
 public:
  // An error when the manifest cannot be spoken; it names the key.
  static Result<ModelReader> make(std::shared_ptr<const model::Manifest>,
                                  const std::map<std::string, std::string>& api_version);

  std::vector<ObjectName> objects() const;  // that say how their model is read
  std::map<std::string, std::string> api_version() const { return language_.api_version; }

  // What is asked of the system; nothing where the manifest declares all.
  Result<std::optional<Request>> request(const ObjectName&, const engine::Credential&, Instant now) const;
  // What its answer says. `answer` is an error when none came. Of an object that nothing is asked of: what is declared.
  using Told = std::variant<model::ObjectModel, engine::Retry, engine::Unauthorised, engine::Refused>;
  Told told(const ObjectName&, const Result<Answer>& answer, Instant now) const;
  model::ObjectModel declared(const ObjectName&) const;

 private:
  struct ChoiceValues {
    mapping::Path at, value;
    std::optional<Condition> unless;
  };
  struct Object {
    std::optional<Send> send;  // the system describes its fields
    mapping::Path fields, name, label, kind, refers_to;
    std::string under;
    std::map<std::string, std::string> kinds;  // the system's word → ours
    std::optional<ChoiceValues> values;
    std::optional<Condition> read_only, required, unique, left_out;
    bool sample = false;  // a page of its list is looked at
    model::ObjectModel declared;
  };
  static Result<Object> read(const ObjectName&, const Json&);
  model::SystemField field(const Object&, const Json&) const;
  Told described(const Object&, const Json& body) const;
  Told sampled(const ObjectName&, const Object&, const Json& body) const;

  Language language_;
  std::map<ObjectName, Object> objects_;
};

}  // namespace linchpin::connect
