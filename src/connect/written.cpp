// A write's answer: each item's own result, found by its key or its place.
#include <algorithm>

#include "connect/answer.hpp"
#include "connect/judge.hpp"
#include "connect/record.hpp"

namespace linchpin::connect {
namespace {

using namespace engine;
using Kind = WriteResult::Kind;

struct Reader {
  const Language& language;
  const Call& call;
  const WriteCall& write;
  const Writing& writing;
  const RecordShape& shape;

  WriteResult result(const WriteItem& item, Kind kind, Code code) const {
    return {.delivery = item.delivery, .kind = kind, .record = {}, .error = answer_error(code, call), .unique_at = {}};
  }

  WriteResult judged(const WriteItem& item, const Verdict& verdict) const {
    const auto kind = [&] {
      switch (verdict.is) {
        case Verdict::Is::Retry:
          return Kind::Retry;
        case Verdict::Is::Unauthorised:
          return Kind::Retry;
        case Verdict::Is::Unknown:
          return Kind::Unknown;
        case Verdict::Is::UniqueTaken:
          return Kind::UniqueTaken;
        case Verdict::Is::Gone:
          return write.operation == Operation::Update || write.operation == Operation::Delete ? Kind::Gone : Kind::Dead;
        case Verdict::Is::Fine:
        case Verdict::Is::Refused:
          break;
      }
      return Kind::Dead;
    }();
    WriteResult judged = result(item, kind, verdict.code);
    judged.unique_at = verdict.unique_at;
    judged.after = verdict.after;
    return judged;
  }

  // Of an association the answer holds no record: it is what was asked for.
  WriteResult associated(const WriteItem& item) const {
    WriteResult confirmed{
        .delivery = item.delivery, .kind = Kind::Confirmed, .record = Record{}, .error = {}, .unique_at = {}};
    confirmed.record->id = item.record;
    confirmed.record->body = Json::object({{"associations", Json::object({{write.named, item.body["to"]}})}});
    return confirmed;
  }

  WriteResult confirmed(const WriteItem& item, const Json& part) const {
    if (write.operation == Operation::Associate) return associated(item);
    auto record = read_record(shape, part);
    if (!record) return result(item, Kind::Unknown, Code::AnswerUnusable);
    // A create by order whose part carries another hub id is not this item's.
    const std::string hub_id = shape.hub_id ? scalar_text(at(*shape.hub_id, part)) : std::string();
    if (write.operation == Operation::Create && !hub_id.empty() && hub_id != item.golden.text) {
      return result(item, Kind::Unknown, Code::AnswerUnusable);
    }
    WriteResult confirmed{
        .delivery = item.delivery, .kind = Kind::Confirmed, .record = {}, .error = {}, .unique_at = {}};
    confirmed.record = std::move(record);
    return confirmed;
  }

  WriteResult part_result(const WriteItem& item, const Parts& parts, const Json& part) const {
    if (parts.bad && parts.bad->fits(part)) return judged(item, judge_item(language.protocol, part));
    return confirmed(item, part);
  }

  static std::string key_of(const WriteItem& item, ItemKey key) {
    switch (key) {
      case ItemKey::Record:
        return item.record.text;
      case ItemKey::Golden:
        return item.golden.text;
      case ItemKey::Delivery:
        return std::to_string(item.delivery.number);
    }
    return {};
  }

  static const Json* part_of(const WriteItem& item, const Parts& parts, const Json::List& found) {
    for (const Json& part : found) {
      for (const auto& [path, key] : parts.by) {
        if (names(at(path, part), key_of(item, key))) return &part;
      }
    }
    return nullptr;
  }

  static Json::List parts_in(const Parts& parts, const Json& body) {
    const Json found = at(parts.at, body);
    if (found.is_object()) return {found};
    return found.items();
  }

