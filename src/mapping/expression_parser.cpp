// jq's grammar, as far as the language has it. Loosest first: | , // or and == + * and what stands behind a value.
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "mapping/decimal.hpp"
#include "mapping/expression_lexer.hpp"
#include "mapping/expression_node.hpp"
#include "mapping/expression_pattern.hpp"

namespace linchpin::mapping {

namespace {

constexpr int depth_max = 100;
constexpr int levels_max = 250;

struct Refused {
  std::string_view word, why, remedy;
};
// What jq has and this language has not, because it does not end, is not exact, or reads what is not the record.
constexpr std::array<Refused, 22> refused{{
    {"def", "functions cannot be defined", "Write the expression out where it is used"},
    {"reduce", "there are no loops", "Use add, join, min, max, any or all"},
    {"foreach", "there are no loops", "Use map"},
    {"label", "there are no jumps", "Use first(…)"},
    {"import", "nothing can be imported", "Write the expression out"},
    {"include", "nothing can be included", "Write the expression out"},
    {"try", "there is no try", "Write ? behind what may fail"},
    {"env", "the environment cannot be read", "Write the value into the mapping"},
    {"input", "only the record is read", "Name a path, as in .email"},
    {"inputs", "only the record is read", "Name a path, as in .email"},
    {"now", "an expression has no clock", "Compare two fields of the record"},
    {"range", "there are no loops", "Use map"},
    {"while", "there are no loops", "Use map and select"},
    {"until", "there are no loops", "Use map and select"},
    {"repeat", "there are no loops", "Use map"},
    {"recurse", "there is no recursion", "Name the paths, as in .a[].b"},
    {"walk", "there is no recursion", "Name the paths, as in .a[].b"},
    {"error", "an expression does not fail on purpose", "Use select(…) or empty"},
    {"sub", "texts are not rewritten by patterns", "Use split and join, ltrimstr or rtrimstr"},
    {"gsub", "texts are not rewritten by patterns", "Use split(\"a\") | join(\"b\")"},
    {"match", "patterns only test", "Use test(…)"},
    {"capture", "patterns only test", "Use test(…), or split"},
}};

class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens, std::size_t offset, int depth)
      : text_(text), tokens_(std::move(tokens)), offset_(offset), depth_(depth) {}

  Result<NodePtr> all() {
    if (token().kind == Token::Kind::End)
      return bad(token().at, "there is no expression", "Write . for the whole record");
    NodePtr out = TRY(pipe());
    if (token().kind != Token::Kind::End) return unexpected("the expression should end");
    return out;
  }

 private:
  const Token& token() const { return tokens_[next_]; }
  bool is(std::string_view symbol) const { return token().kind == Token::Kind::Symbol && token().text == symbol; }
  bool is_word(std::string_view word) const { return token().kind == Token::Kind::Name && token().text == word; }
  bool take(std::string_view symbol) {
    if (!is(symbol)) return false;
    ++next_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (!is_word(word)) return false;
    ++next_;
    return true;
  }
  tl::unexpected<Error> bad(std::size_t at, std::string what, std::string fix) const {
    return expression_error(Code::ExpressionInvalid, offset_ + at, std::move(what), std::move(fix));
  }
  tl::unexpected<Error> unexpected(std::string due) const {
    const Token& t = token();
    if (t.kind == Token::Kind::Name) {
      if (t.text == "as") return bad(t.at, "there are no variables", "Repeat the path, or use a pipe");
      for (const Refused& r : refused) {
        if (r.word == t.text) return bad(t.at, std::string(r.why), std::string(r.remedy));
      }
    }
    if (t.kind == Token::Kind::Symbol) {
      if (t.text == "$") return bad(t.at, "there are no variables", "Repeat the path, or use a pipe");
      if (t.text == "..") return bad(t.at, "there is no recursion", "Name the paths, as in .a[].b");
      if (t.text == "@") return bad(t.at, "there are no formats", "Use tostring or join");
      if (t.text == "=" || t.text.ends_with('=')) {
        return bad(t.at, "an expression changes nothing", "Write == to compare");
      }
    }
    return bad(t.at, std::move(due) + (t.kind == Token::Kind::End ? ", but nothing follows" : " here"),
               "Compare with the examples of docs/guide/expressions-and-transforms.md");
  }

