import { Secret } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { describe, expect, it, test } from 'vitest';
import { openWorld } from '../testing/open-world.ts';
import { valueOf } from '../testing/value-of.ts';
import { connectOrUnlock } from '../vault/connect-or-open.ts';
import { whyKept } from './destroy-leftovers.ts';
import { importIntoVault } from './import-into-vault.ts';

const NAME = secretName.from('groq');
const VALUE = Secret.of('gsk_0123456789abcdef');
const FOUND = {
  secrets: [{ name: NAME, value: VALUE, createdAtMs: undefined }],
};

test('a dry run without a vault creates none and shows no prompt', async () => {
  const { parts, talk } = openWorld();
  const options = { isDryRun: true, isReplacing: false };
  const { rows, vault } = valueOf(await importIntoVault(parts, FOUND, options));
  expect(rows).toEqual([{ name: NAME, outcome: 'would-import' }]);
  expect(vault).toBeUndefined();
  expect(talk).toEqual([]);
  expect(await connectOrUnlock(parts)).toMatchObject({ failure: { code: 'VAULT_NOT_SET_UP' } });
});

test('an import creates the vault; a second one finds the same values', async () => {
  const { parts, log } = openWorld();
  const options = { isDryRun: false, isReplacing: false };
  const first = valueOf(await importIntoVault(parts, FOUND, options));
  expect(first.rows).toEqual([{ name: NAME, outcome: 'imported' }]);
  const second = valueOf(await importIntoVault(parts, FOUND, options));
  expect(second.rows).toEqual([{ name: NAME, outcome: 'same' }]);
  expect(await log()).toContain('secret.import success');
});

describe("the other program's files", () => {
  const row = (outcome: 'imported' | 'same' | 'kept' | 'not-verified') => [{ name: NAME, outcome }];
  const skipped = (why: 'empty' | 'other-passphrase') => ({ skipped: [{ entry: 'x', why }] });
  it.each([
    [
      'can be destroyed if every value is in the vault',
      row('imported'),
      skipped('empty'),
      undefined,
    ],
    ["stay if a value didn't read back", row('not-verified'), skipped('empty'), /read back/],
    ['stay if the vault kept another value', row('kept'), skipped('empty'), /different value/],
    [
      "stay if some couldn't be read",
      row('same'),
      skipped('other-passphrase'),
      /different password/,
    ],
  ])('%s', (_title, rows, findings, why) => {
    const kept = whyKept(rows, findings);
    if (why === undefined) expect(kept).toBeUndefined();
    else expect(kept).toMatch(why);
  });
});
