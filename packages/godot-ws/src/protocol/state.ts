// The life of one WebSocket connection as a table. Every move that is not in it is a bug of ours.

/**
 * - `connecting`: the opening handshake is under way.
 * - `open`: messages flow.
 * - `closing`: our close frame is sent, the peer's is awaited.
 * - `ending`: nothing more will be read or said; what is queued goes out, then TCP ends.
 * - `closed`: TCP is gone.
 */
export type ConnectionState = "connecting" | "open" | "closing" | "ending" | "closed";

/**
 * - `opened`: the opening handshake succeeded.
 * - `sentClose`, `receivedClose`: a close frame went out, came in.
 * - `failed`: the handshake was refused, or the peer broke the protocol (RFC 6455 §7.1.7).
 * - `lost`: TCP ended, for whatever reason.
 */
export type ConnectionMove = "opened" | "sentClose" | "receivedClose" | "failed" | "lost";

export const legalMoves: Readonly<
  Record<ConnectionState, Readonly<Partial<Record<ConnectionMove, ConnectionState>>>>
> = {
  connecting: { opened: "open", failed: "ending", lost: "closed" },
  open: { sentClose: "closing", receivedClose: "ending", failed: "ending", lost: "closed" },
  closing: { receivedClose: "ending", failed: "ending", lost: "closed" },
  ending: { lost: "closed" },
  closed: {},
};

/** The state after `move`; throws when the table has no such move, since then our own code is wrong. */
export function nextState(state: ConnectionState, move: ConnectionMove): ConnectionState {
  const next = legalMoves[state][move];
  if (next === undefined) throw new Error(`bug: a connection that is ${state} cannot have ${move}`);
  return next;
}
