/** Runs a task at most once per animation frame. */
export interface FrameBatch {
  schedule(): void;
  /** Runs a scheduled task now. */
  flush(): void;
}

export interface Frames {
  request(task: () => void): number;
  cancel(handle: number): void;
}

const BROWSER_FRAMES: Frames = {
  request: (task) => window.requestAnimationFrame(task),
  cancel: (handle) => {
    window.cancelAnimationFrame(handle);
  },
};

export function createFrameBatch(task: () => void, frames: Frames = BROWSER_FRAMES): FrameBatch {
  let waiting: number | undefined;
  const run = (): void => {
    waiting = undefined;
    task();
  };
  return {
    schedule() {
      waiting ??= frames.request(run);
    },
    flush() {
      if (waiting === undefined) return;
      frames.cancel(waiting);
      run();
    },
  };
}
