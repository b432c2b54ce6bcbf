import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Result } from '@postern/kernel';
import { problem, type BackupEvent, type BackupStep, type Problem } from '@postern/protocol';
import type { AppApiParts } from './app-api-parts.ts';
import type { AppEnv } from './require-session.ts';

/** A page needs no more to draw a bar. */
const PROGRESS_EVERY_MS = 100;

type OnStep = (step: BackupStep, done: number, all: number) => void;

export interface Operation<T> extends OperationParts {
  /** The signal aborts when the page leaves. */
  readonly run: (onProgress: OnStep, signal: AbortSignal) => Promise<Result<T, Problem>>;
}

interface OperationParts {
  readonly nowMs: () => number;
  readonly onFault: (fault: unknown) => void;
}

export function operationParts({ postern, onFault }: AppApiParts): OperationParts {
  return { onFault, nowMs: () => postern.clock.monotonicMs() };
}

/** Runs something long, and tells the page how far it is and how it ended. */
export function streamOperation<T>(
  context: Context<AppEnv>,
  { nowMs, onFault, run }: Operation<T>,
): Response {
  const left = new AbortController();
  return streamSSE(context, async (stream) => {
    stream.onAbort(() => {
      left.abort();
    });
    const send = async (event: BackupEvent<T>): Promise<void> => {
      await stream.writeSSE({ data: JSON.stringify(event) });
    };
    let sentAtMs = -PROGRESS_EVERY_MS;
    let shown: BackupStep | undefined;
    const onProgress: OnStep = (step, done, all) => {
      const now = nowMs();
      if (step === shown && now - sentAtMs < PROGRESS_EVERY_MS) return;
      [sentAtMs, shown] = [now, step];
      void send({ at: 'progress', step, done, all });
    };
    try {
      const ended = await run(onProgress, left.signal);
      await send(
        ended.ok ? { at: 'done', value: ended.value } : { at: 'failed', problem: ended.failure },
      );
    } catch (fault) {
      onFault(fault);
      await send({ at: 'failed', problem: problem('INTERNAL') });
    }
  });
}
