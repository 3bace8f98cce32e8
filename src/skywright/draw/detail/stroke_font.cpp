#include "skywright/draw/detail/stroke_font.h"

#include <array>

namespace skywright::draw::detail {
namespace {

constexpr std::string_view kBox = "0e0q6q6e0e";

// From the blank (32) to the tilde (126).
constexpr std::array<std::string_view, 95> kGlyphs = {
    "",                                                  // blank
    "0q0i 0e0f",                                         // !
    "0q0n 3q3n",                                         // "
    "2e3q 5e6q 0i8i 0m8m",                               // #
    "8o7p5q3q1p0o0m1l3k5k7j8i8g7f5e3e1f0g 4c4s",         // $
    "0e7q 1q0p0o1n2n3o3p2q1q 5h4g4f5e6e7f7g6h5h",        // %
    "8e1n1p2q3q4p4o3m1k0i0g1f3e5e7g8i",                  // &
    "0q0n",                                              // '
    "3r1o0l0h1e3b",                                      // (
    "0r2o3l3h2e0b",                                      // )
    "3o3i 0n6j 0j6n",                                    // *
    "0j6j 3m3g",                                         // +
    "1f1e0c",                                            // ,
    "0j5j",                                              // -
    "0e0f",                                              // .
    "0c6r",                                              // /
    "3e1f0h0n1p3q4q6p7n7h6f4e3e",                        // 0
    "0n3q3e",                                            // 1
    "0o1p3q4q6p7o7m6k0e7e",                              // 2
    "0o1p3q4q6p7o7m6l4k2k 4k6j7i7g6f4e3e1f0g",           // 3
    "5e5q0i7i",                                          // 4
    "6q1q0l2m4m6l7j7h6f4e3e1f0g",                        // 5
    "6p4q3q1p0n0h1f3e4e6f7h7j6l4m3m1l0j",                // 6
    "0q7q3e",                                            // 7
    "3k1l0m0o1p3q4q6p7o7m6l4k3k1j0i0g1f3e4e6f7g7i6j4k",  // 8
    "7l6j4i3i1j0l0n1p3q4q6p7n7h6f4e3e1f",                // 9
    "0e0f 0l0m",                                         // :
    "1l1m 1f1e0c",                                       // ;
    "6n0j6f",                                            // <
    "0l6l 0h6h",                                         // =
    "0n6j0f",                                            // >
    "0o1p3q4q6p7o7m6l3j3i 3e3f",                         // ?
    "6h5g4g3h3j4k5k6j6h7g8h8k7n5p3p1n0k0h1f3e6e",        // @
    "0e4q8e 1h7h",                                       // A
    "0e0q5q7p8o8m7l5k0k 5k7j8i8g7f5e0e",                 // B
    "8o7p5q3q1p0n0h1f3e5e7f8g",                          // C
    "0e0q4q6p7o8m8i7g6f4e0e",                            // D
    "7e0e0q7q 0k5k",                                     // E
    "0e0q7q 0k5k",                                       // F
    "8o7p5q3q1p0n0h1f3e5e7f8g8k5k",                      // G
    "0e0q 8e8q 0k8k",                                    // H
    "0e0q",                                              // I
    "0g1f2e3e5f6h6q",                                    // J
    "0e0q 8q0j 3m8e",                                    // K
    "0q0e7e",                                            // L
    "0e0q4i8q8e",                                        // M
    "0e0q8e8q",                                          // N
    "3e1f0h0n1p3q5q7p8n8h7f5e3e",                        // O
    "0e0q5q7p8o8l7k5j0j",                                // P
    "3e1f0h0n1p3q5q7p8n8h7f5e3e 5h8d",                   // Q
    "0e0q5q7p8o8l7k5j0j 4j8e",                           // R
    "8o7p5q3q1p0o0m1l3k5k7j8i8g7f5e3e1f0g",              // S
    "0q8q 4q4e",                                         // T
    "0q0h1f3e5e7f8h8q",                                  // U
    "0q4e8q",                                            // V
    "0q2e4m6e8q",                                        // W
    "0q8e 8q0e",                                         // X
    "0q4k8q 4k4e",                                       // Y
    "0q8q0e8e",                                          // Z
    "3r0r0b3b",                                          // [
    "0r6c",                                              // backslash
    "0r3r3b0b",                                          // ]
    "0n3q6n",                                            // ^
    "0c7c",                                              // _
    "0q2o",                                              // `
    "7m7e 7k6l5m3m1l0j0h1f3e5e6f7g",                     // a
    "0q0e 0k1l2m4m6l7j7h6f4e2e1f0g",                     // b
    "7k6l5m3m1l0j0h1f3e5e6f7g",                          // c
    "7q7e 7k6l5m3m1l0j0h1f3e5e6f7g",                     // d
    "0i7i7j6l4m3m1l0j0h1f3e5e7f",                        // e
    "5q4q3p2o2e 0m5m",                                   // f
    "7m7c6b5a3a1b 7k6l5m3m1l0j0h1f3e5e6f7g",             // g
    "0q0e 0j1l3m4m6l7j7e",                               // h
    "0m0e 0p0q",                                         // i
    "3m3c2b1a0a 3p3q",                                   // j
    "0q0e 6m0h 2j7e",                                    // k
    "0q0e",                                              // l
    "0m0e 0j1l2m3m4l4e 4j5l6m7m8l8e",                    // m
    "0m0e 0j1l3m4m6l7j7e",                               // n
    "3e1f0h0j1l3m4m6l7j7h6f4e3e",                        // o
    "0m0a 0k1l2m4m6l7j7h6f4e2e1f0g",                     // p
    "7m7a 7k6l5m3m1l0j0h1f3e5e6f7g",                     // q
    "0m0e 0i1k2l4m5m",                                   // r
    "6l4m2m0l0j2i4i6h6f4e2e0f",                          // s
    "2q2g3e5e 0m5m",                                     // t
    "0m0h1f3e4e6f7h 7m7e",                               // u
    "0m3e6m",                                            // v
    "0m2e4k6e8m",                                        // w
    "0m6e 6m0e",                                         // x
    "0m3e 6m3e2b1a0a",                                   // y
    "0m6m0e6e",                                          // z
    "4r3r2p2l0j2h2d3b4b",                                // {
    "0r0b",                                              // |
    "0r1r2p2l4j2h2d1b0b",                                // }
    "0j1k2k5i6i7j",                                      // ~
};

}  // namespace

std::string_view strokes_of(char character) {
  const auto index = static_cast<unsigned char>(character) - 32U;
  return index < kGlyphs.size() ? kGlyphs[index] : kBox;
}

}  // namespace skywright::draw::detail
