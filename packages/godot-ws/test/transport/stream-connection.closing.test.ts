// How connections end: by close frames of either side, by TCP, by limits of time and by violations.

import { describe, expect, test } from "vitest";
import { closePayload, decodeFrames, encodeFrame, opcode } from "./raw-end.ts";
import { clientOpening, create, masked, openClient, openServer } from "./streamed-connections.ts";

describe("closing", () => {
  test("a server that was answered ends TCP and waits for the client to let go", () => {
    const { clock, stream, connection } = openServer();
    connection.sendText("last");
    connection.close(4000, "done");
    expect(connection.state).toBe("closing");
    clock.runTurns();
    expect(decodeFrames(stream.taken()).frames.map((frame) => frame.opcode)).toEqual([
      opcode.text,
      opcode.close,
    ]);
    expect(stream.calls).toEqual([]);
    stream.bring(encodeFrame(opcode.close, closePayload(4000, "done"), masked));
    expect(connection.state).toBe("ending");
    expect(stream.calls).toEqual(["end"]);
    stream.events!.onEnd();
    stream.events!.onClose(undefined);
    expect([connection.state, connection.closeCode, connection.closeReason]).toEqual([
      "closed",
      4000,
      "done",
    ]);
    expect(clock.timerCount).toBe(0);
  });

  test("a client that was answered waits for the server to end TCP", () => {
    const { clock, stream, connection } = openClient();
    connection.close(1000, "");
    clock.runTurns();
    stream.bring(encodeFrame(opcode.close, closePayload(1000)));
    clock.runTurns();
    expect(connection.state).toBe("ending");
    expect(stream.calls).toEqual([]);
    stream.events!.onEnd();
    expect(stream.calls).toEqual(["end"]);
    stream.events!.onClose(undefined);
    expect(connection.state).toBe("closed");
  });

  test("a client cuts TCP when the server does not end it", () => {
    const { clock, stream, connection } = openClient();
    stream.bring(encodeFrame(opcode.close, closePayload(1000)));
    clock.advance(499);
    expect(connection.state).toBe("ending");
    clock.advance(1);
    expect([connection.state, connection.closeCode]).toEqual(["closed", 1000]);
    expect(stream.calls).toEqual(["destroy"]);
  });

  test("a server that goes on talking after its close frame does not put that off", () => {
    const { clock, stream, connection } = openClient();
    stream.bring(encodeFrame(opcode.close, closePayload(1000)));
    for (let i = 0; i < 10; i++) {
      clock.advance(100);
      if (connection.state !== "closed") stream.bring(encodeFrame(opcode.text, "and another thing"));
    }
    expect(connection.state).toBe("closed");
  });

  test("a close frame that is not answered costs the connection, without a code", () => {
    const { clock, stream, connection } = openServer();
    connection.close(1001, "");
    clock.advance(499);
    expect(connection.state).toBe("closing");
    clock.advance(1);
    expect([connection.state, connection.closeCode]).toEqual(["closed", -1]);
    expect(stream.calls).toEqual(["destroy"]);
    expect(clock.timerCount).toBe(0);
  });

  test("what arrives between our close frame and the peer's is delivered", () => {
    const { stream, owner, connection } = openServer();
    connection.close(1000, "");
    stream.bring(encodeFrame(opcode.text, "crossing", masked), encodeFrame(opcode.close, "", masked));
    expect(owner.messages).toEqual(["crossing"]);
    expect(connection.closeCode).toBe(1005);
  });

  test("closing before the handshake is done drops TCP", () => {
    const { stream, connection } = create(clientOpening);
    connection.start();
    connection.close(1000, "");
    expect([connection.state, connection.closeCode]).toEqual(["closed", -1]);
    expect(stream.calls).toEqual(["destroy"]);
  });

  test("closing twice says so once", () => {
    const { clock, stream, connection } = openServer();
    connection.close(1000, "first");
    connection.close(1001, "second");
    clock.runTurns();
    const { frames } = decodeFrames(stream.taken());
    expect(frames.map((frame) => frame.payload.toString("latin1", 2))).toEqual(["first"]);
  });

  test("a reader that has paused still sees the answer", () => {
    const { stream, connection } = openServer();
    connection.pauseReading();
    expect(stream.isPaused).toBe(true);
    connection.close(1000, "");
    expect(stream.isPaused).toBe(false);
    stream.bring(encodeFrame(opcode.close, closePayload(1000), masked));
    expect(connection.closeCode).toBe(1000);
  });

  test("TCP's end without a close frame is an end without a code", () => {
    const { stream, connection } = openServer();
    stream.events!.onEnd();
    expect([connection.state, connection.closeCode]).toEqual(["closed", -1]);
    expect(stream.calls).toEqual(["destroy"]);
  });

  test("so is a broken TCP, and on an open connection that is no failed handshake", () => {
    const { stream, owner, connection } = openServer();
    stream.events!.onClose(new Error("ECONNRESET"));
    expect([connection.state, connection.closeCode, connection.failure]).toEqual(["closed", -1, undefined]);
    const readies = owner.readies;
    stream.events!.onClose(undefined);
    expect(owner.readies).toBe(readies);
  });

  test("before it is open a broken TCP is a failed handshake", () => {
    const { stream, connection } = create(clientOpening);
    connection.start();
    stream.events!.onClose(new Error("ECONNREFUSED"));
    expect(connection.failure).toEqual({ kind: "handshake", reason: "ECONNREFUSED" });
  });

  test("a violation is answered with its code and ends TCP", () => {
    const { clock, stream, connection } = openServer();
    stream.bring(encodeFrame(opcode.text, "not masked"));
    clock.runTurns();
    const { frames } = decodeFrames(stream.taken());
    expect(frames.map((frame) => frame.payload.readUInt16BE(0))).toEqual([1002]);
    expect(stream.calls).toEqual(["end"]);
    expect(connection.closeCode).toBe(1002);
    expect(connection.failure).toMatchObject({
      kind: "violation",
      violation: "maskMissing",
      closeCode: 1002,
    });
  });

  test("what was sent before a flush that never comes is dropped with the connection", () => {
    const { clock, stream, connection } = openServer();
    connection.sendText("lost");
    connection.terminate();
    connection.terminate();
    clock.runTurns();
    expect(stream.writes).toEqual([]);
    expect(stream.calls).toEqual(["destroy"]);
  });
});
