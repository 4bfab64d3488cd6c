// For tests of what lies in files: a folder that ends with its test, and whole files read and written.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace linchpin::store {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string form = (fs::temp_directory_path() / "linchpin-store-XXXXXX").string();
    path_ = ::mkdtemp(form.data());
  }
  ~Folder() { fs::remove_all(path_); }
  operator const fs::path&() const { return path_; }
  fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

inline std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}
inline void write_file(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

}  // namespace linchpin::store
