// A function that JCuda can call and the emulated device does not have.
#pragma once
#include "emulator.h"
#include <cstdio>

#define STUB(name, result) \
    API __attribute__((weak)) int name() { \
        ENTER(#name) \
        fprintf(stderr, "Emulated CUDA device: it has no %s\n", #name); \
        return result; \
    }
