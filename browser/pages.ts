/** Pages in Chromium, each as in a browser of its own, with what went wrong in them. */

import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { chromiumArgs, executablePath } from "./chromium.ts";

export class Pages implements AsyncDisposable {
  /** What no page should have had: uncaught errors, and what the console calls an error. */
  readonly problems: string[] = [];
  readonly #browser: Browser;

  static async launch(): Promise<Pages> {
    return new Pages(await chromium.launch({ executablePath, args: [...chromiumArgs] }));
  }

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** With storage of its own. */
  async open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext(options);
    const page = await context.newPage();
    page.on("pageerror", (error) => this.problems.push(error.message));
    page.on("console", (message) => {
      const text = message.text();
      // A server that is away on purpose is one of these.
      const isRefusal =
        /^WebSocket connection to .* failed: .*ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INTERNET_DISCONNECTED)/.test(
          text,
        );
      if (message.type() === "error" && !isRefusal) this.problems.push(text);
    });
    await page.goto(url);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}
