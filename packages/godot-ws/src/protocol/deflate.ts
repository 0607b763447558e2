// permessage-deflate (RFC 7692): what both ends agree on, and the seam to whoever does the compressing. Pure: nothing is
// compressed here.

import { UsageError } from "../errors.ts";
import { type Extension, type ExtensionParameter, formatExtension } from "./extensions.ts";

/** `perMessageDeflate` of a peer. Both roles understand all of it: what concerns the other end is asked of it. */
export interface PerMessageDeflateOptions {
  /** Octets of payload from which a message is compressed. Default 1024. */
  threshold?: number;
  /** The server forgets each message before the next: less memory, worse ratio. Default false. */
  serverNoContextTakeover?: boolean;
  /** The client does. Default false. */
  clientNoContextTakeover?: boolean;
  /** 9 to 15: the server looks back 2^n octets. Default: 15, or what the other end wants. */
  serverMaxWindowBits?: number;
  /** 9 to 15: the client does. Default: 15, or what the other end wants. */
  clientMaxWindowBits?: number;
  /** Large messages that this process works on at the same time, off the main thread. Default 4. */
  concurrency?: number;
}

/** The options, checked and complete. */
export interface DeflateSettings {
  readonly threshold: number;
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number | undefined;
  readonly clientMaxWindowBits: number | undefined;
  readonly concurrency: number;
}

/** How one end compresses. */
export interface DeflateDirection {
  /** 8 to 15: it refers to at most 2^n octets back. */
  readonly windowBits: number;
  /** It refers to earlier messages too. */
  readonly keepsContext: boolean;
}

/** What both ends agreed on. */
export interface DeflateAgreement {
  readonly server: DeflateDirection;
  readonly client: DeflateDirection;
}

/** What became of a compressed message. */
export type Decompressed = Uint8Array | "corrupt" | "too big";

/**
 * Compresses one end's messages, each whole. One message at a time in each direction; `done` is called once, now or
 * later, and never after `close`.
 */
export interface MessageCodec {
  /**
   * `payload` may change after this call. `isCompressed` is false when that would not have made it smaller: `bytes` is
   * the message itself then.
   */
  compress(payload: Uint8Array, done: (bytes: Uint8Array, isCompressed: boolean) => void): void;
  /** `payload` is the codec's to keep; what `done` gets is the receiver's. Makes no more than `maxBytes` of it. */
  decompress(payload: Uint8Array, maxBytes: number, done: (result: Decompressed) => void): void;
  close(): void;
}

/** Makes what compresses a connection's messages; at most `concurrency` large ones are worked on at a time. */
export type CodecFactory = (
  outgoing: DeflateDirection,
  incoming: DeflateDirection,
  concurrency: number,
) => MessageCodec;

/** The settings of a connection, on a platform that can do it. */
export interface DeflateSupport {
  readonly settings: DeflateSettings;
  readonly createCodec: CodecFactory;
}

const extensionName = "permessage-deflate";
const largestWindowBits = 15;
/** zlib reads what was made with a window of 2^8 octets, but cannot write it: it would silently take 2^9. */
const leastWritableBits = 9;

/** RFC 7692 §7.2.1: the last octets of a flushed DEFLATE stream, which are not sent. */
export const flushTail = Uint8Array.of(0x00, 0x00, 0xff, 0xff);

/** Undefined when nothing shall be compressed. Throws UsageError. */
export function resolveDeflate(
  option: boolean | PerMessageDeflateOptions | undefined,
): DeflateSettings | undefined {
  if (option === undefined || option === false) return undefined;
  const options = option === true ? {} : option;
  return {
    threshold: checked("threshold", options.threshold, 0, Number.MAX_SAFE_INTEGER) ?? 1024,
    serverNoContextTakeover: options.serverNoContextTakeover ?? false,
    clientNoContextTakeover: options.clientNoContextTakeover ?? false,
    serverMaxWindowBits: checkedBits("serverMaxWindowBits", options.serverMaxWindowBits),
    clientMaxWindowBits: checkedBits("clientMaxWindowBits", options.clientMaxWindowBits),
    concurrency: checked("concurrency", options.concurrency, 1, 1024) ?? 4,
  };
}