  static int depth_of(const std::vector<NodePtr>& kids) {
    int out = 0;
    for (const NodePtr& kid : kids) out = std::max(out, kid->depth);
    return out + 1;
  }
  NodePtr node(Op op, std::size_t at, std::vector<NodePtr> kids = {}) const {
    auto out = std::make_unique<Node>();
    out->op = op;
    out->at = offset_ + at;
    out->kids = std::move(kids);
    out->depth = depth_of(out->kids);
    return out;
  }
  NodePtr literal(Json value, std::size_t at) const {
    auto out = std::make_unique<Node>();
    out->op = Op::Literal;
    out->at = offset_ + at;
    out->value = std::move(value);
    return out;
  }
  static std::vector<NodePtr> two(NodePtr a, NodePtr b) {
    std::vector<NodePtr> out;
    out.push_back(std::move(a));
    out.push_back(std::move(b));
    return out;
  }

  struct Deeper {
    explicit Deeper(int& depth) : depth_(depth) { ++depth_; }
    ~Deeper() { --depth_; }
    int& depth_;
  };

  Result<NodePtr> pipe() {
    const Deeper deeper(depth_);
    if (depth_ > depth_max) return bad(token().at, "it is nested more than 100 deep", "Say it with fewer levels");
    NodePtr left = TRY(comma());
    const std::size_t at = token().at;
    if (!take("|")) return left;
    return node(Op::Pipe, at, two(std::move(left), TRY(pipe())));
  }
  Result<NodePtr> comma() {
    NodePtr left = TRY(otherwise());
    for (std::size_t at = token().at; take(","); at = token().at)
      left = node(Op::Comma, at, two(std::move(left), TRY(otherwise())));
    return left;
  }
  Result<NodePtr> otherwise() {
    NodePtr left = TRY(either());
    const std::size_t at = token().at;
    if (!take("//")) return left;
    const Deeper deeper(depth_);
    if (depth_ > depth_max) return bad(at, "it is nested more than 100 deep", "Say it with fewer levels");
    return node(Op::Otherwise, at, two(std::move(left), TRY(otherwise())));
  }
  Result<NodePtr> either() {
    NodePtr left = TRY(both());
    for (std::size_t at = token().at; take_word("or"); at = token().at)
      left = node(Op::Or, at, two(std::move(left), TRY(both())));
    return left;
  }
  Result<NodePtr> both() {
    NodePtr left = TRY(comparison());
    for (std::size_t at = token().at; take_word("and"); at = token().at)
      left = node(Op::And, at, two(std::move(left), TRY(comparison())));
    return left;
  }

  std::optional<Op> comparison_here() const {
    if (token().kind != Token::Kind::Symbol) return std::nullopt;
    if (token().text == "==") return Op::Equal;
    if (token().text == "!=") return Op::NotEqual;
    if (token().text == "<") return Op::Less;
    if (token().text == "<=") return Op::LessEqual;
    if (token().text == ">") return Op::Greater;
    if (token().text == ">=") return Op::GreaterEqual;
    return std::nullopt;
  }
  Result<NodePtr> comparison() {
    NodePtr left = TRY(sum());
    const auto op = comparison_here();
    if (!op) return left;
    const std::size_t at = token().at;
    ++next_;
    NodePtr out = node(*op, at, two(std::move(left), TRY(sum())));
    if (comparison_here()) return bad(token().at, "comparisons cannot be chained", "Join two with and");
    return out;
  }
  Result<NodePtr> sum() {
    NodePtr left = TRY(product());
    for (;;) {
      const std::size_t at = token().at;
      if (take("+"))
        left = node(Op::Add, at, two(std::move(left), TRY(product())));
      else if (take("-"))
        left = node(Op::Subtract, at, two(std::move(left), TRY(product())));
      else
        return left;
    }
  }
  Result<NodePtr> product() {
    NodePtr left = TRY(unary());
    for (;;) {
      const std::size_t at = token().at;
      if (take("*"))
        left = node(Op::Multiply, at, two(std::move(left), TRY(unary())));
      else if (take("/"))
        left = node(Op::Divide, at, two(std::move(left), TRY(unary())));
      else if (take("%"))
        left = node(Op::Remainder, at, two(std::move(left), TRY(unary())));
      else
        return left;
    }
  }
  Result<NodePtr> unary() {
    const std::size_t at = token().at;
    if (!take("-")) return postfix();
    std::vector<NodePtr> kids;
    kids.push_back(TRY(postfix()));
    return node(Op::Negate, at, std::move(kids));
  }

