// JSON out: the canonical form that the audit log needs exact, and one for people.
#include <algorithm>

#include "base/json.hpp"

namespace linchpin {
namespace {

void write_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          constexpr char hex[] = "0123456789abcdef";
          out += "\\u00";
          out += hex[c >> 4];
          out += hex[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// `indent` < 0: canonical. Otherwise the depth of the line that we are on.
void write(std::string& out, const Json& json, int indent) {
  const bool wide = indent >= 0;
  const int inner = wide ? indent + 1 : indent;
  const auto new_line = [&](int depth) {
    if (wide) out.append(1, '\n').append(static_cast<std::size_t>(depth) * 2, ' ');
  };
  switch (json.kind()) {
    case Json::Kind::Null:
      out += "null";
      return;
    case Json::Kind::Boolean:
      out += json.boolean() ? "true" : "false";
      return;
    case Json::Kind::Number:
      out += json.number_text();
      return;
    case Json::Kind::Text:
      write_text(out, json.text());
      return;
    case Json::Kind::List: {
      out += '[';
      bool first = true;
      for (const Json& item : json.items()) {
        if (!std::exchange(first, false)) out += ',';
        new_line(inner);
        write(out, item, inner);
      }
      if (!first) new_line(indent);
      out += ']';
      return;
    }
    case Json::Kind::Object: {
      std::vector<const Json::Member*> members;
      members.reserve(json.members().size());
      for (const Json::Member& member : json.members()) members.push_back(&member);
      if (!wide) std::sort(members.begin(), members.end(), [](auto* a, auto* b) { return a->first < b->first; });
      out += '{';
      bool first = true;
      for (const Json::Member* member : members) {
        if (!std::exchange(first, false)) out += ',';
        new_line(inner);
        write_text(out, member->first);
        out += wide ? ": " : ":";
        write(out, member->second, inner);
      }
      if (!first) new_line(indent);
      out += '}';
      return;
    }
  }
}

}  // namespace

std::string canonical(const Json& json) {
  std::string out;
  write(out, json, -1);
  return out;
}

std::string pretty(const Json& json) {
  std::string out;
  write(out, json, 0);
  return out;
}

}  // namespace linchpin
