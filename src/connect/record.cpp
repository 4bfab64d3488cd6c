#include "connect/record.hpp"

namespace linchpin::connect {

std::optional<engine::Record> read_record(const RecordShape& shape, const Json& body) {
  engine::Record record{.id = RecordId(scalar_text(at(shape.id, body))), .body = body, .merged_into = {}};
  if (record.id.empty()) return {};
  const auto moment = [&](const std::optional<MomentAt>& where) {
    return where ? parse_moment(where->form, at(where->at, body)).value_or(Instant{}) : Instant{};
  };
  record.updated = moment(shape.updated);
  record.created = moment(shape.created);
  record.archived = shape.archived && shape.archived->fits(body);
  if (shape.merged_into) record.merged_into = RecordId(scalar_text(at(*shape.merged_into, body)));
  return record;
}

}  // namespace linchpin::connect
