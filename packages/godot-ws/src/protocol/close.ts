// Close codes and the payload of close frames (RFC 6455 §5.5.1 and §7.4).

import { decoder, encoder, isValidUtf8 } from "./utf8.ts";

/** RFC 6455 §7.4.1 and the IANA registry of WebSocket close codes. */
export const closeCodes = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  unsupportedData: 1003,
  /** Never sent: stands for a close frame without a code. */
  noStatus: 1005,
  /** Never sent: stands for a connection lost without a close frame. */
  abnormal: 1006,
  invalidPayload: 1007,
  policyViolation: 1008,
  messageTooBig: 1009,
  mandatoryExtension: 1010,
  internalError: 1011,
  serviceRestart: 1012,
  tryAgainLater: 1013,
  badGateway: 1014,
} as const;

/** Octets of UTF-8 that a close reason may have: a control payload less the code. */
export const maxCloseReasonBytes = 123;

/** True for codes that may stand in a close frame: 1000-1003, 1007-1014 and 3000-4999. */
export function isSendableCloseCode(code: number): boolean {
  return (
    Number.isInteger(code) &&
    ((code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999))
  );
}

export interface CloseFrame {
  /** 1005 when the frame carried none. */
  readonly code: number;
  readonly reason: string;
}

// Marked pure so that a bundle that does not use it leaves it out.
export const emptyClosePayload = /* @__PURE__ */ new Uint8Array(0);

/** The payload of a close frame; 1005 makes an empty one. The caller has checked code and reason. */
export function encodeClose(code: number, reason: string): Uint8Array {
  if (code === closeCodes.noStatus) return emptyClosePayload;
  const text = encoder.encode(reason);
  const payload = new Uint8Array(2 + text.length);
  payload[0] = code >> 8;
  payload[1] = code & 0xff;
  payload.set(text, 2);
  return payload;
}

/** What a received close payload says, or the close code with which to fail the connection. */
export function decodeClose(payload: Uint8Array): CloseFrame | number {
  if (payload.length === 0) return { code: closeCodes.noStatus, reason: "" };
  if (payload.length === 1) return closeCodes.protocolError;
  const code = (payload[0]! << 8) | payload[1]!;
  if (!isSendableCloseCode(code)) return closeCodes.protocolError;
  const text = payload.subarray(2);
  if (!isValidUtf8(text)) return closeCodes.invalidPayload;
  return { code, reason: decoder.decode(text) };
}

/** Octets of `text` in UTF-8. */
export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}
