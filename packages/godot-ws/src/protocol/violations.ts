// What a peer can do wrong on an open connection, with the close code and reason that answer it (RFC 6455 §7.4.1).

import { closeCodes } from "./close.ts";

const { protocolError, invalidPayload, messageTooBig, policyViolation } = closeCodes;

export const violations = {
  reservedBit: [protocolError, "reserved bit without an extension"],
  reservedOpcode: [protocolError, "reserved opcode"],
  maskMissing: [protocolError, "frame from a client is not masked"],
  maskUnexpected: [protocolError, "frame from a server is masked"],
  fragmentedControl: [protocolError, "fragmented control frame"],
  oversizedControl: [protocolError, "control frame over 125 octets"],
  lengthNotMinimal: [protocolError, "length is not in its shortest form"],
  lengthOutOfRange: [protocolError, "length has its highest bit set"],
  strayContinuation: [protocolError, "continuation without a message"],
  interruptedMessage: [protocolError, "new message inside a fragmented one"],
  badCloseFrame: [protocolError, "malformed close frame"],
  invalidText: [invalidPayload, "text is not UTF-8"],
  corruptCompression: [invalidPayload, "compressed message is corrupt"],
  oversizedMessage: [messageTooBig, "message too big"],
  oversizedInflation: [messageTooBig, "message too big once decompressed"],
  tooManyFragments: [policyViolation, "too many fragments"],
} as const satisfies Record<string, readonly [code: number, reason: string]>;

/** One name per cause: for signals, counters and logs. */
export type Violation = keyof typeof violations;
