import type { SearchHit } from '@postern/protocol';
import { useEffect, useState } from 'react';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';

export interface Search {
  /** The query of the hits, which may be older than the wanted one. */
  readonly query: string;
  readonly hits: readonly SearchHit[];
  readonly busy: boolean;
  readonly problem: RequestProblem | undefined;
}

const PAUSE_MS = 120;

interface Outcome {
  readonly query: string;
  readonly hits: readonly SearchHit[];
  readonly problem: RequestProblem | undefined;
}

const NONE: Outcome = { query: '', hits: [], problem: undefined };

/** Searches when typing pauses; keeps the old results until new ones arrive. */
export function useSearch(query: string): Search {
  const wanted = query.trim();
  const [outcome, setOutcome] = useState(NONE);
  useEffect(() => {
    if (wanted === '') return undefined;
    let stale = false;
    const timer = setTimeout(() => {
      void appApi.search(wanted).then((answer) => {
        if (stale) return;
        setOutcome((before) =>
          answer.ok
            ? { query: wanted, hits: answer.value, problem: undefined }
            : { query: wanted, hits: before.hits, problem: answer.failure },
        );
      });
    }, PAUSE_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [wanted]);
  if (wanted === '') return { query: '', hits: [], busy: false, problem: undefined };
  return { ...outcome, busy: outcome.query !== wanted };
}
