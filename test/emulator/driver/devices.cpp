// The driver's beginning, and what it tells of its devices.
#include "driver.h"

#include <cstdio>
#include <cstring>

using namespace emulation;

API int cuInit(unsigned flags) {
    ENTER("cuInit")
    if (flags != 0) {
        return INVALID_VALUE;
    }
    if (settings().devices < 1) {
        return NO_DEVICE;
    }
    initialized = true;
    return SUCCESS;
}

API int cuDriverGetVersion(int* version) {
    ENTER("cuDriverGetVersion")
    *version = settings().version;
    return SUCCESS;
}

API int cuDeviceGetCount(int* devices) {
    ENTER("cuDeviceGetCount")
    if (!initialized) {
        return NOT_INITIALIZED;
    }
    *devices = settings().devices;
    return SUCCESS;
}

API int cuDeviceGet(int* device, int ordinal) {
    ENTER("cuDeviceGet")
    if (const int result = checkDevice(ordinal)) {
        return result;
    }
    *device = ordinal;
    return SUCCESS;
}

API int cuDeviceGetName(char* name, int length, int device) {
    ENTER("cuDeviceGetName")
    if (const int result = checkDevice(device)) {
        return result;
    }
    snprintf(name, (size_t) length, "Emulated CUDA device");
    return SUCCESS;
}

API int cuDeviceGetUuid(unsigned char* uuid, int device) {
    ENTER("cuDeviceGetUuid")
    if (const int result = checkDevice(device)) {
        return result;
    }
    memset(uuid, 0, 16);
    memcpy(uuid, "emulated", 8);
    uuid[15] = (unsigned char) device;
    return SUCCESS;
}

API int cuDeviceGetPCIBusId(char* id, int length, int device) {
    ENTER("cuDeviceGetPCIBusId")
    if (const int result = checkDevice(device)) {
        return result;
    }
    snprintf(id, (size_t) length, "0000:%02X:00.0", device + 1);
    return SUCCESS;
}

API int cuDeviceTotalMem_v2(size_t* bytes, int device) {
    ENTER("cuDeviceTotalMem")
    if (const int result = checkDevice(device)) {
        return result;
    }
    *bytes = settings().memory;
    return SUCCESS;
}

API int cuDeviceComputeCapability(int* major, int* minor, int device) {
    ENTER("cuDeviceComputeCapability")
    *major = 8;
    *minor = 0;
    return checkDevice(device);
}

API int cuDeviceGetAttribute(int* value, int attribute, int device) {
    ENTER("cuDeviceGetAttribute")
    if (const int result = checkDevice(device)) {
        return result;
    }
    static const std::map<int, int> VALUES = {
            {1, 1024},   {2, 1024},  {3, 1024},  {4, 64},     {5, 0x7fffffff}, {6, 65535}, {7, 65535}, {8, 49152},
            {9, 65536},  {10, 32},   {12, 65536}, {13, 1000000}, {16, 4},      {19, 1},    {31, 1},    {36, 1000000},
            {37, 128},   {38, 4 << 20}, {39, 2048}, {40, 2},   {41, 1},        {75, 8},    {76, 0},    {78, 1},
            {81, 167936}, {82, 65536}, {90, 1},   {97, 166912}, {106, 32}};
    auto i = VALUES.find(attribute);
    *value = attribute == 33 ? device + 1 : i == VALUES.end() ? 0 : i->second;
    return SUCCESS;
}
