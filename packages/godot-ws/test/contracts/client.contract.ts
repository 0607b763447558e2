// What clients do against servers of ours, on every platform: plain functions that need the library, an address, and
// nothing of a test runner, so that they run in a page and in a worker as well as in Node.

export type Library = typeof import("godot-ws");

export interface Addresses {
  readonly echoUrl: string;
  readonly roomUrl: string;
}

/** Throws when the contract does not hold. */
export type Check = (library: Library, addresses: Addresses) => Promise<void>;

export const clientContract: Readonly<Record<string, Check>> = {
  "text and binary of every length class come back as they were": async ({ WebSocketPeer }, { echoUrl }) => {
    const size = 4 * 1024 * 1024;
    const peer = new WebSocketPeer({ inboundBufferSize: size, outboundBufferSize: size });
    await peer.connectToUrl(echoUrl);
    for (const text of ["", "a", "héllo wörld €😀", "\ufeffmark", "x".repeat(126), "ü".repeat(40_000)]) {
      const answer = peer.packetReceived.next();
      peer.sendText(text);
      const [packet] = await answer;
      same([packet.isText, packet.text], [true, text]);
    }
    for (const length of [0, 1, 125, 126, 65_535, 65_536, 1_000_000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 31 + (i >> 8));
      const answer = peer.packetReceived.next();
      peer.send(bytes);
      bytes.fill(0);
      const [packet] = await answer;
      const expected = (_: number, i: number) => (i * 31 + (i >> 8)) & 0xff;
      same([packet.isText, packet.text, packet.bytes.length], [false, undefined, length]);
      same(
        packet.bytes.every((octet, i) => octet === expected(0, i)),
        true,
      );
    }
    await closing(peer);
  },

  "the subprotocol is agreed on, and the address known": async ({ WebSocketPeer }, { echoUrl }) => {
    const peer = new WebSocketPeer({ supportedProtocols: ["other", "chat"] });
    await peer.connectToUrl(`${echoUrl}/path?and=query#fragment`);
    same([peer.selectedProtocol, peer.requestedUrl], ["chat", `${echoUrl}/path?and=query`]);
    await closing(peer);
    same([peer.readyState, peer.selectedProtocol], [3, "chat"]);
  },

  "our close code and reason arrive, and come back": async ({ WebSocketPeer }, { echoUrl }) => {
    const peer = new WebSocketPeer();
    await peer.connectToUrl(echoUrl);
    const closed = peer.closed.next();
    peer.close(4001, "für heute");
    same([peer.readyState, peer.sendText("late")], [2, false]);
    same(await closed, [4001, "für heute"]);
  },

  "1001 may be asked for everywhere": async ({ WebSocketPeer }, { echoUrl }) => {
    const peer = new WebSocketPeer();
    await peer.connectToUrl(echoUrl);
    const closed = peer.closed.next();
    peer.close(1001, "away");
    same(await closed, [1001, "away"]);
  },

  "a reserved close code is a UsageError, and the connection stays": async (
    { WebSocketPeer, UsageError },
    { echoUrl },
  ) => {
    const peer = new WebSocketPeer();
    await peer.connectToUrl(echoUrl);
    for (const code of [999, 1004, 1005, 1006, 1015, 2000, 5000]) {
      same(caught(() => peer.close(code)) instanceof UsageError, true);
    }
    same(caught(() => peer.close(1000, "ü".repeat(62))) instanceof UsageError, true);
    same(peer.readyState, 1);
    await closing(peer);
  },

  "the server's close code and reason are told, and a cut cable is -1": async (
    { WebSocketPeer },
    { echoUrl },
  ) => {
    const peer = new WebSocketPeer();
    await peer.connectToUrl(echoUrl);
    const closed = peer.closed.next();
    peer.sendText("close:4002:genug");
    same(await closed, [4002, "genug"]);
    await peer.connectToUrl(echoUrl);
    const cut = peer.closed.next();
    peer.sendText("drop");
    same(await cut, [-1, ""]);
  },

  "what cannot be connected to rejects with ConnectError": async (
    { WebSocketPeer, ConnectError },
    { echoUrl },
  ) => {
    for (const url of [`${echoUrl}/refuse`, "ws://127.0.0.1:1/", "ws://127.0.0.1:9/"]) {
      const peer = new WebSocketPeer();
      const error = await peer.connectToUrl(url).catch((reason: unknown) => reason);
      same(error instanceof ConnectError, true);
      same([peer.readyState, peer.closeCode, peer.failure?.kind], [3, -1, "handshake"]);
    }
  },

  "a server that does not answer is given up, by time and by AbortSignal": async (
    { WebSocketPeer, ConnectError },
    { echoUrl },
  ) => {
    const peer = new WebSocketPeer({ handshakeTimeoutMs: 200 });
    const late = await peer.connectToUrl(`${echoUrl}/silent`).catch((reason: unknown) => reason);
    same(late instanceof ConnectError && late.message.includes("too long"), true);
    const controller = new AbortController();
    const attempt = peer.connectToUrl(`${echoUrl}/silent`, { signal: controller.signal });
    controller.abort("enough");
    same(await attempt.catch((reason: unknown) => reason), "enough");
  },

  "given up at any moment it ends once, and can call again": async ({ WebSocketPeer }, { echoUrl }) => {
    for (let delayMs = 0; delayMs < 8; delayMs++) {
      for (const how of ["abort", "close", "drop"]) {
        const peer = new WebSocketPeer();
        let ends = 0;
        peer.closed.connect(() => ends++);
        const controller = new AbortController();
        const attempt = peer.connectToUrl(echoUrl, { signal: controller.signal }).catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        if (how === "abort") controller.abort();
        // An abort gives up the attempt, not what came of it.
        if (how !== "abort" || peer.readyState === 1) peer.close(how === "drop" ? -1 : 1000);
        await attempt;
        await until(() => peer.readyState === 3);
        await peer.connectToUrl(echoUrl);
        const answer = peer.packetReceived.next();
        peer.sendText("again");
        same([(await answer)[0].text, ends], ["again", 1]);
        await closing(peer);
        same(ends, 2);
      }
    }
  },

  "misuse is a UsageError at once": async ({ WebSocketPeer, UsageError }, { echoUrl }) => {
    for (const url of ["http://127.0.0.1/", "ws://", "ws://h:0/", "mailto://x"]) {
      same(caught(() => new WebSocketPeer().connectToUrl(url)) instanceof UsageError, true);
    }
    for (const supportedProtocols of [["a b"], ["a", "a"], [""]]) {
      const peer = new WebSocketPeer({ supportedProtocols });
      same(caught(() => peer.connectToUrl(echoUrl)) instanceof UsageError, true);
    }
    const peer = new WebSocketPeer();
    same(caught(() => peer.sendText("early")) instanceof UsageError, true);
    void peer.connectToUrl(echoUrl);
    same(caught(() => peer.connectToUrl(echoUrl)) instanceof UsageError, true);
    peer.close(-1);
  },

  "a message too big for us ends the connection with 1009": async ({ WebSocketPeer }, { echoUrl }) => {
    const peer = new WebSocketPeer({ inboundBufferSize: 1000 });
    await peer.connectToUrl(echoUrl);
    let received = 0;
    peer.packetReceived.connect(() => received++);
    const closed = peer.closed.next();
    peer.send(new Uint8Array(1001));
    same((await closed)[0], 1009);
    same([received, peer.failure?.kind, peer.failure?.violation], [0, "violation", "oversizedMessage"]);
  },

  "polled, a burst larger than the queue is fetched whole and in order": async (
    { WebSocketPeer },
    { echoUrl },
  ) => {
    const peer = new WebSocketPeer({ autoPoll: false, maxQueuedPackets: 16 });
    void peer.connectToUrl(echoUrl);
    while (peer.readyState === 0) await frame(peer);
    peer.sendText("count:5000");
    // The game loop sleeps, as it does in a hidden tab.
    await new Promise((resolve) => setTimeout(resolve, 100));
    let next = 0;
    while (next < 5000) {
      await frame(peer);
      for (let packet = peer.nextPacket(); packet !== undefined; packet = peer.nextPacket()) {
        same(packet.text, String(next++));
      }
    }
    peer.close();
    while (peer.readyState !== 3) await frame(peer);
    same(peer.closeCode, 1000);
  },

  "iteration gives every packet and ends with the connection": async ({ WebSocketPeer }, { echoUrl }) => {
    const peer = new WebSocketPeer();
    await peer.connectToUrl(echoUrl);
    peer.sendText("count:100");
    peer.sendText("close:1000:");
    let next = 0;
    for await (const packet of peer) same(packet.text, String(next++));
    same(next, 100);
  },

  "drained resolves once all is sent": async ({ WebSocketPeer }, { echoUrl }) => {
    const peer = new WebSocketPeer({ outboundBufferSize: 0, inboundBufferSize: 4 * 1024 * 1024 });
    await peer.connectToUrl(echoUrl);
    for (let i = 0; i < 3; i++) peer.send(new Uint8Array(1_000_000));
    await peer.drained();
    same(peer.currentOutboundBufferedAmount, 0);
    await closing(peer);
  },

  "await using closes": async ({ WebSocketPeer }, { echoUrl }) => {
    const peer = new WebSocketPeer();
    await peer.connectToUrl(echoUrl);
    await peer[Symbol.asyncDispose]();
    same([peer.readyState, peer.closeCode], [3, 1001]);
  },

  "ReconnectingWebSocketPeer comes back when it is cut off, until it is closed": async (
    { ReconnectingWebSocketPeer },
    { echoUrl },
  ) => {
    const peer = new ReconnectingWebSocketPeer({ initialDelayMs: 20 });
    await peer.connectToUrl(echoUrl);
    for (let life = 0; life < 3; life++) {
      const [opened, waiting] = [peer.opened.next(), peer.reconnecting.next()];
      peer.sendText("drop");
      same((await waiting)[0], life + 1);
      await opened;
    }
    const closed = peer.closed.next();
    peer.close(4000);
    same(await closed, [4000, ""]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    same(peer.readyState, 3);
    const refused = await peer.connectToUrl(`${echoUrl}/silent`, { signal: AbortSignal.timeout(50) }).then(
      () => "connected",
      (error: Error) => error.name,
    );
    same([refused, peer.readyState], ["TimeoutError", 3]);
  },

  "WebSocketClient: signals of a whole life, and of a failure": async ({ WebSocketClient }, { echoUrl }) => {
    const log: unknown[] = [];
    const client = new WebSocketClient();
    client.connectionEstablished.connect((protocol) => log.push(`established ${protocol}`));
    client.dataReceived.connect((packet) => log.push(`data ${packet.text}`));
    client.serverCloseRequest.connect((code, reason) => log.push(`close request ${code} ${reason}`));
    client.connectionClosed.connect((wasClean) => log.push(`closed ${wasClean}`));
    client.connectionError.connect(() => log.push("error"));
    await client.connectToUrl(echoUrl, { protocols: ["chat"] });
    client.getPeer().sendText("hi");
    const closed = client.connectionClosed.next();
    client.getPeer().sendText("close:4003:over");
    await closed;
    await client.connectToUrl(`${echoUrl}/refuse`).catch(() => {});
    same(log, ["established chat", "data hi", "close request 4003 over", "closed true", "error"]);
  },

  "WebSocketMultiplayerPeer: an id from the server, and bytes to it and back": async (
    { WebSocketMultiplayerPeer },
    { roomUrl },
  ) => {
    const peer = WebSocketMultiplayerPeer.createClient(roomUrl);
    const connected = peer.peerConnected.next();
    const polling = setInterval(() => peer.poll(), 5);
    same(await connected, [1]);
    same([peer.connectionStatus, peer.uniqueId > 1, peer.peers], [2, true, [1]]);
    const gone = peer.peerDisconnected.next();
    peer.disconnectPeer(1);
    same(await gone, [1]);
    same(peer.connectionStatus, 0);
    clearInterval(polling);
  },

  "SceneMultiplayer: raw packets to the server and back, and between clients through it": async (
    { SceneMultiplayer, WebSocketMultiplayerPeer },
    { roomUrl },
  ) => {
    const join = () => {
      const multiplayer = new SceneMultiplayer();
      multiplayer.multiplayerPeer = WebSocketMultiplayerPeer.createClient(roomUrl);
      return multiplayer;
    };
    const [a, b] = [join(), join()];
    await Promise.all([a, b].map((member) => until(() => member.peers.length >= 2)));
    const echoed = a.peerPacket.next();
    a.sendBytes(Uint8Array.of(1, 2, 3), 1);
    same(await echoed.then(([from, bytes]) => [from, [...bytes]]), [1, [1, 2, 3]]);
    const relayed = b.peerPacket.next();
    a.sendBytes(Uint8Array.of(4), b.uniqueId);
    same(await relayed.then(([from, bytes]) => [from, [...bytes]]), [a.uniqueId, [4]]);
    const gone = b.peerDisconnected.next();
    const id = a.uniqueId;
    a.multiplayerPeer?.close();
    same(await gone, [id]);
    b.multiplayerPeer?.close();
  },

  "SceneTree: RPCs to a node of the server and from it": async (
    { defineRpc, Node, SceneTree, Vector2, WebSocketMultiplayerPeer },
    { roomUrl },
  ) => {
    let hear = (_: unknown[]): void => {};
    const heard = new Promise<unknown[]>((resolve) => {
      hear = resolve;
    });
    class Greeter extends Node {
      greet(_name: string, _position: unknown): void {}
      greeted(...values: unknown[]): void {
        hear([this.multiplayer.remoteSenderId, ...values]);
      }
    }
    defineRpc(Greeter, "greet", { mode: "any_peer" });
    defineRpc(Greeter, "greeted");
    const tree = new SceneTree();
    const greeter = new Greeter("Greeter");
    tree.root.addChild(greeter);
    const connected = tree.multiplayer.connectedToServer.next();
    tree.multiplayer.multiplayerPeer = WebSocketMultiplayerPeer.createClient(roomUrl);
    await connected;
    greeter.rpcId(1).greet("page €", new Vector2(1, 2));
    same(await heard, [1, "hello, page €", new Vector2(1, 2)]);
    tree.multiplayer.multiplayerPeer?.close();
  },
};

/** Throws unless both are written alike. */
function same(actual: unknown, expected: unknown): void {
  const [is, shouldBe] = [actual, expected].map((value) => JSON.stringify(value) ?? "undefined");
  if (is !== shouldBe) throw new Error(`${is} where ${shouldBe} was expected`);
}

function caught(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

async function until(condition: () => boolean): Promise<void> {
  for (let waitedMs = 0; !condition(); waitedMs += 10) {
    if (waitedMs > 10_000) throw new Error(`this did not come about: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** One round of a game loop. */
async function frame(peer: InstanceType<Library["WebSocketPeer"]>): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  peer.poll();
}

async function closing(peer: InstanceType<Library["WebSocketPeer"]>): Promise<void> {
  const closed = peer.closed.next();
  peer.close();
  same((await closed)[0], 1000);
}
