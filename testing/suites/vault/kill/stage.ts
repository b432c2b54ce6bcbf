import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectOk, revealSecret, Secret } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { singleValue, type UnlockMethod } from '@postern/vault';
import { NO_KILL, type KillPoint } from './kill-point.ts';
import { BACKUP_PASSPHRASE, BEFORE, PASSPHRASE, type Operation } from './operations.ts';
import { backupOf, openScene, type Scene } from './scene.ts';

/** A scene in which one operation is about to start. It is copied for each run. */
export interface Stage extends Disposable {
  readonly operation: Operation;
  /** Unlocks the vault before the operation; empty without a vault. */
  readonly recoveryCode: string;
  /** Returns a new copy of the scene. */
  readonly copy: () => Scene & Disposable;
}

export async function prepareStage(operation: Operation): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'postern-stage-'));
  const recoveryCode = await prepare({ root }, operation);
  return {
    operation,
    recoveryCode,
    copy: () => copyOf({ root }),
    [Symbol.dispose]: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

let copies = 0;

/** Copies a scene. The copy is removed when it is disposed. */
export function copyOf({ root }: Scene): Scene & Disposable {
  copies += 1;
  const copy = `${root}-${String(copies)}`;
  cpSync(root, copy, { recursive: true });
  return {
    root: copy,
    [Symbol.dispose]: () => {
      rmSync(copy, { recursive: true, force: true });
    },
  };
}

async function prepare(scene: Scene, operation: Operation): Promise<string> {
  if (operation.storage !== undefined) return await makeVault(scene, operation);
  if (operation.name.includes('backup')) await makeBackupOfAnother(scene, operation);
  return '';
}

async function makeVault(scene: Scene, operation: Operation): Promise<string> {
  const { storage = 'file', passphrase } = operation;
  const { vault } = await openScene(scene, NO_KILL);
  const choice = {
    storage,
    ...(storage === 'file' || passphrase ? { passphrase: PASSPHRASE } : {}),
  };
  const { recoveryCode } = expectOk(await vault.create(choice));
  const slot = vault.slots.find(({ kind }) => kind === 'passphrase');
  if (!passphrase && slot !== undefined) expectOk(await vault.removeSlot(slot.id));
  for (const [name, value] of Object.entries(BEFORE)) {
    expectOk(await vault.secrets.put(singleValue(secretName.from(name), Secret.of(value), 1)));
  }
  await operation.prepare?.(vault, scene);
  return revealSecret(recoveryCode);
}

async function makeBackupOfAnother(scene: Scene, operation: Operation): Promise<void> {
  const another = { root: join(scene.root, 'another') };
  mkdirSync(another.root);
  const code = await makeVault(another, { ...operation, storage: 'file' });
  const { vault } = await openScene(another, NO_KILL);
  expectOk(await vault.unlock({ with: 'recovery', code: Secret.of(code) }));
  expectOk(await vault.backUp({ file: backupOf(scene), passphrase: BACKUP_PASSPHRASE }));
  rmSync(another.root, { recursive: true });
}

/** What unlocks the vault before the operation. */
export function openerOf({
  operation,
  recoveryCode,
}: Pick<Stage, 'operation' | 'recoveryCode'>): UnlockMethod {
  return operation.opener ?? { with: 'recovery', code: Secret.of(recoveryCode) };
}

/**
 * Opens the scene as a process that is killed at the kill point, and runs the operation. Returns
 * its effects.
 */
export async function runOperation(
  scene: Scene,
  stage: Pick<Stage, 'operation' | 'recoveryCode'>,
  killPoint: KillPoint,
): Promise<readonly string[]> {
  const { vault, effects } = await openScene(scene, killPoint);
  if (vault.state === 'locked') {
    expectOk(await vault.unlock(openerOf(stage)));
  }
  expectOk(await stage.operation.run(vault, scene));
  return effects.names;
}
