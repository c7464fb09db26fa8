// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/parcel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "model/userspace/heap.h"

namespace bindersim::userspace {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

uint32_t WordAt(const ParcelBuilder& builder, size_t offset) {
  uint32_t word = 0;
  std::memcpy(&word, &builder.head()[offset], sizeof(word));
  return word;
}

// USR-64, USR-65: three words, then a String16 padded to 4.
TEST(Parcel, BeginsWithTheInterfaceToken) {
  ParcelBuilder builder;
  builder.WriteInterfaceToken("ab");
  EXPECT_EQ(WordAt(builder, 0), 0x80000000u);  // strict mode
  EXPECT_EQ(WordAt(builder, 4), 0xffffffffu);  // no work source
  EXPECT_EQ(WordAt(builder, 8), 0x53595354u);  // SYST
  EXPECT_EQ(WordAt(builder, 12), 2u);          // units
  EXPECT_EQ(WordAt(builder, 16), 0x00620061u);
  EXPECT_EQ(WordAt(builder, 20), 0u);  // terminator and padding
  EXPECT_EQ(builder.size(), 24u);
}

TEST(Parcel, OddStringsNeedNoPadding) {
  ParcelBuilder builder;
  builder.WriteString16("abc");
  EXPECT_EQ(builder.size(), 4u + 8u);
}

// USR-43, USR-44.
TEST(Parcel, LocalBindersCarryBothAddressesAndTheStability) {
  ParcelBuilder builder;
  builder.WriteInt32(7);
  builder.WriteBinder(LocalBinder(0x1000, 0x2000, kLocalBinderFlags));
  EXPECT_EQ(builder.size(), 4u + 24u + 4u);
  EXPECT_THAT(builder.offsets(), ElementsAre(4));
  EXPECT_EQ(WordAt(builder, 4), uint32_t{BINDER_TYPE_BINDER});
  EXPECT_EQ(WordAt(builder, 8), 0x113u);  // FDs accepted, nice 19
  EXPECT_EQ(WordAt(builder, 12), 0x1000u);
  EXPECT_EQ(WordAt(builder, 20), 0x2000u);
  EXPECT_EQ(WordAt(builder, 28), 12u);  // SYSTEM
}

TEST(Parcel, NullBindersAreNotInTheOffsets) {
  ParcelBuilder builder;
  builder.WriteBinder(NullBinder(0));
  EXPECT_THAT(builder.offsets(), IsEmpty());
  EXPECT_EQ(builder.size(), 28u);
}

// OBJ-20, OBJ-21: laid out as the driver's binder_fd_object.
TEST(Parcel, DescriptorsAreObjectsWithoutAStability) {
  ParcelBuilder builder;
  builder.WriteFileDescriptor(5, true);
  builder.WriteFileDescriptor(6, false);
  EXPECT_THAT(builder.offsets(), ElementsAre(0, 24));
  EXPECT_EQ(builder.size(), 48u);
  binder_fd_object object{};
  std::memcpy(&object, builder.head().data(), sizeof(object));
  EXPECT_EQ(object.hdr.type, uint32_t{BINDER_TYPE_FD});
  EXPECT_EQ(object.fd, 5u);
  EXPECT_EQ(object.cookie, 1u);  // the Parcel closes it
  std::memcpy(&object, builder.head().data() + 24, sizeof(object));
  EXPECT_EQ(object.fd, 6u);
  EXPECT_EQ(object.cookie, 0u);
}

TEST(Parcel, ThePayloadTakesNoMemory) {
  ParcelBuilder builder;
  builder.WriteInt32(0);
  builder.WriteZeros((1 << 20) + 1);
  EXPECT_EQ(builder.head().size(), 4u);
  EXPECT_EQ(builder.size(), 4u + (1u << 20) + 4u);
}

class ParcelReaderTest : public ::testing::Test {
 protected:
  ParcelReader Store(const ParcelBuilder& builder) {
    const uint64_t address = memory_.Map(builder.size(), true);
    memory_.Write(address, builder.head());
    return ParcelReader(memory_, address, builder.size());
  }
  os::AddressSpace memory_;
};

TEST_F(ParcelReaderTest, ReadsBackWhatWasWritten) {
  ParcelBuilder builder;
  builder.WriteInterfaceToken("test.IThing");
  builder.WriteBinder(RemoteBinder(5, 0));
  builder.WriteBinder(NullBinder(0));
  builder.WriteZeros(64);
  ParcelReader reader = Store(builder);
  EXPECT_EQ(reader.ReadInterfaceToken(), "test.IThing");
  const auto first = reader.ReadBinder();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->hdr.type, uint32_t{BINDER_TYPE_HANDLE});
  EXPECT_EQ(first->handle, 5u);
  const auto second = reader.ReadBinder();
  ASSERT_TRUE(second);
  EXPECT_TRUE(IsNull(*second));
  EXPECT_FALSE(reader.ReadBinder()) << "the payload is no binder";
  EXPECT_FALSE(reader.failed());
}

TEST_F(ParcelReaderTest, ReadingBeyondTheEndFails) {
  ParcelBuilder builder;
  builder.WriteInt32(1);
  ParcelReader reader = Store(builder);
  EXPECT_EQ(reader.ReadInt32(), 1);
  EXPECT_FALSE(reader.failed());
  EXPECT_EQ(reader.ReadInt32(), 0);
  EXPECT_TRUE(reader.failed());
}

TEST_F(ParcelReaderTest, AnImpossibleLengthFails) {
  ParcelBuilder builder;
  builder.WriteInt32(0x7fffffff);
  ParcelReader reader = Store(builder);
  EXPECT_EQ(reader.ReadString16(), "");
  EXPECT_TRUE(reader.failed());
}

TEST(Heap, GivesTheBlockFreedLastFirst) {
  os::AddressSpace memory;
  Heap heap;
  const uint64_t a = heap.Allocate(memory, 100);
  const uint64_t b = heap.Allocate(memory, 100);
  EXPECT_NE(a, b);
  heap.Free(a, 100);
  heap.Free(b, 100);
  EXPECT_EQ(heap.Allocate(memory, 120), b);
  EXPECT_EQ(heap.Allocate(memory, 65), a);
  EXPECT_NE(heap.Allocate(memory, 65), a);
}

TEST(Heap, BlocksDoNotOverlap) {
  os::AddressSpace memory;
  Heap heap;
  std::vector<std::pair<uint64_t, uint64_t>> blocks;
  for (const uint64_t size : {1, 33, 64, 5000, 4096, 1 << 20, 48, 3000}) {
    for (int i = 0; i < 30; ++i) {
      blocks.emplace_back(heap.Allocate(memory, size), size);
      EXPECT_TRUE(memory.IsMapped(blocks.back().first, size));
    }
  }
  std::ranges::sort(blocks);
  for (size_t i = 1; i < blocks.size(); ++i) {
    EXPECT_LE(blocks[i - 1].first + blocks[i - 1].second, blocks[i].first);
  }
}

}  // namespace
}  // namespace bindersim::userspace