  Outcome silent() const {
    Written written;
    for (const WriteItem& item : write.items)
      written.results.push_back(
          write.operation == Operation::Associate
              ? associated(item)
              : WriteResult{
                    .delivery = item.delivery, .kind = Kind::Confirmed, .record = {}, .error = {}, .unique_at = {}});
    return written;
  }

  Outcome in_order(const Json& body) const {
    const Json::List parts = parts_in(writing.results, body);
    if (parts.size() != write.items.size()) return Unknown{answer_error(Code::AnswerUnusable, call), true};
    Written written;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      written.results.push_back(part_result(write.items[i], writing.results, parts[i]));
    }
    return written;
  }

  Outcome by_key(const Json& body) const {
    const Json::List results = parts_in(writing.results, body);
    const Json::List errors = writing.failed ? parts_in(*writing.failed, body) : Json::List{};
    Written written;
    for (const WriteItem& item : write.items) {
      if (const Json* part = part_of(item, writing.results, results)) {
        written.results.push_back(part_result(item, writing.results, *part));
      } else if (const Json* error = writing.failed ? part_of(item, *writing.failed, errors) : nullptr) {
        written.results.push_back(judged(item, judge_item(language.protocol, *error)));
      } else if (!errors.empty() && write.items.size() == 1) {
        written.results.push_back(judged(item, judge_item(language.protocol, errors.front())));
      } else {
        written.results.push_back(result(item, Kind::Unknown, Code::AnswerUnusable));
      }
    }
    return written;
  }

  // The whole was refused for what stands in it. One bad item must not condemn the others.
  Outcome refused(const Verdict& verdict, const Json& body) const {
    Written written;
    // A refusal that says for each of its errors which item it means.
    const Json::List errors = writing.failed ? parts_in(*writing.failed, body) : Json::List{};
    for (const WriteItem& item : write.items) {
      const Json* error = writing.failed ? part_of(item, *writing.failed, errors) : nullptr;
      if (write.items.size() == 1) {
        written.results.push_back(judged(item, verdict));
      } else if (error) {
        written.results.push_back(judged(item, judge_item(language.protocol, *error)));
      } else {
        written.results.push_back(result(item, Kind::Retry, Code::WriteRefused));
        written.results.back().alone = true;
      }
    }
    return written;
  }
};

}  // namespace

Outcome read_written(const Language& language, const Call& call, const WriteCall& write, const Answer& answer,
                     const Json& body, Instant now) {
  const auto writing = writing_of(language, write);
  if (!writing) return Refused{writing.error()};
  const bool operation = write.operation == engine::Operation::Do;
  const auto object = object_of(language, operation ? (*writing)->object : write.object);
  if (!object) return Refused{object.error()};
  const Reader reader{language, call, write, **writing, (*object)->record};
  const Verdict verdict = judge(language.protocol, answer, body, now);
  switch (verdict.is) {
    case Verdict::Is::Fine:
      if ((*writing)->silent) return reader.silent();
      return (*writing)->results.in_order ? reader.in_order(body) : reader.by_key(body);
    case Verdict::Is::Retry:
      return Retry{verdict.after, answer_error(verdict.code, call)};
    case Verdict::Is::Unauthorised:
      return Unauthorised{answer_error(Code::Unauthenticated, call)};
    case Verdict::Is::Unknown:
      // 502 and 504 are words of something between, and 503 may be: the request may still be on its way behind it.
      if (answer.status >= 500 || answer.status == 408)
        return Unknown{answer_error(verdict.code, call), answer.status == 500};
      return reader.refused(verdict, body);
    case Verdict::Is::Refused:
      // Not the items' fault: a scope that is missing, a redirect.
      if (verdict.code != Code::WriteRefused) return Refused{answer_error(verdict.code, call)};
      return reader.refused(verdict, body);
    case Verdict::Is::UniqueTaken:
    case Verdict::Is::Gone:
      return reader.refused(verdict, body);
  }
  return Unknown{answer_error(Code::AnswerUnusable, call)};
}

}  // namespace linchpin::connect
