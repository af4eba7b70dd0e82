// Device memory that notices: poisoned when it is new, guarded at both ends, inaccessible when it has been freed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace emulation {

// A quiet NaN as one and as two words, and a great number as an integer: memory nobody wrote.
constexpr uint32_t POISON = 0x7ff7a5a5u;
void poison(char* begin, size_t bytes); // multiples of 4

struct Allocation {
    char* pages;  // the first page, behind one that cannot be accessed; up to `begin` it is a guard
    char* begin;  // what the program was given, a multiple of 16; the first byte of the pages, or as near their end as can be
    size_t bytes;
    char* end;    // here a page that cannot be accessed begins; behind the bytes there is a guard up to it
    int device;
};

// Null if the address space is used up.
char* allocate(int device, size_t bytes);
// The live allocation that holds all of these bytes, or null.
const Allocation* find(const void* address, size_t bytes);
// What the guards have to tell of a live allocation: empty if nobody wrote over them.
std::string damage(const Allocation& allocation, bool everything);
// The same for every allocation of a device.
std::string damage(int device);
void release(const Allocation& allocation);
// One of the live allocations of a device, or null.
const Allocation* anyOf(int device);
// Where an address lies: "4 bytes behind the end of 4096 bytes at 0x…".
std::string describe(uintptr_t address);
// Whether it is in the range that device memory comes from.
bool isDeviceAddress(uintptr_t address);

} // namespace emulation
