// The form in which sealed values are packed before they are sealed: shorter than JSON, and read without a parser. A
// packed text begins with its format's number, so that a later format can be told apart.
//
//   integer   zigzag, then 7 bits a byte, least first; the eighth bit says that more follow
//   text      its length as an integer without sign, then its bytes
//   value     a byte of its kind (Json::Kind), then: nothing, 0 or 1, a number's text, a text, or a count and the items
//             (of an object: each key and its value)
//
// Downside: not to be read with the eye, as canonical JSON was; `explain` shows what is in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace linchpin::engine {

inline constexpr char packed_format = 1;

class Packer {
 public:
  Packer() : text_(1, packed_format) {}
  void number(std::int64_t);
  void count(std::size_t);
  void at(Instant instant) { number(ms_since_epoch(instant)); }
  void text(std::string_view);
  void value(const Json&);
  const std::string& packed() const { return text_; }

 private:
  std::string text_;
};

// Reads what a Packer wrote, in the same order. What is cut or of another format reads as nothing, and is said by
// end().
class Unpacker {
 public:
  explicit Unpacker(std::string_view packed);
  std::int64_t number();
  std::size_t count();  // at most what is left: no item takes less than a byte
  Instant at() { return from_ms(number()); }
  std::string text();
  Json value() { return value(0); }
  bool more() const { return !rest_.empty(); }
  Result<void> end() const;  // StoreCorrupt unless all was read, and nothing was missing

 private:
  Json value(int depth);
  std::uint64_t bits();
  std::string_view rest_;
  bool broken_ = false;
};

}  // namespace linchpin::engine
