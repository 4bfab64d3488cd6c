#include "model/yaml.hpp"

#include <libfyaml.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

namespace linchpin::model {
namespace {

// ---- `as: call(a: A)` without quotes

// Where a quote was put into the text for libfyaml, so that later columns of that line can be told as the user has
// them.
struct Inserted {
  int line;    // from 0
  int column;  // from 0, in the text with quotes
};

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
}

// The end of a call `name(…)` that starts at `from`, or npos. Quotes inside it may hold brackets.
std::size_t end_of_call(std::string_view line, std::size_t from) {
  std::size_t at = from;
  while (at < line.size() && is_name(line[at])) ++at;
  if (at == from || at == line.size() || line[at] != '(') return std::string_view::npos;
  int depth = 0;
  char quote = 0;
  for (; at < line.size(); ++at) {
    const char c = line[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

// Where the value of an `as:` begins in the line, outside of quotes and comments; npos when there is none after `from`.
std::size_t value_of_as(std::string_view line, std::size_t from) {
  char quote = 0;
  bool fresh = true;  // at the beginning of a token: only there a quote opens and a # is a comment
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (quote != 0) {
      if (c == '\\' && quote == '"')
        ++at;
      else if (c == quote)
        quote = 0;
      continue;
    }
    if (fresh && (c == '"' || c == '\'')) quote = c;
    if (fresh && c == '#') return std::string_view::npos;
    if (fresh && at >= from && line.substr(at, 4) == "as: ") {
      const std::size_t value = line.find_first_not_of(' ', at + 4);
      return value;
    }
    fresh = c == ' ' || c == '\t' || c == '[' || c == '{' || c == ',';
  }
  return std::string_view::npos;
}

std::string quote_calls(std::string_view text, std::vector<Inserted>& inserted) {
  std::string quoted;
  quoted.reserve(text.size() + 64);
  int line_number = 0;
  for (std::size_t begin = 0; begin < text.size(); ++line_number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string_view line = text.substr(begin, end - begin);
    std::size_t copied = 0;
    std::size_t added = 0;
    for (std::size_t value = value_of_as(line, 0); value != std::string_view::npos; value = value_of_as(line, copied)) {
      const std::size_t call_end = end_of_call(line, value);
      if (call_end == std::string_view::npos) break;
      quoted += line.substr(copied, value - copied);
      quoted += '\'';
      inserted.push_back({line_number, static_cast<int>(value + added)});
      ++added;
      for (std::size_t at = value; at < call_end; ++at) {
        quoted += line[at];
        if (line[at] != '\'') continue;
        quoted += '\'';
        inserted.push_back({line_number, static_cast<int>(at + added)});
        ++added;
      }
      quoted += '\'';
      inserted.push_back({line_number, static_cast<int>(call_end + added)});
      ++added;
      copied = call_end;
    }
    quoted += line.substr(copied);
    begin = end;
  }
  return quoted;
}

// ---- libfyaml's events into nodes

struct ParserCloser {
  void operator()(fy_parser* p) const { fy_parser_destroy(p); }
};
struct DiagCloser {
  void operator()(fy_diag* d) const { fy_diag_destroy(d); }
};

std::string_view text_of(fy_token* token) {
  std::size_t length = 0;
  const char* text = token == nullptr ? nullptr : fy_token_get_text(token, &length);
  return text == nullptr ? std::string_view{} : std::string_view(text, length);
}

class Builder {
 public:
  Builder(const std::string& file, const YamlLimits& limits, std::vector<Inserted> inserted)
      : file_(file), limits_(limits), inserted_(std::move(inserted)) {}

  // Empty: the stream has ended without a document.
  Result<std::optional<Node>> run(std::string_view text) {
    fy_diag_cfg diag_cfg;
    fy_diag_cfg_default(&diag_cfg);
    diag_cfg.fp = nullptr;
    diag_cfg.output_fn = [](fy_diag*, void*, const char*, std::size_t) {};
    diag_cfg.colorize = false;
    diag_.reset(fy_diag_create(&diag_cfg));
    if (diag_) fy_diag_set_collect_errors(diag_.get(), true);
    fy_parse_cfg cfg{};
    cfg.search_path = "";
    cfg.flags = static_cast<fy_parse_cfg_flags>(FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE);
    cfg.diag = diag_.get();
    parser_.reset(fy_parser_create(&cfg));
    if (!diag_ || !parser_ || fy_parser_set_string(parser_.get(), text.data(), text.size()) != 0)
      return fail(Code::YamlInvalid, "the file could not be handed to the YAML parser", {}, {file_, 0, 0});

    std::optional<Node> document;
    while (true) {
      fy_event* event = fy_parser_parse(parser_.get());
      if (event == nullptr) {
        if (fy_parser_get_stream_error(parser_.get())) return tl::unexpected(complaint());
        return document;
      }
      Held held{parser_.get(), event};
      if (event->type == FYET_STREAM_END) return document;
      if (event->type == FYET_STREAM_START || event->type == FYET_DOCUMENT_END) continue;
      if (event->type == FYET_DOCUMENT_START) {
        if (document)
          return fail(Code::YamlInvalid, "a second document begins", "Keep one document in a file", place(event));
        continue;
      }
      document = TRY(node(event, 1));
    }
  }

 private:
  struct Held {
    fy_parser* parser;
    fy_event* event;
    ~Held() { fy_parser_event_free(parser, event); }
  };

  Place place(int line, int column) const {
    int extra = 0;
    auto quote = std::lower_bound(inserted_.begin(), inserted_.end(), line,
                                  [](const Inserted& i, int wanted) { return i.line < wanted; });
    for (; quote != inserted_.end() && quote->line == line && quote->column < column; ++quote) ++extra;
    return {file_, line + 1, column - extra + 1};
  }
  Place place(fy_event* event) const {
    const fy_mark* mark = fy_event_start_mark(event);
    if (mark == nullptr) return {file_, 0, 0};
    // libfyaml marks a scalar in quotes after its opening quote.
    const fy_scalar_style style = event->type == FYET_SCALAR ? fy_token_scalar_style(event->scalar.value) : FYSS_PLAIN;
    const bool in_quotes = style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
    return place(mark->line, mark->column - (in_quotes ? 1 : 0));
  }

  Error complaint() const {
    void* walk = nullptr;
    const fy_diag_error* error = fy_diag_errors_iterate(diag_.get(), &walk);
    if (error == nullptr) return {Code::YamlInvalid, "this is not YAML", {file_, 0, 0}, {}};
    std::string what = error->msg == nullptr ? "this is not YAML" : error->msg;
    // The commonest slip by far: a text with a colon in it.
    std::string fix = what.find("mapping") != std::string::npos
                          ? "A text that holds ': ' or begins with a sign goes in quotes; members line up"
                          : "";
    // libfyaml counts an error's place from 1 and a mark's from 0.
    return {Code::YamlInvalid, std::move(what), place(error->line - 1, error->column - 1), std::move(fix)};
  }

  // The node that `event` begins, read to its end.
  Result<Node> node(fy_event* event, int depth) {
    const Place at = place(event);
    if (depth > limits_.depth)
      return fail(Code::YamlInvalid, "nested deeper than " + std::to_string(limits_.depth) + " levels", {}, at);
    switch (event->type) {
      case FYET_ALIAS:
        return alias(event, at);
      case FYET_SCALAR:
        return scalar(event, at);
      case FYET_SEQUENCE_START:
        return sequence(event, at, depth);
      case FYET_MAPPING_START:
        return mapping(event, at, depth);
      default:
        return fail(Code::YamlInvalid, "this is not YAML", {}, at);
    }
  }

  Result<Node> counted(Node node) {
    if (++count_ > limits_.nodes) return too_many(node.at);
    return node;
  }
  tl::unexpected<Error> too_many(const Place& at) const {
    return fail(Code::YamlInvalid, "the file holds more than " + std::to_string(limits_.nodes) + " values",
                "Aliases count as often as they are used", at);
  }
  Result<void> no_tag(fy_token* tag, const Place& at) const {
    if (tag == nullptr) return {};
    return fail(Code::YamlInvalid, "a tag stands here", "Leave tags (!…) out: what a value is comes from its place",
                at);
  }

  Result<Node> alias(fy_event* event, const Place& at) {
    const auto found = anchors_.find(std::string(text_of(event->alias.anchor)));
    if (found == anchors_.end())
      return fail(Code::YamlInvalid, "the alias names no anchor (&…) that stands before it", {}, at);
    count_ += found->second.count;
    if (count_ > limits_.nodes) return too_many(at);
    return found->second.node;
  }

  Result<Node> scalar(fy_event* event, const Place& at) {
    if (auto tagged = no_tag(event->scalar.tag, at); !tagged) return tl::unexpected(tagged.error());
    Node node;
    node.at = at;
    node.text = text_of(event->scalar.value);
    node.quoted = fy_token_scalar_style(event->scalar.value) != FYSS_PLAIN;
    const std::size_t before = count_;
    node = TRY(counted(std::move(node)));
    remember(event->scalar.anchor, node, before);
    return node;
  }

  Result<Node> sequence(fy_event* event, const Place& at, int depth) {
    if (auto tagged = no_tag(event->sequence_start.tag, at); !tagged) return tl::unexpected(tagged.error());
    const std::string anchor(text_of(event->sequence_start.anchor));
    Node node;
    node.kind = Node::Kind::Sequence;
    node.at = at;
    const std::size_t before = count_;
    node = TRY(counted(std::move(node)));
    while (true) {
      fy_event* next = fy_parser_parse(parser_.get());
      if (next == nullptr) return tl::unexpected(complaint());
      Held held{parser_.get(), next};
      if (next->type == FYET_SEQUENCE_END) break;
      node.items.push_back(TRY(this->node(next, depth + 1)));
    }
    remember(anchor, node, before);
    return node;
  }

  Result<Node> mapping(fy_event* event, const Place& at, int depth) {
    if (auto tagged = no_tag(event->mapping_start.tag, at); !tagged) return tl::unexpected(tagged.error());
    const std::string anchor(text_of(event->mapping_start.anchor));
    Node node;
    node.kind = Node::Kind::Mapping;
    node.at = at;
    const std::size_t before = count_;
    node = TRY(counted(std::move(node)));
    std::map<std::string, int> lines;
    while (true) {
      fy_event* key = fy_parser_parse(parser_.get());
      if (key == nullptr) return tl::unexpected(complaint());
      Held held_key{parser_.get(), key};
      if (key->type == FYET_MAPPING_END) break;
      const Place key_at = place(key);
      if (key->type != FYET_SCALAR)
        return fail(Code::YamlInvalid, "a key is no plain text", "Write it as `key: value`", key_at);
      Node::Member member;
      member.key = text_of(key->scalar.value);
      member.at = key_at;
      const auto [first, fresh] = lines.emplace(member.key, key_at.line);
      if (!fresh)
        return fail(Code::YamlInvalid, "the key '" + member.key + "' stands twice",
                    "It stands first on line " + std::to_string(first->second) + "; keep one of them", key_at);
      fy_event* value = fy_parser_parse(parser_.get());
      if (value == nullptr) return tl::unexpected(complaint());
      Held held_value{parser_.get(), value};
      member.value = TRY(this->node(value, depth + 1));
      // An empty value has no place of its own that a person would look at.
      if (member.value.is_scalar() && member.value.text.empty() && !member.value.quoted) member.value.at = key_at;
      node.members.push_back(std::move(member));
    }
    remember(anchor, node, before);
    return node;
  }

  void remember(fy_token* anchor, const Node& node, std::size_t before) {
    remember(std::string(text_of(anchor)), node, before);
  }
  void remember(const std::string& anchor, const Node& node, std::size_t before) {
    if (!anchor.empty()) anchors_.insert_or_assign(anchor, Anchored{node, count_ - before});
  }

  struct Anchored {
    Node node;
    std::size_t count;
  };
  const std::string& file_;
  const YamlLimits& limits_;
  std::vector<Inserted> inserted_;
  std::unique_ptr<fy_diag, DiagCloser> diag_;
  std::unique_ptr<fy_parser, ParserCloser> parser_;
  std::map<std::string, Anchored> anchors_;
  std::size_t count_ = 0;
};

// The length of the character that begins there, or 0 where it is none of UTF-8 (RFC 3629: shortest form, no
// surrogate).
std::size_t character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const unsigned first = byte(at), second = byte(at + 1);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  return length;
}

// libfyaml takes a byte that is not UTF-8 for the end of the file.
Result<void> is_utf8(const std::string& file, std::string_view text) {
  Place at{file, 1, 1};
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = character_at(text, i);
    if (length == 0)
      return fail(Code::YamlInvalid, "a byte stands here that is not UTF-8", "Save the file as UTF-8", at);
    at = text[i] == '\n' ? Place{file, at.line + 1, 1} : Place{file, at.line, at.column + 1};
    i += length;
  }
  return {};
}

bool is_json_number(std::string_view s) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t begin = i;
    while (i < s.size() && s[i] >= '0' && s[i] <= '9') ++i;
    return i - begin;
  };
  if (i < s.size() && s[i] == '-') ++i;
  const std::size_t first = i;
  const std::size_t whole = digits();
  if (whole == 0 || (whole > 1 && s[first] == '0')) return false;
  if (i < s.size() && s[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    ++i;
    if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == s.size();
}

}  // namespace

