// A plan as one page of HTML that needs nothing else: for whoever is to say yes to it.
#pragma once

#include <string>

#include "base/json.hpp"

namespace linchpin::cli {

// `near_file`: where the list of who is alike is, if the plan has one.
std::string plan_page(const Json& plan, const std::string& near_file);

}  // namespace linchpin::cli
