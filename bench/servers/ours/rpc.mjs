import { port, ready } from "../kit.mjs";
import { BenchNode, SceneTree, WebSocketMultiplayerPeer } from "../rpc-node.mjs";

const tree = new SceneTree();
tree.root.addChild(new BenchNode());
tree.multiplayer.multiplayerPeer = await WebSocketMultiplayerPeer.createServer(port, {
  bindAddress: "127.0.0.1",
});
ready();
