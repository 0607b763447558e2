/** What all ways of running an engine have in common. */

export interface EngineEvents {
  line(text: string, isError: boolean): void;
  /** The very last event. `crash` says what happened when it was not the project that ended the run. */
  end(code: number | null, crash?: string): void;
}

export interface LaunchOptions {
  files: ReadonlyMap<string, Uint8Array>;
  args: readonly string[];
  events: EngineEvents;
}

/** A running engine; `kill` ends it at once, and `end` follows. */
export interface LaunchedEngine {
  kill(): void;
}

const exitTasks = new Set<() => void>();

/** Runs the task when this process ends, unless the returned function is called before. */
export function onProcessExit(task: () => void): () => void {
  if (exitTasks.size === 0) process.on("exit", runExitTasks);
  exitTasks.add(task);
  return () => {
    exitTasks.delete(task);
    if (exitTasks.size === 0) process.off("exit", runExitTasks);
  };
}

function runExitTasks(): void {
  for (const task of exitTasks) task();
}
