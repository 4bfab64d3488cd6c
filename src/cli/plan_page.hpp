// A plan as one page of HTML that needs nothing else: for whoever is to say yes to it.
#pragma once

#include <string>

#include "base/json.hpp"
#include "base/result.hpp"

namespace linchpin::cli {

// `near_file`: where the list of who is alike is, if the plan has one.
std::string plan_page(const Json& plan, const std::string& near_file);
Result<void> may_write(const std::string& path);  // there is an empty file then, where there was none
Result<void> write_page(const std::string& path, const std::string& page);  // readable by its owner alone

}  // namespace linchpin::cli
