// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/kernel/recorder/proc_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace bindersim::recorder {

namespace {

// The numbers among a folder's entries.
std::vector<int32_t> Numbers(const std::string& folder) {
  std::vector<int32_t> numbers;
  DIR* const stream = opendir(folder.c_str());
  if (stream == nullptr) return numbers;
  while (const dirent* entry = readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (std::ranges::all_of(name,
                            [](char c) { return c >= '0' && c <= '9'; })) {
      numbers.push_back(std::atoi(entry->d_name));
    }
  }
  closedir(stream);
  return numbers;
}

// Behind the name in parentheses, which may hold anything.
char StateIn(const std::string& stat) {
  const size_t end = stat.rfind(')');
  return end == std::string::npos || end + 2 >= stat.size() ? 'X'
                                                            : stat[end + 2];
}

}  // namespace

std::string ReadFile(const std::string& path) {
  std::string text;
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return text;
  char part[16384];
  for (ssize_t size; (size = read(file, part, sizeof(part))) > 0;) {
    text.append(part, static_cast<size_t>(size));
  }
  close(file);
  return text;
}

bool WriteFile(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t written = write(file, text.data(), text.size());
  close(file);
  return written == static_cast<ssize_t>(text.size());
}

char StateOf(pid_t process, uint32_t thread) {
  return StateIn(
      ReadFile(fmt::format("/proc/{}/task/{}/stat", process, thread)));
}

int RunnableThreads() {
  const std::string text = ReadFile("/proc/loadavg");
  const size_t slash = text.find('/');
  if (slash == std::string::npos) return 0;
  return std::atoi(text.c_str() + text.rfind(' ', slash) + 1);
}

bool KernelWorks() {
  return std::ranges::any_of(Numbers("/proc"), [](int32_t pid) {
    const std::string stat = ReadFile(fmt::format("/proc/{}/stat", pid));
    if (stat.find("(kworker/") == std::string::npos) return false;
    const char state = StateIn(stat);
    return state == 'R' || state == 'D';
  });
}

std::string FileIdentity(pid_t process, int32_t descriptor) {
  char target[256];
  const ssize_t size =
      readlink(fmt::format("/proc/{}/fd/{}", process, descriptor).c_str(),
               target, sizeof(target));
  if (size < 0) return "closed";
  std::string_view name(target, static_cast<size_t>(size));
  constexpr std::string_view kBefore = "/memfd:";
  constexpr std::string_view kBehind = " (deleted)";
  if (!name.starts_with(kBefore)) return "open";
  name.remove_prefix(kBefore.size());
  if (name.ends_with(kBehind)) name.remove_suffix(kBehind.size());
  return std::string(name);
}

std::vector<int32_t> Descriptors(pid_t process) {
  return Numbers(fmt::format("/proc/{}/fd", process));
}

}  // namespace bindersim::recorder
