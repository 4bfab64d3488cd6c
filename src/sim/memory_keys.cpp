#include "sim/memory_store.hpp"

#include "sim/memory_rows.hpp"

namespace linchpin::sim {

using namespace engine;

Result<std::map<std::string, std::string>> KeyStore::get(const std::vector<std::string>& names) {
  std::map<std::string, std::string> found;
  for (const std::string& name : names)
    if (const auto at = keys_.find(name); at != keys_.end()) found.insert(*at);
  return found;
}

Result<std::string> KeyStore::put_new(const std::string& name, const std::string& sealed) {
  if (!keys_.contains(name)) TRY(put({{name, sealed}}));
  return keys_.at(name);
}

Result<void> KeyStore::put(const std::vector<std::pair<std::string, std::string>>& keys) {
  if (refuse_ > 0) {
    --refuse_;
    return refused();
  }
  for (const auto& [name, sealed] : keys) keys_[name] = sealed;
  ++puts_;
  return {};
}

Result<void> KeyStore::destroy(const std::string& name) {
  keys_.erase(name);
  return {};
}

Result<std::vector<std::string>> KeyStore::names(const std::string& prefix) {
  std::vector<std::string> names;
  for (auto at = keys_.lower_bound(prefix); at != keys_.end() && at->first.starts_with(prefix); ++at) {
    names.push_back(at->first);
  }
  return names;
}

}  // namespace linchpin::sim
