#include "engine/deliver.hpp"

#include <algorithm>

#include "base/invariant.hpp"
#include "base/mutant.hpp"

namespace linchpin::engine {
namespace {

// An association is ended by another request than it is made.
bool clears(const Delivery& d) {
  return d.operation == Operation::Associate &&
         std::all_of(d.values.begin(), d.values.end(), [](const auto& value) { return value.second.is_null(); });
}

int most_of(const model::Manifest& manifest, const Delivery& d) {
  if (d.operation == Operation::Do) return 1;
  const model::ObjectSpec* object = manifest.object(d.object);
  if (!object) return 1;
  if (d.operation == Operation::Delete) return std::max(1, object->delete_most);
  if (d.operation == Operation::Associate) {
    const auto association = object->associations.find(d.named);
    if (association == object->associations.end()) return 1;
    return clears(d) ? association->second.clear_most : association->second.set_most;
  }
  return std::max(1, d.operation == Operation::Create ? object->create_most : object->update_most);
}

}  // namespace

std::vector<Load> loads(const model::Manifest& manifest, const std::vector<Delivery>& due,
                        const std::set<DeliveryId>& alone) {
  std::vector<Load> all;
  for (const Delivery& d : due) {
    const bool by_itself = alone.contains(d.id) || d.operation == Operation::Do;
    const auto open = std::find_if(all.begin(), all.end(), [&](const Load& l) {
      return !by_itself && l.object == d.object && l.operation == d.operation &&
             (d.operation != Operation::Associate ||
              (l.named == d.named && clears(l.deliveries.front()) == clears(d))) &&
             !alone.contains(l.deliveries.front().id) && static_cast<int>(l.deliveries.size()) < most_of(manifest, d);
    });
    if (open != all.end()) {
      hold(Invariant::InOrderPerRecord,
           std::none_of(open->deliveries.begin(), open->deliveries.end(),
                        [&](const Delivery& other) { return other.golden == d.golden && other.record == d.record; }));
      open->deliveries.push_back(d);
    } else {
      all.push_back({d.object, d.operation, d.named, d.priority, {d}});
    }
  }
  return all;
}

Put put(const model::Hub& hub, const Delivery& d, const Link* link) {
  Put out;
  out.item.delivery = d.id;
  out.item.golden = d.golden;
  out.item.record = d.record;
  out.item.idempotency_key = d.idempotency_key;
  if (d.operation == Operation::Do) {
    Json::Object arguments;
    for (const auto& [field, value] : d.values) arguments.emplace_back(field, value);
    out.item.body = std::move(arguments);
    return out;
  }
  const mapping::Mapping& mapping = hub.mappings.at(d.mapping);
  Values values = d.values;
  if (d.suffix > 1 && !mutant(Mutant::SuffixForgotten))
    for (const mapping::FieldMapping& m : mapping.fields)
      if (const auto at = values.find(m.field.text); m.unique_suffix && at != values.end() && at->second.is_text())
        at->second = Value(at->second.text() + " (" + std::to_string(d.suffix) + ")");
  mapping::WriteOutcome written = mapping::write(mapping, values, link ? link->held : Json());
  out.item.body = std::move(written.record);
  out.errors = std::move(written.errors);
  return out;
}

}  // namespace linchpin::engine
