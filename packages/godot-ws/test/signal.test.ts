import { getEventListeners } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { LimitError } from "../src/errors.ts";
import { reportUncaught, Signal } from "../src/signal.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Instead of ending the program, errors reported as uncaught go to this list. */
function catchUncaught(): unknown[] {
  const errors: unknown[] = [];
  vi.stubGlobal("queueMicrotask", (callback: () => void) => {
    try {
      callback();
    } catch (error) {
      errors.push(error);
    }
  });
  return errors;
}

/** A slot that writes down its arguments. */
function recorder(): { calls: unknown[][]; slot: (...args: unknown[]) => void } {
  const calls: unknown[][] = [];
  return { calls, slot: (...args) => calls.push(args) };
}

describe("connect and emit", () => {
  it("calls every slot with the arguments, in the order of connecting", () => {
    const signal = new Signal<[number, string]>();
    const heard: unknown[] = [];
    signal.connect((number, text) => heard.push(["first", number, text]));
    signal.connect((number, text) => heard.push(["second", number, text]));
    signal.emit(1, "a");
    signal.emit(2, "b");
    expect(heard).toEqual([
      ["first", 1, "a"],
      ["second", 1, "a"],
      ["first", 2, "b"],
      ["second", 2, "b"],
    ]);
  });

  it("calls a slot as often as it was connected", () => {
    const signal = new Signal();
    const { calls, slot } = recorder();
    signal.connect(slot);
    signal.connect(slot);
    signal.emit();
    expect(calls).toHaveLength(2);
  });

  it("emitting to nobody does nothing", () => {
    const signal = new Signal();
    expect(signal.hasConnections).toBe(false);
    expect(() => signal.emit()).not.toThrow();
  });

  it("a slot that throws stops neither the others nor the emitter; its error surfaces as uncaught", () => {
    const errors = catchUncaught();
    const signal = new Signal();
    const { calls, slot } = recorder();
    const failure = new Error("in a slot");
    signal.connect(() => {
      throw failure;
    });
    signal.connect(slot);
    expect(() => signal.emit()).not.toThrow();
    expect(calls).toHaveLength(1);
    expect(errors).toEqual([failure]);
  });

  it("a slot that is connected during an emission is called from the next one on", () => {
    const signal = new Signal();
    const { calls, slot } = recorder();
    signal.connect(() => signal.connect(slot), { once: true });
    signal.emit();
    expect(calls).toHaveLength(0);
    signal.emit();
    expect(calls).toHaveLength(1);
  });

  it("an emission goes to those who were connected when it began, though one disconnects another", () => {
    const signal = new Signal();
    const { calls, slot } = recorder();
    signal.connect(() => signal.disconnect(slot));
    signal.connect(slot);
    signal.emit();
    expect(calls).toHaveLength(1);
    signal.emit();
    expect(calls).toHaveLength(1);
  });
});

describe("once", () => {
  it("is called for the first emission only", () => {
    const signal = new Signal<[number]>();
    const { calls, slot } = recorder();
    signal.connect(slot, { once: true });
    signal.emit(1);
    signal.emit(2);
    expect(calls).toEqual([[1]]);
    expect(signal.hasConnections).toBe(false);
  });

  it("is disconnected before it is called, so that it can emit", () => {
    const signal = new Signal<[number]>();
    const calls: number[] = [];
    signal.connect(
      (number) => {
        calls.push(number);
        signal.emit(number + 1);
      },
      { once: true },
    );
    signal.emit(1);
    expect(calls).toEqual([1]);
  });

  it("does not take other connections of the same slot with it", () => {
    const signal = new Signal();
    const { calls, slot } = recorder();
    signal.connect(slot, { once: true });
    signal.connect(slot);
    signal.emit();
    signal.emit();
    expect(calls).toHaveLength(3);
  });

  // A defect: the outer emission goes on with the list it began with and calls the slot again.
  it("is called once though an earlier slot emits again", () => {
    const signal = new Signal();
    const { calls, slot } = recorder();
    signal.connect(() => signal.emit(), { once: true });
    signal.connect(slot, { once: true });
    signal.emit();
    expect(calls).toHaveLength(1);
  });
});

