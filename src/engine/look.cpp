// Creates whose outcome is not known are looked for.
#include <algorithm>

#include "engine/engine.hpp"

namespace linchpin::engine {
namespace {

constexpr std::size_t looks_most = 400;  // creates looked for in one step

}  // namespace

// Is there a record that carries the golden id? Such calls come before what has not been tried yet, in the system's
// limits too.
Result<std::vector<Call>> Engine::looks(Work& work, Instant now) {
  std::vector<Call> calls;
  std::map<Where, std::vector<GoldenId>> unknown;
  std::vector<DeliveryRow> rows = TRY(world_.store.deliveries_in(DeliveryState::Unknown, looks_most));
  std::erase_if(rows, [&](const DeliveryRow& row) { return row.due > now || !systems_.contains(row.system); });
  TRY(work.open(goldens_of(rows, rows.size())));
  for (const DeliveryRow& row : rows) {
    const Family* family = TRY(work.family(row.golden));
    const bool still = family && std::any_of(family->deliveries.begin(), family->deliveries.end(), [&](const auto& d) {
                         return d.id == row.id && d.state == DeliveryState::Unknown && d.due <= now;
                       });
    if (still)
      unknown[{row.system, row.object}].push_back(family->golden.made_as.empty() ? row.golden : family->golden.made_as);
  }
  for (const auto& [where, goldens] : unknown) {
    std::set<GoldenId> looked_for;
    for (const auto& [id, flying] : flying_) {
      const LookCall* looks = std::get_if<LookCall>(&flying.call.what);
      if (looks && flying.call.system == where.first && looks->object == where.second)
        looked_for.insert(looks->goldens.begin(), looks->goldens.end());
    }
    const model::ObjectSpec* object = systems_.at(where.first).connector->manifest().object(where.second);
    const std::size_t most = object ? static_cast<std::size_t>(std::max(1, object->look_most)) : 1;
    for (auto golden = goldens.begin(); golden != goldens.end();) {
      LookCall look{where.second, {}, members(where.first, where.second)};
      for (; golden != goldens.end() && look.goldens.size() < most; ++golden)
        if (looked_for.insert(*golden).second) look.goldens.push_back(*golden);
      if (look.goldens.empty()) break;
      Call call{{}, where.first, std::move(look), {}};
      if (!may_call(where.first, call, now, false)) break;
      count_call(call, now);
      calls.push_back(std::move(call));
    }
  }
  return calls;
}

}  // namespace linchpin::engine
