// A certificate and its key in two files, as certificate authorities' tools leave and renew them.

import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { TLSOptions } from "godot-ws";

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface TlsFromFiles {
  readonly options: TLSOptions;
  /** For a log: whom the certificate is for, and until when. */
  readonly description: string;
}

/** Throws an error whose message names the file that cannot be used, or says that the certificate has expired. */
export function readTlsFiles(files: TlsFiles): TlsFromFiles {
  const certificate = read(files.certificate);
  const key = read(files.key);
  const { subjectAltName, subject, validTo } = parse(certificate, files.certificate);
  const options = putTogether(key, certificate, files);
  if (Date.parse(validTo) <= Date.now())
    throw new Error(`the certificate in ${files.certificate} has expired: ${validTo}`);
  return { options, description: `${subjectAltName ?? subject}, until ${validTo}` };
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new Error(`cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}

function putTogether(key: string, certificate: string, files: TlsFiles): TLSOptions {
  try {
    return TLSOptions.server(key, certificate);
  } catch (cause) {
    throw new Error(`${files.certificate} and ${files.key}: ${(cause as Error).message}`, { cause });
  }
}

function parse(certificate: string, file: string): X509Certificate {
  try {
    return new X509Certificate(certificate);
  } catch (cause) {
    throw new Error(`there is no certificate in ${file} (PEM is needed)`, { cause });
  }
}
