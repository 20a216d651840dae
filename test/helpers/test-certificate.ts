/**
 * A certificate for localhost and 127.0.0.1, with its key, signed by itself and trusted by nobody but tests that say so.
 * Made with `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256`, good for a hundred years.
 */
export const TEST_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFhbrs2Z6vWryCXy7
69vEEgDi5QbP2aiVIMbkg6q0VEyhRANCAAQBYQAcw3svPKSHqQOejH3mGh1wi5SE
XAkvgmT4omNw6MqaxSrxg1TlLVA0RbESSmmlOY+PFmy2K974rB6/Y9l/
-----END PRIVATE KEY-----
`

export const TEST_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUbCb++KE/kIaB2tnaZTLVT74LRAcwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTEyNDIwMFoYDzIxMjYxMDI4
MTI0MjAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQBYQAcw3svPKSHqQOejH3mGh1wi5SEXAkvgmT4omNw6MqaxSrxg1Tl
LVA0RbESSmmlOY+PFmy2K974rB6/Y9l/o28wbTAdBgNVHQ4EFgQUsW+fFhKH5A/O
FP1ozsWUbi7c44YwHwYDVR0jBBgwFoAUsW+fFhKH5A/OFP1ozsWUbi7c44YwGgYD
VR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZI
zj0EAwIDSAAwRQIgSnkVvdqfOLMRFQum7wASbHHC/RWItBYPvO1979CK/xwCIQC/
JTmSGtT7XBnM6hLGdofoljfZwmHcDA1YUlZBN5TNKg==
-----END CERTIFICATE-----
`
