#include "connect/record.hpp"

#include <algorithm>

namespace linchpin::connect {
namespace {

constexpr milliseconds written_apart{1'000};  // an edit's time in the history, and in the record: two clocks' reads

// The last of them that is none of ours and that the record as it was read can show.
Instant last_edit(const Edits& edits, const Json& listed, Instant updated) {
  Instant last{};
  for (const Json& edit : listed.items()) {
    if (edits.ours && edits.ours->fits(edit)) continue;
    const auto time = parse_moment(edits.time.form, at(edits.time.at, edit));
    if (time && *time <= updated + written_apart) last = std::max(last, std::min(*time, updated));
  }
  return last;
}

std::map<std::string, Instant> last_edits(const Edits& edits, const Json& body, Instant updated) {
  std::map<std::string, Instant> last;
  const auto tell = [&](const mapping::Path& of, const Json& listed) {
    if (const Instant edited = last_edit(edits, listed, updated); edited != Instant{})
      last.emplace(mapping::to_text(of), edited);
  };
  const Json& listed = at(edits.at, body);
  if (edits.each_under.empty()) tell({}, listed);
  for (const auto& [member, of_member] : listed.members())
    tell({{mapping::Path::Key{edits.each_under}, mapping::Path::Key{member}}}, of_member);
  return last;
}

}  // namespace

std::optional<engine::Record> read_record(const RecordShape& shape, const Json& body) {
  engine::Record record{.id = RecordId(scalar_text(at(shape.id, body))), .body = body, .edited = {}, .merged_into = {}};
  if (record.id.empty()) return {};
  const auto moment = [&](const std::optional<MomentAt>& where) {
    return where ? parse_moment(where->form, at(where->at, body)).value_or(Instant{}) : Instant{};
  };
  record.updated = moment(shape.updated);
  record.created = moment(shape.created);
  if (shape.edits) record.edited = last_edits(*shape.edits, body, record.updated);
  record.archived = shape.archived && shape.archived->fits(body);
  if (shape.merged_into) record.merged_into = RecordId(scalar_text(at(*shape.merged_into, body)));
  return record;
}

}  // namespace linchpin::connect
