import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { behaviourProblems } from './claims/behaviour-problems.ts';
import { claimProblems } from './claims/claim-problems.ts';
import { readReport } from './claims/read-report.ts';

/*
 * `npm run claims [-- --report FILE]`: checks that every promise of SECURITY.md and README.md has a
 * row in the ledger, and that every row has a test that exists; so must every behaviour of
 * docs/gateway-tests.md. With a JSON report of Vitest, the test must also have passed.
 */

const ROOT = new URL('../../', import.meta.url).pathname;

const { values } = parseArgs({ options: { report: { type: 'string' } } });
const runs =
  values.report === undefined ? undefined : readReport(readFileSync(values.report, 'utf8'), ROOT);
const problems = [...claimProblems(ROOT, runs), ...behaviourProblems(ROOT, runs)];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else
  console.log(runs === undefined ? 'every claim has its test' : 'every claim has a passing test');
