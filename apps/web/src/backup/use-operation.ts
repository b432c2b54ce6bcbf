import { useEffect, useRef, useState } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import type { ApiResult } from '../api/request.ts';
import type { Progress } from './follow.ts';

export interface Operation {
  /** Undefined while nothing runs. */
  readonly progress: Progress | 'beginning' | undefined;
  readonly problem: RequestProblem | undefined;
  /** Runs it, unless another one runs. Undefined if it failed or was cancelled. */
  readonly run: <T>(
    work: (options: {
      readonly signal: AbortSignal;
      readonly onProgress: (progress: Progress) => void;
    }) => Promise<ApiResult<T>>,
  ) => Promise<T | undefined>;
  readonly cancel: () => void;
}

/** One long operation at a time. When the component goes, it is cancelled, or `goesOn`. */
export function useOperation({ goesOn = false }: { readonly goesOn?: boolean } = {}): Operation {
  const [progress, setProgress] = useState<Operation['progress']>();
  const [problem, setProblem] = useState<RequestProblem>();
  const running = useRef<AbortController>(undefined);
  const cancel = (): void => {
    running.current?.abort();
  };
  useEffect(() => (goesOn ? undefined : cancel), [goesOn]);
  return {
    ...{ progress, problem, cancel },
    run: async (work) => {
      if (running.current !== undefined) return undefined;
      const controller = new AbortController();
      running.current = controller;
      setProblem(undefined);
      setProgress('beginning');
      const ended = await work({ signal: controller.signal, onProgress: setProgress });
      running.current = undefined;
      setProgress(undefined);
      if (ended.ok) return ended.value;
      if (!controller.signal.aborted) setProblem(ended.failure);
      return undefined;
    },
  };
}
