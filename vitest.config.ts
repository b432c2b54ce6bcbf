import { defineConfig } from 'vitest/config';

const reporters = ['default', './tools/src/closing-counts.ts'];

export default defineConfig({
  test: {
    reporters,
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
          globalSetup: './testing/src/system-programs/setup.ts',
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
        },
      },
    ],
  },
});
