// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/files.h"

#include "model/os/kernel.h"
#include "model/userspace/state.h"
#include "sim/check.h"

namespace bindersim::userspace {

int32_t OpenFile(sim::Env& env) {
  auto& kernel = env.Get<os::Kernel>();
  return kernel.Install(env, kernel.ProcessOf(env.self), kernel.AddFile({}));
}

void CloseFile(sim::Env& env, int32_t descriptor) {
  auto& kernel = env.Get<os::Kernel>();
  os::Process& process = kernel.Current(env);
  const os::FileId id = kernel.FileOf(process, descriptor);
  if (!id) return;
  os::File& file = kernel.file(id);
  SIM_CHECK(file.kind == os::File::Kind::kOrdinary)
      << "descriptor " << descriptor << " of " << process.name;
  kernel.ChangesDescriptors(env, kernel.ProcessOf(env.self));
  process.descriptors[static_cast<size_t>(descriptor)] = {};
  if (--file.references == 0) kernel.RemoveFile(id);
}

std::vector<int32_t> WriteFiles(sim::Env& env, const Files& files,
                                ParcelBuilder& builder) {
  std::vector<int32_t> owned;
  for (const SymbolIndex symbol : files.shared) {
    Touch(env, Shared::kFile, symbol);
    int32_t& descriptor = env.Get<Userspace>().Process(env).files[symbol];
    if (descriptor < 0) descriptor = OpenFile(env);
    builder.WriteFileDescriptor(descriptor, false);
  }
  for (uint32_t i = 0; i < files.fresh; ++i) {
    owned.push_back(OpenFile(env));
    builder.WriteFileDescriptor(owned.back(), true);
  }
  return owned;
}

}  // namespace bindersim::userspace
