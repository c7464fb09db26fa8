// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What /proc says about the running kernel's threads and files.

#ifndef BINDERSIM_TESTS_KERNEL_RECORDER_PROC_FILES_H_
#define BINDERSIM_TESTS_KERNEL_RECORDER_PROC_FILES_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace bindersim::recorder {

// The whole file; "" if it cannot be read.
std::string ReadFile(const std::string& path);
// Writes a file that exists, as those of /proc/sys. Returns whether it could.
bool WriteFile(const std::string& path, const std::string& text);

// The state of a thread, 'R', 'S', 'D', ...; 'X' if it is gone.
char StateOf(pid_t process, uint32_t thread);
// Threads that run or want to, the caller included.
int RunnableThreads();
// Whether a worker thread of the kernel runs, or waits in the middle of its
// work.
bool KernelWorks();

// The identity of a memfd, "open" for other files, "closed" for none.
std::string FileIdentity(pid_t process, int32_t descriptor);
std::vector<int32_t> Descriptors(pid_t process);

}  // namespace bindersim::recorder

#endif  // BINDERSIM_TESTS_KERNEL_RECORDER_PROC_FILES_H_
