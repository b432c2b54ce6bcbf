import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { existingName, problemOfRuns } from './named-tests.ts';
import type { TestRun } from './read-report.ts';

const LIST = 'docs/gateway-tests.md';

/**
 * The problems of the list of behaviours, one line each: a behaviour without a test, a test that doesn't
 * exist, and with `runs` a test that didn't pass.
 */
export function behaviourProblems(root: string, runs?: readonly TestRun[]): readonly string[] {
  return behavioursIn(readFileSync(join(root, LIST), 'utf8')).flatMap(({ behaviour, tests }) => {
    const where = `${LIST}: "${behaviour}"`;
    if (tests.length === 0) return [`${where} names no test`];
    return tests.flatMap((id) => {
      const name = existingName(id, root);
      if (name === undefined) return [`${where} names a test that doesn't exist: ${id}`];
      const problem = runs === undefined ? undefined : problemOfRuns(id, runs);
      return problem === undefined ? [] : [`${where}: ${problem}`];
    });
  });
}

interface Behaviour {
  readonly behaviour: string;
  readonly tests: readonly string[];
}

/** A behaviour is a list item, and its tests are the items below it, each in backticks. */
function behavioursIn(text: string): readonly Behaviour[] {
  return text
    .split(/^- /m)
    .slice(1)
    .map((item) => {
      const [behaviour = ''] = item.split('\n');
      const tests = [...item.matchAll(/^ {2}- (`+)(.+)\1$/gm)].map(([, , id = '']) => id);
      return { behaviour, tests };
    });
}
