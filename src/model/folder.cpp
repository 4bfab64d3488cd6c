// The hub's folder: which files of it are the hub's. It reads bytes and judges names; nothing more.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "model/draft.hpp"
#include "model/nearest.hpp"

namespace linchpin::model {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t files_most = 2000;
constexpr std::uintmax_t bytes_most = 1u << 20;

const std::vector<std::string> folders = {"environments", "systems", "entities", "mappings", "flows", "connectors"};
const std::vector<std::string> single = {"hub.yaml", "access.yaml", "alerts.yaml"};

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void read_one(const fs::path& path, const std::string& name, std::vector<HubFile>& files, Findings& findings) {
  std::error_code error;
  if (!fs::is_regular_file(path, error) && !error) {  // opening a pipe would wait for its writer
    findings.mistake(Code::FileUnreadable, {name, 0, 0}, "it is not a regular file, but a pipe, a socket or a device",
                     "Put a file there, or remove it");
    return;
  }
  const auto size = fs::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!error && size <= bytes_most && in) text << in.rdbuf();
  if (error || !in || size > bytes_most || files.size() >= files_most)
    findings.mistake(Code::FileUnreadable, {name, 0, 0},
                     size > bytes_most && !error ? "the file is larger than 1 MiB" : "the file cannot be read");
  else
    files.push_back({name, text.str()});
}

// The entries of a folder by name; hidden ones are no one's business.
std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (!at->path().filename().string().starts_with('.')) paths.push_back(at->path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

void read_kind(const fs::path& folder, const std::string& kind, std::vector<HubFile>& files, Findings& findings) {
  for (const fs::path& path : entries(folder)) {
    const std::string name = kind + "/" + path.filename().string();
    std::error_code error;
    if (fs::is_directory(path, error))
      findings.warning(Code::FileUnreadable, {name, 0, 0}, "folders in " + kind + "/ are not read",
                       "Move its files up");
    else if (path.extension() == ".yaml")
      read_one(path, name, files, findings);
    else if (path.extension() == ".yml")
      findings.warning(Code::FileUnreadable, {name, 0, 0}, "the file is not read", "Its name must end in .yaml");
  }
}

}  // namespace

std::vector<HubFile> read_folder(const std::string& folder, Findings& findings) {
  std::vector<HubFile> files;
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    findings.mistake(Code::NotFound, {folder, 0, 0}, "there is no such folder", "Make one with `linchpin init`");
    return files;
  }
  for (const fs::path& path : entries(folder)) {
    const std::string name = path.filename().string();
    if (fs::is_directory(path, error)) {
      if (contains(folders, name))
        read_kind(path, name, files, findings);
      else if (const std::string near = nearest(name, folders); !near.empty())
        findings.warning(Code::FileUnreadable, {name, 0, 0}, "the folder is not read", "Did you mean '" + near + "'?");
    } else if (contains(single, name)) {
      read_one(path, name, files, findings);
    } else if (path.extension() == ".yaml" || path.extension() == ".yml") {
      findings.warning(Code::FileUnreadable, {name, 0, 0}, "the file is not read", suggestion(name, single));
    }
  }
  return files;
}

}  // namespace linchpin::model
