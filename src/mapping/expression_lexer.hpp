// The words of an expression. Inner to the files expression*.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace linchpin::mapping {

struct Token {
  enum class Kind { End, Name, Field, Number, Text, Symbol } kind = Kind::End;
  std::string text;    // Name: the word. Field: the name behind the dot. Number: as written. Symbol: its characters
  std::size_t at = 0;  // byte in the expression
  // Text: pieces in turn of plain text and of expressions inside \( … ); the first and the last are plain.
  struct Piece {
    std::string text;  // the plain text, or the expression's source
    std::size_t at = 0;
  };
  std::vector<Piece> pieces;
};

Result<std::vector<Token>> tokens_of(std::string_view text);

}  // namespace linchpin::mapping
