// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/atomic_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bindersim::viz {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AtomicFileTest : public ::testing::Test {
 protected:
  AtomicFileTest() {
    std::string name = ::testing::TempDir() + "/atomic_file.XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~AtomicFileTest() override {
    fs::permissions(folder_, fs::perms::owner_all);
    fs::remove_all(folder_);
  }

  std::string Path(const std::string& name) const {
    return (folder_ / name).string();
  }

  // The names in the folder, sorted.
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  static std::string Read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static void Put(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
  }

  static absl::Status WriteAll(const std::string& path,
                               const std::string& text) {
    absl::StatusOr<AtomicFile> file = AtomicFile::Open(path);
    if (!file.ok()) return file.status();
    if (absl::Status status = file->Write(text); !status.ok()) return status;
    return file->Commit();
  }

  fs::path folder_;
};

TEST_F(AtomicFileTest, AppearsWithCommit) {
  const std::string path = Path("out.json");
  absl::StatusOr<AtomicFile> file = AtomicFile::Open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE(file->Write("one ").ok());
  ASSERT_TRUE(file->Write("two").ok());
  EXPECT_FALSE(fs::exists(path));
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(Read(path), "one two");
  EXPECT_THAT(Names(), ElementsAre("out.json"));
}

TEST_F(AtomicFileTest, LeavesNothingWithoutCommit) {
  Put(Path("out.json"), "old");
  {
    absl::StatusOr<AtomicFile> file = AtomicFile::Open(Path("out.json"));
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file->Write("new").ok());
    EXPECT_EQ(Names().size(), 2u);
  }
  EXPECT_EQ(Read(Path("out.json")), "old");
  EXPECT_THAT(Names(), ElementsAre("out.json"));
}

TEST_F(AtomicFileTest, ReplacesAndKeepsTheMode) {
  const std::string path = Path("out.json");
  Put(path, "old");
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  ASSERT_TRUE(WriteAll(path, "new").ok());
  EXPECT_EQ(Read(path), "new");
  EXPECT_EQ(fs::status(path).permissions(), fs::perms(0640));
}

// Of two that want a new name at the same time, one gets it.
TEST_F(AtomicFileTest, ANewFileReplacesNone) {
  const std::string path = Path("out.json");
  absl::StatusOr<AtomicFile> first = AtomicFile::Open(path);
  absl::StatusOr<AtomicFile> second = AtomicFile::Open(path);
  ASSERT_TRUE(first.ok() && second.ok());
  ASSERT_TRUE(first->Write("first").ok());
  ASSERT_TRUE(second->Write("second").ok());
  EXPECT_TRUE(second->CommitNew().ok());
  EXPECT_EQ(first->CommitNew().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Read(path), "second");
  EXPECT_THAT(Names(), ElementsAre("out.json"));
}

TEST_F(AtomicFileTest, GivesNewFilesTheUsualMode) {
  const mode_t mask = ::umask(022);
  ASSERT_TRUE(WriteAll(Path("out.json"), "new").ok());
  ::umask(mask);
  EXPECT_EQ(fs::status(Path("out.json")).permissions(), fs::perms(0644));
}

TEST_F(AtomicFileTest, FollowsLinks) {
  fs::create_directory(folder_ / "sub");
  Put(Path("sub/real"), "old");
  fs::create_symlink("sub/real", folder_ / "link");
  fs::create_symlink("link", folder_ / "second");
  fs::create_symlink("sub/later", folder_ / "dangling");
  ASSERT_TRUE(WriteAll(Path("second"), "new").ok());
  ASSERT_TRUE(WriteAll(Path("dangling"), "made").ok());
  EXPECT_TRUE(fs::is_symlink(folder_ / "second"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(Read(Path("sub/real")), "new");
  EXPECT_EQ(Read(Path("sub/later")), "made");
}

TEST_F(AtomicFileTest, ReportsPathsThatCannotBeWritten) {
  const absl::Status missing = WriteAll(Path("no/such/out.json"), "x");
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()),
              HasSubstr("no/such/out.json: No such file or directory"));
  fs::create_directory(folder_ / "sub");
  EXPECT_THAT(std::string(WriteAll(Path("sub"), "x").message()),
              HasSubstr("Is a directory"));
  Put(Path("file"), "");
  EXPECT_THAT(std::string(WriteAll(Path("file/out"), "x").message()),
              HasSubstr("Not a directory"));
  EXPECT_FALSE(WriteAll("", "x").ok());
  EXPECT_FALSE(WriteAll("/proc/out.json", "x").ok());
}

