/** What the rows of both sides of the handshake have in common. */

import { type HeadOptions, opcodes } from "./raw-end.ts";
import type { Play } from "./row.ts";
import type { Settings } from "./subject.ts";

/** The far side's part of the handshake is as it should be, but for this. */
export const handshake =
  (options: HeadOptions = {}, settings: Settings = {}): Play =>
  async (stage) => {
    const session = await stage.connect(settings);
    return session.after(session.handshake(options));
  };

export const connection = (value: string | undefined): Play => handshake({ fields: { Connection: value } });
export const upgrade = (value: string | undefined): Play => handshake({ fields: { Upgrade: value } });
export const startLine = (line: string): Play => handshake({ startLine: line });
export const extra = (...lines: string[]): Play => handshake({ extra: lines });
export const field = (name: string, value: string | undefined): Play =>
  handshake({ fields: { [name]: value } });

/** Letter by letter, in segments of their own as far as that can be had. */
export const inPieces =
  (options: HeadOptions = {}): Play =>
  async (stage) => {
    const session = await stage.connect();
    for (const letter of session.handshake(options)) {
      session.raw.send(letter);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return session.after(session.frame(opcodes.text, "early"));
  };

export const protocolHeader = "Sec-WebSocket-Protocol";