function checkedBits(name: string, value: number | undefined): number | undefined {
  return checked(name, value, leastWritableBits, largestWindowBits);
}

function checked(name: string, value: number | undefined, least: number, most: number): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value;
  const range = `a whole number from ${least} to ${most}`;
  throw new UsageError("ERR_INVALID_PARAMETER", `perMessageDeflate.${name} is ${range}, not ${value}`);
}

/** True when we can compress like that; otherwise we send everything as it is, which is always allowed. */
export function canCompress({ windowBits }: DeflateDirection): boolean {
  return windowBits >= leastWritableBits;
}

/** The parameters of RFC 7692 §7.1; undefined or false where one is absent, true for one without a value. */
interface DeflateParameters {
  serverNoContextTakeover: boolean;
  clientNoContextTakeover: boolean;
  serverMaxWindowBits: number | undefined;
  clientMaxWindowBits: number | true | undefined;
}

/** Client: the value of Sec-WebSocket-Extensions. */
export function formatDeflateOffer(settings: DeflateSettings): string {
  // The server may choose our window whenever we let it, which is what a client_max_window_bits without value says.
  return formatParameters({ ...settings, clientMaxWindowBits: settings.clientMaxWindowBits ?? true });
}

function formatParameters(parameters: DeflateParameters): string {
  const list: ExtensionParameter[] = [];
  if (parameters.serverNoContextTakeover) list.push(["server_no_context_takeover", undefined]);
  if (parameters.clientNoContextTakeover) list.push(["client_no_context_takeover", undefined]);
  const { serverMaxWindowBits: server, clientMaxWindowBits: client } = parameters;
  if (server !== undefined) list.push(["server_max_window_bits", String(server)]);
  if (client !== undefined)
    list.push(["client_max_window_bits", client === true ? undefined : String(client)]);
  return formatExtension({ name: extensionName, parameters: list });
}

/** Undefined for what an end must decline, or fail the connection over (RFC 7692 §7.1): unknown, repeated, bad value. */
function readParameters(list: readonly ExtensionParameter[]): DeflateParameters | undefined {
  const found = new Map<string, string | undefined>(list);
  if (found.size < list.length) return undefined;
  const parameters: DeflateParameters = {
    serverNoContextTakeover: false,
    clientNoContextTakeover: false,
    serverMaxWindowBits: undefined,
    clientMaxWindowBits: undefined,
  };
  for (const [name, value] of found) if (!readParameter(parameters, name, value)) return undefined;
  return parameters;
}

function readParameter(into: DeflateParameters, name: string, value: string | undefined): boolean {
  switch (name) {
    case "server_no_context_takeover":
      into.serverNoContextTakeover = true;
      return value === undefined;
    case "client_no_context_takeover":
      into.clientNoContextTakeover = true;
      return value === undefined;
    case "server_max_window_bits":
      into.serverMaxWindowBits = readBits(value);
      return into.serverMaxWindowBits !== undefined;
    case "client_max_window_bits":
      into.clientMaxWindowBits = value === undefined ? true : readBits(value);
      return into.clientMaxWindowBits !== undefined;
    default:
      return false;
  }
}

/** 8 to 15 without leading zeros (RFC 7692 §7.1.2). */
function readBits(value: string | undefined): number | undefined {
  return value !== undefined && /^(?:[89]|1[0-5])$/.test(value) ? Number(value) : undefined;
}

