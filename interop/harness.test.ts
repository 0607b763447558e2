/** The harness itself: what it reports of a good run, and that it takes nothing else for one. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EngineError, type EngineOptions, engineVersion, startEngine } from "./harness/engine.ts";
import { type IndependentServer, startIndependentServer } from "./harness/independent-server.ts";

const web = (main: string, options: Partial<EngineOptions> = {}) =>
  startEngine({ engine: "web", project: { "main.gd": `extends "res://kit.gd"\n${main}` }, ...options });

const failureOf = (run: { finished: Promise<unknown> }) =>
  run.finished.then(
    () => expect.fail("the run was taken for a success"),
    (error: EngineError) => error,
  );

describe("the web engine", () => {
  test("boots and reports", async () => {
    const engine = web(
      `
func run():
	note("HELLO %s" % arg("who"))
	check("one", true)
	check_equal("two", [1, "x"], [1, "x"])
	finish()
`,
      { args: ["--who=world"] },
    );
    const match = await engine.waitForLine(/^HELLO (.*)/);
    expect(match[1]).toBe("world");
    const report = await engine.finished;
    expect(report).toEqual({
      checks: [
        { name: "one", ok: true },
        { name: "two", ok: true },
      ],
      passed: 2,
      failed: 0,
      errors: [],
    });
    expect(await engine.exited).toEqual({ code: 0 });
    expect(engine.lines[0]).toContain(engineVersion("web").split(" ")[0]);
  });

  test("is stopped while a script loops for ever", async () => {
    const engine = web(`
func run():
	note("LOOPING")
	while true:
		pass
`);
    await engine.waitForLine(/^LOOPING/);
    await engine.stop();
    expect(await engine.exited).toEqual({ code: null });
    await expect(engine.waitForLine(/^NEVER/)).rejects.toThrow("the engine has ended");
  });

  test("is stopped when its scope ends", async () => {
    let exited: Promise<{ code: number | null }>;
    {
      await using engine = web("");
      exited = engine.exited;
    }
    expect(await exited).toEqual({ code: null });
  });
});

describe("a run fails", () => {
  test("when a check fails", async () => {
    const failure = await failureOf(
      web(`
func run():
	note("some output")
	check("good", true)
	check_equal("bad", 1, 1.0)
	finish()
`),
    );
    expect(failure.report).toMatchObject({ passed: 1, failed: 1 });
    expect(failure.message).toContain("✗ bad: got 1, wanted 1.0");
    expect(failure.message).toContain("some output");
  });

  test("when there is no RESULT line", async () => {
    const failure = await failureOf(
      web(`
func run():
	check("good", true)
	get_tree().quit(0)
`),
    );
    expect(failure.message).toContain("no RESULT line");
  });

  test("when nothing was checked", async () => {
    const failure = await failureOf(web("\nfunc run():\n\tfinish()\n"));
    expect(failure.message).toContain("nothing was checked");
  });

  test("when the exit code is not 0", async () => {
    const failure = await failureOf(
      web(`
func run():
	check("good", true)
	finish()
	get_tree().quit(3)
`),
    );
    expect(failure.message).toContain("exit code 3");
  });

  test("when the script does not compile", async () => {
    const started = performance.now();
    const failure = await failureOf(web("\nfunc run():\n\tno_such_function(\n"));
    expect(failure.message).toContain("script error");
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test("when the engine crashes", async () => {
    const failure = await failureOf(web("\nfunc run():\n\tOS.crash('on purpose')\n"));
    expect(failure.message).toContain("on purpose");
  });

  test("when the project takes too long, by the watchdog of the kit", async () => {
    const failure = await failureOf(web("", { args: ["--watchdog=0.2"] }));
    expect(failure.message).toContain("✗ ended within 0.2 s");
  });

  test("when the project takes too long and is stuck", async () => {
    const failure = await failureOf(web("\nfunc run():\n\twhile true:\n\t\tpass\n", { timeoutMs: 2500 }));
    expect(failure.message).toContain("it took longer than 2500 ms");
  });
});

describe("echo-client in the web engine", () => {
  let server: IndependentServer;
  let url: string;

  beforeAll(async () => {
    server = await startIndependentServer((socket, path) => {
      if (path === "/closes") socket.close(4002, "enough");
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
    url = server.url;
  });

  afterAll(() => server.close());

  test.each([
    "ours",
    "ws",
  ])("finds everything in order with an independent server, over %s", async (webSocket) => {
    const args = [
      `--url=${url}/echo`,
      "--protocol=chat",
      `--server-closes=${url}/closes`,
      "--server-code=4002",
      "--server-reason=enough",
      `--refused=${url}/refused,ws://127.0.0.1:1/`,
    ];
    const report = await startEngine({ engine: "web", project: "echo-client", args, webSocket }).finished;
    expect(report.passed).toBeGreaterThan(50);
  });

  test("lets the WebSocket of any module carry the traffic", async () => {
    const webSocket = `${import.meta.resolve("undici")}#WebSocket`;
    const args = [`--server-closes=${url}/closes`, "--server-code=4002", "--server-reason=enough"];
    await startEngine({ engine: "web", project: "echo-client", args, webSocket }).finished;

    const failure = await failureOf(
      startEngine({ engine: "web", project: "echo-client", webSocket: "ws#None" }),
    );
    expect(failure.message).toContain("ws has no class None to use as WebSocket");
  });
});
