// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// A file that appears whole or not at all.
//
//   absl::StatusOr<AtomicFile> file = AtomicFile::Open("out.json");
//   if (!file.ok()) return file.status();
//   if (absl::Status s = file->Write(bytes); !s.ok()) return s;
//   return file->Commit();
//
// The bytes go to a temporary file in the same folder, which Commit() renames
// to its name. Without a successful Commit() the temporary file is removed and
// whatever was there before stays. A path that leads through symbolic links
// replaces what they lead to.
//
// What is not a regular file (a device, a pipe) cannot be replaced and is
// written directly; so are /dev/stdout, /dev/stderr and /dev/fd/N, whatever is
// behind them.

#ifndef BINDERSIM_VIZ_ATOMIC_FILE_H_
#define BINDERSIM_VIZ_ATOMIC_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "viz/byte_sink.h"

namespace bindersim::viz {

class AtomicFile : public ByteSink {
 public:
  // Errors carry the path and errno's text: "out.json: No space left on
  // device".
  static absl::StatusOr<AtomicFile> Open(const std::string& path);
  // Writes to a copy of an open descriptor, e.g. of standard output. `name`
  // stands in error messages.
  static absl::StatusOr<AtomicFile> ForDescriptor(int fd,
                                                  const std::string& name);

  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) = delete;
  ~AtomicFile() override;

  absl::Status Write(const std::string& bytes) override;
  // Closes the file and gives it its name. To be called once, last.
  absl::Status Commit();
  // The same, but a file that has the name by then stays: kAlreadyExists. Of
  // several that want it at the same time, one gets it.
  absl::Status CommitNew();

  // Removes the temporary file under way, if there is one (the last, if there
  // are several). For signal handlers, before they end the process.
  static void RemoveUnfinished();

 private:
  AtomicFile(int fd, const std::string& name) : fd_(fd), name_(name) {}

  // Renames with `rename`, which returns 0 or -1 with errno set.
  absl::Status CommitBy(int (*rename)(const char* from, const char* to));
  absl::Status Fail(int error);
  void Discard();

  int fd_ = -1;
  std::string name_;       // for messages
  std::string temporary_;  // path of the temporary file; empty = none
  std::string target_;     // what it is to be renamed to
  absl::Status status_;
};

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_ATOMIC_FILE_H_
