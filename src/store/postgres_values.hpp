// What goes to PostgreSQL with a statement, in its binary forms (each type's send and receive function: bigint is 8
// bytes, most significant first; text and bytea are themselves; an array is a header and its elements with their
// lengths).
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/time.hpp"

namespace linchpin::store {

struct Bytes {  // a bytea; text and names are text
  std::string_view bytes;
};

// One column of many rows: the parameter of an unnest().
class Column {
 public:
  template <class T>
  void add(const T& value) {
    if constexpr (std::is_same_v<T, Bytes>) {
      add_element(bytea_type, value.bytes);
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      add_element(text_type, value);
    } else if constexpr (requires { value.text; }) {
      add_element(text_type, value.text);
    } else if constexpr (requires { value.number; }) {
      add_number(value.number);
    } else if constexpr (std::is_same_v<T, Instant>) {
      add_number(ms_since_epoch(value));
    } else if constexpr (std::is_same_v<T, std::optional<Instant>>) {
      value ? add_number(ms_since_epoch(*value)) : add_nothing();
    } else {
      add_number(static_cast<std::int64_t>(value));
    }
  }
  std::string array() const;  // its binary form
  std::size_t size() const { return count_; }

 private:
  static constexpr std::uint32_t bytea_type = 17, bigint_type = 20, text_type = 25;  // pg_type.dat
  void add_element(std::uint32_t type, std::string_view);
  void add_number(std::int64_t);
  void add_nothing();

  std::uint32_t type_ = bigint_type;
  std::uint32_t count_ = 0;
  bool nulls_ = false;
  std::string elements_;
};

// The columns of `rows`, in the order in which `cells(row, out)` calls out(…) with them.
template <class Row, class Cells>
std::vector<Column> columns_of(const std::vector<const Row*>& rows, Cells cells) {
  std::vector<Column> columns;
  for (const Row* row : rows) {
    cells(*row, [&](const auto&... values) {
      columns.resize(sizeof...(values));
      std::size_t at = 0;
      (columns[at++].add(values), ...);
    });
  }
  return columns;
}

class Parameters {
 public:
  template <class... T>
  explicit Parameters(const T&... values) {
    (add(values), ...);
  }
  explicit Parameters(const std::vector<Column>& columns) {
    for (const Column& column : columns) add(column);
  }
  template <class T>
  void add(const T& value) {
    if constexpr (std::is_same_v<T, Column>) {
      values_.push_back(value.array());
    } else if constexpr (std::is_same_v<T, Bytes>) {
      values_.emplace_back(value.bytes);
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      values_.emplace_back(std::string_view(value));
    } else if constexpr (requires { value.text; }) {
      values_.push_back(value.text);
    } else if constexpr (requires { value.number; }) {
      add_number(value.number);
    } else if constexpr (std::is_same_v<T, Instant>) {
      add_number(ms_since_epoch(value));
    } else {
      add_number(static_cast<std::int64_t>(value));
    }
  }
  const std::vector<std::string>& values() const { return values_; }

 private:
  void add_number(std::int64_t);
  std::vector<std::string> values_;
};

std::int64_t number_of(std::string_view binary);  // of a bigint, integer, smallint or boolean

}  // namespace linchpin::store
