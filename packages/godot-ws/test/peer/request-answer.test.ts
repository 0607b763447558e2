import { describe, expect, test } from "vitest";
import { answerRequest } from "../../src/peer/request-answer.ts";
import type { RequestHandler } from "../../src/peer/websocket-options.ts";
import type { Acceptance, Refusal, UpgradeRequest } from "../../src/protocol/handshake.ts";
import { HttpHeaders } from "../../src/protocol/http-head.ts";
import type { ConnectionState } from "../../src/protocol/state.ts";
import { FakeConnection } from "./fake-connection.ts";
import { uncaughtDuring } from "./memory-peers.ts";

class Asked extends FakeConnection {
  override state: ConnectionState = "connecting";
  readonly answers: (Acceptance | Refusal)[] = [];
  override accept(acceptance?: Acceptance): void {
    this.answers.push(acceptance!);
    this.state = "open";
  }
  override reject(refusal?: Refusal): void {
    this.answers.push(refusal!);
    this.state = "ending";
  }
}

const request: UpgradeRequest = {
  target: "/",
  path: "/",
  headers: new HttpHeaders([]),
  protocols: ["a", "b"],
  key: "dGhlIHNhbXBsZSBub25jZQ==",
};
const failure = { status: 500, reason: "the server failed to decide" };

function ask(handler: RequestHandler, headerLines: readonly string[] = []): Asked {
  const connection = new Asked();
  answerRequest(connection, request, handler, headerLines);
  return connection;
}

describe("answerRequest", () => {
  test("accepts and refuses as the handler says", () => {
    expect(ask(() => ({ protocol: "b" })).answers).toEqual([{ protocol: "b" }]);
    expect(ask(() => ({ status: 403, reason: "no" })).answers).toEqual([{ status: 403, reason: "no" }]);
  });

  test("the peer's headers stand before the handler's", () => {
    const { answers } = ask(() => ({ headers: [["X-B", "2"]] }), ["X-A: 1"]);
    expect(answers).toMatchObject([
      {
        headers: [
          ["X-A", "1"],
          ["X-B", "2"],
        ],
      },
    ]);
  });

  test("waits for a promise, and says nothing when the connection is gone by then", async () => {
    const patient = ask(async () => ({}));
    const gone = ask(async () => ({}));
    gone.state = "closed";
    expect(patient.answers).toEqual([]);
    await Promise.resolve();
    await Promise.resolve();
    expect([patient.answers, gone.answers]).toEqual([[{}], []]);
  });

  test.each<[string, RequestHandler]>([
    [
      "throws",
      () => {
        throw new Error("mine");
      },
    ],
    [
      "rejects",
      async () => {
        throw new Error("mine");
      },
    ],
  ])("a handler that %s is a 500, and its error surfaces", async (_, handler) => {
    let connection: Asked | undefined;
    const errors = await uncaughtDuring(async () => {
      connection = ask(handler);
      await new Promise((resolve) => setImmediate(resolve));
    });
    expect(connection?.answers).toEqual([failure]);
    expect(errors).toMatchObject([{ message: "mine" }]);
  });

  test("so is an answer that cannot be sent", async () => {
    let connection: Asked | undefined;
    const errors = await uncaughtDuring(async () => {
      connection = ask(() => ({ protocol: "not offered" }));
      await new Promise((resolve) => setImmediate(resolve));
    });
    expect(connection?.answers).toEqual([failure]);
    expect(errors).toHaveLength(1);
  });
});
