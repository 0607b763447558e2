import { port, ready } from "../kit.mjs";
import {
  SceneMultiplayer,
  SceneTree,
  SimulatingNode,
  WebSocketMultiplayerPeer,
} from "../replication-node.mjs";

const tickMs = 1000 / 30;

// The usual loop of a game: what has come, then a step, of which everybody hears in the same turn.
const multiplayer = new SceneMultiplayer({ autoPoll: false });
const node = new SimulatingNode();
new SceneTree({ multiplayer }).root.addChild(node);
multiplayer.multiplayerPeer = await WebSocketMultiplayerPeer.createServer(port, { bindAddress: "127.0.0.1" });

let due = performance.now();
function loop() {
  node.tick();
  multiplayer.poll();
  due += tickMs;
  setTimeout(loop, Math.max(0, due - performance.now()));
}
loop();
ready();
