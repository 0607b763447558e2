import { expect, test } from "vitest";
import { describeError } from "../../src/transport/node-errors.ts";

const error = (message: string, fields: object): Error => Object.assign(new Error(message), fields);

test.each([
  [
    error("certificate has expired", { code: "CERT_HAS_EXPIRED" }),
    "the server's certificate has expired (CERT_HAS_EXPIRED)",
  ],
  [
    error("Hostname/IP does not match …", {
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
      host: "b.example",
      cert: { subjectaltname: "DNS:a.example" },
    }),
    "the server's certificate is not for b.example but for DNS:a.example (ERR_TLS_CERT_ALTNAME_INVALID)",
  ],
  [
    error("…", { code: "ERR_TLS_CERT_ALTNAME_INVALID", host: "b", cert: { subject: { CN: "a" } } }),
    "the server's certificate is not for b but for a (ERR_TLS_CERT_ALTNAME_INVALID)",
  ],
  [
    error("80…:error:0A…:SSL routines:f:no shared cipher:y.c:1:\n", { code: "ERR_SSL_NO_SHARED_CIPHER" }),
    "TLS: no shared cipher (ERR_SSL_NO_SHARED_CIPHER)",
  ],
  [
    error("Client network socket disconnected before secure TLS connection was established", {
      code: "ECONNRESET",
    }),
    "the connection was closed during the TLS handshake (ECONNRESET)",
  ],
  [error("read ECONNRESET", { code: "ECONNRESET" }), "read ECONNRESET"],
  [error("", { code: "ECONNREFUSED" }), "ECONNREFUSED"],
  [error("", {}), "Error"],
])("%s", (given, sentence) => {
  expect(describeError(given)).toBe(sentence);
});
