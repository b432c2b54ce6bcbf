import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectOk, revealSecret, Secret } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { singleValue, type UnlockMethod, type Vault } from '@postern/vault';
import { expect } from 'vitest';
import { VALUES, type Secrets } from './operations.ts';
import { BEFORE } from './operations.ts';
import {
  accountsOf,
  backupOf,
  DATABASES,
  dataDirOf,
  openScene,
  keyOfDatabase,
  type Scene,
} from './scene.ts';
import { NO_KILL } from './kill-point.ts';
import type { Stage } from './stage.ts';

const FILES = ['anchor.json', 'secrets.jwe.json', 'slots.json', 'vault.lock'];

/**
 * Checks what must be true after a kill at any point: the next process finds all of the old or all
 * of the new state, every remaining slot unlocks the vault, and there are no partial or readable
 * files.
 */
export async function checkScene(
  scene: Scene,
  stage: Stage,
  { thorough }: { readonly thorough: boolean },
): Promise<void> {
  const { operation, recoveryCode } = stage;
  const byCode: UnlockMethod = { with: 'recovery', code: Secret.of(recoveryCode) };
  const { vault } = await openScene(scene, NO_KILL);
  if (vault.state === 'absent') {
    expect(operation.storage).toBeUndefined();
    if (thorough) expectOk(await operation.run(vault, scene));
  } else if (recoveryCode !== '' && operation.recoveryStays !== false) {
    expectOk(await vault.unlock(byCode));
    if (thorough) await expectUnlock(scene, operation.methods ?? []);
  } else {
    await expectUnlock(scene, [byCode, ...(operation.methods ?? [])], vault);
  }
  expectNothingReadable(scene);
  if (vault.state !== 'unlocked') return;
  const before = operation.before ?? (operation.storage === undefined ? {} : BEFORE);
  await expectContent(scene, vault, before, operation.after);
  expectTidy(scene, vault, operation.keepsSource === true);
  const probe = singleValue(secretName.from('afterwards'), Secret.of('works'), 2);
  expectOk(await vault.secrets.put(probe));
}

async function expectUnlock(
  scene: Scene,
  methods: readonly UnlockMethod[],
  given?: Vault,
): Promise<void> {
  const vault = given ?? (await openScene(scene, NO_KILL)).vault;
  const failures: string[] = [];
  for (const method of methods) {
    const opened = await vault.unlock(method);
    if (opened.ok) return;
    failures.push(`${method.with}: ${opened.failure.reason}`);
  }
  if (methods.length > 0) expect.fail(`nothing unlocks the vault: ${failures.join(', ')}`);
}

async function expectContent(
  scene: Scene,
  vault: Vault,
  before: Secrets,
  after: Secrets,
): Promise<void> {
  const found: Record<string, string> = {};
  for (const { name } of expectOk(await vault.secrets.list())) {
    const record = expectOk(await vault.secrets.get(name));
    found[name] =
      record === undefined
        ? 'listed only'
        : revealSecret([...record.fields.values()][0] ?? Secret.of(''));
  }
  expect([stringOf(before), stringOf(after)]).toContain(stringOf(found));
  for (const purpose of DATABASES) {
    const key = keyOfDatabase(scene, purpose);
    if (key !== undefined) expect(key).toBe(revealSecret(expectOk(vault.deriveKey(purpose))));
  }
}

function stringOf(secrets: Secrets): string {
  return JSON.stringify(Object.entries(secrets).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function expectTidy(scene: Scene, vault: Vault, keepsSource: boolean): void {
  const files = readdirSync(dataDirOf(scene));
  // A data key change keeps its journal until it is confirmed.
  const allowed = [...FILES, 'journal.json'];
  expect(files.filter((name) => !allowed.includes(name))).toEqual([]);
  if (keepsSource) return;
  expect(files.includes('secrets.jwe.json')).toBe(vault.storage === 'file');
  const text = existsSync(join(dataDirOf(scene), 'journal.json'))
    ? readFileSync(join(dataDirOf(scene), 'journal.json'), 'utf8')
    : '';
  const slots = vault.slots
    .filter(({ kind }) => kind.startsWith('keyring'))
    .map(({ id }) => `+slot.${id}`);
  // A probe's entry has a random name: nothing uses an entry that a kill leaves behind.
  const stray = accountsOf(scene)
    .filter((account) => !account.startsWith('+probe@'))
    .map((account) => account.slice(0, account.indexOf('@')))
    .filter((name) => !slots.includes(name) && !text.includes(name.replace('+slot.', '')));
  // Without the keyring, its copy of the anchor is removed when the data key change is confirmed.
  const isAnchored = vault.storage === 'keyring' || slots.length > 0 || text !== '';
  const secrets = stray.filter((name) =>
    name === '+anchor' ? !isAnchored : name.startsWith('+slot.') || vault.storage === 'file',
  );
  expect(secrets).toEqual([]);
}

/** Checks that no value is on disk outside the keyring. */
function expectNothingReadable(scene: Scene): void {
  const vault = existsSync(dataDirOf(scene))
    ? readdirSync(dataDirOf(scene)).map((name) => join(dataDirOf(scene), name))
    : [];
  const backups = readdirSync(scene.root).filter((name) => name.includes('backup'));
  const paths = [...vault, ...backups.map((name) => join(scene.root, name)), backupOf(scene)];
  for (const path of paths.filter((one) => existsSync(one))) {
    const bytes = readFileSync(path);
    for (const value of Object.values(VALUES)) {
      expect(bytes.includes(value), `${value} in ${path}`).toBe(false);
    }
  }
}
