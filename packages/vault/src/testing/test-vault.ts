import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectOk, Secret } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { singleValue, type SecretRecord } from '../secret-store.ts';
import type { VaultStorage } from '../vault-failure.ts';
import type { KeyedDatabase } from '../vault/keyed-database.ts';
import { openVault } from '../vault/open-vault.ts';
import type { Vault } from '../vault/vault.ts';
import { memoryKeyring, type MemoryKeyring } from './memory-keyring.ts';
import { systemWorld, temporaryDirectory } from './test-world.ts';

export const PASSPHRASE = Secret.of('correct horse battery staple');
export const OPENAI: SecretRecord = singleValue(
  secretName.from('openai'),
  Secret.of('sk-test-0123456789'),
  7,
);

/** A directory and a keyring. Each `open` opens the vault as a separate process would. */
export interface TestVault {
  readonly dataDir: string;
  readonly keyring: MemoryKeyring;
  readonly open: (machineId?: string) => Promise<Vault>;
}

export interface UnlockedTestVault extends TestVault {
  /** Unlocked, contains `OPENAI`, and has a passphrase slot with either storage. */
  readonly vault: Vault;
  readonly recoveryCode: Secret;
}

export async function emptyTestVault(databases: readonly KeyedDatabase[] = []): Promise<TestVault> {
  return worldIn(await temporaryDirectory(), memoryKeyring(), databases);
}

function worldIn(
  dataDir: string,
  keyring: MemoryKeyring,
  databases: readonly KeyedDatabase[],
): TestVault {
  const base = { dataDir, keyring, ...systemWorld, databases };
  return {
    dataDir,
    keyring,
    open: async (machineId = 'machine-1') => expectOk(await openVault({ ...base, machineId })),
  };
}

/** A directory with a vault, copied from a template because creating one is slow. */
export async function createTestVault(
  storage: VaultStorage,
  databases: readonly KeyedDatabase[] = [],
): Promise<UnlockedTestVault> {
  const { files, entries, recoveryCode } = await (templates[storage] ??= makeTemplate(storage));
  const world = await emptyTestVault(databases);
  for (const [name, bytes] of files) {
    await writeFile(join(world.dataDir, name), bytes, { mode: 0o600 });
  }
  for (const [account, value] of entries) world.keyring.entries.set(account, value);
  const vault = await world.open();
  expectOk(await vault.unlock({ with: 'recovery', code: recoveryCode }));
  return { ...world, vault, recoveryCode };
}

interface Template {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly entries: ReadonlyMap<string, Secret>;
  readonly recoveryCode: Secret;
}

const templates: Partial<Record<VaultStorage, Promise<Template>>> = {};

async function makeTemplate(storage: VaultStorage): Promise<Template> {
  // Not `temporaryDirectory`, because the template is used by several tests.
  const dataDir = await mkdtemp(join(tmpdir(), 'postern-template-'));
  const { keyring, open } = worldIn(dataDir, memoryKeyring(), []);
  const vault = await open();
  const { recoveryCode } = expectOk(await vault.create({ storage, passphrase: PASSPHRASE }));
  expectOk(await vault.secrets.put(OPENAI));
  const files = new Map<string, Uint8Array>();
  for (const name of await readdir(dataDir)) files.set(name, await readFile(join(dataDir, name)));
  await rm(dataDir, { recursive: true });
  return { files, entries: keyring.entries, recoveryCode };
}
