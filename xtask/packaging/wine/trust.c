// Lets Windows trust the certificate authority in a PEM file, for this user. `SSL_CERT_FILE` does so on Linux.
// It is for tests in Wine, and in no package.
#include <windows.h>
#include <wincrypt.h>
#include <stdio.h>

int main(int count, char **arguments) {
    static char pem[1 << 16];
    static BYTE der[1 << 16];
    DWORD der_len = sizeof der;
    FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
    if (!file) return 2;
    DWORD pem_len = (DWORD)fread(pem, 1, sizeof pem, file);
    fclose(file);
    if (!CryptStringToBinaryA(pem, pem_len, CRYPT_STRING_BASE64HEADER, der, &der_len, NULL, NULL)) return 3;
    HCERTSTORE roots = CertOpenSystemStoreA(0, "ROOT");
    BOOL added = roots && CertAddEncodedCertificateToStore(roots, X509_ASN_ENCODING, der, der_len, CERT_STORE_ADD_REPLACE_EXISTING, NULL);
    return added && CertCloseStore(roots, 0) ? 0 : 4;
}
