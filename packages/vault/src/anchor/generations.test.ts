import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, ok, revealSecret, Secret } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import type { KdfCosts } from '../kdf-costs.ts';
import { openSecrets, sealSecrets } from '../file/secrets-file.ts';
import { recordsToWire } from '../record-wire.ts';
import type { DataKey } from '../slots/data-key.ts';
import { decodeSlots, encodeSlots } from '../slots/slots-file.ts';
import { openDataKey, type UnlockMethod } from '../vault/open-data-key.ts';
import { contextOf } from '../vault/open-vault.ts';
import { snapshot, systemWorld } from '../testing/test-world.ts';
import {
  createTestVault,
  OPENAI,
  PASSPHRASE,
  type UnlockedTestVault,
} from '../testing/test-vault.ts';
import type { VaultStorage } from '../vault-failure.ts';

const FILES = ['slots.json', 'secrets.jwe.json', 'anchor.json'] as const;
const [OLD_VALUE, NEW_VALUE] = ['sk-test-0123456789', 'sk-test-rotated'];
const byOldPassphrase: UnlockMethod = { with: 'passphrase', passphrase: PASSPHRASE };
const ROTATED = { ...OPENAI, fields: new Map([['value', Secret.of(NEW_VALUE)]]) };

interface Era {
  readonly files: Readonly<Record<string, string>>;
  readonly entries: ReadonlyMap<string, Secret>;
}

async function eraOf({ dataDir, keyring }: UnlockedTestVault): Promise<Era> {
  return { files: await snapshot(dataDir), entries: new Map(keyring.entries) };
}

async function put({ dataDir }: UnlockedTestVault, name: string, { files }: Era): Promise<void> {
  const bytes = files[name];
  const path = join(dataDir, name);
  await rm(path, { force: true });
  if (bytes !== undefined) await writeFile(path, Buffer.from(bytes, 'hex'), { mode: 0o600 });
}

/** Unlocks a vault and returns the value of its secret, or the failure and its file. */
async function answerOf(made: UnlockedTestVault, way: UnlockMethod): Promise<string> {
  const vault = await made.open();
  const unlocked = await vault.unlock(way);
  const failure = unlocked.ok ? undefined : unlocked.failure;
  if (failure !== undefined)
    return `${failure.reason} ${'file' in failure ? failure.file : ''}`.trim();
  const found = await vault.secrets.get(OPENAI.name);
  if (!found.ok) return `then ${found.failure.reason}`;
  return revealSecret(found.value?.fields.get('value') ?? Secret.of('nothing'));
}

const combinations = (names: readonly string[]) =>
  Array.from({ length: 2 ** names.length }, (_, bits) =>
    names.filter((__, at) => (bits >> at) & 1),
  );

describe.each<readonly [VaultStorage, boolean]>([
  ['file', false],
  ['file', true],
  ['keyring', false],
])('files rolled back, %s storage, keyring slot: %s', (storage, hasSlot) => {
  const names = storage === 'file' ? FILES : (['slots.json', 'anchor.json'] as const);

  it('refuses every combination of old and new files, and names one', async () => {
    const { made, old, now, byCode } = await twoEras(storage, hasSlot);
    const isAnchored = hasSlot || storage === 'keyring';
    for (const older of combinations(names)) {
      const mixture = `old: ${older.join(' ')}`;
      for (const name of FILES) await put(made, name, older.includes(name) ? old : now);
      const before = await snapshot(made.dataDir);
      const answer = await answerOf(made, byCode);
      // If all files are old and there is no keyring entry, it can't be detected. SECURITY.md says so.
      const isUnnoticed = older.length === names.length && !isAnchored;
      if (older.length === 0) expect(answer, mixture).toBe(NEW_VALUE);
      else if (isUnnoticed) expect(answer, mixture).toBe(OLD_VALUE);
      else
        expect(
          older.map((name) => `rolled-back ${name}`),
          mixture,
        ).toContain(answer);
      if (isUnnoticed) continue;
      expect(await answerOf(made, byOldPassphrase), mixture).not.toBe(NEW_VALUE);
      expect(await answerOf(made, byOldPassphrase), mixture).not.toBe(OLD_VALUE);
      expect(await snapshot(made.dataDir), mixture).toEqual(before);
    }
  });

  it('accepts old files on request, and refuses the newer ones afterwards', async () => {
    const { made, old, now, byCode } = await twoEras(storage, hasSlot);
    await rm(join(made.dataDir, 'anchor.json'));
    expect(await answerOf(made, byCode)).toBe('rolled-back anchor.json');
    expectOk(await (await made.open()).unlock(byCode, { acceptRollback: true }));
    expect(await answerOf(made, byCode)).toBe(NEW_VALUE);
    for (const name of FILES) await put(made, name, name === 'anchor.json' ? now : old);
    if (storage === 'keyring') return;
    const vault = await made.open();
    expectOk(await vault.unlock(byCode, { acceptRollback: true }));
    expectOk(await vault.secrets.put(OPENAI));
    expect(await answerOf(made, byOldPassphrase)).toBe(OLD_VALUE);
    await put(made, 'slots.json', now);
    expect(await answerOf(made, byCode)).toBe('rolled-back slots.json');
  });
});

