// A server's answer to one request, now or later, whatever the handler that decides on it does. Knows no peer.

import {
  type Acceptance,
  checkAcceptance,
  parseHeaderLines,
  type Refusal,
  type UpgradeRequest,
} from "../protocol/handshake.ts";
import { reportUncaught } from "../signal.ts";
import type { Connection } from "../transport/connection.ts";
import type { RequestHandler } from "./websocket-options.ts";

/**
 * Answers as `handler` decides; `headerLines` join the headers of an acceptance. A handler that throws, rejects, or
 * decides what cannot be sent is a 500 to the client, and its error surfaces as uncaught.
 */
export function answerRequest(
  connection: Connection,
  request: UpgradeRequest,
  handler: RequestHandler,
  headerLines: readonly string[],
): void {
  const failed = (error: unknown): void => {
    connection.reject({ status: 500, reason: "the server failed to decide" });
    reportUncaught(error);
  };
  try {
    const answer = handler(request);
    if (answer instanceof Promise) {
      answer.then((later) => carryOut(connection, request, later, headerLines)).catch(failed);
    } else {
      carryOut(connection, request, answer, headerLines);
    }
  } catch (error) {
    failed(error);
  }
}

function carryOut(
  connection: Connection,
  request: UpgradeRequest,
  answer: Acceptance | Refusal,
  headerLines: readonly string[],
): void {
  if (connection.state !== "connecting") return;
  if ("status" in answer) return connection.reject(answer);
  checkAcceptance(request, answer);
  if (headerLines.length === 0) return connection.accept(answer);
  const headers = [...parseHeaderLines(headerLines), ...(answer.headers ?? [])];
  connection.accept({ protocol: answer.protocol, headers });
}
