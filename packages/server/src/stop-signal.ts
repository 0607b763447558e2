// The wish to stop, as the system tells it.

/** Resolves with the name of the first SIGTERM or SIGINT; a second one ends the program at once, as usual. */
export function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const) {
      process.once(name, () => resolve(name));
    }
  });
}
