import type { Clock } from '@postern/kernel';

const WINDOW_MS = 60_000;

interface Window {
  readonly key: string;
  beganMs: number;
  lines: number;
  suppressed: number;
}

export interface LineLimit {
  /** Whether another line of the kind may be written in this minute. Undefined means no limit. */
  admits(kind: string, perMinute: number | undefined): boolean;
  /** The number of suppressed lines in past minutes, each reported once. */
  takeSuppressed(): readonly { readonly kind: string; readonly count: number }[];
}

/** Limits how many lines of one kind are written within a minute, and counts the others. */
export function createLineLimit(clock: Clock): LineLimit {
  const windows = new Map<string, Window>();
  const isOver = ({ beganMs }: Window): boolean => clock.monotonicMs() - beganMs >= WINDOW_MS;
  return {
    admits: (kind, perMinute) => {
      if (perMinute === undefined) return true;
      const window = windows.get(kind) ?? { key: kind, beganMs: 0, lines: 0, suppressed: 0 };
      if (!windows.has(kind) || isOver(window)) {
        window.beganMs = clock.monotonicMs();
        window.lines = 0;
      }
      windows.set(kind, window);
      window.lines += 1;
      if (window.lines <= perMinute) return true;
      window.suppressed += 1;
      return false;
    },
    takeSuppressed: () => {
      const over = [...windows.values()].filter((each) => each.suppressed > 0 && isOver(each));
      return over.map((window) => {
        const { key: kind, suppressed: count } = window;
        window.suppressed = 0;
        return { kind, count };
      });
    },
  };
}
