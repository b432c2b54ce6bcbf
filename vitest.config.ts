import { defineConfig } from 'vitest/config';

/** Where `.ci/run` wants a JSON report, from which the claims' check reads what passed. */
const report = process.env['POSTERN_TEST_REPORT'];
const reporters = [
  'default',
  './tools/src/closing-counts.ts',
  ...(report === undefined ? [] : ['json']),
];

const KILLS = 'testing/suites/vault/kill/*.test.ts';

export default defineConfig({
  test: {
    reporters,
    ...(report === undefined ? {} : { outputFile: { json: report } }),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,apps,tools,testing}/**/src/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'testing/peers/**'],
        },
      },
      {
        test: {
          name: 'system',
          include: ['testing/suites/**/*.test.ts'],
          exclude: [KILLS],
          globalSetup: './testing/src/system-programs/setup.ts',
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
        },
      },
      {
        // By far the longest, and of no use to the others: beside them.
        test: { name: 'kills', include: [KILLS], testTimeout: 900_000, maxWorkers: 1 },
      },
    ],
  },
});
