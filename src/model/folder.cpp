// The hub's folder: which files of it are the hub's. It reads bytes and judges names; nothing more.
#include <algorithm>
#include <filesystem>

#include "base/file.hpp"
#include "model/draft.hpp"
#include "model/nearest.hpp"

namespace linchpin::model {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t files_most = 2000;
constexpr std::size_t bytes_most = 1u << 20;

// Where the kinds of file lie: in folders, or each in one file.
struct Places {
  std::vector<std::string> folders, single;
};
Places places() {
  Places all;
  for (const Kind& kind : kinds()) {
    if (kind.place.ends_with('/'))
      all.folders.emplace_back(kind.place.substr(0, kind.place.size() - 1));
    else
      all.single.emplace_back(kind.place);
  }
  return all;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void read_one(const fs::path& path, const std::string& name, std::vector<HubFile>& files, Findings& findings) {
  if (files.size() >= files_most)
    return findings.mistake(Code::FileUnreadable, {name, 0, 0},
                            "the file is one too many: " + std::to_string(files_most) + " are read",
                            "Does another folder's content lie here? Move it away");
  Result<std::string> text = read_file(path, bytes_most);
  if (text) return files.push_back({name, std::move(*text)});
  Error error = text.error();
  error.at = {name, 0, 0};
  findings.mistake(std::move(error));
}

// The entries of a folder by name; hidden ones are no one's business. `name`: the folder's, in a mistake.
std::vector<fs::path> entries(const fs::path& folder, const std::string& name, Findings& findings) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (!at->path().filename().string().starts_with('.')) paths.push_back(at->path());
  if (error)
    findings.mistake(Code::FileUnreadable, {name, 0, 0}, "the folder cannot be read: " + error.message(),
                     "Let the user who runs the hub read and enter it");
  std::sort(paths.begin(), paths.end());
  return paths;
}

void read_kind(const fs::path& folder, const std::string& kind, std::vector<HubFile>& files, Findings& findings) {
  for (const fs::path& path : entries(folder, kind, findings)) {
    const std::string name = kind + "/" + path.filename().string();
    std::error_code error;
    if (path.extension() == ".yaml")
      read_one(path, name, files, findings);
    else if (fs::is_directory(path, error))
      findings.warning(Code::FileUnreadable, {name, 0, 0}, "folders in " + kind + "/ are not read",
                       "Move its files up");
    else if (path.extension() == ".yml")
      findings.warning(Code::FileUnreadable, {name, 0, 0}, "the file is not read", "Its name must end in .yaml");
  }
}

}  // namespace

std::vector<HubFile> read_folder(const std::string& folder, Findings& findings) {
  const auto [folders, single] = places();
  std::vector<HubFile> files;
  std::error_code error;
  if (!fs::exists(folder, error) && !error) {
    findings.mistake(Code::NotFound, {folder, 0, 0}, "there is no such folder", "Make one with `linchpin init`");
    return files;
  }
  for (const fs::path& path : entries(folder, folder, findings)) {
    const std::string name = path.filename().string();
    const bool is_folder = fs::is_directory(path, error);
    if (contains(single, name)) {
      read_one(path, name, files, findings);
    } else if (contains(folders, name)) {
      if (is_folder || error)
        read_kind(path, name, files, findings);
      else
        findings.mistake(Code::FileUnreadable, {name, 0, 0}, "it is a file, and a folder is due here",
                         "Move it away, and make a folder of that name");
    } else if (is_folder) {
      if (const std::string near = nearest(name, folders); !near.empty())
        findings.warning(Code::FileUnreadable, {name, 0, 0}, "the folder is not read", "Did you mean '" + near + "'?");
    } else if (path.extension() == ".yaml" || path.extension() == ".yml") {
      findings.warning(Code::FileUnreadable, {name, 0, 0}, "the file is not read", suggestion(name, single));
    }
  }
  return files;
}

}  // namespace linchpin::model
