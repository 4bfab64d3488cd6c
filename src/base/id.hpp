// Strong names and numbers, so that one is not passed for another. A Name is public by nature (it stands in hub files
// or is made by the hub), so it may be logged; the text of a record may not.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace linchpin {

template <class Tag>
struct TextId {
  std::string text;
  TextId() = default;
  explicit TextId(std::string t) : text(std::move(t)) {}
  explicit TextId(std::string_view t) : text(t) {}
  explicit TextId(const char* t) : text(t) {}
  bool empty() const { return text.empty(); }
  auto operator<=>(const TextId&) const = default;
};
template <class Tag>
struct NumberId {
  std::int64_t number = 0;
  NumberId() = default;
  explicit NumberId(std::int64_t n) : number(n) {}
  auto operator<=>(const NumberId&) const = default;
};

using GoldenId = TextId<struct GoldenTag>;      // "g_" and 26 characters of Crockford base32: time-ordered, unique
using RecordId = TextId<struct RecordTag>;      // a record's id in its system
using SystemName = TextId<struct SystemTag>;    // "hubspot"
using ObjectName = TextId<struct ObjectTag>;    // "contacts"
using EntityName = TextId<struct EntityTag>;    // "contact"
using FieldName = TextId<struct FieldTag>;      // "given_name"
using FlowName = TextId<struct FlowTag>;        // "clients"
using MappingName = TextId<struct MappingTag>;  // "xero.contacts"
using ChangeId = TextId<struct ChangeTag>;      // "c41.3": inbox position and item
using CallId = NumberId<struct CallTag>;
using DeliveryId = NumberId<struct DeliveryTag>;
using Position = NumberId<struct PositionTag>;  // in the inbox, from 1

// One record in one system: what a change is about and what a delivery is for.
struct RecordKey {
  SystemName system;
  ObjectName object;
  RecordId record;
  auto operator<=>(const RecordKey&) const = default;
};

// A golden id from the time and 10 random bytes.
GoldenId make_golden_id(std::int64_t ms_since_epoch, std::string_view ten_random_bytes);
bool is_golden_id(std::string_view);

}  // namespace linchpin

template <class Tag>
struct std::hash<linchpin::TextId<Tag>> {
  std::size_t operator()(const linchpin::TextId<Tag>& id) const noexcept { return std::hash<std::string>{}(id.text); }
};
template <class Tag>
struct std::hash<linchpin::NumberId<Tag>> {
  std::size_t operator()(const linchpin::NumberId<Tag>& id) const noexcept {
    return std::hash<std::int64_t>{}(id.number);
  }
};
template <>
struct std::hash<linchpin::RecordKey> {
  std::size_t operator()(const linchpin::RecordKey& k) const noexcept {
    const std::hash<std::string> h;
    return h(k.system.text) * 1000003u ^ h(k.object.text) * 10007u ^ h(k.record.text);
  }
};
