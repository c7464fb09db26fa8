// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// All members of a struct as a tuple of references, found by the compiler.
//
//   struct Point { int x; int y; };
//   std::tuple<const int&, const int&> t = TieMembers<2>(Point{1, 2});
//
// It is the check behind Fields() in sim/value.h: a structured binding must
// name every member of a struct exactly once, so a wrong count does not compile
// ("decomposes into 3 elements"). Unlike counting initialisers it is not misled
// by brace elision, arrays, nested aggregates or members that convert from
// anything.

#ifndef BINDERSIM_SIM_MEMBERS_H_
#define BINDERSIM_SIM_MEMBERS_H_

#include <cstddef>
#include <tuple>

namespace bindersim::sim {

// The most members that a state struct may have. A larger one is better split.
inline constexpr size_t kMaxMembers = 48;

// The members of `value` in order of declaration. REQUIRES: T has exactly
// kCount members, all public, none of them a bit-field, in one class.
template <size_t kCount, class T>
constexpr auto TieMembers(const T& value) {
// SIM_MEMBERS_n is the list m1, ..., mn.
// clang-format off
#define SIM_MEMBERS_1 m1
#define SIM_MEMBERS_2 SIM_MEMBERS_1, m2
#define SIM_MEMBERS_3 SIM_MEMBERS_2, m3
#define SIM_MEMBERS_4 SIM_MEMBERS_3, m4
#define SIM_MEMBERS_5 SIM_MEMBERS_4, m5
#define SIM_MEMBERS_6 SIM_MEMBERS_5, m6
#define SIM_MEMBERS_7 SIM_MEMBERS_6, m7
#define SIM_MEMBERS_8 SIM_MEMBERS_7, m8
#define SIM_MEMBERS_9 SIM_MEMBERS_8, m9
#define SIM_MEMBERS_10 SIM_MEMBERS_9, m10
#define SIM_MEMBERS_11 SIM_MEMBERS_10, m11
#define SIM_MEMBERS_12 SIM_MEMBERS_11, m12
#define SIM_MEMBERS_13 SIM_MEMBERS_12, m13
#define SIM_MEMBERS_14 SIM_MEMBERS_13, m14
#define SIM_MEMBERS_15 SIM_MEMBERS_14, m15
#define SIM_MEMBERS_16 SIM_MEMBERS_15, m16
#define SIM_MEMBERS_17 SIM_MEMBERS_16, m17
#define SIM_MEMBERS_18 SIM_MEMBERS_17, m18
#define SIM_MEMBERS_19 SIM_MEMBERS_18, m19
#define SIM_MEMBERS_20 SIM_MEMBERS_19, m20
#define SIM_MEMBERS_21 SIM_MEMBERS_20, m21
#define SIM_MEMBERS_22 SIM_MEMBERS_21, m22
#define SIM_MEMBERS_23 SIM_MEMBERS_22, m23
#define SIM_MEMBERS_24 SIM_MEMBERS_23, m24
#define SIM_MEMBERS_25 SIM_MEMBERS_24, m25
#define SIM_MEMBERS_26 SIM_MEMBERS_25, m26
#define SIM_MEMBERS_27 SIM_MEMBERS_26, m27
#define SIM_MEMBERS_28 SIM_MEMBERS_27, m28
#define SIM_MEMBERS_29 SIM_MEMBERS_28, m29
#define SIM_MEMBERS_30 SIM_MEMBERS_29, m30
#define SIM_MEMBERS_31 SIM_MEMBERS_30, m31
#define SIM_MEMBERS_32 SIM_MEMBERS_31, m32
#define SIM_MEMBERS_33 SIM_MEMBERS_32, m33
#define SIM_MEMBERS_34 SIM_MEMBERS_33, m34
#define SIM_MEMBERS_35 SIM_MEMBERS_34, m35
#define SIM_MEMBERS_36 SIM_MEMBERS_35, m36
#define SIM_MEMBERS_37 SIM_MEMBERS_36, m37
#define SIM_MEMBERS_38 SIM_MEMBERS_37, m38
#define SIM_MEMBERS_39 SIM_MEMBERS_38, m39
#define SIM_MEMBERS_40 SIM_MEMBERS_39, m40
#define SIM_MEMBERS_41 SIM_MEMBERS_40, m41
#define SIM_MEMBERS_42 SIM_MEMBERS_41, m42
#define SIM_MEMBERS_43 SIM_MEMBERS_42, m43
#define SIM_MEMBERS_44 SIM_MEMBERS_43, m44
#define SIM_MEMBERS_45 SIM_MEMBERS_44, m45
#define SIM_MEMBERS_46 SIM_MEMBERS_45, m46
#define SIM_MEMBERS_47 SIM_MEMBERS_46, m47
#define SIM_MEMBERS_48 SIM_MEMBERS_47, m48
#define SIM_TIE(n)                           \
  if constexpr (kCount == n) {               \
    const auto& [SIM_MEMBERS_##n] = value;   \
    return std::tie(SIM_MEMBERS_##n);        \
  } else
  SIM_TIE(1) SIM_TIE(2) SIM_TIE(3) SIM_TIE(4)
  SIM_TIE(5) SIM_TIE(6) SIM_TIE(7) SIM_TIE(8)
  SIM_TIE(9) SIM_TIE(10) SIM_TIE(11) SIM_TIE(12)
  SIM_TIE(13) SIM_TIE(14) SIM_TIE(15) SIM_TIE(16)
  SIM_TIE(17) SIM_TIE(18) SIM_TIE(19) SIM_TIE(20)
  SIM_TIE(21) SIM_TIE(22) SIM_TIE(23) SIM_TIE(24)
  SIM_TIE(25) SIM_TIE(26) SIM_TIE(27) SIM_TIE(28)
  SIM_TIE(29) SIM_TIE(30) SIM_TIE(31) SIM_TIE(32)
  SIM_TIE(33) SIM_TIE(34) SIM_TIE(35) SIM_TIE(36)
  SIM_TIE(37) SIM_TIE(38) SIM_TIE(39) SIM_TIE(40)
  SIM_TIE(41) SIM_TIE(42) SIM_TIE(43) SIM_TIE(44)
  SIM_TIE(45) SIM_TIE(46) SIM_TIE(47) SIM_TIE(48)
  {
    static_assert(kCount == 0, "more than kMaxMembers members");
    return std::tuple<>();
  }
#undef SIM_TIE
  // clang-format on
}

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_MEMBERS_H_
