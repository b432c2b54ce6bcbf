import { join } from 'node:path';
import { failed, ok, type Secret, type Clock, type Randomness, type Result } from '@postern/kernel';
import {
  problem,
  type AuditEvent,
  type Config,
  type ConfigInput,
  type Problem,
  type SettingName,
  type SetupInput,
  type UnlockInput,
} from '@postern/protocol';
import type { Connections, ProviderTable } from '@postern/upstreams';
import {
  describeVaultFailure,
  type KeyringProbe,
  type UnlockMethod,
  type Vault,
} from '@postern/vault';
import type { Home } from './config/home.ts';
import { keepWithoutVault, KEPT_WITHOUT_VAULT } from './backup/place-restored.ts';
import { changeHomeConfig } from './config/change-home-config.ts';
import type { LoadedConfig } from './config/load-config.ts';
import { readNextConfig, type ChangedSetting, type ConfigContent } from './config/reload-config.ts';
import type { Opener } from './config/lock-rules.ts';
import { timeZoneOf } from './config/time-zone.ts';
import type { ProcessLog } from './log/process-log.ts';
import { record } from './audit/audit.ts';
import { recordSettings } from './audit/record-settings.ts';
import { allowedHosts, useProxyPassword } from './providers/connections.ts';
import { forwardInBackground } from './audit/forward-audit.ts';
import { clearWhereWanted, deleteWhereWanted, sayWhatStays } from './vault/delete-on-exit.ts';
import { inTurn } from './vault/in-turn.ts';
import { providersOf } from './providers/providers-of.ts';
import { createKeyUses, type KeyUses } from './providers/key-uses.ts';
import { chosenForNewVault } from './vault/new-vault-choice.ts';
import { createLocking, type Locking, type LockReason } from './vault/locking.ts';
import { localVault, type OpenVault } from './vault/open-vault.ts';
import { createRefusedKeys, type RefusedKeys } from './gateway/refused-keys.ts';
import { afterDelay } from './chat/after-delay.ts';
import { createPageEvents } from './chat/page-events.ts';
import { PrivateChats } from './chat/private-chats.ts';
import { RunningAnswers } from './chat/running-answers.ts';
import { recoveredLine, unlock, unlockWay } from './vault/unlock.ts';
import { openStores, type Stores } from './stores/stores.ts';
import { readUpstreamKeys, type UpstreamKeyReader } from './providers/upstream-keys.ts';
import { recordVault } from './vault/record-vault.ts';
import { WrongPassphrases } from './vault/wrong-passphrases.ts';

/** `already`: the vault was unlocked, and the given secret wasn't tried. */
export type Unlocked = 'opened' | 'already';

export interface PosternParts {
  readonly home: Home;
  readonly loaded: LoadedConfig;
  readonly prices: ConfigContent['prices'];
  readonly clock: Clock;
  readonly lookEveryMs: number;
  readonly randomness: Randomness;
  readonly vault: Vault;
  readonly keyring: KeyringProbe;
  readonly connections: Connections;
  readonly version: string;
  readonly log: ProcessLog;
  /** Another process records changes of the configuration. */
  readonly isWorker?: boolean;
  /** As in `GatewayStoreOptions`. */
  readonly processName?: string | undefined;
  /** Prints a line where the process was started. */
  readonly say: (line: string) => void;
}

/** The product in one process: the vault, and its stores while it is unlocked. */
export class Postern {
  readonly home: Home;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly vault: Vault;
  readonly keyring: KeyringProbe;
  readonly connections: Connections;
  readonly log: ProcessLog;
  readonly keys: UpstreamKeyReader;
  readonly running = new RunningAnswers();
  readonly privateChats: PrivateChats;
  readonly pageEvents = createPageEvents();
  /** When and how the vault is locked. `locking.lock` locks it. */
  readonly locking: Locking;
  /** One after the other: unlocking, and changing the key slots. */
  readonly unlocking = inTurn();
  readonly wrongPassphrases: WrongPassphrases;
  /** Requests with invalid gateway keys. */
  readonly refusedKeys: RefusedKeys;
  readonly #parts: PosternParts;
  readonly #keyUses: KeyUses;
  readonly #timers: readonly Disposable[];
  readonly #onConfigChange: (() => void)[] = [];
  #content: ConfigContent;
  #providers: ProviderTable;
  #stores: Stores | undefined;

  /** A configuration with an unusable provider is a failure. */
  static create(parts: PosternParts): Result<Postern, Problem> {
    const providers = providersOf(parts.loaded.config);
    return providers.ok ? ok(new Postern(parts, providers.value)) : providers;
  }

