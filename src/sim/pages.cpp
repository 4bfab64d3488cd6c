#include "sim/pages.hpp"

#include <cstdlib>

namespace linchpin::sim {
namespace {

// A list or search of a manifest with another page.
Json with_page(Json call, std::int64_t most) {
  for (const char* place : {"query", "body"})
    for (const char* member : {"limit", "pageSize"})
      if (call[place].find(member)) call = call.with(place, call[place].with(member, most));
  for (const char* member : {"page", "last_id"})
    if (call["next"].find(member)) call = call.with("next", call["next"].with(member, most));
  return call;
}

}  // namespace

std::shared_ptr<const model::Manifest> with_pages(const model::Manifest& manifest, std::int64_t most) {
  auto small = std::make_shared<model::Manifest>(manifest);
  Json objects = manifest.document["objects"];
  for (const auto& [name, object] : manifest.document["objects"].members()) {
    Json changed = object;
    for (const char* call : {"list", "list_history", "changed"})
      if (object.find(call)) changed = changed.with(call, with_page(object[call], most));
    objects = objects.with(name, changed);
  }
  small->document = manifest.document.with("objects", objects);
  return small;
}

bool searches_past(const Deed& deed, std::int64_t most) {
  const Json& after = deed.body["after"];
  const std::int64_t from = after.integer().value_or(std::atoll(after.text().c_str()));
  return deed.kind == Deed::Kind::Search && from + deed.body["limit"].integer().value_or(0) > most;
}

}  // namespace linchpin::sim
