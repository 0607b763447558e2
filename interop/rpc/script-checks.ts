/** The checks of the script, which every member runs as far as they concern it. A run that has others has not run it. */

import { serverName } from "../harness/session-member.ts";

/** `thrown` is the client that the server throws out in the end, `leaver` the one that leaves and comes back. */
type Role = "all" | "server" | "clients" | "leaver" | "stayers" | "thrown" | "clients but the thrown";

const checksOf: Readonly<Record<Role, readonly string[]>> = {
  all: [
    "greeted by everybody in the turn of connecting",
    "those who greeted are the peers",
    "each of them was signalled once",
    "an id of its own",
    "to oneself without call_local is an error",
    "to nobody arrives nowhere",
    "what is no RPC is an error",
    "no bytes are an error",
    "any_peer, to all",
    "call_local, to all",
    "to one",
    "to all but one",
    "to each",
    "authority is the server",
    "authority with call_local",
    "authority is a client",
    "a node at D0",
    "a node at D0/D1",
    "a node at D0/D1/D2",
    "a node at D0/D1/D2/D3",
    "a node at D0/D1/D2/D3/D4",
    "a node at D0/D1/D2/D3/D4/D5",
    "a node at D0/D1/D2/D3/D4/D5/D6",
    "a node at D0/D1/D2/D3/D4/D5/D6/D7",
    "a node at Ünï çödé",
    "a node at Ünï çödé/名前",
    "a node with 300 RPCs",
    "set on the node alone",
    "of the script beside it",
    "in spite of another checksum",
    "no sender outside of a call",
    "0 arguments of every type",
    "1 arguments of every type",
    "2 arguments of every type",
    "3 arguments of every type",
    "4 arguments of every type",
    "5 arguments of every type",
    "6 arguments of every type",
    "7 arguments of every type",
    "8 arguments of every type",
    "default arguments missing",
    "arguments are converted to their types",
    "wrong arguments are refused",
    "too few and too many are refused",
    "what is disabled is refused",
    "what only the caller knows is refused",
    "600 nodes, by path",
    "bytes to all",
    "bytes to one",
    "bytes to all but one",
    "a call before its node is there",
    "600 nodes, by number",
    "a node that left and came back",
    "nothing came of what was too large",
    "a large packet",
    "calls go on behind what was too large",
    "to all, with a late joiner",
    "at a known node, with a late joiner",
    "call_local, with a late joiner",
    "to the one who left arrives nowhere",
  ],
  server: [
    "authentications refused",
    "authentications timed out",
    "nobody is left authenticating",
    "the one thrown out is no peer",
    "everybody leaves",
    "nor signalled here",
  ],
  clients: [
    "refused: the authentication fails",
    "refused: never connected",
    "timed out: the authentication fails",
    "timed out: never connected",
    "accepted: what the server sent",
    "refused and timed out: the server was lost each time",
    "accepted: connected",
    "the server came first",
  ],
  leaver: ["no peers after leaving", "late: greeted by everybody", "late: with another id"],
  stayers: [
    "the leaver is signalled",
    "and is no peer any more",
    "what it sent before has no hole",
    "calls go on among those who stayed",
    "the leaver comes back with another id",
  ],
  thrown: ["thrown out: the server is lost", "thrown out: no peers"],
  "clients but the thrown": ["the one thrown out is signalled to the others", "the server was never lost"],
};

/** What a member has to report, in no particular order. */
export function checksFor(name: string, members: readonly string[]): string[] {
  const isServer = name === serverName;
  const isLeaver = name === members.at(-1);
  const isThrown = name === members[1];
  const roles: [Role, boolean][] = [
    ["all", true],
    ["server", isServer],
    ["clients", !isServer],
    ["leaver", isLeaver],
    ["stayers", !isLeaver],
    ["thrown", isThrown],
    ["clients but the thrown", !isServer && !isThrown],
  ];
  return roles.flatMap(([role, isOurs]) => (isOurs ? checksOf[role] : []));
}
