#include "engine/packed.hpp"

namespace linchpin::engine {
namespace {

constexpr int depth_most = 80;  // parse_json admits 64, and some members stand around what it read

}  // namespace

void Packer::count(std::size_t number) {
  std::uint64_t rest = number;
  for (; rest >= 0x80; rest >>= 7) text_.push_back(static_cast<char>(rest | 0x80));
  text_.push_back(static_cast<char>(rest));
}

void Packer::number(std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  count(static_cast<std::size_t>(bits << 1 ^ (number < 0 ? ~std::uint64_t{0} : 0)));
}

void Packer::text(std::string_view text) {
  count(text.size());
  text_.append(text);
}

void Packer::value(const Json& value) {
  text_.push_back(static_cast<char>(value.kind()));
  switch (value.kind()) {
    case Json::Kind::Null:
      return;
    case Json::Kind::Boolean:
      text_.push_back(value.boolean() ? 1 : 0);
      return;
    case Json::Kind::Number:
      return text(value.number_text());
    case Json::Kind::Text:
      return text(value.text());
    case Json::Kind::List:
      count(value.items().size());
      for (const Json& item : value.items()) this->value(item);
      return;
    case Json::Kind::Object:
      count(value.members().size());
      for (const auto& [key, member] : value.members()) text(key), this->value(member);
      return;
  }
}

Unpacker::Unpacker(std::string_view packed) : rest_(packed) {
  broken_ = packed.empty() || packed.front() != packed_format;
  rest_.remove_prefix(broken_ ? rest_.size() : 1);
}

std::uint64_t Unpacker::bits() {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return number;
  }
  broken_ = true;
  return 0;
}

std::int64_t Unpacker::number() {
  const std::uint64_t zigzag = bits();
  return static_cast<std::int64_t>(zigzag >> 1 ^ (~(zigzag & 1) + 1));
}

std::size_t Unpacker::count() {
  const std::uint64_t number = bits();
  if (number <= rest_.size()) return static_cast<std::size_t>(number);
  broken_ = true;
  rest_ = {};
  return 0;
}

std::string Unpacker::text() {
  const std::size_t size = count();
  std::string text(rest_.substr(0, size));
  rest_.remove_prefix(size);
  return text;
}

Json Unpacker::value(int depth) {
  if (rest_.empty() || depth > depth_most) {
    broken_ = true;
    return {};
  }
  const char kind = rest_.front();
  rest_.remove_prefix(1);
  switch (static_cast<Json::Kind>(kind)) {
    case Json::Kind::Null:
      return {};
    case Json::Kind::Boolean: {
      const bool yes = !rest_.empty() && rest_.front() == 1;
      if (rest_.empty())
        broken_ = true;
      else
        rest_.remove_prefix(1);
      return Json(yes);
    }
    case Json::Kind::Number:
      return Json(Json::Number{text()});
    case Json::Kind::Text:
      return Json(text());
    case Json::Kind::List: {
      Json::List items(count());
      for (Json& item : items) item = value(depth + 1);
      return Json(std::move(items));
    }
    case Json::Kind::Object: {
      Json::Object members(count());
      for (auto& [key, member] : members) key = text(), member = value(depth + 1);
      return Json(std::move(members));
    }
  }
  broken_ = true;
  return {};
}

Result<void> Unpacker::end() const {
  if (!broken_ && rest_.empty()) return {};
  return fail(Code::StoreCorrupt, "a sealed value is not in a form that this version reads",
              "Run the version that wrote it, or restore the store from a backup.");
}

}  // namespace linchpin::engine
