import { failed, type Result } from '@postern/kernel';
import { problemSaying, type Problem } from '@postern/protocol';
import type { Postern } from '../postern.ts';

type Work<T> = (signal: AbortSignal) => Promise<Result<T, Problem>>;

/** Runs one long operation at a time. A lock on request cancels it; an automatic one waits for it. */
export function cancelledByLock({
  locking,
}: Pick<Postern, 'locking'>): <T>(
  signal: AbortSignal,
  work: Work<T>,
) => Promise<Result<T, Problem>> {
  let running: { readonly cancel: AbortController; readonly ended: Promise<unknown> } | undefined;
  locking.drainFirst({
    isBusy: () => running !== undefined,
    drain: async () => {
      running?.cancel.abort();
      await running?.ended;
    },
    resume: () => undefined,
  });
  return async (signal, work) => {
    if (running !== undefined) {
      return failed(problemSaying('VAULT_BUSY', 'Another backup is being made or checked.'));
    }
    const cancel = new AbortController();
    const ended = work(AbortSignal.any([signal, cancel.signal]));
    running = { cancel, ended: ended.catch(() => undefined) };
    try {
      return await ended;
    } finally {
      running = undefined;
    }
  };
}
