#include "model/difference.hpp"

#include <algorithm>
#include <set>

#include "model/yaml.hpp"

namespace linchpin::model {
namespace {

std::string in_one_line(const Node* node) { return node == nullptr ? "" : canonical(to_json(*node)); }

class Comparison {
 public:
  explicit Comparison(std::vector<Difference>& found) : found_(found) {}

  void file(const std::string& name, const HubFile* before, const HubFile* after) {
    file_ = name;
    if (before != nullptr && after != nullptr && before->text == after->text) return;
    if (before == nullptr || after == nullptr) {
      found_.push_back({file_, "", before == nullptr ? "" : "there", after == nullptr ? "" : "there"});
      return;
    }
    const auto was = parse_yaml(name, before->text), is = parse_yaml(name, after->text);
    if (was && is)
      node("", &*was, &*is);
    else
      found_.push_back({file_, "", "there", "there"});
  }

 private:
  void node(const std::string& path, const Node* before, const Node* after) {
    const bool deeper = before != nullptr && after != nullptr && before->is_mapping() && after->is_mapping();
    if (!deeper) {
      const std::string was = in_one_line(before), is = in_one_line(after);
      if (was != is) found_.push_back({file_, path, was, is});
      return;
    }
    const std::string below = path.empty() ? "" : path + ".";
    for (const Node::Member& member : before->members) node(below + member.key, &member.value, after->find(member.key));
    for (const Node::Member& member : after->members)
      if (before->find(member.key) == nullptr) node(below + member.key, nullptr, &member.value);
  }

  std::vector<Difference>& found_;
  std::string file_;
};

const HubFile* named(const std::vector<HubFile>& files, const std::string& name) {
  const auto at = std::find_if(files.begin(), files.end(), [&](const HubFile& f) { return f.name == name; });
  return at == files.end() ? nullptr : &*at;
}

}  // namespace

std::vector<Difference> differences(const std::vector<HubFile>& before, const std::vector<HubFile>& after) {
  std::set<std::string> names;
  for (const HubFile& file : before) names.insert(file.name);
  for (const HubFile& file : after) names.insert(file.name);
  std::vector<Difference> found;
  Comparison comparison(found);
  for (const std::string& name : names) comparison.file(name, named(before, name), named(after, name));
  return found;
}

Json to_json(const std::vector<Difference>& all) {
  Json::List list;
  for (const Difference& d : all)
    list.push_back(Json::object({{"file", d.file}, {"path", d.path}, {"before", d.before}, {"after", d.after}}));
  return list;
}

}  // namespace linchpin::model
