// What went wrong with a socket of Node's, in words for a person who has to mend it.

/** Node's error of TLS's checkServerIdentity has these. */
interface SocketError extends NodeJS.ErrnoException {
  readonly host?: string;
  readonly cert?: { readonly subjectaltname?: string; readonly subject?: { readonly CN?: string } };
}

const untrusted = "the server's certificate is signed by nobody we trust";
const selfSigned = "the server's certificate is self-signed and not trusted";
const notTls = "the other side does not speak TLS";

// The codes are those of Node's documentation, "X509 certificate error codes", and of OpenSSL.
const sentences: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  CERT_NOT_YET_VALID: "the server's certificate is not valid yet",
  CERT_REVOKED: "the server's certificate was revoked",
  CERT_SIGNATURE_FAILURE: "the signature of the server's certificate is wrong",
  DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned,
  INVALID_CA: "the server's certificate is signed by one that may not sign",
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `${untrusted}, or it does not send the certificates in between`,
  ERR_SSL_UNSUPPORTED_PROTOCOL: "no version of TLS in common (1.2 or later is needed)",
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "no version of TLS in common (1.2 or later is needed)",
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: "the client does not trust the certificate",
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: "the client does not take the certificate",
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: "the client does not take the certificate",
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: "the client finds the certificate expired",
};

// By reason and not by code: when a write was under way, the code is EPROTO for all of them.
const openSslReasons: Readonly<Record<string, string>> = {
  "wrong version number": notTls,
  "packet length too long": notTls,
  "http request": notTls,
};

/** Some errors, those of several addresses tried in vain among them, have a code and no message. */
export function describeError(error: SocketError): string {
  const code = error.code ?? "";
  const plain = error.message || code || error.name;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const names = error.cert?.subjectaltname ?? error.cert?.subject?.CN ?? "nobody";
    return `the server's certificate is not for ${error.host} but for ${names} (${code})`;
  }
  const sentence = sentences[code];
  if (sentence !== undefined) return `${sentence} (${code})`;
  if (code === "ECONNRESET" && plain.includes("before secure TLS")) {
    return "the connection was closed during the TLS handshake (ECONNRESET)";
  }
  // OpenSSL's own lines name its source files; the reason in them is what a person can use.
  const reason = /:SSL routines:[^:]*:([^:]+):/.exec(plain)?.[1];
  return reason === undefined ? plain : `${openSslReasons[reason] ?? `TLS: ${reason}`} (${code})`;
}