  private constructor(parts: PosternParts, providers: ProviderTable) {
    const { home, clock, randomness, vault, keyring, connections, log, loaded, prices } = parts;
    this.home = home;
    this.clock = clock;
    this.randomness = parts.randomness;
    this.vault = vault;
    this.keyring = keyring;
    this.connections = connections;
    this.log = log;
    this.#parts = parts;
    const { running } = this;
    this.privateChats = new PrivateChats({ clock, randomness, running, schedule: afterDelay });
    this.#content = { loaded, prices };
    this.#providers = providers;
    const auditLog = () => this.#stores?.audit;
    this.#keyUses = createKeyUses({ clock, log: auditLog });
    this.wrongPassphrases = new WrongPassphrases(parts.say);
    this.keys = readUpstreamKeys({
      ...{ clock, vault, uses: this.#keyUses },
      isOpen: () => this.#stores !== undefined,
    });
    this.refusedKeys = createRefusedKeys({ clock, log: auditLog, say: parts.say });
    this.locking = createLocking({
      clock,
      lookEveryMs: parts.lookEveryMs,
      config: () => this.config().vault,
      isOpen: () => this.#stores !== undefined,
      stopAnswers: async () => {
        await this.running.stopAll();
      },
      isAnswering: () => this.running.count > 0,
      close: async (reason) => {
        await this.#lock(reason);
      },
    });
    this.#timers = [this.locking.start(), this.#keyUses.start()];
  }

  config(): Config {
    return this.#content.loaded.config;
  }

  /** What the configuration was made of, for another process. */
  content(): ConfigContent {
    return this.#content;
  }

  providers(): ProviderTable {
    return this.#providers;
  }

  /** The open stores; undefined while the vault is absent or locked. */
  stores(): Stores | undefined {
    return this.#stores;
  }

  /** The vault while it is unlocked. Each use of a secret is recorded in the audit log. */
  openVault(): OpenVault | undefined {
    return this.#stores?.vault;
  }

  /** Changes the configuration file, and uses it at once. Recorded with the names of the settings, if unlocked. */
  async change(
    change: (written: ConfigInput) => ConfigInput,
    settings: readonly SettingName[] = [],
  ): Promise<Result<undefined, Problem>> {
    const changed = changeHomeConfig(this.home, change);
    if (!changed.ok) return changed;
    const providers = providersOf(changed.value.config);
    if (!providers.ok) return providers;
    this.#use({ ...this.#content, loaded: changed.value }, providers.value);
    if (settings.length > 0) return await this.#recordSettings(settings);
    return await this.#recordChange({ outcome: 'success' });
  }

  /**
   * Reads the configuration again. What a running process can change is in effect immediately. An
   * invalid file changes nothing. `given` is what another process has read.
   */
  async reload(given?: ConfigContent): Promise<Result<readonly ChangedSetting[], Problem>> {
    const next = readNextConfig(this.home, this.#content, given);
    if (!next.ok) {
      await this.#recordChange({ outcome: 'failure', reason: next.failure.code });
      return next;
    }
    const { content, providers, changed } = next.value;
    const applied = changed.filter(({ isApplied }) => isApplied);
    const recorded = await this.#recordSettings(applied.map(({ name }) => name));
    if (!recorded.ok) return recorded;
    this.#use(content, providers);
    return ok(changed);
  }

  /** Calls `onChange` when a setting has changed. */
  onConfigChange(onChange: () => void): void {
    this.#onConfigChange.push(onChange);
  }

  /** Set-up: creates the vault and returns the recovery code, once. */
  async setUp(input: SetupInput): Promise<Result<Secret, Problem>> {
    if (this.vault.state !== 'absent') return failed(problem('VAULT_EXISTS'));
    const choice = chosenForNewVault(input);
    if (!choice.ok) return choice;
    if (keepWithoutVault(this.home)) this.#parts.say(KEPT_WITHOUT_VAULT);
    const created = await this.vault.create(choice.value);
    if (!created.ok) return failed(describeVaultFailure(created.failure));
    const opened = await this.openCreated();
    return opened.ok ? ok(created.value.recoveryCode) : opened;
  }

  /** Opens the stores of the vault that was just created. */
  async openCreated(): Promise<Result<Stores, Problem>> {
    const opened = await this.#openStores('vault.create');
    if (opened.ok) this.locking.opened(this.vault.storage === 'keyring' ? 'itself' : 'person');
    return opened;
  }

  async unlock(input: UnlockInput): Promise<Result<Unlocked, Problem>> {
    const by = 'keyring' in input ? 'itself' : 'person';
    return await this.unlocking(async () => await this.#unlock(unlockWay(input), by));
  }

  /** The same with a secret that was given at startup. */
  async unlockWith(way: UnlockMethod): Promise<Result<Unlocked, Problem>> {
    return await this.#unlock(way, 'itself');
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) timer[Symbol.dispose]();
    if (this.#stores === undefined) sayWhatStays(this, this.#parts.say);
    await this.locking.lock('EXIT');
    clearWhereWanted(this.home, this.config(), this.#parts.say);
    await this.connections.close();
  }

  #use(content: ConfigContent, providers: ProviderTable): void {
    this.#content = content;
    this.#providers = providers;
    this.connections.allowHosts(allowedHosts(this.config()));
    this.#stores?.gateway.useTimeZone(timeZoneOf(this.config()));
    for (const onChange of this.#onConfigChange) onChange();
  }

  async #recordSettings(names: readonly SettingName[]): Promise<Result<undefined, Problem>> {
    return await recordSettings(names, (event) => this.#recordChange(event));
  }

  /** While the vault is locked, nothing can be recorded. */
  async #recordChange(event: Omit<AuditEvent, 'action'>): Promise<Result<undefined, Problem>> {
    if (this.#stores === undefined || this.#parts.isWorker === true) return ok();
    return await record(this.#stores.audit, { action: 'config.change', ...event });
  }

  async #unlock(way: UnlockMethod, opener: Opener): Promise<Result<Unlocked, Problem>> {
    await this.locking.waitUntilIdle();
    if (this.vault.state === 'absent') return failed(problem('VAULT_NOT_SET_UP'));
    if (this.#stores !== undefined) return ok('already');
    const unlocked = await unlock(this.vault, way);
    if (!unlocked.ok) {
      const { reason } = unlocked.failure;
      const isWrong = reason === 'wrong-passphrase' || reason === 'wrong-recovery-code';
      if (isWrong) this.wrongPassphrases.add();
      return failed(describeVaultFailure(unlocked.failure));
    }
    const recovered = unlocked.value;
    if (recovered !== undefined) this.#parts.say(recoveredLine(recovered));
    // Before it opens: idleness is checked meanwhile, and it may have been idle for long.
    this.locking.used();
    const opened = await this.#openStores('vault.unlock');
    if (!opened.ok) {
      this.vault.lock();
      return opened;
    }
    this.locking.opened(opener);
    this.log.write('info', 'vault.opened', 'The vault is unlocked.', { by: opener });
    if (recovered?.outcome !== 'confirmed') return ok('opened');
    const recorded = await recordVault(opened.value.audit, this.vault, 'vault.rekey');
    return recorded.ok ? ok('opened') : recorded;
  }

  async #openStores(action: 'vault.create' | 'vault.unlock'): Promise<Result<Stores, Problem>> {
    const { dataDir } = this.home;
    const stores = await openStores({
      ...this.#parts,
      dataDir,
      conversationsPath: join(dataDir, 'conversations.db'),
      gatewayPath: join(dataDir, 'gateway.db'),
      timeZone: timeZoneOf(this.config()),
      vault: localVault(this.vault),
      forward: (log) => {
        const say = (line: string): void => {
          this.log.write('warn', 'audit.forward', line);
        };
        return forwardInBackground({ ...this.#parts, say, log, config: () => this.config() });
      },
    });
    if (!stores.ok) return stores;
    this.#stores = stores.value;
    const recorded = await this.#recordOpened(stores.value, action);
    const opened = recorded.ok
      ? await useProxyPassword(this.connections, stores.value.vault, this.config())
      : recorded;
    if (opened.ok) return stores;
    this.#stores = undefined;
    await stores.value.close();
    return opened;
  }

  /** Records the opening, and the attempts that were rejected while the log wasn't open. */
  async #recordOpened(
    stores: Stores,
    action: 'vault.create' | 'vault.unlock',
  ): Promise<Result<undefined, Problem>> {
    if (this.vault.id === undefined) return ok();
    const recorded = await this.wrongPassphrases.record(stores.audit, this.vault.id);
    return recorded.ok ? await recordVault(stores.audit, this.vault, action) : recorded;
  }

  async #lock(reason: LockReason): Promise<void> {
    if (reason === 'EXIT') await deleteWhereWanted(this, this.#parts.say);
    this.keys.forget();
    await this.#keyUses.flush();
    await this.refusedKeys.flush();
    await this.#closeStores(reason);
  }

  /** Drops the keys, then closes the stores, which nothing may use any more. */
  async #closeStores(reason: LockReason): Promise<void> {
    const stores = this.#stores;
    this.#stores = undefined;
    this.connections.useProxyPassword(undefined);
    // Only an unlocked vault can store it.
    await stores?.audit.keepAnchor();
    this.vault.lock();
    await this.privateChats.closeAll();
    if (stores === undefined) return;
    this.log.write('info', 'vault.locked', 'The vault is locked.', { reason });
    // Locking continues even if its record fails: a missing log must not keep the keys in memory.
    await record(stores.audit, { action: 'vault.lock', outcome: 'success', reason });
    await stores.close();
  }
}
