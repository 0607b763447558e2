import { expect, test } from "vitest";
import { leave } from "../../src/peer/leave.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { closePayload, encodeFrame, opcode } from "../transport/raw-end.ts";
import { createHouse } from "./websocket-houses.ts";

const masked = { masked: true };

test("who leaves reads no more, says why, and waits for the end", async () => {
  const house = createHouse();
  const { raw, socket } = house.joinRaw();
  house.frame();
  raw.send(encodeFrame(opcode.binary, "unread", masked));
  house.clock.runTurns();
  const gone = leave(socket, 1000, "bye");
  house.clock.runTurns();
  expect([raw.closeFrame, socket.availablePacketCount]).toEqual([[1000, "bye"], 0]);
  raw.send(encodeFrame(opcode.binary, "late", masked), encodeFrame(opcode.close, closePayload(1000), masked));
  raw.stream.end();
  house.clock.runTurns();
  await gone;
  expect([socket.readyState, socket.availablePacketCount]).toEqual([WebSocketPeer.State.CLOSED, 0]);
  // It is gone: there is nothing to wait for.
  await leave(socket, 1000);
});

test("a connection that is not open yet is cut", async () => {
  const house = createHouse();
  const { raw, socket } = house.joinRaw();
  const gone = leave(socket, 1001);
  house.clock.runUntilIdle();
  await gone;
  expect([raw.closed, raw.closeFrame, socket.closeCode]).toEqual([true, undefined, -1]);
});