  Result<NodePtr> postfix() {
    NodePtr out = TRY(term());
    for (int count = 0;; ++count) {
      // Each suffix is a level of the tree.
      if (count > depth_max) return bad(token().at, "it is nested more than 100 deep", "Say it with fewer levels");
      const std::size_t at = token().at;
      if (token().kind == Token::Kind::Field) {
        out = member(std::move(out), token().text, at);
        ++next_;
      } else if (is(".") && tokens_[next_ + 1].kind == Token::Kind::Text) {
        ++next_;
        out = TRY(quoted_member(std::move(out)));
      } else if (is(".") && tokens_[next_ + 1].kind == Token::Kind::Symbol && tokens_[next_ + 1].text == "[") {
        ++next_;
      } else if (is("[")) {
        out = TRY(bracket(std::move(out)));
      } else if (take("?")) {
        std::vector<NodePtr> kids;
        kids.push_back(std::move(out));
        out = node(Op::Optional, at, std::move(kids));
      } else if (is_word("as")) {
        return unexpected("");
      } else {
        return out;
      }
    }
  }
  NodePtr member(NodePtr base, std::string name, std::size_t at) const {
    auto out = std::make_unique<Node>();
    out->op = Op::Member;
    out->at = offset_ + at;
    out->text = std::move(name);
    out->kids.push_back(std::move(base));
    out->depth = depth_of(out->kids);
    return out;
  }
  Result<NodePtr> quoted_member(NodePtr base) {
    const Token& t = token();
    if (t.pieces.size() != 1) return bad(t.at, "a member's name is put together", "Write .[…] around it");
    ++next_;
    return member(std::move(base), t.pieces[0].text, t.at);
  }

  Result<NodePtr> bracket(NodePtr base) {
    const std::size_t at = token().at;
    take("[");
    std::vector<NodePtr> kids;
    kids.push_back(std::move(base));
    if (take("]")) return node(Op::Iterate, at, std::move(kids));
    if (take(":")) {
      kids.push_back(literal(Json(), at));
      kids.push_back(TRY(pipe()));
    } else {
      kids.push_back(TRY(pipe()));
      if (take(":")) kids.push_back(is("]") ? literal(Json(), at) : TRY(pipe()));
    }
    if (!take("]")) return unexpected("] is due");
    if (kids.size() == 3) return node(Op::Slice, at, std::move(kids));
    if (kids[1]->op == Op::Literal && kids[1]->value.is_text()) {
      return member(std::move(kids[0]), kids[1]->value.text(), at);
    }
    return node(Op::Index, at, std::move(kids));
  }

  Result<NodePtr> term() {
    const Token& t = token();
    const std::size_t at = t.at;
    switch (t.kind) {
      case Token::Kind::End:
        break;
      case Token::Kind::Field:
        ++next_;
        return member(node(Op::Identity, at), t.text, at);
      case Token::Kind::Number: {
        const auto number = Decimal::parse(t.text);
        if (!number) return bad(at, "the number has more than 1,000 digits", "Write a smaller one");
        ++next_;
        return literal(Json(Json::Number{number->text()}), at);
      }
      case Token::Kind::Text:
        return text();
      case Token::Kind::Name:
        return word();
      case Token::Kind::Symbol:
        if (take("(")) {
          NodePtr inner = TRY(pipe());
          if (!take(")")) return unexpected(") is due");
          return inner;
        }
        if (is("[")) return list();
        if (is("{")) return object();
        if (take(".")) {
          if (token().kind == Token::Kind::Text) return quoted_member(node(Op::Identity, at));
          return node(Op::Identity, at);
        }
        break;
    }
    return unexpected("a value is due");
  }

