// Those who name a record that the hub did not know, or knew as another's, are looked at once more.
#include <algorithm>

#include "base/log.hpp"
#include "engine/line.hpp"
#include "engine/refs.hpp"

namespace linchpin::engine {
namespace {

constexpr std::size_t children_most = 100'000;  // of one record, in one step

}  // namespace

Result<void> Line::appeared(const Family& parent, const Cause& cause) {
  std::map<GoldenId, std::vector<RecordKey>> children;
  const Children named_by = TRY(Refs(hub_, keys_, work_).children(parent, children_most));
  for (const auto& [golden, record] : named_by.records) children[golden].push_back(record);
  if (named_by.more)
    log::warn(
        "more records name this one than are looked at at once; the rest get their relation when they change next",
        {{"golden", parent.golden.id}, {"most", children_most}});
  for (const auto& [golden, records] : children) {
    Family* child = TRY(work_.family(golden));
    if (!child) continue;
    const Golden before = child->golden;
    for (const RecordKey& record : records) TRY(look_again(*child, record, cause));
    TRY(settle(*child, &before, cause));
  }
  return {};
}

// What a record has named all along. If the hub did not know it, it is merged as if it had just been read, or as on
// the day that the record was linked; if it is another golden record's by now, that is no news.
Result<void> Line::look_again(Family& child, const RecordKey& record, const Cause& cause) {
  const auto link = std::find_if(child.links.begin(), child.links.end(),
                                 [&](const Link& l) { return l.key == record && l.entity == child.golden.entity; });
  if (link == child.links.end()) return {};
  Values named = TRY(Refs(hub_, keys_, work_).renamed(*link));
  for (const Delivery& d : child.deliveries)  // what is under way there says more of a ref than what was read before
    if (sets_fields(d.operation) && RecordKey{d.system, d.object, d.record} == record &&
        (d.state == DeliveryState::Sent || d.state == DeliveryState::Unknown))
      std::erase_if(named, [&](const auto& one) { return d.values.contains(one.first); });
  if (named.empty()) return {};
  const Link was = *link;
  Link now = was;
  Values news = named;
  for (const auto& [field, golden] : named) {
    const auto base = was.base.find(field);
    if (base != was.base.end() && base->second.is_null()) continue;
    now.base[field] = golden;
    news.erase(field);
    if (base == was.base.end()) {
      now.own[FieldName(field)] = Own{golden, was.updated != Instant{} ? was.updated : now_, cause.change};
      continue;
    }
    if (const auto given = now.given.find(field); given != now.given.end() && given->second == base->second)
      given->second = golden;
    if (const auto own = now.own.find(FieldName(field)); own != now.own.end() && own->second.value == base->second)
      own->second.value = golden;
  }
  const Change change{.id = cause.change,
                      .key = record,
                      .record = {.id = record.record,
                                 .body = {},
                                 .updated = was.updated,
                                 .edited = {},
                                 .typed = {},
                                 .merged_into = {},
                                 .merged_from = {}},
                      .asked = now_,
                      .seen = cause.seen,
                      .property_at = {},
                      .settles = {}};
  Merged merged = merge(hub_, child.golden, child.links, now, {&hub_.mappings.at(was.mapping), news, &change});
  remember(change, child, was, merged, false);
  work_.changed_link(child, std::move(merged.link));
  if (merged.golden.fields != child.golden.fields) {
    child.golden = std::move(merged.golden);
    work_.changed_golden(child);
  }
  work_.attest(&child, {.entry = cause.change.text + "/" + about(record) + "/" + child.golden.entity.text + "/named",
                        .kind = "received",
                        .trigger = "ref",
                        .change = cause.change,
                        .system = record.system,
                        .direction = "in",
                        .entity = child.golden.entity,
                        .values = named,
                        .outcome = "merged",
                        .at = now_});
  keep_foreign(change, child, merged.foreign);
  return {};
}

}  // namespace linchpin::engine
