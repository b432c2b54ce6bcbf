import type { Readable, Writable } from 'node:stream';

/** The terminal around a run, there only where input, output and errors all go to it. */
export interface RunTerminal {
  size(): { readonly columns: number; readonly rows: number };
  /** Returns what ends the listening. */
  onResize(listener: () => void): () => void;
  /** Raw: every key comes as it is, also those that make signals. */
  setRaw(isRaw: boolean): void;
}

/** What a run reads from and writes to. */
export interface RunIo {
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
  readonly terminal: RunTerminal | undefined;
  /** Whether any of the three is a terminal: then its keys reach the command without us. */
  readonly touchesTerminal: boolean;
}

/** The signals that this process gets, instead of what they would do to it, and the one it sends. */
export interface SignalSource {
  /** Returns what ends the listening. */
  listen(
    signals: readonly NodeJS.Signals[],
    listener: (signal: NodeJS.Signals) => void,
  ): () => void;
  /** Stops this process and its group, as the terminal's key does. Returns when it goes on. */
  suspend(): Promise<void>;
}
