import { join } from 'node:path';
import { failed, ok, Secret, type Clock, type Randomness, type Result } from '@postern/kernel';
import {
  type Config,
  type ConfigInput,
  type Problem,
  problem,
  secretName,
  type SetupInput,
  type UnlockInput,
} from '@postern/protocol';
import {
  describeUpstreamFailure,
  providerTable,
  type Connections,
  type ProviderTable,
} from '@postern/upstreams';
import { describeVaultFailure, type KeyringProbe, type Vault } from '@postern/vault';
import type { Home } from '../config/home.ts';
import { changeConfig, type LoadedConfig } from '../config/load-config.ts';
import { describeConfigFailure } from '../failure/describe-home.ts';
import type { ProcessLog } from '../log/process-log.ts';
import { record } from './audit.ts';
import { deleteProviderKeys } from './delete-keys.ts';
import { forwardInBackground } from './forward-audit.ts';
import type { Opener } from '../config/lock-rules.ts';
import { inTurn } from './in-turn.ts';
import { createLocking, type Locking, type LockReason } from './locking.ts';
import { openVaultHere, type OpenVault } from './open-vault.ts';
import { createRefusedKeys, type RefusedKeys } from './refused-keys.ts';
import { createRunningAnswers, type RunningAnswers } from './running-answers.ts';
import { settledLine, unlockAndSettle } from './settle-rekey.ts';
import { openStores, type Stores } from './stores.ts';
import { createKeyUses } from './key-uses.ts';
import { readUpstreamKeys, type UpstreamKeyReader } from './upstream-keys.ts';

/** The product as one process runs it: the vault, and while that is unlocked the stores. */
export interface Postern {
  readonly home: Home;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly keyring: KeyringProbe;
  readonly connections: Connections;
  readonly log: ProcessLog;
  readonly keys: UpstreamKeyReader;
  readonly running: RunningAnswers;
  config(): Config;
  providers(): ProviderTable;
  /** Changes the configuration file; the providers follow at once. Recorded where the vault is open. */
  change(change: (written: ConfigInput) => ConfigInput): Promise<Result<undefined, Problem>>;
  /** The open stores; undefined while the vault is absent or locked. */
  stores(): Stores | undefined;
  /** The vault while it is open, each use of a secret written to the audit log. */
  openVault(): OpenVault | undefined;
  /** First run: makes the vault. The recovery code is given once. */
  setUp(input: SetupInput): Promise<Result<Secret, Problem>>;
  unlock(input: UnlockInput): Promise<Result<Unlocked, Problem>>;
  /** The same with a secret that was given at the start. */
  unlockWith(wayIn: WayIn): Promise<Result<Unlocked, Problem>>;
  /** When and how it is locked; `locking.lock` is the way to lock it. */
  readonly locking: Locking;
  /** Requests with gateway keys that are none. */
  readonly refusedKeys: RefusedKeys;
  close(): Promise<void>;
}

/** `already`: the vault was open, and what was given was not even tried. */
export type Unlocked = 'opened' | 'already';

export type WayIn = Parameters<Vault['unlock']>[0];

export interface PosternParts {
  readonly home: Home;
  readonly loaded: LoadedConfig;
  readonly clock: Clock;
  readonly lookEveryMs: number;
  readonly randomness: Randomness;
  readonly vault: Vault;
  readonly keyring: KeyringProbe;
  readonly connections: Connections;
  readonly version: string;
  readonly log: ProcessLog;
  /** Says a line to whoever started the process. */
  readonly say: (line: string) => void;
}

