#include "store/postgres_values.hpp"

namespace linchpin::store {
namespace {

void append_big_endian(std::string& out, std::uint64_t number, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xff);
}

}  // namespace

void Column::add_element(std::uint32_t type, std::string_view element) {
  type_ = type;
  ++count_;
  append_big_endian(elements_, element.size(), 4);
  elements_ += element;
}

void Column::add_number(std::int64_t number) {
  ++count_;
  append_big_endian(elements_, 8, 4);
  append_big_endian(elements_, static_cast<std::uint64_t>(number), 8);
}

void Column::add_nothing() {
  nulls_ = true;
  ++count_;
  elements_.append(4, '\xff');
}

// array_recv: dimensions, whether a NULL is in it, the elements' type, then for each dimension its size and lower
// bound.
std::string Column::array() const {
  std::string out;
  out.reserve(20 + elements_.size());
  append_big_endian(out, count_ == 0 ? 0 : 1, 4);
  append_big_endian(out, nulls_ ? 1 : 0, 4);
  append_big_endian(out, type_, 4);
  if (count_ == 0) return out;
  append_big_endian(out, count_, 4);
  append_big_endian(out, 1, 4);
  return out + elements_;
}

void Parameters::add_number(std::int64_t number) {
  append_big_endian(values_.emplace_back(), static_cast<std::uint64_t>(number), 8);
}

std::int64_t number_of(std::string_view binary) {
  if (binary.empty()) return 0;
  // The sign is that of the first byte; a boolean is one byte, 0 or 1.
  std::uint64_t number = static_cast<signed char>(binary[0]) < 0 ? ~std::uint64_t{0} : 0;
  for (const char c : binary) number = number << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(number);
}

}  // namespace linchpin::store
