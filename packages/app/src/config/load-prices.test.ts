import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { readPrices } from './load-prices.ts';

test.skipIf(process.platform === 'win32')('a pipe in place of the price file is refused', () => {
  const path = join(scratchDirectory(), 'prices.json');
  execFileSync('mkfifo', [path]);
  expect(readPrices(path)).toMatchObject({ ok: false, failure: { code: 'PRICES_INVALID' } });
});
