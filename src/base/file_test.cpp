#include "base/file.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>

namespace linchpin {
namespace {

namespace fs = std::filesystem;

class File : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("linchpin-file-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path put(const std::string& text) {
    std::ofstream(folder_ / "file", std::ios::binary) << text;
    return folder_ / "file";
  }
  std::string refused(const fs::path& path) {
    const Result<std::string> read = read_file(path, 10);
    if (read) return "it was read";
    EXPECT_EQ(read.error().code, Code::FileUnreadable);
    EXPECT_EQ(read.error().at.file, path.string());
    EXPECT_FALSE(read.error().fix.empty());
    return read.error().what;
  }

  fs::path folder_;
};

TEST_F(File, IsReadWholeUpToItsBound) {
  EXPECT_EQ(read_file(put(""), 10).value(), "");
  EXPECT_EQ(read_file(put(std::string("a\0b\r\n", 5)), 10).value(), std::string("a\0b\r\n", 5));
  EXPECT_EQ(read_file(put("0123456789"), 10).value(), "0123456789");
  EXPECT_EQ(refused(put("0123456789a")), "the file is larger than 10 bytes");
  const std::string large(300'000, 'x');
  EXPECT_EQ(read_file(put(large), 1u << 20).value(), large);
  fs::create_symlink(folder_ / "file", folder_ / "link");
  EXPECT_EQ(read_file(folder_ / "link", 1u << 20).value(), large);
}

TEST_F(File, WhatIsNoRegularFileIsRefusedAtOnce) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  (folder_ / "socket").string().copy(at.sun_path, sizeof at.sun_path - 1);
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  for (const fs::path& path : {folder_ / "pipe", folder_ / "socket", fs::path("/dev/zero"), fs::path("/dev/null")})
    EXPECT_EQ(refused(path), "it is not a regular file, but a pipe, a socket or a device") << path;
  ::close(listener);
  EXPECT_EQ(refused(folder_), "it is a folder, and not a regular file");
}

TEST_F(File, WhatIsNotThereSaysWhy) {
  EXPECT_EQ(refused(folder_ / "none"), "the file cannot be read: No such file or directory");
  fs::create_symlink("loop", folder_ / "loop");
  EXPECT_NE(refused(folder_ / "loop").find("the file cannot be read: "), std::string::npos);
}

}  // namespace
}  // namespace linchpin
