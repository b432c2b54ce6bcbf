import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { nodeDisk } from '@postern/disk';
import { expectOk, failed, ok, revealSecret, Secret } from '@postern/kernel';
import { openVault, type KeyedDatabase, type KeyringPort, type Vault } from '@postern/vault';
import { WEAK_KDF_COSTS } from '@postern/vault/testing/kdf-costs';
import { Effects, killableDisk, killableKeyring, type KillPoint } from './kill-point.ts';

/** A directory with everything that outlives a process: the vault, a keyring, two databases. */
export interface Scene {
  readonly root: string;
}

export const dataDirOf = ({ root }: Scene): string => join(root, 'vault');
export const backupOf = ({ root }: Scene): string => join(root, 'backup.jwe.json');
const keyringOf = ({ root }: Scene): string => join(root, 'keyring');

export const DATABASES = ['database/conversations', 'database/gateway'] as const;

/** Opens a scene as one process, which is killed at the kill point. */
export async function openScene(
  scene: Scene,
  killPoint: KillPoint,
): Promise<{ readonly vault: Vault; readonly effects: Effects }> {
  const effects = new Effects(killPoint);
  const vault = expectOk(
    await openVault({
      dataDir: dataDirOf(scene),
      machineId: 'machine-1',
      clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
      randomness: { bytes: (count) => randomBytes(count) },
      kdfCosts: WEAK_KDF_COSTS,
      keyring: killableKeyring(directoryKeyring(keyringOf(scene)), effects),
      disk: killableDisk(nodeDisk, effects),
      databases: DATABASES.map((purpose) => fileDatabase(scene, purpose, effects)),
    }),
  );
  return { vault, effects };
}

/** A keyring whose entries outlive the process. Each is a file that is replaced atomically. */
function directoryKeyring(directory: string): KeyringPort {
  mkdirSync(directory, { recursive: true });
  const fileOf = (account: string) => join(directory, Buffer.from(account).toString('base64url'));
  return {
    get: (account) => {
      const path = fileOf(account);
      const value = existsSync(path) ? Secret.of(readFileSync(path, 'utf8')) : undefined;
      return Promise.resolve(ok(value));
    },
    set: (account, value) => {
      writeFileSync(`${fileOf(account)}.tmp`, revealSecret(value));
      renameSync(`${fileOf(account)}.tmp`, fileOf(account));
      return Promise.resolve(ok());
    },
    remove: (account) => {
      const exists = existsSync(fileOf(account));
      rmSync(fileOf(account), { force: true });
      return Promise.resolve(ok(exists));
    },
  };
}

/** Every account in the keyring. */
export function accountsOf(scene: Scene): readonly string[] {
  const names = existsSync(keyringOf(scene)) ? readdirSync(keyringOf(scene)) : [];
  return names.map((name) => Buffer.from(name, 'base64url').toString()).sort();
}

const databasePath = ({ root }: Scene, purpose: string) =>
  join(root, `${purpose.replace('/', '-')}.key`);

/** A database as a data key change sees it: it has a key and replaces it atomically. */
function fileDatabase(scene: Scene, purpose: string, effects: Effects): KeyedDatabase {
  const path = databasePath(scene, purpose);
  return {
    purpose,
    rekey: (from, to) => {
      const key = keyOfDatabase(scene, purpose);
      if (key === undefined || key === revealSecret(to)) return Promise.resolve(ok());
      if (key !== revealSecret(from)) return Promise.resolve(failed({ reason: 'wrong-key' }));
      effects.next('rekey database');
      writeDatabaseKey(scene, purpose, to);
      return Promise.resolve(ok());
    },
    verify: (key) =>
      Promise.resolve(
        !existsSync(path) || keyOfDatabase(scene, purpose) === revealSecret(key)
          ? ok()
          : failed({ reason: 'wrong-key' }),
      ),
  };
}

export function writeDatabaseKey(scene: Scene, purpose: string, key: Secret): void {
  const path = databasePath(scene, purpose);
  writeFileSync(`${path}.tmp`, revealSecret(key));
  renameSync(`${path}.tmp`, path);
}

/** Undefined if the database doesn't exist yet. */
export function keyOfDatabase(scene: Scene, purpose: string): string | undefined {
  const path = databasePath(scene, purpose);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
