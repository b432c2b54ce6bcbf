import { join } from 'node:path';
import { failed, ok, Secret } from '@postern/kernel';
import { problem } from '@postern/protocol';
import { OPENAI } from '@postern/vault/testing';
import { expect, test } from 'vitest';
import { openWorld, type OpenWorld } from '../testing/open-world.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { valueOf } from '../testing/value-of.ts';
import { backUpVault, restoreVault, type RestoreParts } from './backup.ts';
import { connectOrCreate } from './connect-or-open.ts';

function partsOf({ parts }: OpenWorld, file: string): RestoreParts {
  return {
    ...parts,
    file,
    agreeToReplace: () => Promise.resolve(ok()),
    askBackupPassphrase: () => Promise.resolve(ok(Secret.of('a passphrase of its own'))),
  };
}

test('restores a backup to a new vault, and to an existing one after confirmation', async () => {
  const file = join(scratchDirectory(), 'backup');
  const first = openWorld();
  const vault = valueOf(await connectOrCreate(first.parts));
  valueOf(await vault.put(OPENAI));
  expect(valueOf(await backUpVault(partsOf(first, file)))).toEqual([OPENAI.name]);

  const other = openWorld();
  const made = valueOf(await restoreVault(partsOf(other, file)));
  expect(made).toMatchObject({ names: [OPENAI.name], isNew: true });
  expect(other.talk).toEqual(['new passphrase?', 'recovery code']);
  expect(await other.log()).toEqual([
    'log.begin success',
    'vault.create success',
    'vault.restore success',
    'vault.unlock success',
  ]);

  valueOf(await vault.remove(OPENAI.name));
  const refused = failed(problem('CANCELLED'));
  const refusing = { agreeToReplace: () => Promise.resolve(refused) };
  expect(await restoreVault({ ...partsOf(first, file), ...refusing })).toEqual(refused);
  expect(valueOf(await vault.list())).toEqual([]);
  expect(valueOf(await restoreVault(partsOf(first, file))).isNew).toBe(false);
  expect(valueOf(await vault.list())).toMatchObject([{ name: OPENAI.name }]);
});
