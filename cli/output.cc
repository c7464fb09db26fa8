// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/output.h"

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "absl/status/statusor.h"
#include "cli/exit_status.h"
#include "viz/atomic_file.h"

namespace bindersim::cli {

namespace {

absl::Status WriteTo(
    absl::StatusOr<viz::AtomicFile> file, const std::string& text,
    absl::Status (viz::AtomicFile::*commit)() = &viz::AtomicFile::Commit) {
  if (!file.ok()) return file.status();
  if (absl::Status status = file->Write(text); !status.ok()) return status;
  return (*file.*commit)();
}

}  // namespace

int FileError(const absl::Status& status) {
  std::fprintf(stderr, "bindersim: %s\n",
               std::string(status.message()).c_str());
  return kExitFile;
}

int InvalidInput(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return kExitInvalidScenario;
}

int UsageError(const std::string& message) {
  std::fprintf(stderr, "bindersim: %s\n", message.c_str());
  return kExitUsage;
}

absl::Status PrintText(const std::string& text) {
  return WriteTo(viz::AtomicFile::ForDescriptor(1, "stdout"), text);
}

absl::Status WriteText(const std::string& path, const std::string& text) {
  return WriteTo(viz::AtomicFile::Open(path), text);
}

absl::Status WriteNewText(const std::string& path, const std::string& text) {
  return WriteTo(viz::AtomicFile::Open(path), text,
                 &viz::AtomicFile::CommitNew);
}

absl::Status CanWrite(const std::string& path) {
  std::error_code ignored;
  // Whoever reads it would take an open and a close for all there is.
  if (std::filesystem::is_fifo(path, ignored)) return absl::OkStatus();
  return viz::AtomicFile::Open(path).status();
}

std::string Indented(const std::string& text) {
  std::string result;
  for (const char c : text) {
    result += c;
    if (c == '\n') result += "  ";
  }
  return result;
}

}  // namespace bindersim::cli
