import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { existingName, problemOfRuns } from './named-tests.ts';
import { parseLedger, type LedgerRow } from './parse-ledger.ts';
import { promisesOfReadme, promisesOfSecurity, type Promised } from './parse-promises.ts';
import { reachableFiles } from './reachable-files.ts';
import type { TestRun } from './read-report.ts';

const LEDGER = 'docs/security-claims.md';

/**
 * The problems of a checkout's promises, one line each: a promise without a mark, a claim without a
 * row, a row without a claim, a row whose file or test doesn't exist, a row enforced in a file that the
 * product never reaches, and with `runs` a test that didn't pass.
 */
export function claimProblems(root: string, runs?: readonly TestRun[]): readonly string[] {
  const read = (file: string): string => readFileSync(join(root, file), 'utf8');
  const security = promisesOfSecurity(read('SECURITY.md'), 'SECURITY.md');
  const readme = promisesOfReadme(read('README.md'), 'README.md');
  const rows = parseLedger(read(LEDGER));
  return [
    ...problemsOfPromises([...security, ...readme], rows),
    ...problemsOfIds(security, rows),
    ...rows.flatMap((row) => problemsOfRow(row, root)),
    ...problemsOfReach(rows, reachableFiles(root)),
    ...(runs === undefined ? [] : rows.flatMap((row) => problemsOfRuns(row, runs))),
  ];
}

function problemsOfPromises(promises: readonly Promised[], rows: readonly LedgerRow[]): string[] {
  const known = new Set(rows.map(({ claim }) => claim));
  return promises.flatMap(({ file, sentence, claims }) => {
    if (claims.length === 0) return [`${file}: a promise without a mark: "${sentence}"`];
    return claims
      .filter((claim) => !known.has(claim))
      .map((claim) => `${file}: ${claim} has no row in ${LEDGER}`);
  });
}

function problemsOfIds(security: readonly Promised[], rows: readonly LedgerRow[]): string[] {
  const promised = new Set(security.flatMap((promise) => promise.claims));
  const claims = rows.map(({ claim }) => claim);
  const twice = claims.filter((claim, at) => claims.indexOf(claim) !== at);
  return [
    ...twice.map((claim) => `${LEDGER}: ${claim} has more than one row`),
    ...claims
      .filter((claim) => !promised.has(claim))
      .map((claim) => `${LEDGER}: ${claim} is not in SECURITY.md`),
  ];
}

function problemsOfRow({ claim, enforcedIn, shownBy }: LedgerRow, root: string): string[] {
  const problems = enforcedIn
    .filter((file) => !existsSync(join(root, file)))
    .map((file) => `${LEDGER}: ${claim} is enforced in ${file}, which doesn't exist`);
  if (enforcedIn.length === 0) problems.push(`${LEDGER}: ${claim} names no file that enforces it`);
  if (shownBy.length === 0) problems.push(`${LEDGER}: ${claim} names no test`);
  const missing = shownBy.filter((id) => existingName(id, root) === undefined);
  return [
    ...problems,
    ...missing.map((id) => `${LEDGER}: ${claim} names a test that doesn't exist: ${id}`),
  ];
}

/** Source files of the product. Checks and documents don't count, because nothing imports them. */
const PRODUCT_SOURCE = /^(?:packages|apps)\/.*\.[jt]sx?$/;

function problemsOfReach(
  rows: readonly LedgerRow[],
  reachable: ReadonlySet<string>,
): readonly string[] {
  return rows.flatMap(({ claim, enforcedIn }) =>
    enforcedIn
      .filter((file) => PRODUCT_SOURCE.test(file) && !reachable.has(file))
      .map((file) => `${LEDGER}: ${claim} is enforced in ${file}, which the product never reaches`),
  );
}

function problemsOfRuns({ claim, shownBy }: LedgerRow, runs: readonly TestRun[]): string[] {
  return shownBy.flatMap((id) => {
    const problem = problemOfRuns(id, runs);
    return problem === undefined ? [] : [`${LEDGER}: ${claim}: ${problem}`];
  });
}
