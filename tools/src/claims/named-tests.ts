import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestRun } from './read-report.ts';
import { canBecome, computedParts, testNamesIn, type TestName } from './test-names.ts';

interface TestId {
  readonly path: string;
  readonly name: TestName;
}

function parseId(id: string): TestId {
  const [path = '', ...name] = id.split(' › ');
  return { path, name };
}

/**
 * Returns the name of a test or a describe as the source writes it, if it exists. `id` is
 * `path › describe › test`. Where the source has a placeholder, `id` may have the value from a row of its
 * table, which must then be a text in the file.
 */
export function existingName(id: string, root: string): TestName | undefined {
  const { path, name } = parseId(id);
  const file = join(root, path);
  if (name.length === 0 || !existsSync(file)) return undefined;
  const source = readFileSync(file, 'utf8');
  return testNamesIn(source, file).find(
    (written) =>
      written.length === name.length &&
      written.every((part, at) => isNamed(part, name[at] ?? '', source)),
  );
}

function isNamed(written: string, title: string, source: string): boolean {
  if (written === title) return true;
  const parts = canBecome(written, title) ? computedParts(written, title) : [];
  return parts.length > 0 && parts.every((part) => source.includes(part));
}

/** What is wrong with the runs of a test: none, or one that failed. */
export function problemOfRuns(id: string, runs: readonly TestRun[]): string | undefined {
  const { path, name } = parseId(id);
  const ran = runs.filter((run) => isRunOf(run, path, name));
  if (ran.length === 0) return `did not run: ${id}`;
  return ran.every(({ passed }) => passed) ? undefined : `did not pass: ${id}`;
}

/** Tests of a shared suite, in a file that isn't a test file itself, run in the files that call it. */
function isRunOf(run: TestRun, path: string, name: TestName): boolean {
  if (/\.test\.tsx?$/.test(path)) return run.file === path && beginsWith(run.name, name);
  return run.name.some((_, from) => beginsWith(run.name.slice(from), name));
}

function beginsWith(titles: readonly string[], name: TestName): boolean {
  return name.every((written, at) => {
    const title = titles[at];
    return title !== undefined && canBecome(written, title);
  });
}
