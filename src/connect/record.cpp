#include "connect/record.hpp"

#include <algorithm>

namespace linchpin::connect {
namespace {

constexpr milliseconds written_apart{1'000};  // an edit's time in the history, and in the record: two clocks' reads

struct LastEdit {
  Instant at{};
  bool by_person = false;
};

// The last of them that is none of ours and that the record as it was read can show.
LastEdit last_edit(const Edits& edits, const Json& listed, Instant updated) {
  LastEdit last;
  for (const Json& edit : listed.items()) {
    if (edits.ours && edits.ours->fits(edit)) continue;
    const auto time = parse_moment(edits.time.form, at(edits.time.at, edit));
    if (!time || *time > updated + written_apart || *time < last.at) continue;
    last = {std::min(*time, updated), edits.people && edits.people->fits(edit)};
  }
  return last;
}

void read_edits(const Edits& edits, const Json& body, engine::Record& record) {
  const auto tell = [&](const mapping::Path& of, const Json& listed) {
    const LastEdit last = last_edit(edits, listed, record.updated);
    if (last.at == Instant{}) return;
    record.edited.emplace(mapping::to_text(of), last.at);
    if (last.by_person) record.typed.insert(mapping::to_text(of));
  };
  const Json& listed = at(edits.at, body);
  if (edits.each_under.empty()) tell({}, listed);
  for (const auto& [member, of_member] : listed.members())
    tell({{mapping::Path::Key{edits.each_under}, mapping::Path::Key{member}}}, of_member);
}

// A list of ids, or a text that ';' divides.
std::vector<RecordId> read_ids(const Json& value) {
  std::vector<RecordId> ids;
  for (const Json& item : value.items())
    if (std::string id = scalar_text(item); !id.empty()) ids.emplace_back(std::move(id));
  const std::string text = scalar_text(value);
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t to = std::min(text.find(';', from), text.size());
    if (to > from) ids.emplace_back(text.substr(from, to - from));
    from = to + 1;
  }
  return ids;
}

}  // namespace

std::optional<engine::Record> read_record(const RecordShape& shape, const Json& body) {
  engine::Record record{.id = RecordId(scalar_text(at(shape.id, body))),
                        .body = body,
                        .edited = {},
                        .typed = {},
                        .merged_into = {},
                        .merged_from = {}};
  if (record.id.empty()) return {};
  const auto moment = [&](const std::optional<MomentAt>& where) {
    return where ? parse_moment(where->form, at(where->at, body)).value_or(Instant{}) : Instant{};
  };
  record.updated = moment(shape.updated);
  record.created = moment(shape.created);
  if (shape.edits) read_edits(*shape.edits, body, record);
  record.archived = shape.archived && shape.archived->fits(body);
  if (shape.merged_into) record.merged_into = RecordId(scalar_text(at(*shape.merged_into, body)));
  if (shape.merged_from) record.merged_from = read_ids(at(*shape.merged_from, body));
  return record;
}

bool names(const Json& value, const std::string& id) {
  if (!value.is_list()) return !id.empty() && scalar_text(value) == id;
  return std::ranges::any_of(value.items(), [&](const Json& item) { return names(item, id); });
}

}  // namespace linchpin::connect