  Result<NodePtr> text() {
    const Token& t = token();
    ++next_;
    if (t.pieces.size() == 1) return literal(Json(t.pieces[0].text), t.at);
    std::vector<NodePtr> kids;
    for (std::size_t i = 0; i < t.pieces.size(); ++i) {
      if (i % 2 == 0) {
        kids.push_back(literal(Json(t.pieces[i].text), t.pieces[i].at));
        continue;
      }
      const Deeper deeper(depth_);
      const std::size_t inner_offset = offset_ + t.pieces[i].at;
      auto tokens = tokens_of(t.pieces[i].text);
      if (!tokens) return tl::unexpected(tokens.error());
      kids.push_back(TRY(Parser(text_, std::move(*tokens), inner_offset, depth_).all()));
    }
    return node(Op::Interpolate, t.at, std::move(kids));
  }

  Result<NodePtr> list() {
    const std::size_t at = token().at;
    take("[");
    std::vector<NodePtr> kids;
    if (take("]")) return node(Op::List, at);
    kids.push_back(TRY(pipe()));
    if (!take("]")) return unexpected("] is due");
    return node(Op::List, at, std::move(kids));
  }

  Result<NodePtr> object() {
    const std::size_t at = token().at;
    take("{");
    std::vector<NodePtr> kids;
    if (take("}")) return node(Op::Object, at);
    do {
      const Token& t = token();
      NodePtr key;
      if (t.kind == Token::Kind::Name) {
        ++next_;
        key = literal(Json(t.text), t.at);
      } else if (t.kind == Token::Kind::Text) {
        key = TRY(text());
      } else if (take("(")) {
        key = TRY(pipe());
        if (!take(")")) return unexpected(") is due");
        if (!is(":")) return unexpected(": is due");
      } else {
        return unexpected("a member's name is due");
      }
      if (take(":")) {
        kids.push_back(std::move(key));
        kids.push_back(TRY(member_value()));
      } else {
        if (key->op != Op::Literal) return unexpected(": is due");
        NodePtr value = member(node(Op::Identity, t.at), key->value.text(), t.at);
        kids.push_back(std::move(key));
        kids.push_back(std::move(value));
      }
    } while (take(","));
    if (!take("}")) return unexpected(", or } is due");
    return node(Op::Object, at, std::move(kids));
  }
  // jq: a member's value is a term, or terms joined by |; anything else stands in brackets.
  Result<NodePtr> member_value() {
    const Deeper deeper(depth_);
    if (depth_ > depth_max) return bad(token().at, "it is nested more than 100 deep", "Say it with fewer levels");
    NodePtr left = TRY(unary());
    const std::size_t at = token().at;
    if (take("|")) return node(Op::Pipe, at, two(std::move(left), TRY(member_value())));
    if (!is(",") && !is("}")) return unexpected("brackets are due around a member's value that is not a single one");
    return left;
  }

  Result<NodePtr> word() {
    const Token& t = token();
    if (t.text == "if") return condition();
    if (t.text == "true" || t.text == "false") {
      ++next_;
      return literal(Json(t.text == "true"), t.at);
    }
    if (t.text == "null") {
      ++next_;
      return literal(Json(), t.at);
    }
    for (const std::string_view reserved : {"then", "elif", "else", "end", "and", "or", "as"}) {
      if (t.text == reserved) return unexpected("a value is due");
    }
    return call();
  }

