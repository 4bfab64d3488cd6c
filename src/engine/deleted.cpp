#include "engine/deleted.hpp"

#include <algorithm>

#include "base/mutant.hpp"
#include "engine/line.hpp"

namespace linchpin::engine {
namespace {

std::string asks(const RecordKey& key) { return "deleted/" + about(key); }

}  // namespace

bool may_be_put_away(const model::Hub& hub, const Link& link) {
  const auto mapping = hub.mappings.find(link.mapping);
  if (mapping == hub.mappings.end() || mapping->second.golden_id_at || link.gone || link.archived) return false;
  const auto& connector = hub.system(link.key.system).connector;
  const model::ObjectSpec* object = connector ? connector->object(link.key.object) : nullptr;
  if (!object || !object->can_delete) return false;
  return std::ranges::any_of(hub.flows_of(link.entity), [&](const model::Flow* flow) {
    return flow->mode != model::Mode::Off && writes_to(*flow, link.key.system);
  });
}

bool has_no_other(const std::vector<Link>& links, const RecordKey& deleted) {
  return std::none_of(links.begin(), links.end(), [&](const Link& link) {
    return link.key.system == deleted.system && link.key.object == deleted.object && link.key != deleted && !link.gone;
  });
}

std::vector<Link> to_be_put_away(const model::Hub& hub, const std::vector<Link>& links, const RecordKey& deleted) {
  std::vector<Link> found;
  if (!has_no_other(links, deleted)) return found;
  for (const Link& link : links)
    if (link.key != deleted && !link.doomed && may_be_put_away(hub, link)) found.push_back(link);
  return found;
}

void Line::follow_delete(Family& family, const Change& change, const Link& deleted) {
  const model::OnDelete ruling = hub_.entity(deleted.entity).on_delete;
  const auto mapping = hub_.mappings.find(deleted.mapping);
  const bool of_the_person = mapping != hub_.mappings.end() && !mapping->second.golden_id_at;
  const bool merged = change.merged || !change.record.merged_into.empty();
  if (ruling == model::OnDelete::Detach || !of_the_person || merged) return;
  std::vector<Link> others = to_be_put_away(hub_, family.links, deleted.key);
  if (others.empty()) return;
  const bool asks_first = ruling == model::OnDelete::Review || !change.deleted;
  if (asks_first && !mutant(Mutant::PropagatesTooFar)) return ask_about_delete(family, deleted.key, "deleted");
  for (Link& other : others) {
    other.doomed = true;
    work_.changed_link(family, std::move(other));
  }
}

void Line::ask_about_delete(Family& family, const RecordKey& key, const std::string& code) {
  ReviewRow row;
  row.id = question_id('r', asks(key), keys_);
  row.kind = "deleted";
  row.system = key.system, row.entity = family.golden.entity, row.golden = family.golden.id, row.record = key;
  row.code = code;
  row.message = code == "deleted"
                    ? key.system.text +
                          " no longer has the record, and others have theirs. Accept: those are put away too. "
                          "Reject: they stay"
                    : key.system.text +
                          " was to put its record away, since it was deleted elsewhere; somebody has edited it "
                          "since. Accept: it is put away. Reject: it stays";
  row.since = now_;
  work_.rows().reviews.push_back(std::move(row));
}

// Somebody is in the system again, be it in another record.
Result<void> Line::no_longer_deleted(Family& family, bool came_back) {
  bool any = came_back;
  for (Link link : std::vector<Link>(family.links)) {
    any = any || link.gone || link.doomed;
    if (!std::exchange(link.doomed, false)) continue;
    work_.changed_link(family, std::move(link));
  }
  if (!any) return {};
  for (const Link& link : family.links)
    if (auto row = TRY(store_.review(question_id('r', asks(link.key), keys_))); row && row->state == "open") {
      row->state = "rejected", row->by = "the record came back", row->answered = now_;
      work_.rows().reviews.push_back(*std::move(row));
    }
  return {};
}

}  // namespace linchpin::engine