/** Puts the parts together; a configuration that names an unusable provider is a failure. */
export function composePostern(parts: PosternParts): Result<Postern, Problem> {
  const firstTable = providerTable(parts.loaded.config);
  if (!firstTable.ok) return failed(describeUpstreamFailure(firstTable.failure));
  const state: State = {
    loaded: parts.loaded,
    table: firstTable.value,
    stores: undefined,
    refused: 0,
  };
  const uses = createKeyUses({ clock: parts.clock, log: () => state.stores?.audit });
  const keys = readUpstreamKeys({ ...parts, uses, isOpen: () => state.stores !== undefined });
  const running = createRunningAnswers();
  const refusedKeys = createRefusedKeys({ ...parts, log: () => state.stores?.audit });
  const locking = createLocking({
    ...parts,
    config: parts.loaded.config.vault,
    isOpen: () => state.stores !== undefined,
    stopAnswers: async () => {
      await running.stopAll();
    },
    isAnswering: () => running.count > 0,
    close: async (reason) => {
      if (reason === 'EXIT') await deleteKeysWhereWanted(parts, state);
      keys.forget();
      await uses.flush();
      await refusedKeys.flush();
      await closeAll(parts, state, reason);
    },
  });
  const watching = [locking.start(), uses.start()];
  const unlocking = inTurn();
  return ok({
    ...parts,
    keys,
    running,
    refusedKeys,
    config: () => state.loaded.config,
    providers: () => state.table,
    change: async (change) => await applyChange(parts.home, state, change),
    stores: () => state.stores,
    openVault: () => state.stores?.vault,
    setUp: async (input) => {
      const made = await setUp(parts, state, input);
      if (made.ok) locking.opened(input.storage === 'keyring' ? 'itself' : 'person');
      return made;
    },
    unlock: async (input) => {
      const by = 'keyring' in input ? 'itself' : 'person';
      return await unlocking(async () => await unlock(parts, state, locking, wayIn(input), by));
    },
    unlockWith: async (way) => await unlock(parts, state, locking, way, 'itself'),
    locking,
    close: async () => {
      for (const each of watching) each[Symbol.dispose]();
      if (state.stores === undefined) sayKeysStay(parts, state);
      await locking.lock('EXIT');
      await parts.connections.close();
    },
  });
}

interface State {
  loaded: LoadedConfig;
  table: ProviderTable;
  stores: Stores | undefined;
  /** Refused attempts to unlock since the log could last be written. */
  refused: number;
}

async function applyChange(
  home: Home,
  current: State,
  change: (written: ConfigInput) => ConfigInput,
): Promise<Result<undefined, Problem>> {
  const state = current;
  // The table is tried on the change before the file is touched.
  const candidate = changeConfig(home.configFile, change, (config) => {
    const table = providerTable(config);
    return table.ok ? undefined : describeUpstreamFailure(table.failure);
  });
  if (!candidate.ok) {
    const { failure } = candidate;
    return failed('code' in failure ? failure : describeConfigFailure(failure));
  }
  const table = providerTable(candidate.value.config);
  if (!table.ok) return failed(describeUpstreamFailure(table.failure));
  state.loaded = candidate.value;
  state.table = table.value;
  const log = state.stores?.audit;
  if (log === undefined) return ok();
  return await record(log, { action: 'config.change', outcome: 'success' });
}

async function setUp(
  parts: PosternParts,
  state: State,
  input: SetupInput,
): Promise<Result<Secret, Problem>> {
  if (parts.vault.state !== 'absent') {
    return failed(problem('VAULT_EXISTS'));
  }
  if (input.storage === 'file' && input.passphrase === undefined) {
    return failed(problem('REQUEST_INVALID', 'The encrypted file needs a passphrase.'));
  }
  const created = await parts.vault.create({
    storage: input.storage,
    ...(input.passphrase === undefined ? {} : { passphrase: Secret.of(input.passphrase) }),
  });
  if (!created.ok) return failed(describeVaultFailure(created.failure));
  const opened = await openInto(parts, state, 'vault.create');
  return opened.ok ? ok(created.value.recoveryCode) : opened;
}

async function unlock(
  parts: PosternParts,
  state: State,
  locking: Locking,
  way: WayIn,
  opener: Opener,
): Promise<Result<Unlocked, Problem>> {
  await locking.settled();
  if (parts.vault.state === 'absent') return failed(problem('VAULT_NOT_SET_UP'));
  if (state.stores !== undefined) return ok('already');
  const unlocked = await unlockAndSettle(parts.vault, way);
  if (!unlocked.ok) {
    const failure = describeVaultFailure(unlocked.failure);
    if (failure.code === 'VAULT_WRONG_PASSPHRASE') countRefusal(parts, state);
    return failed(failure);
  }
  const settled = unlocked.value;
  if (settled !== undefined) parts.say(settledLine(settled));
  // Before it is open: it may have been unused for long, and is looked at while it opens.
  locking.used();
  const opened = await openInto(parts, state, 'vault.unlock');
  if (opened.ok) {
    locking.opened(opener);
    parts.log.write('info', 'vault.opened', 'The vault is open.', { by: opener });
  }
  if (!opened.ok) {
    parts.vault.lock();
    return opened;
  }
  if (settled?.outcome !== 'confirmed') return ok('opened');
  const told = await tellRekeyed(parts.vault, state);
  return told.ok ? ok('opened') : told;
}

async function tellRekeyed({ id }: Vault, { stores }: State): Promise<Result<undefined, Problem>> {
  if (stores === undefined || id === undefined) return ok();
  const subject = { kind: 'vault', id } as const;
  return await record(stores.audit, { action: 'vault.rekey', outcome: 'success', subject });
}

