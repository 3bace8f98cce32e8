/// SKYWRIGHT_VECTOR_CLONES before a function: compiled once for each width of vector registers, the
/// fitting one chosen when the program starts.
///
/// The clones give the same bytes: contraction to fused operations is off, and each element sees
/// the same operations in the same order whatever the width. Empty under sanitizers, whose run time
/// is not up when the choice is made, and with compilers other than GCC on x86-64.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define SKYWRIGHT_VECTOR_CLONES \
  __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define SKYWRIGHT_VECTOR_CLONES
#endif
