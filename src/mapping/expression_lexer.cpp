#include "mapping/expression_lexer.hpp"

#include <unicode/utf8.h>

#include <algorithm>
#include <array>

#include "mapping/expression_node.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

constexpr std::size_t bytes_max = 16u << 10;

bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

// Needs: a text of a few kilobytes.
std::optional<std::size_t> not_utf8_at(std::string_view text) {
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t at = 0; at < size;) {
    const int32_t begins = at;
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    if (c < 0) return static_cast<std::size_t>(begins);
  }
  return std::nullopt;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> all() {
    if (text_.size() > bytes_max) return bad(0, "it is longer than 16 KiB", "Say it with fewer words");
    if (const auto broken = not_utf8_at(text_))
      return bad(*broken, "the expression is not UTF-8", "Save the file as UTF-8");
    std::vector<Token> out;
    do out.push_back(TRY(next()));
    while (out.back().kind != Token::Kind::End);
    return out;
  }

 private:
  tl::unexpected<Error> bad(std::size_t at, std::string what, std::string fix) const {
    return expression_error(Code::ExpressionInvalid, at, std::move(what), std::move(fix));
  }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  Result<Token> next() {
    while (at_ < text_.size() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) ++at_;
    Token token;
    token.at = at_;
    if (at_ >= text_.size()) return token;
    const char c = peek();
    if (c == '#') return bad(at_, "a comment stands in the expression", "Write the reason under why: instead");
    if (c == '"') return text_token();
    if (digit(c) || (c == '.' && digit(peek(1)))) return number();
    if (c == '.' && starts_name(peek(1))) {
      ++at_;
      token.kind = Token::Kind::Field;
      token.text = name();
      return token;
    }
    if (starts_name(c)) {
      token.kind = Token::Kind::Name;
      token.text = name();
      return token;
    }
    token.kind = Token::Kind::Symbol;
    constexpr std::array<std::string_view, 14> pairs{
        "..", "//=", "//", "==", "!=", "<=", ">=", "|=", "+=", "-=", "*=", "/=", "%=", "?//"};
    for (const std::string_view pair : pairs) {
      if (text_.substr(at_).starts_with(pair)) {
        token.text = pair;
        at_ += pair.size();
        return token;
      }
    }
    if (std::string_view(".[]{}()|,:;+-*/%<>=?$@").find(c) == std::string_view::npos) {
      return bad(at_, "a character stands here that the language does not have",
                 "Quote a member's name as in .[\"name\"]");
    }
    token.text = std::string(1, c);
    ++at_;
    return token;
  }

  std::string name() {
    const std::size_t start = at_;
    while (starts_name(peek()) || digit(peek())) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  Result<Token> number() {
    Token token{Token::Kind::Number, "", at_, {}};
    const std::size_t start = at_;
    while (digit(peek())) ++at_;
    if (peek() == '.' && digit(peek(1))) {
      ++at_;
      while (digit(peek())) ++at_;
    }
    if (peek() == 'e' || peek() == 'E') {
      const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
      if (!digit(peek(sign))) return bad(at_, "a number's exponent has no digits", "Write the number out");
      at_ += sign;
      while (digit(peek())) ++at_;
    }
    token.text = std::string(text_.substr(start, at_ - start));
    return token;
  }

  Result<char32_t> hex4() {
    char32_t out = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = peek();
      const int value = digit(c)               ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (value < 0) return bad(at_, "\\u is not followed by four hexadecimal digits", "Write the character itself");
      out = out * 16 + static_cast<char32_t>(value);
      ++at_;
    }
    return out;
  }

  Result<Token> text_token() {
    Token token{Token::Kind::Text, "", at_, {{"", at_}}};
    const std::size_t start = at_++;
    while (peek() != '"') {
      if (at_ >= text_.size()) return bad(start, "a text is not closed", "Close it with \"");
      std::string& plain = token.pieces.back().text;
      if (peek() != '\\') {
        plain += text_[at_++];
        continue;
      }
      const char escape = peek(1);
      at_ += 2;
      switch (escape) {
        case '"':
        case '\\':
        case '/':
          plain += escape;
          break;
        case 'n':
          plain += '\n';
          break;
        case 't':
          plain += '\t';
          break;
        case 'r':
          plain += '\r';
          break;
        case 'b':
          plain += '\b';
          break;
        case 'f':
          plain += '\f';
          break;
        case 'u': {
          char32_t c = TRY(hex4());
          if (c >= 0xD800 && c < 0xDC00 && peek() == '\\' && peek(1) == 'u') {
            at_ += 2;
            const char32_t low = TRY(hex4());
            if (low < 0xDC00 || low > 0xDFFF)
              return bad(at_, "half of a character stands alone", "Write the character itself");
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
          }
          if (c >= 0xD800 && c < 0xE000)
            return bad(at_, "half of a character stands alone", "Write the character itself");
          append(plain, c);
          break;
        }
        case '(': {
          const std::size_t inner = at_;
          std::size_t depth = 1;
          for (; at_ < text_.size(); ++at_) {
            if (peek() == '"') {  // a text inside of the inner expression
              ++at_;
              while (at_ < text_.size() && peek() != '"') at_ += peek() == '\\' ? 2 : 1;
              continue;
            }
            if (peek() == '(') ++depth;
            if (peek() == ')' && --depth == 0) break;
          }
          if (at_ >= text_.size()) return bad(inner, "\\( is not closed", "Close it with )");
          token.pieces.push_back({std::string(text_.substr(inner, at_ - inner)), inner});
          ++at_;
          token.pieces.push_back({"", at_});
          break;
        }
        default:
          return bad(at_ - 2, "a text has an escape that JSON does not have", "Write \\\\ for a backslash");
      }
    }
    ++at_;
    return token;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::vector<Token>> tokens_of(std::string_view text) { return Lexer(text).all(); }

}  // namespace linchpin::mapping
