import type { Readable, Writable } from 'node:stream';

/** The terminal of a run, if input, output and errors are all terminals. */
export interface RunTerminal {
  size(): { readonly columns: number; readonly rows: number };
  /** Returns a function that removes the listener. */
  onResize(listener: () => void): () => void;
  /** In raw mode, all keys are passed on, even those that cause signals. */
  setRaw(isRaw: boolean): void;
}

/** The streams of a run. */
export interface RunIo {
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
  readonly terminal: RunTerminal | undefined;
  /** Whether any of the three is a terminal, which sends the signals of its keys to the command itself. */
  readonly touchesTerminal: boolean;
}

/** The signals of this process. */
export interface SignalSource {
  /** Handles signals instead of their default action. Returns a function that removes the listener. */
  listen(
    signals: readonly NodeJS.Signals[],
    listener: (signal: NodeJS.Signals) => void,
  ): () => void;
  /** Stops this process and its group, as Ctrl-Z does. Returns when they continue. */
  suspend(): Promise<void>;
}
