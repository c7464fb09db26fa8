// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

namespace bindersim::viz {
namespace {

absl::Status ErrnoStatus(int error, const std::string& name) {
  // absl adds ": " and the errno's text.
  return absl::ErrnoToStatus(error, name);
}

// The temporary file that is being written, for RemoveUnfinished.
char g_unfinished[4096];

void Remember(const std::string& path) {
  // Cut short it would be another file's name.
  if (path.size() < sizeof(g_unfinished)) {
    std::memcpy(g_unfinished, path.c_str(), path.size() + 1);
  }
}

// The descriptor that a path like /dev/stdout stands for.
std::optional<int> DescriptorOf(const std::string& path) {
  if (path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(folder)) continue;
    const std::string digits = path.substr(folder.size());
    if (digits.empty() || digits.size() > 9 ||
        digits.find_first_not_of("0123456789") != std::string::npos) {
      continue;
    }
    return std::stoi(digits);
  }
  return std::nullopt;
}

// The path with all symbolic links resolved. Its last part need not exist, but
// a dangling link is followed too.
std::string Resolve(std::string path) {
  for (int links = 0; links < 40; ++links) {
    char* real = ::realpath(path.c_str(), nullptr);
    if (real != nullptr) {
      std::string result = real;
      std::free(real);
      return result;
    }
    std::string link(4096, '\0');
    const ssize_t length = ::readlink(path.c_str(), link.data(), link.size());
    if (length < 0) return path;
    link.resize(static_cast<size_t>(length));
    const size_t slash = path.rfind('/');
    path = link.starts_with("/") || slash == std::string::npos
               ? link
               : path.substr(0, slash + 1) + link;
  }
  return path;
}

// Creates a file of a new name next to `target`; returns its descriptor or -1
// with errno set.
int CreateBeside(const std::string& target, std::string* name) {
  const size_t slash = target.rfind('/');
  const size_t base = slash == std::string::npos ? 0 : slash + 1;
  for (int attempt = 0; attempt < 1000; ++attempt) {
    // Long names are cut so that the new one fits in NAME_MAX.
    *name = fmt::format("{}.{}.{}-{}.tmp", target.substr(0, base),
                        target.substr(base, 200), ::getpid(), attempt);
    const int fd =
        ::open(name->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return -1;
}

// Renames, but not to a name that is taken.
int RenameToNew(const char* from, const char* to) {
  if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
    return 0;
  }
  if (errno != EINVAL && errno != ENOSYS) return -1;
  // Not every file system has that; those that do not mostly have links.
  if (::link(from, to) != 0) return -1;
  ::unlink(from);
  return 0;
}

}  // namespace

absl::StatusOr<AtomicFile> AtomicFile::ForDescriptor(int fd,
                                                     const std::string& name) {
  const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return ErrnoStatus(errno, name);
  return AtomicFile(copy, name);
}

absl::StatusOr<AtomicFile> AtomicFile::Open(const std::string& path) {
  if (const std::optional<int> fd = DescriptorOf(path)) {
    return ForDescriptor(*fd, path);
  }
  const std::string target = Resolve(path);
  struct stat existing = {};
  const bool exists = ::stat(target.c_str(), &existing) == 0;
  if (exists && S_ISDIR(existing.st_mode)) return ErrnoStatus(EISDIR, path);
  if (exists && !S_ISREG(existing.st_mode)) {
    const int fd = ::open(target.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return ErrnoStatus(errno, path);
    return AtomicFile(fd, path);
  }
  // A rename would replace even a file that may not be written.
  if (exists && ::faccessat(AT_FDCWD, target.c_str(), W_OK, AT_EACCESS) != 0) {
    return ErrnoStatus(errno, path);
  }
  std::string temporary;
  const int fd = CreateBeside(target, &temporary);
  if (fd < 0) return ErrnoStatus(errno, path);
  AtomicFile file(fd, path);
  file.temporary_ = temporary;
  Remember(temporary);
  file.target_ = target;
  if (exists && ::fchmod(fd, existing.st_mode & 07777) != 0) {
    return file.Fail(errno);
  }
  return file;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      name_(std::move(other.name_)),
      temporary_(std::exchange(other.temporary_, std::string())),
      target_(std::move(other.target_)),
      status_(std::move(other.status_)) {}

AtomicFile::~AtomicFile() { Discard(); }

absl::Status AtomicFile::Write(const std::string& bytes) {
  if (!status_.ok()) return status_;
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written =
        ::write(fd_, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Fail(errno);
    done += static_cast<size_t>(written);
  }
  return absl::OkStatus();
}

absl::Status AtomicFile::Commit() { return CommitBy(::rename); }

absl::Status AtomicFile::CommitNew() { return CommitBy(RenameToNew); }

absl::Status AtomicFile::CommitBy(int (*rename)(const char* from,
                                                const char* to)) {
  if (!status_.ok()) return status_;
  // Some file systems say only now that there was no room.
  if (::close(std::exchange(fd_, -1)) != 0) return Fail(errno);
  if (temporary_.empty()) return absl::OkStatus();
  if (rename(temporary_.c_str(), target_.c_str()) != 0) return Fail(errno);
  Remember("");
  temporary_.clear();
  return absl::OkStatus();
}

absl::Status AtomicFile::Fail(int error) {
  status_ = ErrnoStatus(error, name_);
  Discard();
  return status_;
}

void AtomicFile::Discard() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  if (!temporary_.empty()) {
    ::unlink(temporary_.c_str());
    Remember("");
  }
  temporary_.clear();
}

void AtomicFile::RemoveUnfinished() {
  if (g_unfinished[0] != '\0') ::unlink(g_unfinished);
}

}  // namespace bindersim::viz
