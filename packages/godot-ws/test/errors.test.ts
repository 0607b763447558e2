import { describe, expect, it } from "vitest";
import { ConnectError, DataError, GodotWsError, LimitError, UsageError } from "../src/errors.ts";

describe("errors", () => {
  const made: readonly [name: string, error: GodotWsError, kind: new (...args: never[]) => GodotWsError][] = [
    ["GodotWsError", new GodotWsError("FAILED", "text"), GodotWsError],
    ["UsageError", new UsageError("FAILED", "text"), UsageError],
    ["LimitError", new LimitError("FAILED", "text"), LimitError],
    ["ConnectError", new ConnectError("FAILED", "text"), ConnectError],
  ];

  it.each(made)("%s is an Error of ours, with a code, a message and its own name", (name, error, kind) => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(GodotWsError);
    expect(error).toBeInstanceOf(kind);
    expect(error.code).toBe("FAILED");
    expect(error.message).toBe("text");
    expect(error.name).toBe(name);
    expect(String(error)).toBe(`${name}: text`);
    expect(error.stack).toContain("errors.test.ts");
  });

  it("who must act can be told apart: none is an instance of another's class", () => {
    const errors = [...made.slice(1).map(([, error]) => error), new DataError("text", 0)];
    for (const kind of [UsageError, LimitError, ConnectError, DataError]) {
      expect(errors.filter((error) => error instanceof kind)).toHaveLength(1);
    }
  });

  it("a ConnectError has the HTTP status, when it came to that", () => {
    expect(new ConnectError("ERR_CANT_CONNECT", "refused", { status: 403 }).status).toBe(403);
    expect(new ConnectError("ERR_CANT_CONNECT", "refused", { status: undefined }).status).toBeUndefined();
    expect(new ConnectError("ERR_TIMEOUT", "late").status).toBeUndefined();
  });

  it("a DataError says where, in the message too", () => {
    const error = new DataError("unknown type", 12);
    expect(error.offset).toBe(12);
    expect(error.code).toBe("ERR_INVALID_DATA");
    expect(error.message).toBe("unknown type (at octet 12)");
    expect(error.name).toBe("DataError");
  });

  it("a DataError has its place in a value, and a code when it is another", () => {
    const error = new DataError("too deep", 12, { code: "ERR_OUT_OF_MEMORY", path: "[3].inventory" });
    expect(error).toMatchObject({ code: "ERR_OUT_OF_MEMORY", path: "[3].inventory" });
    expect(error.message).toBe("too deep (at octet 12, in [3].inventory)");
    expect(new DataError("text", 0).path).toBe("");
  });

  it("a DataError about a text has its line", () => {
    const error = new DataError("unexpected", 12, { line: 3 });
    expect(error).toMatchObject({ offset: 12, line: 3 });
    expect(error.message).toBe("unexpected (in line 3, at character 12)");
    expect(new DataError("unexpected", 12).line).toBeUndefined();
  });

  it("all keep the cause", () => {
    const cause = new Error("below");
    expect(new UsageError("FAILED", "text", { cause }).cause).toBe(cause);
    expect(new ConnectError("FAILED", "text", { cause, status: 500 }).cause).toBe(cause);
    expect(new DataError("text", 0, { cause }).cause).toBe(cause);
  });
});
