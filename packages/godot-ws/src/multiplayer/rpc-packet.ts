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
  const isBare = (first & bareFlag) !== 0;
  const methodEnd = methodStart + ((first & wideMethodFlag) === 0 ? 1 : 2);
  const argumentsStart = isBare ? methodEnd : methodEnd + 1;
  if (packet.length < argumentsStart) return "too short";
  let nodeId: number | undefined = packet[1]!;
  if (nodeSize > 0) nodeId |= packet[2]! << 8;
  if (nodeSize === wideNode) nodeId = (nodeId | (packet[3]! << 16) | (packet[4]! << 24)) >>> 0;
  let argumentsEnd = packet.length;
  if (nodeId >= pathFlag) {
    argumentsEnd = nodeId - pathFlag;
    nodeId = undefined;
    if (argumentsEnd >= packet.length) return "malformed";
    if (argumentsEnd < argumentsStart) return "too short";
  }
  const low = packet[methodStart]!;
  return {
    nodeId,
    argumentsEnd,
    methodNumber: (first & wideMethodFlag) === 0 ? low : low | (packet[methodStart + 1]! << 8),
    argumentsStart,
    argumentCount: isBare ? undefined : packet[methodEnd]!,
  };
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
  const nodeSize = wide || nodeId > 0xffff ? wideNode : nodeId > 0xff ? 1 : 0;
  return encode(content, nodeSize, nodeId, undefined);
}

/** With the node's path, terminated, for peers that do not know its number yet. */
export function encodeCallWithPath(content: CallContent, path: Uint8Array): Uint8Array {
  return encode(content, wideNode, 0, path);
}

function encode(
  content: CallContent,
  nodeSize: number,
  nodeId: number,
  path: Uint8Array | undefined,
): Uint8Array {
  const { methodNumber, argumentCount, args } = content;
  const isWideMethod = methodNumber > 0xff;
  const methodStart = 1 + (1 << nodeSize);
  let at = methodStart + (isWideMethod ? 2 : 1) + (argumentCount === undefined ? 0 : 1);
  const end = at + args.length;
  const packet = new Uint8Array(end + (path?.length ?? 0));
  packet[0] =
    commands.remoteCall |
    (nodeSize << nodeSizeShift) |
    (isWideMethod ? wideMethodFlag : 0) |
    (argumentCount === undefined ? bareFlag : 0);
  const nodeField = path === undefined ? nodeId : end + pathFlag;
  for (let i = 0; i < 1 << nodeSize; i++) packet[1 + i] = nodeField >>> (8 * i);
  packet[methodStart] = methodNumber;
  if (isWideMethod) packet[methodStart + 1] = methodNumber >> 8;
  if (argumentCount !== undefined) packet[at - 1] = argumentCount;
  packet.set(args, at);
  at = end;
  if (path !== undefined) packet.set(path, at);
  return packet;
}
