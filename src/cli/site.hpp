// The discovery document as pages of HTML: a page for the whole, for each mapping, system and entity, for the flows and
// for the history. Made of the same value as its JSON, so that both say the same; nothing in them depends on when they
// were made.
#pragma once

#include <string>
#include <vector>

#include "cli/documented.hpp"
#include "cli/html.hpp"

namespace linchpin::cli {

struct SitePage {
  std::string file;  // "mapping-xero.contacts.html"
  std::string html;
};
std::vector<SitePage> site(const Documented&);

// Which system gives what to which, as inline SVG. What it shows stands in a table beside it, too.
std::string picture(const std::vector<model::Gives>&);

// The pages' own parts (site_pages.cpp): the content under the heading.
std::string mapping_body(const Documented&, const mapping::Mapping&);
std::string system_body(const Documented&, const model::System&);
std::string entity_body(const Documented&, const model::Entity&);
std::string changes_table(const std::string& caption, const std::vector<model::Difference>&, bool with_file);

// Shared by them.
std::string page_file(std::string_view kind, std::string_view name);  // a name that no path can leave
std::string link_to(std::string_view kind, std::string_view name);
std::string code(std::string_view text);  // "" of ""
std::string version_name(const model::Version&);

}  // namespace linchpin::cli
