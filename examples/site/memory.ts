// What a page remembers until it is opened again, where the browser lets it. Runs in the browser.

/** Empty for what is not remembered. */
export function remembered(key: string): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return ""; // The user has blocked what sites store: even to ask throws.
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The page goes on without.
  }
}
