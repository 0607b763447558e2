// The layout of REMOTE_CALL up to its arguments. Knows no nodes and no values.

import * as commands from "./network-commands.ts";

export const mostArguments = 255;

const nodeSizeShift = 4;
const nodeSizeMask = 3;
const wideMethodFlag = 0x40;
const bareFlag = 0x80;
const wideNode = 2;
const invalidNodeSize = 3;
const pathFlag = 0x8000_0000;

/** Where the parts of a call are. */
export interface CallHead {
  /** The number that its sender has given the node; undefined when the packet has a path instead. */
  readonly nodeId: number | undefined;
  /** Octets from the start at which the path begins: also where the arguments end. */
  readonly argumentsEnd: number;
  readonly methodNumber: number;
  readonly argumentsStart: number;
  /** Undefined for the form without a count: no argument, or the octets of one PackedByteArray. */
  readonly argumentCount: number | undefined;
}

/** What is wrong with a packet that is no call. */
export type CallFault = "too short" | "malformed";

export function decodeCallHead(packet: Uint8Array): CallHead | CallFault {
  const first = packet[0]!;
  const nodeSize = (first >> nodeSizeShift) & nodeSizeMask;
  if (nodeSize === invalidNodeSize) return "malformed";
  const methodStart = 1 + (1 << nodeSize);
  const methodLength = (first & wideMethodFlag) === 0 ? 1 : 2;
  const methodEnd = methodStart + methodLength;
  const isBare = (first & bareFlag) !== 0;
  const argumentsStart = isBare ? methodEnd : methodEnd + 1;
  if (packet.length < argumentsStart) return "too short";
  let nodeId: number | undefined = readNumber(packet, 1, 1 << nodeSize);
  let argumentsEnd = packet.length;
  if (nodeId >= pathFlag) {
    argumentsEnd = nodeId - pathFlag;
    nodeId = undefined;
    if (argumentsEnd >= packet.length) return "malformed";
    if (argumentsEnd < argumentsStart) return "too short";
  }
  return {
    nodeId,
    argumentsEnd,
    methodNumber: readNumber(packet, methodStart, methodLength),
    argumentsStart,
    argumentCount: isBare ? undefined : packet[methodEnd]!,
  };
}

/** The lowest octet first. */
function readNumber(packet: Uint8Array, start: number, length: number): number {
  let number = 0;
  for (let i = length; i-- > 0; ) number = number * 0x100 + packet[start + i]!;
  return number;
}

/** A call without its node, which is different for different peers. */
export interface CallContent {
  readonly methodNumber: number;
  /** Undefined for the form without a count. */
  readonly argumentCount: number | undefined;
  /** Encoded. */
  readonly args: Uint8Array;
}

/** With the node's number, in as few octets as it takes, or in four when `wide`. */
export function encodeCall(content: CallContent, nodeId: number, wide: boolean): Uint8Array {
  return encode(content, wide || nodeId > 0xffff ? wideNode : nodeId > 0xff ? 1 : 0, nodeId);
}

/** With the node's path, terminated, for peers that do not know its number yet. */
export function encodeCallWithPath(content: CallContent, path: Uint8Array): Uint8Array {
  return encode(content, wideNode, 0, path);
}

function encode(
  { methodNumber, argumentCount, args }: CallContent,
  nodeSize: number,
  nodeId: number,
  path?: Uint8Array,
): Uint8Array {
  const isBare = argumentCount === undefined;
  const methodLength = methodNumber > 0xff ? 2 : 1;
  const methodStart = 1 + (1 << nodeSize);
  const argumentsStart = methodStart + methodLength + (isBare ? 0 : 1);
  const end = argumentsStart + args.length;
  const packet = new Uint8Array(end + (path?.length ?? 0));
  packet[0] =
    commands.remoteCall |
    (nodeSize << nodeSizeShift) |
    (methodLength > 1 ? wideMethodFlag : 0) |
    (isBare ? bareFlag : 0);
  writeNumber(packet, 1, 1 << nodeSize, path === undefined ? nodeId : end + pathFlag);
  writeNumber(packet, methodStart, methodLength, methodNumber);
  if (!isBare) packet[argumentsStart - 1] = argumentCount;
  packet.set(args, argumentsStart);
  if (path !== undefined) packet.set(path, end);
  return packet;
}

function writeNumber(packet: Uint8Array, start: number, length: number, number: number): void {
  for (let i = 0; i < length; i++) packet[start + i] = number >>> (8 * i);
}
