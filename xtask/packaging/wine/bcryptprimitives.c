// Rust programs for Windows take their random numbers from `ProcessPrng` of bcryptprimitives.dll, which Wine has since
// version 9 only. This is that DLL for an older Wine. It is for tests, and in no package.
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID bytes, ULONG len_bytes);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T len_bytes) {
    while (len_bytes > 0) {
        ULONG now = len_bytes > MAXLONG ? MAXLONG : (ULONG)len_bytes;
        if (!SystemFunction036(bytes, now)) return FALSE;
        bytes += now;
        len_bytes -= now;
    }
    return TRUE;
}
