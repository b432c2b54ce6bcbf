import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { texts } from './tools/src/languages/texts-plugin.ts';

/** The path of the JSON report that `.ci/run` requests, from which the claims check reads what passed. */
const report = process.env['POSTERN_TEST_REPORT'];
const reporters = [
  'default',
  './tools/src/closing-counts.ts',
  ...(report === undefined ? [] : ['json']),
];

/**
 * The same for every project, so that the files of all projects run in parallel. More workers than cores are no faster:
 * two on two cores already leave almost nothing idle.
 */
const WORKERS = Math.min(4, availableParallelism());

/** Ends a test that hangs; no test is that slow on a busy machine. */
const HANG_MS = 240_000;

/** How long `expect.poll` waits; the default of one second isn't enough on a busy machine. */
const POLL = { poll: { timeout: 60_000 } };

export default defineConfig({
  test: {
    reporters,
    ...(report === undefined ? {} : { outputFile: { json: report } }),
    projects: [
      {
        plugins: [texts()],
        test: {
          name: 'unit',
          include: ['{packages,apps,tools,testing}/**/src/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'testing/peers/**'],
          // Files share a process, which halves the time: these tests keep no state outside of themselves.
          isolate: false,
          testTimeout: HANG_MS,
          hookTimeout: HANG_MS,
          expect: POLL,
          maxWorkers: WORKERS,
        },
      },
      {
        plugins: [texts()],
        test: {
          name: 'page',
          include: ['apps/web/src/**/*.test.tsx'],
          environment: 'happy-dom',
          setupFiles: ['./apps/web/src/testing/set-up-page.ts'],
          testTimeout: HANG_MS,
          hookTimeout: HANG_MS,
          expect: POLL,
          maxWorkers: WORKERS,
        },
      },
      {
        test: {
          name: 'system',
          include: ['testing/suites/**/*.test.ts'],
          globalSetup: './testing/src/test-program/setup.ts',
          testTimeout: HANG_MS,
          hookTimeout: HANG_MS,
          expect: POLL,
          maxWorkers: WORKERS,
        },
      },
    ],
  },
});