TEST_F(AtomicFileTest, DoesNotReplaceWhatMayNotBeWritten) {
  Put(Path("out.json"), "old");
  fs::permissions(folder_, fs::perms::all);
  ASSERT_EQ(::chmod(Path("out.json").c_str(), 0444), 0);
  const uid_t user = ::geteuid();
  // Root may write everything.
  if (user == 0 && ::seteuid(65534) != 0) GTEST_SKIP() << "no other user";
  const absl::Status status = WriteAll(Path("out.json"), "new");
  ASSERT_EQ(::seteuid(user), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Read(Path("out.json")), "old");
}

TEST_F(AtomicFileTest, WritesDevicesDirectly) {
  EXPECT_TRUE(WriteAll("/dev/null", "x").ok());
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  const absl::Status full = WriteAll("/dev/full", "x");
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(full.message()),
              HasSubstr("/dev/full: No space left on device"));
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST_F(AtomicFileTest, WritesPipesDirectly) {
  const std::string path = Path("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  ASSERT_TRUE(WriteAll(path, "through").ok());
  char buffer[16] = {};
  EXPECT_EQ(::read(reader, buffer, sizeof buffer), 7);
  EXPECT_EQ(std::string(buffer), "through");
  ::close(reader);
  EXPECT_TRUE(fs::is_fifo(path));
}

// What a descriptor stands for is not replaced, even if it is a regular file.
TEST_F(AtomicFileTest, WritesDescriptors) {
  const std::string path = Path("redirected");
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT, 0600);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(::write(fd, "a ", 2), 2);
  ASSERT_TRUE(WriteAll("/dev/fd/" + std::to_string(fd), "b ").ok());
  absl::StatusOr<AtomicFile> file = AtomicFile::ForDescriptor(fd, "it");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE(file->Write("c").ok());
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(::close(fd), 0) << "the caller's descriptor stays open";
  EXPECT_EQ(Read(path), "a b c");
  EXPECT_FALSE(AtomicFile::Open("/dev/fd/999").ok());
  EXPECT_THAT(
      std::string(
          AtomicFile::ForDescriptor(-1, "standard output").status().message()),
      HasSubstr("standard output: Bad file descriptor"));
}

// A limit on the size of files stands for a disk that fills up half way.
TEST_F(AtomicFileTest, LeavesNothingOfAnIncompleteFile) {
  Put(Path("out.json"), "old");
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 1000;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  std::optional<absl::Status> first, second, commit;
  std::vector<std::string> names;
  {
    absl::StatusOr<AtomicFile> file = AtomicFile::Open(Path("out.json"));
    ASSERT_TRUE(file.ok());
    first = file->Write(std::string(4000, 'x'));
    names = Names();
    second = file->Write("x");
    commit = file->Commit();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(std::string(first->message()), HasSubstr("File too large"));
  EXPECT_EQ(*second, *first);
  EXPECT_EQ(*commit, *first);
  EXPECT_THAT(names, ElementsAre("out.json"));
  EXPECT_EQ(Read(Path("out.json")), "old");
}

TEST_F(AtomicFileTest, MovesWithItsFile) {
  absl::StatusOr<AtomicFile> file = AtomicFile::Open(Path("out.json"));
  ASSERT_TRUE(file.ok());
  AtomicFile moved = *std::move(file);
  ASSERT_TRUE(moved.Write("x").ok());
  ASSERT_TRUE(moved.Commit().ok());
  EXPECT_EQ(Read(Path("out.json")), "x");
}

TEST_F(AtomicFileTest, TakesLongNames) {
  const std::string name(255, 'n');
  ASSERT_TRUE(WriteAll(Path(name), "x").ok());
  EXPECT_EQ(Read(Path(name)), "x");
}

TEST_F(AtomicFileTest, ReportsAFolderThatWentAway) {
  fs::create_directory(folder_ / "sub");
  absl::StatusOr<AtomicFile> file = AtomicFile::Open(Path("sub/out.json"));
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE(file->Write("x").ok());
  fs::remove_all(folder_ / "sub");
  EXPECT_EQ(file->Commit().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Names(), IsEmpty());
}

}  // namespace
}  // namespace bindersim::viz
