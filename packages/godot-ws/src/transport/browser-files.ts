// Text files of the server that a page came from.

import { UsageError } from "../errors.ts";

/** The address is absolute, or relative to the page. */
export async function readText(address: string): Promise<string> {
  const response = await fetch(address);
  if (!response.ok) throw new UsageError("ERR_CANT_CREATE", `${address}: HTTP status ${response.status}`);
  return response.text();
}

/** None: a page cannot see what there is. */
export async function listFiles(): Promise<string[]> {
  return [];
}
