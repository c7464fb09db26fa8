// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/text_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "model/scenario/json_source.h"

namespace bindersim::scenario {

absl::StatusOr<std::string> ReadTextFile(const std::string& path) {
  errno = 0;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(path.c_str(), "rb"), std::fclose);
  if (file == nullptr) return absl::NotFoundError(std::strerror(errno));
  std::string result;
  std::vector<char> chunk(size_t{1} << 16);
  while (result.size() <= kMaxFileBytes) {
    const size_t got = std::fread(chunk.data(), 1, chunk.size(), file.get());
    result.append(chunk.data(), got);
    if (got < chunk.size()) break;
  }
  if (std::ferror(file.get()) != 0) {
    return absl::DataLossError(std::strerror(errno));
  }
  return result;
}

}  // namespace bindersim::scenario