/** A vault at two times. In between, each file was written more than once. */
async function twoEras(storage: VaultStorage, hasSlot: boolean) {
  const made = await createTestVault(storage);
  const { vault } = made;
  if (hasSlot) expectOk(await vault.addKeyring());
  const old = await eraOf(made);
  for (const next of ['another passphrase', 'and one more']) {
    expectOk(await vault.secrets.put(ROTATED));
    expectOk(await vault.changePassphrase({ next: Secret.of(next) }));
  }
  const byCode: UnlockMethod = { with: 'recovery', code: made.recoveryCode };
  return { made, old, now: await eraOf(made), byCode };
}

describe('a vault of version 1', () => {
  it.each<VaultStorage>(['file', 'keyring'])(
    'opens and gets generations, %s storage',
    async (storage) => {
      const made = await createTestVault(storage);
      const way: UnlockMethod = { with: 'recovery', code: made.recoveryCode };
      await makeVersion1(made, way);
      const looking = await made.open();
      expect(await looking.checkRollback()).toEqual(ok());
      expect(await answerOf(made, way)).toBe(OLD_VALUE);
      const text = await readFile(join(made.dataDir, 'slots.json'), 'utf8');
      expect(text).toContain('"version":2,"generation":1,');
      const first = await eraOf(made);
      await rm(join(made.dataDir, 'anchor.json'));
      expect(await answerOf(made, way)).toBe('rolled-back anchor.json');
      for (const name of FILES) await put(made, name, first);
      await makeVersion1(made, way);
      await put(made, 'anchor.json', first);
      expect(await answerOf(made, way)).toBe('rolled-back slots.json');
    },
  );
});

async function version1Secrets(
  bytes: Uint8Array,
  dataKey: DataKey,
  costs: KdfCosts,
): Promise<Uint8Array> {
  const { secrets, contentKey } = expectOk(await openSecrets(bytes, dataKey, costs));
  return await sealSecrets(dataKey, contentKey, expectOk(recordsToWire(secrets.values())), 0);
}

/** The vault as version 1 wrote it: without generations and without an anchor. */
async function makeVersion1(made: UnlockedTestVault, way: UnlockMethod): Promise<void> {
  const context = contextOf({
    ...made,
    machineId: 'machine-1',
    ...systemWorld,
  });
  const path = join(made.dataDir, 'slots.json');
  const slots = expectOk(decodeSlots(await readFile(path), context.kdfCosts));
  const { dataKey } = expectOk(await openDataKey(context, slots, way));
  await writeFile(path, encodeSlots({ ...slots.header, generation: 0 }, dataKey), { mode: 0o600 });
  await rm(join(made.dataDir, 'anchor.json'));
  made.keyring.entries.delete(`+anchor@${slots.header.vaultId}`);
  if (slots.header.storage !== 'file') return;
  const secrets = join(made.dataDir, 'secrets.jwe.json');
  await writeFile(
    secrets,
    await version1Secrets(await readFile(secrets), dataKey, context.kdfCosts),
    {
      mode: 0o600,
    },
  );
}
