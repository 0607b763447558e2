// Two octets before each message hold its length. The first message is the number of the sender's room; the others go to
// everybody else there: one write per socket at the end of the turn, or every so many milliseconds.

import { flushMs, membersOf } from "../kit.mjs";
import { listen } from "./listen.mjs";

/** @typedef {{ socket: import("node:net").Socket, waiting: Buffer[], rest: Buffer | undefined, members: Set<Member> | undefined }} Member */

/** @type {Map<string | number, Set<Member>>} */
const rooms = new Map();
/** @type {Member[]} */
let toFlush = [];

function flush() {
  const members = toFlush;
  toFlush = [];
  for (const { socket, waiting } of members) {
    socket.write(waiting.length === 1 ? /** @type {Buffer} */ (waiting[0]) : Buffer.concat(waiting));
    waiting.length = 0;
  }
}

function askFlush() {
  if (flushMs > 0) setTimeout(flush, flushMs);
  else setImmediate(flush);
}

/** Whole messages, their lengths included. @param {Member} sender @param {Buffer} messages */
function forward(sender, messages) {
  for (const member of sender.members ?? []) {
    if (member === sender) continue;
    if (member.waiting.push(messages) > 1) continue;
    if (toFlush.push(member) === 1) askFlush();
  }
}

/** The end of the last whole message. @param {Buffer} bytes */
function wholeLength(bytes) {
  let end = 0;
  while (end + 2 <= bytes.length) {
    const next = end + 2 + /** @type {number} */ (bytes[end + 1]);
    if (next > bytes.length) break;
    end = next;
  }
  return end;
}

listen((socket) => {
  /** @type {Member} */
  const member = { socket, waiting: [], rest: undefined, members: undefined };
  socket.on("close", () => member.members?.delete(member));
  socket.on("data", (chunk) => {
    let bytes = member.rest === undefined ? chunk : Buffer.concat([member.rest, chunk]);
    if (member.members === undefined && bytes.length >= 4) {
      member.members = membersOf(rooms, bytes.readUInt16LE(2));
      member.members.add(member);
      bytes = bytes.subarray(4);
    }
    const end = wholeLength(bytes);
    member.rest = end < bytes.length ? bytes.subarray(end) : undefined;
    if (end > 0) forward(member, bytes.subarray(0, end));
  });
});