bool Node::is_null() const { return is_scalar() && !quoted && (text.empty() || text == "~" || text == "null"); }

const Node* Node::find(std::string_view key) const {
  for (const Member& member : members)
    if (member.key == key) return &member.value;
  return nullptr;
}

Result<Node> parse_yaml(const std::string& file, std::string_view text, YamlLimits limits) {
  if (text.size() > limits.bytes)
    return fail(Code::YamlInvalid, "the file is larger than " + std::to_string(limits.bytes) + " bytes", {},
                {file, 0, 0});
  if (text.find('\0') != std::string_view::npos)
    return fail(Code::YamlInvalid, "the file holds a zero byte; it is no text", {}, {file, 0, 0});
  TRY(is_utf8(file, text));
  std::vector<Inserted> inserted;
  const std::string quoted = quote_calls(text, inserted);
  Builder builder(file, limits, std::move(inserted));
  std::optional<Node> document = TRY(builder.run(quoted));
  if (!document) return fail(Code::YamlInvalid, "the file is empty", {}, {file, 1, 1});
  return std::move(*document);
}

Json to_json(const Node& node) {
  switch (node.kind) {
    case Node::Kind::Sequence: {
      Json::List items;
      for (const Node& item : node.items) items.push_back(to_json(item));
      return Json(std::move(items));
    }
    case Node::Kind::Mapping: {
      Json::Object members;
      for (const Node::Member& member : node.members) members.emplace_back(member.key, to_json(member.value));
      return Json(std::move(members));
    }
    case Node::Kind::Scalar:
      break;
  }
  if (node.is_null()) return Json();
  if (node.quoted) return Json(node.text);
  if (node.text == "true" || node.text == "false") return Json(node.text == "true");
  if (is_json_number(node.text)) return Json(Json::Number{node.text});
  return Json(node.text);
}

}  // namespace linchpin::model
