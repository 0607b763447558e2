import { describe, expect, test } from "vitest";
import { Admission } from "../../src/multiplayer/admission.ts";
import { uncaughtDuring, usageErrorOf } from "../peer/memory-peers.ts";
import { VirtualClock } from "../simulation/virtual-environment.ts";

const bytes = (...octets: number[]): Uint8Array => Uint8Array.from(octets);

/** What happens, as text: `"5<0700aa"` sent, `"5 admitted"`, `"5:aa"` heard. */
function createAdmission({ timeout = 3, heard = true } = {}) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");
  const admission: Admission = new Admission({
    now: () => clock.now(),
    wakeAt: (time) => {
      clock.setTimer(() => admission.checkTimeouts(), time - clock.now());
    },
    sendDirectly: (packet, peer) => log.push(`${peer}<${hex(packet)}`),
    disconnect: (peer) => log.push(`${peer} disconnected`),
    authenticating: (peer) => log.push(`${peer} authenticating`),
    admit: (peer) => log.push(`${peer} admitted`),
    notAdmitted: (peer) => log.push(`${peer} failed`),
  });
  admission.timeout = timeout;
  if (heard) admission.callback = (peer, data) => log.push(`${peer}:${hex(data)}`);
  return { clock, admission, news: () => log.splice(0) };
}

describe("Admission", () => {
  test("without a callback lets everybody in at once", () => {
    const { admission, news } = createAdmission({ heard: false });
    admission.begin(5);
    expect([news(), admission.peers]).toEqual([["5 admitted"], []]);
  });

  test("with one waits until both sides are done, in either order", () => {
    const { admission, news, clock } = createAdmission();
    admission.begin(5);
    admission.begin(6);
    expect([news(), admission.peers, admission.isPending(5)]).toEqual([
      ["5 authenticating", "6 authenticating"],
      [5, 6],
      true,
    ]);
    admission.send(5, bytes(0xaa));
    expect(admission.receive(5, bytes(7, 0, 0xbb, 0xcc))).toBe(true);
    admission.complete(5);
    expect(admission.receive(5, bytes(7, 0))).toBe(true);
    expect(news()).toEqual(["5<0700aa", "5:bbcc", "5<0700", "5 admitted"]);
    admission.receive(6, bytes(7, 0));
    // Data may come behind the confirmation.
    admission.receive(6, bytes(7, 0, 1));
    admission.complete(6);
    expect([news(), admission.peers]).toEqual([["6:01", "6<0700", "6 admitted"], []]);
    clock.advance(10_000);
    expect(news()).toEqual([]);
  });

  test("takes nothing else of who is pending", () => {
    const { admission } = createAdmission();
    admission.begin(5);
    for (const packet of [bytes(3, 1), bytes(7, 1, 9, 0, 0, 0), bytes(0, 1)])
      expect(admission.receive(5, packet)).toBe(false);
    expect(admission.receive(9, bytes(7, 0))).toBe(false);
  });

  test("drops who takes too long", () => {
    const { admission, news, clock } = createAdmission({ timeout: 1.5 });
    admission.begin(5);
    clock.advance(1000);
    admission.begin(6);
    news();
    clock.advance(499);
    expect(news()).toEqual([]);
    clock.advance(1);
    expect(news()).toEqual(["5 disconnected", "5 failed"]);
    clock.advance(1000);
    expect([news(), admission.peers]).toEqual([["6 disconnected", "6 failed"], []]);
  });

  test("drops nobody with a timeout of 0", () => {
    const { admission, news, clock } = createAdmission({ timeout: 0 });
    admission.begin(5);
    clock.advance(1_000_000);
    admission.checkTimeouts();
    expect(news()).toEqual(["5 authenticating"]);
  });

  test("tells of who leaves meanwhile, and not of who was dropped here", () => {
    const { admission, news } = createAdmission();
    for (const peer of [5, 6, 7]) admission.begin(peer);
    news();
    expect([admission.lost(5), admission.lost(5), admission.lost(99)]).toEqual([true, false, false]);
    admission.forget(6);
    admission.clear();
    expect([news(), admission.peers, admission.lost(6)]).toEqual([["5 failed"], [], false]);
  });

  test("what makes no sense is a UsageError", () => {
    const { admission, news } = createAdmission();
    admission.begin(5);
    expect(usageErrorOf(() => admission.send(5, bytes()))).toBe("ERR_INVALID_PARAMETER");
    expect(usageErrorOf(() => admission.send(6, bytes(1)))).toBe("ERR_INVALID_PARAMETER");
    expect(usageErrorOf(() => admission.complete(6))).toBe("ERR_INVALID_PARAMETER");
    admission.complete(5);
    expect(usageErrorOf(() => admission.complete(5))).toBe("ERR_UNAVAILABLE");
    expect(usageErrorOf(() => admission.send(5, bytes(1)))).toBe("ERR_UNAVAILABLE");
    expect(news()).toEqual(["5 authenticating", "5<0700"]);
    const late = createAdmission();
    late.admission.begin(5);
    late.admission.receive(5, bytes(7, 0));
    expect(usageErrorOf(() => late.admission.send(5, bytes(1)))).toBe("ERR_UNAVAILABLE");
  });

  test("survives a callback that throws", async () => {
    const { admission } = createAdmission();
    admission.callback = () => {
      throw new Error("callback");
    };
    admission.begin(5);
    const uncaught = await uncaughtDuring(() => {
      expect(admission.receive(5, bytes(7, 0, 1))).toBe(true);
    });
    expect(uncaught).toEqual([new Error("callback")]);
  });
});
