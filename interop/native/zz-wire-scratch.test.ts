import { test } from "vitest";
import { GodotEngines } from "./wire/godot.ts";
import { Stage } from "./wire/session.ts";
import { requestHead } from "./wire/raw-end.ts";
import { startEngine } from "../harness/engine.ts";
test("x", async () => {
  const e = await GodotEngines.start() as any;
  const s = new Stage(e, "server");
  try {
  const o = await s.connect();
  console.log(await o.after(requestHead({startLine: "GET /"})));
  const o2 = await s.connect();
  console.log(await o2.after(requestHead({startLine: "GET"})));
  await s.cleanUp();
  } catch (x) { console.log(String(x)); }
  console.log(e.engines.server.engine.lines.slice(-20).join("\n"));
  const g = startEngine({engine: "native", project: {"main.gd": `extends "res://kit.gd"
func run():
	print(IP.resolve_hostname_addresses("localhost"))
	print(IP.resolve_hostname_addresses("LOCALHOST"))
	print(IP.resolve_hostname_addresses("example.com"))
	print(IP.resolve_hostname_addresses("127.1"))
	check("x", true)
	finish()
`}});
  try { await g.finished; } catch (x) {}
  console.log(g.lines.join("\n"));
}, 30000);
