import type { AuditLog, Forwarding } from '@postern/audit';
import { failed, ok, type Clock, type Randomness, type Result } from '@postern/kernel';
import {
  describeStoreFailure,
  openSqliteConversations,
  openSqliteLibrary,
  type ConversationStore,
  type LibraryStore,
} from '@postern/conversations';
import { describeDatabaseFailure } from '@postern/database';
import { openGatewayStore, type GatewayStore } from '@postern/gateway';
import type { Problem } from '@postern/protocol';
import { auditedVault, keepAnchored, openAudit } from '../audit/audit.ts';
import { discardStaged } from '../backup/backup-places.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { databasePath, databasePurpose } from './vault-databases.ts';

/** What is open only while the vault is unlocked. */
export interface Stores {
  readonly conversations: ConversationStore;
  readonly library: LibraryStore;
  readonly gateway: GatewayStore;
  readonly audit: AuditLog;
  /** The vault. Each use of a secret is recorded in the audit log. */
  readonly vault: OpenVault;
  close(): Promise<void>;
}

export interface StoresOptions {
  readonly dataDir: string;
  readonly conversationsPath: string;
  readonly gatewayPath: string;
  readonly vault: OpenVault;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Where the days of budgets begin: an IANA name. Default: UTC. */
  readonly timeZone?: string;
  /** As in `GatewayStoreOptions`. */
  readonly processName?: string | undefined;
  /** Sends the log to its receiver, if one is configured. */
  readonly forward: (log: AuditLog) => Forwarding | undefined;
}

/** Opens every database with its own key, derived from the vault's data key. */
export async function openStores(options: StoresOptions): Promise<Result<Stores, Problem>> {
  const { clock, randomness } = options;
  discardStaged(options);
  const conversationsKey = await options.vault.deriveKey(databasePurpose('conversations'));
  if (!conversationsKey.ok) return conversationsKey;
  const conversations = openSqliteConversations({
    path: options.conversationsPath,
    key: conversationsKey.value,
    clock,
    randomness,
  });
  if (!conversations.ok) return failed(describeDatabaseFailure(conversations.failure));
  // Answers that the last process didn't finish are marked before anything is shown.
  const interrupted = conversations.value.markInterrupted();
  if (!interrupted.ok) {
    conversations.value.close();
    return failed(describeStoreFailure(interrupted.failure));
  }
  const library = await openLibrary(options);
  if (!library.ok) {
    conversations.value.close();
    return library;
  }
  const gateway = await openGateway(options);
  if (!gateway.ok) {
    conversations.value.close();
    library.value.close();
    return gateway;
  }
  const audit = await openAudit(options.dataDir, options.vault, clock);
  if (!audit.ok) {
    conversations.value.close();
    library.value.close();
    gateway.value.close();
    return audit;
  }
  const anchoring = keepAnchored(audit.value);
  const forwarding = options.forward(audit.value);
  return ok({
    conversations: conversations.value,
    library: library.value,
    gateway: gateway.value,
    audit: audit.value,
    vault: auditedVault(options.vault, audit.value),
    close: async () => {
      anchoring[Symbol.dispose]();
      await forwarding?.stop();
      conversations.value.close();
      library.value.close();
      gateway.value.close();
      await audit.value.close();
    },
  });
}

async function openLibrary({
  dataDir,
  vault,
  clock,
  randomness,
}: StoresOptions): Promise<Result<LibraryStore, Problem>> {
  const key = await vault.deriveKey(databasePurpose('library'));
  if (!key.ok) return key;
  const path = databasePath(dataDir, 'library');
  const store = openSqliteLibrary({ path, key: key.value, clock, randomness });
  return store.ok ? store : failed(describeDatabaseFailure(store.failure));
}

/** Only the gateway's keys and usage, for commands that need nothing else. */
export async function openGateway(
  options: Omit<StoresOptions, 'conversationsPath' | 'dataDir' | 'forward'>,
): Promise<Result<GatewayStore, Problem>> {
  const key = await options.vault.deriveKey(databasePurpose('gateway'));
  if (!key.ok) return key;
  // The hashes of keys can't be recomputed, because the keys aren't stored.
  const hashKey = await options.vault.deriveStableKey('gateway/key-hash');
  if (!hashKey.ok) return hashKey;
  const store = openGatewayStore({
    path: options.gatewayPath,
    key: key.value,
    hashKey: hashKey.value,
    clock: options.clock,
    randomness: options.randomness,
    processName: options.processName,
    ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
  });
  return store.ok ? store : failed(describeDatabaseFailure(store.failure));
}
