// Says that no certificate was revoked. Wine cannot tell of one that names no list of revoked ones, such as the sandbox's,
// and then calls it revoked, although `rustls-platform-verifier` asks it to ignore that. Windows ignores it.
// It is for tests in Wine, and in no package.
#include <windows.h>
#include <wincrypt.h>

__declspec(dllexport) BOOL WINAPI CertDllVerifyRevocation(DWORD encoding, DWORD type, DWORD count, void **certificates,
                                                          DWORD flags, CERT_REVOCATION_PARA *parameters,
                                                          CERT_REVOCATION_STATUS *status) {
    status->dwIndex = 0;
    status->dwError = 0;
    status->dwReason = 0;
    return TRUE;
}
