// Run while the build is configured: which CPU level this machine has (CpuLevels.cmake).
#include <cstdio>

#include "best_level.hpp"

int main() { return std::fputs(astonish::best_level(), stdout) < 0; }
