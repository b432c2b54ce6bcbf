import { revealSecret } from '@postern/kernel';
import { expect, test } from 'vitest';
import { openWorld, type OpenWorld } from '../testing/open-world.ts';
import { valueOf } from '../testing/value-of.ts';
import { connectOrCreate } from './connect-or-open.ts';
import { recoverVault, setPassphrase } from './change-slots.ts';
import { confirmRekey, rekeyVault, type RekeyParts } from './rekey.ts';

/** A front end that opens the vault a second time instead of starting a process. */
function rekeyParts({ parts, talk }: OpenWorld): RekeyParts {
  return {
    ...parts,
    onProgress: ({ step }) => {
      talk.push(step);
    },
    confirmInNewProcess: async () => {
      talk.push(String(valueOf(await confirmRekey(parts))));
    },
  };
}

async function createdWorld(storage: 'file' | 'keyring' = 'file'): Promise<OpenWorld> {
  const world = openWorld(storage);
  valueOf(await connectOrCreate(world.parts));
  world.talk.length = 0;
  return world;
}

test('a rekey shows the new recovery code before another process confirms it', async () => {
  const world = await createdWorld();
  const { recoveryCode, recovered } = valueOf(await rekeyVault(rekeyParts(world)));
  expect(recovered).toBeUndefined();
  expect(world.talk.filter((each) => each !== 'database')).toEqual([
    ...['passphrase?', 'slots', 'secrets', 'switch', 'recovery code', 'passphrase?', 'true'],
  ]);
  expect(world.codes.map(revealSecret).at(-1)).toBe(revealSecret(recoveryCode));
  expect(await world.log()).toContain('vault.rekey success');
});

test('an unconfirmed rekey keeps both keys, and the next one finishes it', async () => {
  const world = await createdWorld();
  const alone = { ...rekeyParts(world), confirmInNewProcess: () => Promise.resolve() };
  expect(await rekeyVault(alone)).toMatchObject({ failure: { code: 'VAULT_REKEY_UNCONFIRMED' } });
  expect(world.codes).toHaveLength(2);
  const { recovered } = valueOf(await rekeyVault(rekeyParts(world)));
  expect(recovered?.outcome).toBe('confirmed');
  expect(valueOf(await confirmRekey(world.parts))).toBe(false);
});

test('a first passphrase is added without a new data key; a later one brings a new code', async () => {
  const world = await createdWorld('keyring');
  expect(valueOf(await setPassphrase(rekeyParts(world))).outcome).toBe('added');
  expect(world.talk).toEqual(['new passphrase?']);
  const file = await createdWorld();
  expect(valueOf(await setPassphrase(rekeyParts(file))).outcome).toBe('changed');
  expect(file.codes).toHaveLength(2);
  expect(await file.log()).toContain('vault.slot.change success');
});

test('a recovery code unlocks the vault once, and is replaced together with the passphrase', async () => {
  const world = await createdWorld();
  const [code] = world.codes;
  if (code === undefined) throw new Error('no code');
  const askRecoveryCode = () => Promise.resolve({ ok: true, value: code } as const);
  const parts = { ...rekeyParts(world), askRecoveryCode, passphraseOnly: false };
  valueOf(await recoverVault(parts));
  expect(world.codes).toHaveLength(2);
  expect(await recoverVault(parts)).toMatchObject({
    failure: { code: 'VAULT_WRONG_PASSPHRASE' },
  });
});
