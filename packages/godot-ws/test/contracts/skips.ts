// Tests of a contract that an implementer cannot pass, each with its reason.

import { type TestContext, test } from "vitest";

/** Name of a test of the contract, and why it cannot hold here. */
export type Skips = Readonly<Record<string, string>>;

/** A test of a contract; skipped where `skips` has its name, with the reason shown. */
export function contractTest(
  skips: Skips | undefined,
  name: string,
  run: (context: TestContext) => Promise<void>,
): void {
  test(name, async (context) => {
    const reason = skips?.[name];
    if (reason !== undefined) {
      console.info(`skipped: ${context.task.name}: ${reason}`);
      context.skip(reason);
    }
    await run(context);
  });
}
