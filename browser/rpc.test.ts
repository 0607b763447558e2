/** RPCs both ways between the library in a page and servers in native Godot and TypeScript: the script of interop/rpc. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build as bundle, type Plugin } from "esbuild";
import { afterAll, beforeAll, describe } from "vitest";
import { nativeEngine } from "../interop/harness/engine.ts";
import type { RunElsewhere } from "../interop/harness/session.ts";
import { describeRpc } from "../interop/rpc/describe-rpc.ts";
import type { MemberStory } from "../interop/rpc/member.ts";
import { build } from "../scripts/build.mjs";
import { reason } from "./chromium.ts";
import { FileSite, pageWith } from "./file-site.ts";
import { Firefox, firefoxReason } from "./firefox.ts";
import { Pages } from "./pages.ts";
import type { PageMember } from "./rpc-member.ts";

declare const runMember: PageMember;

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const native = nativeEngine("native");

describe.skipIf(reason !== "")(`RPCs of a page${reason}`, () => {
  let pages: Pages;
  let site: FileSite;

  beforeAll(async () => {
    [pages, site] = await Promise.all([Pages.launch(), startMemberSite()]);
  });
  afterAll(() => Promise.all([pages?.[Symbol.asyncDispose](), site?.[Symbol.asyncDispose]()]));

  /** Each in a page of its own. */
  const inPage: RunElsewhere<MemberStory> = async (name, members, url) => {
    const page = await pages.open(site.url);
    await page.waitForFunction("globalThis.runMember !== undefined");
    return page.evaluate(([name, members, url]) => runMember(name, members, url), [
      name,
      members,
      url,
    ] as const);
  };

  describeRpc(
    "a server of ours, pages, and a program",
    { server: "ours", a: "page", b: "ours", c: "page" },
    inPage,
  );
  describe.skipIf(!native.ok)(native.ok ? "native Godot" : `native Godot - ${native.reason}`, () => {
    describeRpc(
      "a server, an engine and pages",
      { server: "native", a: "page", b: "native", c: "page" },
      inPage,
    );
  });
});

describe.skipIf(firefoxReason !== "")(`RPCs of a page in Firefox${firefoxReason}`, () => {
  let firefox: Firefox;
  let site: FileSite;

  beforeAll(async () => {
    [firefox, site] = await Promise.all([Firefox.launch(), startMemberSite()]);
  });
  afterAll(() => Promise.all([firefox?.[Symbol.asyncDispose](), site?.[Symbol.asyncDispose]()]));

  const inFirefox: RunElsewhere<MemberStory> = async (...told) => {
    await firefox.goto(site.url);
    const call = `runMember(...${JSON.stringify(told)})`;
    return JSON.parse(String(await firefox.evaluate(`${call}.then((story) => JSON.stringify(story))`)));
  };

  describeRpc("a server of ours, a page, and a program", { server: "ours", a: "page", b: "ours" }, inFirefox);
  describe.skipIf(!native.ok)(native.ok ? "native Godot" : `native Godot - ${native.reason}`, () => {
    describeRpc("a server, a page and an engine", { server: "native", a: "page", b: "native" }, inFirefox);
  });
});

async function startMemberSite(): Promise<FileSite> {
  build();
  const files = new Map([
    ["/index.html", pageWith("/member.js")],
    ["/member.js", await bundleMember()],
  ]);
  return FileSite.start(files);
}

/** What it reads of a file is in the bundle. */
async function bundleMember(): Promise<string> {
  const values = readFileSync(path("../interop/projects/rpc-member/values.json"), "utf8");
  const files: Plugin = {
    name: "files",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^node:fs$/ }, () => ({ path: "node:fs", namespace: "files" }));
      onLoad({ filter: /./, namespace: "files" }, () => ({
        contents: `export const readFileSync = () => ${JSON.stringify(values)};`,
      }));
    },
  };
  const { outputFiles } = await bundle({
    entryPoints: [path("rpc-member.ts")],
    plugins: [files],
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  return outputFiles[0]!.text;
}
