// The sentences of docs/performance.md that are not numbers.

export const intro = `# Performance

What follows is made by \`bench/report.mjs\` from a result of \`npm run bench\`; no number in it was typed.`;

export const method = `## What is measured

Work per second of server CPU: how many messages, deliveries or handshakes came out of it, divided by the CPU time (user
and system, all threads) that the kernel says the server process used. A ratio is ours to theirs within one pass, where
both ran shortly after each other; the table has medians over the passes, each with the order rotated. Memory rows are
the other way round: there less is better.

The generator of load is a process of its own in C on another core (\`bench/load/\`; a slower one in JavaScript where there
is no compiler). It counts everything, compares every octet before the measured time, and checks order and completeness
of every relayed message. Each run is a fresh server. Compression is off but in
its own row; that row and the one with TLS have the generator in JavaScript.

| server | what it is |
|---|---|
| ours | \`WebSocketPeer\` with \`packetReceived\`, and \`prepare\`/\`sendPrepared\` to many; in the room rows \`RoomServer\`, as \`npm start\` runs it |
| classic | our \`WebSocketServer\` |
| ws | \`ws\`, one \`send\` per receiver, with \`bufferutil\` where that is installed |
| net | TCP without WebSocket: echo and fan-out write back what one read brought; the relay tells messages apart by two octets before each and makes one write per socket and turn; handshakes are answered by a constant |
| bun, deno, uws | the server of Bun and of uWebSockets.js with their topics, that of Deno with a loop |
| msgpack, msgpackr, json, gdcom | \`@msgpack/msgpack\`, \`msgpackr\` without its records, \`JSON\` with \`TextEncoder\`, \`@gd-com/utils\`: the same values, a Vector3 as an array of three numbers; gdcom only where what it reads is what it wrote |
| native | headless Godot 4 at 60 frames a second, \`WebSocketMultiplayerPeer\` with \`server_relay\` on |

\`net\` is the yardstick of what JavaScript on Node can reach at all. In the memory row two Godot processes are run, each with
one room, and 50 are computed: 50 times what is private to one, and once what they share.

In the replication rows a server spawns 200 nodes with a synchronizer each, and moves them 30 times a second: all of them,
sent always, or a tenth of them, sent on change. Its 100 clients count the states, and that none is missing; they set no
properties, so that one process can be all of them. A state is a Vector2 and a float of 32 bits. In a Godot server a frame
is a tick. Octets are what each client gets in 30 ticks, without the head of the frame. In \`replication-receive\` it is 50
clients that move 40 nodes each, and the server that takes their states over.`;

export const running = `## How to run it

\`\`\`sh
npm run bench -- --quick                       # under two minutes on a machine that does nothing else
npm run bench                                  # three passes against everybody that is installed
npm run bench -- --rows echo,relay --opponents ws,net
npm install --prefix bench                     # Bun, Deno and uWebSockets.js: 400 MB
npm run bench:report -- bench/results/FILE     # writes this page
\`\`\`

Linux, two cores or more. It prints the table, writes every single run to \`bench/results/\`, names the rows that are below
their goal (\`bench/suite/goals.mjs\`) and then ends with 1. Runs in which other processes used more than a quarter of a core
are repeated in a full run, and marked with \`~\` where there was nothing better: do not trust latencies there.`;

export const tuning = `## Where the limit is, what to tune

- One write to a socket costs several microseconds in the kernel, more than everything the engine does for a small
  message. All that one turn of the event loop brings for a connection leaves in one write: many messages a turn are cheap,
  single ones are not. Compare \`echo\` with \`echo-16\`, and \`fanout\` with \`fanout-16\`.
- Games with a tick can wait: with \`flushIntervalMs\` (an option of every peer and of \`RoomServer\`, \`--flush-interval\` of
  \`godot-ws serve\`) what is sent within so many milliseconds shares a write. It pays where one client gets several
  messages within the interval: a room of 40 at 30 Hz gets nine in 8 ms, one of 20 at 6 Hz not even two.
- At full load a server that flushes at the end of each turn always uses its whole core: with time to spare it reads more
  often and writes less at a time. Work per CPU second then is what was offered, not what it could do; \`relay\` shows how
  far the others are from keeping up.
- Take packets from the \`packetReceived\` signal: with a slot there a packet never sees a queue.
- An idle connection costs what Node's socket costs and some two kilobytes. What a program keeps for each (closures above
  all) comes on top.
- Send one message to many with \`prepare\` and \`sendPrepared\` (or \`broadcast\`): it is encoded once, and shared.
- A process uses one core. Rooms know nothing of each other: run one server for each core and spread the rooms over them.`;

export const unreached = `## Goals that are not reached, and why

What a profile of the server (\`node --cpu-prof bench/servers/ours/<workload>.mjs\`) shows for each:

- **echo, fan-out, the relay with a flush**: most of the time is the system call that writes, one for each socket; raw
  \`net\` spends an even larger share of its own there. Where \`net\` itself is no further ahead of \`ws\` than the column says,
  nothing on top of it can be. A flush interval saves little where a client gets one or two messages in it.
- **echo-16**: what remains beside the system call is one view of memory and one object for each message, its copy into the
  frame, and the calls between. \`net\` writes back what it read, and looks at nothing.
- **relay**: both ours and \`net\` use all the time that there is to deliver what is offered, and no more is offered.
- **handshakes**: making Node's socket, its two writes and its end take the larger part, for \`net\` too; the digest and our
  parser are a few microseconds.
- **idle**: Node's socket comes first. On top of it are the objects of the peer, its connection, the protocol, the parser and
  the queues, each of some hundred octets, and the text of the request, which \`request\` gives.
- **room**: at this load most of it is reading from sockets and waking up, which the timer of the flush does as well.
- **the codec's 64 KiB row**: memory that JavaScript gets is zeroed before it is written; \`msgpackr\` takes Node's Buffer,
  which is not.`;
