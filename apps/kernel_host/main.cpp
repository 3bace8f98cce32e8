// skywright-kernel-host LIBRARY DEADLINE: the process of an isolated kernel. Started by the program
// with a socket and shared memory; of no use by itself.
#include <cstdio>
#include <cstdlib>

#include "skywright/plugin/kernel_host.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("skywright-kernel-host: started by skywright for isolated kernels\n", stderr);
    return 2;
  }
  return skywright::plugin::serve_kernel(argv[1], std::atof(argv[2]));
}
