// What a connector speaks: its manifest, compiled; the versions that this hub pins; the dialect. Shared by every part
// of the runtime, never changed.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "connect/dialect.hpp"
#include "connect/protocol.hpp"
#include "model/manifest.hpp"

namespace linchpin::connect {

struct Language {
  std::shared_ptr<const model::Manifest> manifest;
  Protocol protocol;
  std::map<std::string, std::string> api_version;  // family → version
  const Dialect* dialect = nullptr;                // null: the manifest says all
};

// `api_version`: as of make_connector (runtime.hpp).
Result<Language> make_language(std::shared_ptr<const model::Manifest>,
                               const std::map<std::string, std::string>& pinned);

// The error, when what a call names is not in the manifest.
Result<const ObjectProtocol*> object_of(const Language&, const ObjectName&);
Result<const Writing*> writing_of(const Language&, const engine::WriteCall&);
Result<const Reading*> reading_of(const Language&, const engine::ListCall&);
Result<const Reading*> reading_of(const Language&, const engine::FetchCall&);
Result<const Reading*> reading_of(const Language&, const engine::LookCall&);
Result<const Reading*> reading_of(const Language&, const engine::HolderCall&);

Result<const Counting*> counting_of(const Language&, const engine::CountCall&);

// Where a call of several requests is. `carry` of the call is its text, so that it survives a restart.
struct Progress {
  std::size_t at = 0;      // the record, golden id or ensured thing in hand
  std::size_t joined = 0;  // joins already done for it
  Json record;             // the record that is being joined; null: it is to be read first
  bool otherwise = false;  // of prepare: what did not exist is being made
  Json::List have;         // the records read so far
  Json::List gone;         // of those that are asked for one by one, which (`at`) are not there
  Json page;               // an answer whose records' associations are being asked for; null: it is to come
};
// What must be there, of the objects that the call names.
std::vector<const Ensure*> ensured(const Language&, const engine::PrepareCall&);
// The associations of an object that are among the members that a call asks for, by name.
std::vector<std::pair<std::string, const Association*>> asked_associations(const ObjectProtocol&,
                                                                           const std::vector<std::string>& members);

Progress read_progress(const Json& carry);
Json to_json(const Progress&);

}  // namespace linchpin::connect