/** Server: the first offer that suits us, and the header that accepts it; undefined when there is none. */
export function answerDeflateOffers(
  offers: readonly Extension[],
  settings: DeflateSettings,
): { readonly agreement: DeflateAgreement; readonly header: string } | undefined {
  for (const { name, parameters } of offers) {
    if (name !== extensionName) continue;
    const offer = readParameters(parameters);
    const answer = offer === undefined ? undefined : answerOffer(offer, settings);
    if (answer !== undefined) return { agreement: agreementOf(answer), header: formatParameters(answer) };
  }
  return undefined;
}

function answerOffer(offer: DeflateParameters, settings: DeflateSettings): DeflateParameters | undefined {
  const { serverMaxWindowBits: serverLimit, clientMaxWindowBits: clientLimit } = settings;
  const serverBits = leastOf(offer.serverMaxWindowBits, serverLimit);
  if (serverBits !== undefined && serverBits < leastWritableBits) return undefined;
  // A client that did not mention its window cannot be told to make it smaller (RFC 7692 §7.1.2.2).
  const asked = offer.clientMaxWindowBits;
  if (clientLimit !== undefined && clientLimit < largestWindowBits && asked === undefined) return undefined;
  return {
    serverNoContextTakeover: offer.serverNoContextTakeover || settings.serverNoContextTakeover,
    clientNoContextTakeover: offer.clientNoContextTakeover || settings.clientNoContextTakeover,
    serverMaxWindowBits: serverBits,
    clientMaxWindowBits:
      asked === undefined ? undefined : leastOf(asked === true ? undefined : asked, clientLimit),
  };
}

function leastOf(first: number | undefined, second: number | undefined): number | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return Math.min(first, second);
}

function agreementOf(answer: DeflateParameters): DeflateAgreement {
  const { serverMaxWindowBits: server = largestWindowBits, clientMaxWindowBits: client } = answer;
  return {
    server: { windowBits: server, keepsContext: !answer.serverNoContextTakeover },
    client: {
      windowBits: typeof client === "number" ? client : largestWindowBits,
      keepsContext: !answer.clientNoContextTakeover,
    },
  };
}

/** Client: what the server agreed to, or why its answer is none to our offer; then the connection has to be failed. */
export function readDeflateAnswer(
  extensions: readonly Extension[],
  settings: DeflateSettings,
): DeflateAgreement | string {
  const [extension, ...more] = extensions;
  if (extension?.name !== extensionName) return "the server uses an extension that was not offered";
  if (more.length > 0) return "the server answers with several extensions";
  const answer = readParameters(extension.parameters);
  if (answer === undefined) return `${extensionName} is answered with bad parameters`;
  const fault = findFault(answer, settings);
  if (fault !== undefined) return `${extensionName}: ${fault}`;
  // What we said of ourselves holds, whether the server repeats it or not (RFC 7692 §7.1.1.2 and §7.1.2.2).
  return agreementOf({
    ...answer,
    clientNoContextTakeover: answer.clientNoContextTakeover || settings.clientNoContextTakeover,
    clientMaxWindowBits: answer.clientMaxWindowBits ?? settings.clientMaxWindowBits,
  });
}

/** What we asked for must be granted, by the same or a smaller value (RFC 7692 §7.1.1.1, §7.1.2.1 and §7.1.2.2). */
function findFault(answer: DeflateParameters, settings: DeflateSettings): string | undefined {
  const { serverMaxWindowBits: serverLimit, clientMaxWindowBits: clientLimit } = settings;
  if (settings.serverNoContextTakeover && !answer.serverNoContextTakeover) {
    return "server_no_context_takeover is not granted";
  }
  if (serverLimit !== undefined && !((answer.serverMaxWindowBits ?? Infinity) <= serverLimit)) {
    return "server_max_window_bits is not granted";
  }
  if (answer.clientMaxWindowBits === true) return "client_max_window_bits has no value";
  if (clientLimit !== undefined && (answer.clientMaxWindowBits ?? 0) > clientLimit) {
    return "client_max_window_bits is larger than offered";
  }
  return undefined;
}
