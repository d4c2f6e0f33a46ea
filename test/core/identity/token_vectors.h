/* token_vectors.h - tokens and public keys that another library made (pyca/cryptography), and the
 * example of RFC 7515, A.3.
 *
 * Claims of the first: {"iss":TOKEN_ISS,"sub":"ana","aud":TOKEN_AUD,"exp":4102444800,
 * "iat":1700000000}
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_TOKEN_VECTORS_H
#define TEST_TOKEN_VECTORS_H

#define RSA_N \
    "t-6rg8agCIfUfLsVQu9Tay8x6RU6VRzVgsIgzrw3jrgS_-eCGwJ4oSv8h3sVQYLuIteaOOotnwKEabBWreUgjboG0I" \
    "1Sypje33z-" \
    "L5WxvSWsWQh3BHwUA6cmutfT06YrlYRdJDD1Klcop72NRORg2tfpv9AtYT1brLjD0Paid1DjMbpd9sWofVqTJvd6GF" \
    "1gNa6XczhhQjY9BHHHb3QQp5Ixcl_Wqsbmzb3SrHevbmt-" \
    "mv5LKQBusAgxr8XnW_jI7ygsqhwvgWqCbnKNEf2logNpOTWDi3Tt_JhnDWMIbbUVsqOKNB-pVbhn9-T5mlc-" \
    "AMmxZX_jkOq22mlqQF27yQ"
#define TOKEN_RS256 \
    "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6InJzLTEifQ.eyJpc3MiOiJodHRwczovL2xvZ2luLmV" \
    "4YW1wbGUudGVzdC8iLCJzdWIiOiJhbmEiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS50ZXN0IiwiZXhwIjo0M" \
    "TAyNDQ0ODAwLCJpYXQiOjE3MDAwMDAwMDB9.MHhLKJsVs7r0JCTGU5J9PYpsZ3J3V5u4Sc-" \
    "ntHuPaJcgisGxtYd_Bh19u83K2_Zq5_XTLeYUwH7w5teX5HR8stg0YXC-e1p6trEkla1E3eLmgHcaeNiBwCj1jv-jt" \
    "PO2xxKYyX13kkZBcTgBXDUEbOpzuTwmB_RkkjNHu5gXTEEgbf_5dVRv0CbOzG3Dyg3JcF1Di42mUk9PvrgFWDKr-" \
    "Z0rA8P3ylJ4MFmPUyG8_MbobD1uC9Ai8eJHWsbyWavfhjMgPxoDBxNeYQsv-" \
    "SxxJr0GvGOlwgvLxWySzaZEZH7w1hLg4uCwyF5v3Nx_vCoWY4f914sZjIqSuNGrYWXK1A"
#define TOKEN_PS256 \
    "eyJhbGciOiJQUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6InBzLTEifQ.eyJpc3MiOiJodHRwczovL2xvZ2luLmV" \
    "4YW1wbGUudGVzdC8iLCJzdWIiOiJhbmEiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS50ZXN0IiwiZXhwIjo0M" \
    "TAyNDQ0ODAwLCJpYXQiOjE3MDAwMDAwMDB9.XEmbVa1QYhpOnUo9RPKdQrrcrHr5pAOo392OTc_i1i00X8UTUsGX8s" \
    "aV5tAOBYssPOGeCrLGn5C8ZHlawjdOV9fxOO3GPUgDCtKi-" \
    "l5t1Hpo96YpOD6IbWou79CURV5EnNc_n7L3Mz82L1Y8Vdc5lFf1UmQldQOS9LSCnTGmtetrXnZMNWBpNx7_e-fWmP7" \
    "yx7d8gRwESjK6FGvfjlIlSmBmy2Pbwopq6ewWNV0NjSyG6JER4gnIeAWLQUYxn_NkhNS7IAP5gXDoaaE30Qg_Fiz7D" \
    "A829iBLCVqwiyfYFn3CZQwkz6vE_Feo5ZLHeEa3UkI7kfJ6o7nY3JtMHygy1Q"
#define TOKEN_RS256_FOR_PS \
    "eyJhbGciOiJQUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6InBzLTEifQ.eyJpc3MiOiJodHRwczovL2xvZ2luLmV" \
    "4YW1wbGUudGVzdC8iLCJzdWIiOiJhbmEiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS50ZXN0IiwiZXhwIjo0M" \
    "TAyNDQ0ODAwLCJpYXQiOjE3MDAwMDAwMDB9.DTkJdS8ldi1nes0kQtnIvJeWvjUvJMxBOt9r2Hv_e-6sd5kF8a5q-" \
    "Ew5PpHM_feA_4MLyIFJ1NFnWCNc69OTSt8mLI2loefFtluk0mK94JOkYRX5lMav2Q3wD4p6c0JYhluhmTpuONiiSla" \
    "0bfqVQABycRlPLD8_whZwgFopqZUY5SMJK1ObT0WeBFBHLnZb2djZL85rkB8QWQ74IBiJEUjdnEH6sicLJYENt5fSY" \
    "oXXzCRMwdo95d0AKuGVQNhxiAeHaX1mxkF5rStC2tOJ3FYSgftYWhSWANrgQTP4zz8PRlwscrA4v28d6v_1xvQ5jyx" \
    "tz3nQ5NUagC1l9-VIjg"
#define ES384_X "X45gN7jK9TPmSbIEtifYQM2xajqCJTV9TPhu-8nM3AhcHdqX4CvYrpPSPARHFoez"
#define ES384_Y "IUgW89TLo8F0yJLMjyucM4ZBL0z1N5bJPtImPLMr0fbZBwBv9PpIUQORPuPVdsNg"
#define TOKEN_ES384 \
    "eyJhbGciOiJFUzM4NCIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUzLTEifQ.eyJpc3MiOiJodHRwczovL2xvZ2luLmV" \
    "4YW1wbGUudGVzdC8iLCJzdWIiOiJhbmEiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS50ZXN0IiwiZXhwIjo0M" \
    "TAyNDQ0ODAwLCJpYXQiOjE3MDAwMDAwMDB9.he7kARVe2Rkr-cbT9eRn6Ud7po84nLGNhsYl8qPgHen6rN3a5WkYli" \
    "fEDbRTGX0mYvxUn23AO2KM0-ZB9m0VFlN_vVwhLBq_nRBgvF1-Gay6pfAGpIVC0705doDBtEFI"
#define RFC7515_A3 \
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlL" \
    "mNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-" \
    "F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define RFC7515_A3_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define RFC7515_A3_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"

/* The bundle of a trust domain, as go-spiffe 2.5 writes it. */
#define GO_SPIFFE_BUNDLE \
    "{\"keys\":[{\"use\":\"x509-svid\",\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"M6josQQ1fiKjI" \
    "-7rrEDCvFq6skK2SRBY_yfUrNExHYc\",\"y\":\"udF0qnpzmq5t4YUYp4ULQ491zIxXlm58RAbCqIYZgKo\"," \
    "\"x5c\":[\"MIIBIzCByaADAgECAgEBMAoGCCqGSM49BAMCMAAwIBgPMDAwMTAxMDEwMDAwMDBaFw0zODA0MTkxM" \
    "zU3NTNaMAAwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQzqOixBDV+IqMj7uusQMK8WrqyQrZJEFj/J9Ss0TEdh" \
    "7nRdKp6c5qubeGFGKeFC0OPdcyMV5ZufEQGwqiGGYCqozIwMDAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBQ43" \
    "1Z7vPhfgMdKxhbgkCTQYo0xNjAKBggqhkjOPQQDAgNJADBGAiEAjPdEOe4Rr8u2CJHetXzHSAU9j1KvbaggfxhZb" \
    "fpYGfgCIQCc08+AoYwocAFqsUfPxBU9vwqXcImXpV8D4m1W0fkUXg==\"]},{\"use\":\"jwt-svid\",\"kty" \
    "\":\"EC\",\"kid\":\"one\",\"crv\":\"P-256\",\"x\":\"M6josQQ1fiKjI-7rrEDCvFq6skK2SRBY_yfU" \
    "rNExHYc\",\"y\":\"udF0qnpzmq5t4YUYp4ULQ491zIxXlm58RAbCqIYZgKo\"},{\"use\":\"jwt-svid\"," \
    "\"kty\":\"RSA\",\"kid\":\"two\",\"n\":\"4AEsb2I8ok3hc3Qo5BuXGJnWTciMS8LS-q-UcnV_ZyOquQdu" \
    "0q5UeG58GAQk_50xvnqZLf-S5z5bSpP22fQKtcvDw1-Y9AY088ULUKNYnGWR533e7mWOb2NwBdkvChB_ISWYlPT8" \
    "eERJ9DMmmKkZdDaeOMo5nXocl3_MRMZMXaJhkH8fH2gAZ7Up13K0PjHQRQNZzZiWBt0v4M72yeA-18ZMkfbSQFum" \
    "NIgoImuf6Sr-FOcZyEQikoQmArXhceoQ-T6V9-oPoJ77KWBcWtXBV02hAOEPBhPFlID9inIwoZd60zkxuREO5E4f" \
    "OJ1nPCe0IS5StwusiUFOv5WYxyS_Cw\",\"e\":\"AQAB\"}],\"spiffe_sequence\":7,\"spiffe_refresh" \
    "_hint\":300}"

#endif