function wayIn(input: UnlockInput): WayIn {
  if ('passphrase' in input) return { with: 'passphrase', passphrase: Secret.of(input.passphrase) };
  if ('recoveryCode' in input) return { with: 'recovery', code: Secret.of(input.recoveryCode) };
  return { with: 'keyring' };
}

async function openInto(
  parts: PosternParts,
  current: State,
  action: 'vault.create' | 'vault.unlock',
): Promise<Result<undefined, Problem>> {
  const state = current;
  const stores = await openStores({
    ...parts,
    dataDir: parts.home.dataDir,
    conversationsPath: join(parts.home.dataDir, 'conversations.db'),
    gatewayPath: join(parts.home.dataDir, 'gateway.db'),
    vault: openVaultHere(parts.vault),
    forward: (log) => {
      const say = (line: string): void => {
        parts.log.write('warn', 'audit.forward', line);
      };
      return forwardInBackground({ ...parts, say, log, config: () => state.loaded.config });
    },
  });
  if (!stores.ok) return stores;
  state.stores = stores.value;
  const told = await tellOpened(parts.vault, state, action);
  const opened = told.ok
    ? await useProxyPassword(parts, stores.value.vault, state.loaded.config)
    : told;
  if (opened.ok) return opened;
  state.stores = undefined;
  await stores.value.close();
  return opened;
}

/** So many wrong passphrases in a row are nobody's slip. */
const MANY_WRONG_PASSPHRASES = 5;

function countRefusal({ say }: PosternParts, current: State): void {
  const state = current;
  state.refused += 1;
  if (state.refused % MANY_WRONG_PASSPHRASES !== 0) return;
  say(`WARNING: ${String(state.refused)} wrong passphrases were tried on the locked vault.`);
}

/** The opening, and what was refused before it, when the log could not be opened. */
async function tellOpened(
  vault: Vault,
  current: State,
  action: 'vault.create' | 'vault.unlock',
): Promise<Result<undefined, Problem>> {
  const state = current;
  if (state.stores === undefined || vault.id === undefined) return ok();
  const subject = { kind: 'vault', id: vault.id } as const;
  const { audit } = state.stores;
  if (state.refused > 0) {
    const { refused: count } = state;
    state.refused = 0;
    const reason = 'VAULT_WRONG_PASSPHRASE';
    const told = await record(audit, {
      action: 'vault.unlock',
      outcome: 'denied',
      subject,
      reason,
      count,
    });
    if (!told.ok) return told;
  }
  return await record(audit, { action, outcome: 'success', subject });
}

/** `vault.deleteKeysOnExit`: the end waits for it, and says what became of it. */
async function deleteKeysWhereWanted(parts: PosternParts, state: State): Promise<void> {
  if (state.stores === undefined || !state.loaded.config.vault.deleteKeysOnExit) return;
  const deleted = await deleteProviderKeys(state.stores.vault, state.table);
  parts.say(
    deleted.ok
      ? `Removed ${String(deleted.value.length)} keys of providers from the vault.`
      : `Keys of providers are still in the vault: ${deleted.failure.message}`,
  );
}

function sayKeysStay({ vault, say }: PosternParts, { loaded }: State): void {
  if (vault.state === 'absent' || !loaded.config.vault.deleteKeysOnExit) return;
  say('Keys of providers are still in the vault: it is locked.');
}

/** Drops the keys, and then closes the stores: nothing may be asked of them any more. */
async function closeAll(parts: PosternParts, current: State, reason: LockReason): Promise<void> {
  const state = current;
  const { stores } = state;
  state.stores = undefined;
  parts.connections.useProxyPassword(undefined);
  // Only the open vault can keep it.
  await stores?.audit.keepAnchor();
  parts.vault.lock();
  if (stores === undefined) return;
  parts.log.write('info', 'vault.locked', 'The vault is locked.', { reason });
  // Locking goes on whatever becomes of its record: keys must not stay for want of a log.
  await record(stores.audit, { action: 'vault.lock', outcome: 'success', reason });
  await stores.close();
}

/** A proxy that asks for a password gets it from the vault, as every other secret is got. */
async function useProxyPassword(
  parts: PosternParts,
  vault: OpenVault,
  config: Config,
): Promise<Result<undefined, Problem>> {
  const name = secretName.parse(config.proxy?.passwordSecret ?? '');
  if (name === undefined) return ok();
  const record = await vault.get(name, { action: 'secret.use' });
  if (!record.ok) return record;
  parts.connections.useProxyPassword(record.value?.fields.get('value'));
  return ok();
}