describe("disconnecting", () => {
  it("by the function that connect returns: just that connection, any number of times", () => {
    const signal = new Signal();
    const { calls, slot } = recorder();
    const disconnect = signal.connect(slot);
    signal.connect(slot);
    disconnect();
    disconnect();
    signal.emit();
    expect(calls).toHaveLength(1);
  });

  it("by slot: all its connections, and no others", () => {
    const signal = new Signal();
    const one = recorder();
    const other = recorder();
    signal.connect(one.slot);
    signal.connect(other.slot);
    signal.connect(one.slot);
    expect(signal.isConnected(one.slot)).toBe(true);
    signal.disconnect(one.slot);
    expect(signal.isConnected(one.slot)).toBe(false);
    expect(signal.isConnected(other.slot)).toBe(true);
    signal.emit();
    expect(one.calls).toHaveLength(0);
    expect(other.calls).toHaveLength(1);
  });

  it("a slot that is not connected is no error", () => {
    expect(() => new Signal().disconnect(() => {})).not.toThrow();
  });

  it("by an AbortSignal", () => {
    const signal = new Signal();
    const { calls, slot } = recorder();
    const abort = new AbortController();
    signal.connect(slot, { signal: abort.signal });
    signal.emit();
    abort.abort();
    signal.emit();
    expect(calls).toHaveLength(1);
    expect(signal.hasConnections).toBe(false);
  });

  it("an AbortSignal that has aborted does not connect at all", () => {
    const signal = new Signal();
    const disconnect = signal.connect(() => {}, { signal: AbortSignal.abort() });
    expect(signal.hasConnections).toBe(false);
    expect(disconnect).not.toThrow();
  });

  it("leaves nothing on the AbortSignal", () => {
    const signal = new Signal();
    const abort = new AbortController();
    const disconnect = signal.connect(() => {}, { signal: abort.signal });
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(1);
    disconnect();
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(0);
  });

  // A defect: only the function that connect returns takes the listener off again.
  it("leaves nothing on the AbortSignal when it was for once, or by slot", () => {
    const signal = new Signal();
    const abort = new AbortController();
    const { slot } = recorder();
    signal.connect(() => {}, { once: true, signal: abort.signal });
    signal.connect(slot, { signal: abort.signal });
    signal.emit();
    signal.disconnect(slot);
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(0);
  });
});

describe("next", () => {
  it("resolves with the arguments of the next emission, and of no later one", async () => {
    const signal = new Signal<[number, string]>();
    const next = signal.next();
    signal.emit(1, "a");
    signal.emit(2, "b");
    await expect(next).resolves.toEqual([1, "a"]);
    expect(signal.hasConnections).toBe(false);
  });

  it("rejects when it is aborted, and lets go of the signal", async () => {
    const signal = new Signal();
    const abort = new AbortController();
    const next = signal.next(abort.signal);
    const reason = new Error("enough");
    abort.abort(reason);
    await expect(next).rejects.toBe(reason);
    expect(signal.hasConnections).toBe(false);
    await expect(signal.next(abort.signal)).rejects.toBe(reason);
    expect(signal.hasConnections).toBe(false);
  });

  it("leaves nothing on the AbortSignal when it resolves", async () => {
    const signal = new Signal();
    const abort = new AbortController();
    const next = signal.next(abort.signal);
    signal.emit();
    await next;
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(0);
  });
});

describe("for await", () => {
  it("gives every emission since the iteration began, in order, those of one turn too", async () => {
    const signal = new Signal<[number]>();
    const heard: number[] = [];
    const loop = (async () => {
      for await (const [number] of signal) {
        heard.push(number);
        if (number === 4) break;
      }
    })();
    signal.emit(1);
    signal.emit(2);
    await Promise.resolve();
    signal.emit(3);
    await new Promise((resolve) => setTimeout(resolve));
    expect(heard).toEqual([1, 2, 3]);
    signal.emit(4);
    signal.emit(5);
    await loop;
    expect(heard).toEqual([1, 2, 3, 4]);
    expect(signal.hasConnections).toBe(false);
  });

  it("lets go of the signal when the body throws", async () => {
    const signal = new Signal();
    const loop = (async () => {
      for await (const _ of signal) throw new Error("in the body");
    })();
    signal.emit();
    await expect(loop).rejects.toThrow("in the body");
    expect(signal.hasConnections).toBe(false);
  });

  it("is bounded: 4,096 emissions may wait, one more ends it with a LimitError after these", async () => {
    for (const [count, isTooMany] of [
      [4096, false],
      [4097, true],
    ] as const) {
      const signal = new Signal<[number]>();
      const iterator = signal[Symbol.asyncIterator]();
      const first = iterator.next();
      for (let i = 0; i < count; i++) signal.emit(i);
      expect((await first).value).toEqual([0]);
      for (let i = 1; i < 4096; i++) expect((await iterator.next()).value?.[0] === i || i).toBe(true);
      if (isTooMany) {
        await expect(iterator.next()).rejects.toThrow(LimitError);
      } else {
        const next = iterator.next();
        signal.emit(-1);
        expect((await next).value).toEqual([-1]);
        await iterator.return();
      }
      expect(signal.hasConnections).toBe(false);
    }
  });

  it("two iterations do not take from each other", async () => {
    const signal = new Signal<[number]>();
    const iterators = [signal[Symbol.asyncIterator](), signal[Symbol.asyncIterator]()];
    const nexts = iterators.map((iterator) => iterator.next());
    signal.emit(7);
    for (const next of nexts) expect((await next).value).toEqual([7]);
    for (const iterator of iterators) await iterator.return();
  });
});

describe("reportUncaught", () => {
  it("throws where nobody can catch, after the caller has gone on", () => {
    let later: (() => void) | undefined;
    vi.stubGlobal("queueMicrotask", (callback: () => void) => {
      later = callback;
    });
    const error = new Error("of the program");
    expect(() => reportUncaught(error)).not.toThrow();
    expect(later).toThrow(error);
  });
});
