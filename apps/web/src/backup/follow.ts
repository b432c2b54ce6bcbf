import { failed, ok } from '@postern/kernel';
import type { BackupEvent, BackupStep, Problem } from '@postern/protocol';
import { problemOf, UNREACHABLE } from '../api/problem.ts';
import { readStream } from '../api/read-stream.ts';
import { exchange, type ApiResult } from '../api/request.ts';

/** How far a long operation is. */
export interface Progress {
  readonly step: BackupStep;
  /** Between 0 and 1. */
  readonly part: number;
}

/** Starts a long operation and follows it to its end. Cancelled if the signal aborts. */
export async function follow<T>(
  path: string,
  input: unknown,
  { signal, onProgress, onRefused }: FollowOptions,
): Promise<ApiResult<T>> {
  const response = await exchange('POST', path, input, signal);
  let ended: ApiResult<T> | undefined;
  const refused = (problem: Problem): ApiResult<T> => {
    onRefused?.(problem);
    return failed(problemOf(problem));
  };
  const read = await readStream<BackupEvent<T>>(response, {
    signal,
    onEvent: (event) => {
      if (event.at === 'done') ended = ok(event.value);
      else if (event.at === 'failed') ended = refused(event.problem);
      else onProgress({ step: event.step, part: event.all === 0 ? 1 : event.done / event.all });
    },
  });
  if (ended !== undefined) return ended;
  return failed(read.ok ? UNREACHABLE : read.failure);
}

interface FollowOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Gets the problem in the words of the process. */
  readonly onRefused?: (problem: Problem) => void;
}
