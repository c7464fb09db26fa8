// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The driver's system-call surface: all that user space can reach of it.
//
// A call is made from a frame of a simulated thread:
//
//   case kRead:
//     section = kAfterRead;
//     return driver::Ioctl(env, fd, BINDER_WRITE_READ, address);
//   case kAfterRead:
//     if (env.result() < 0) ...  // a negative errno
//
// Arguments are what a process passes to the real kernel: descriptor numbers,
// ioctl numbers of <linux/android/binder.h>, addresses in its own memory
// (os::AddressSpace), where the driver reads and writes the UAPI's bytes.

#ifndef BINDERSIM_MODEL_DRIVER_SYSTEM_CALLS_H_
#define BINDERSIM_MODEL_DRIVER_SYSTEM_CALLS_H_

#include <cstdint>

#include "model/driver/device.h"
#include "model/os/kernel.h"
#include "sim/machine.h"

namespace bindersim::driver {

// open("/dev/...", O_RDWR | O_CLOEXEC [| O_NONBLOCK]) (CTL-01). Result: the
// descriptor.
sim::Step Open(sim::Env& env, Device device, bool nonblocking = false);

// mmap of `size` bytes of the descriptor (CTL-10..18). Result: the address, or
// -EBUSY, -EPERM (writable), -EINVAL (no size), -ENOMEM, -EBADF.
sim::Step Mmap(sim::Env& env, int32_t fd, uint64_t size, bool writable = false);

// munmap: removes what lies in the range of the process's Binder mappings, all
// or part of one (CTL-16). Result: 0, or -EINVAL if `address` is not a page's
// or `length` is 0.
sim::Step Munmap(sim::Env& env, uint64_t address, uint64_t length);

// ioctl(fd, request, argument). Result: 0 or a negative errno (section CTL).
sim::Step Ioctl(sim::Env& env, int32_t fd, uint32_t request, uint64_t argument);

// poll of one descriptor for POLLIN; a negative timeout waits for ever
// (CTL-60). Result: revents (0 on time-out) or -EINTR.
sim::Step Poll(sim::Env& env, int32_t fd, sim::Duration timeout);

// close(fd) (CTL-62, 63). Result: 0 or -EBADF.
sim::Step Close(sim::Env& env, int32_t fd);

// The process's last thread has ended: the kernel drops its memory, then its
// files (EXT-01..03). The driver's part goes on in its work queue.
void ExitProcess(sim::Env& env, os::ProcessId process);

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_SYSTEM_CALLS_H_