  Result<NodePtr> condition() {
    const std::size_t at = token().at;
    ++next_;  // if, or elif
    const Deeper deeper(depth_);
    if (depth_ > depth_max) return bad(at, "it is nested more than 100 deep", "Say it with fewer levels");
    std::vector<NodePtr> kids;
    kids.push_back(TRY(pipe()));
    if (!take_word("then")) return unexpected("then is due");
    kids.push_back(TRY(pipe()));
    if (is_word("elif")) {
      kids.push_back(TRY(condition()));
      return node(Op::If, at, std::move(kids));
    }
    if (is_word("end")) return bad(token().at, "if has no else", "Write else . end, or else empty end");
    if (!take_word("else")) return unexpected("else is due");
    kids.push_back(TRY(pipe()));
    if (!take_word("end")) return unexpected("end is due");
    return node(Op::If, at, std::move(kids));
  }

  Result<NodePtr> call() {
    const Token& t = token();
    ++next_;
    std::vector<NodePtr> arguments;
    if (take("(")) {
      do arguments.push_back(TRY(pipe()));
      while (take(";"));
      if (is(",")) return bad(token().at, "arguments are not separated by commas", "Write ; between arguments");
      if (!take(")")) return unexpected(") is due");
    }
    const int function = find_function(t.text, arguments.size());
    if (function < 0) {
      for (const Refused& r : refused) {
        if (r.word == t.text) return bad(t.at, std::string(r.why), std::string(r.remedy));
      }
      for (std::size_t n = 0; n < 3; ++n) {
        if (n != arguments.size() && find_function(t.text, n) >= 0) {
          return bad(t.at, "the function takes another number of arguments", "Give it " + std::to_string(n));
        }
      }
      const std::string near = nearest_function(t.text);
      return bad(
          t.at, "the language has no such function",
          near.empty() ? "A member of the record is written with a dot, as in .email" : "Did you mean " + near + "?");
    }
    auto out = std::make_unique<Node>();
    out->op = Op::Call;
    out->at = offset_ + t.at;
    out->text = t.text;
    out->function = function;
    out->kids = std::move(arguments);
    out->depth = depth_of(out->kids);
    if (t.text == "test") {
      auto pattern = compiled(*out, t.at);
      if (!pattern) return tl::unexpected(pattern.error());
      out->pattern = std::move(*pattern);
    }
    return NodePtr(std::move(out));
  }

  Result<std::shared_ptr<const re2::RE2>> compiled(const Node& test, std::size_t at) const {
    for (const NodePtr& kid : test.kids) {
      if (kid->op != Op::Literal || !kid->value.is_text()) {
        return bad(at, "test's pattern is not a text that stands in the expression",
                   "Write it out, as in test(\"^A[0-9]+$\")");
      }
    }
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_max_mem(1 << 20);
    std::string pattern = test.kids[0]->value.text();
    if (test.kids.size() == 2) {
      for (const char flag : test.kids[1]->value.text()) {
        if (flag == 'i')
          options.set_case_sensitive(false);
        else if (flag != 'g' && flag != 'n')
          return bad(at, "test knows the flags i, g and n only", "Leave the flag out");
      }
    }
    auto out = std::make_shared<re2::RE2>(as_re2(pattern), options);
    if (!out->ok())
      return bad(at, "the pattern is not one of RE2's",
                 "See RE2's syntax; it has no look-around and no back-references");
    return std::shared_ptr<const re2::RE2>(std::move(out));
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t offset_;  // of this text inside the whole expression
  std::size_t next_ = 0;
  int depth_;
};

}  // namespace

tl::unexpected<Error> expression_error(Code code, std::size_t at, std::string what, std::string fix) {
  return fail(code, "character " + std::to_string(at + 1) + " of the expression: " + std::move(what), std::move(fix));
}

Result<NodePtr> parse_expression(std::string_view text) {
  NodePtr root = TRY(Parser(text, TRY(tokens_of(text)), 0, 0).all());
  // A long chain of + is as deep a tree as brackets are, and is walked by recursion too.
  if (root->depth > levels_max) {
    return expression_error(Code::ExpressionInvalid, root->at, "it has more than 250 levels",
                            "Say it with fewer words");
  }
  return root;
}

}  // namespace linchpin::mapping
