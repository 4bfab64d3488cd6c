#include "connectors/xero/sandbox_xml.hpp"

#include "connectors/xero/sandbox_contacts.hpp"

namespace linchpin::sandbox {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string singular(const std::string& name) {
  if (name == "Addresses") return "Address";
  return name.ends_with("s") ? name.substr(0, name.size() - 1) : name;
}

void write(std::string& out, const std::string& name, const Json& value) {
  if (value.is_null()) return;
  out += "<" + name + ">";
  if (value.is_object()) {
    for (const auto& [key, member] : value.members()) write(out, key, member);
  } else if (value.is_list()) {
    for (const Json& item : value.items()) write(out, singular(name), item);
  } else if (value.is_boolean()) {
    out += value.boolean() ? "true" : "false";
  } else if (value.is_number()) {
    out += value.number_text();
  } else if (const auto at = value.text().starts_with("/Date(") ? parse_xero_date(value.text()) : std::nullopt) {
    std::string text = rfc3339(*at);
    text.pop_back();
    out += text;
  } else {
    out += escaped(value.text());
  }
  out += "</" + name + ">";
}

}  // namespace

std::string xero_xml(const Json& body) {
  std::string out;
  write(out, "Response", body);
  return out;
}

}  // namespace linchpin::sandbox
