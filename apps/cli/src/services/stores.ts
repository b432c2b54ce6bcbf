import { failed, ok, type Clock, type Randomness, type Result } from '@postern/kernel';
import { openSqliteConversations, type ConversationStore } from '@postern/conversations';
import { describeDatabaseFailure } from '@postern/database';
import { openGatewayStore, type GatewayStore } from '@postern/gateway';
import { describeVaultFailure, type Vault } from '@postern/vault';
import type { Described } from '../failure/described.ts';

/** What is open only while the vault is. */
export interface Stores {
  readonly conversations: ConversationStore;
  readonly gateway: GatewayStore;
  close(): Promise<void>;
}

export interface StoresOptions {
  readonly conversationsPath: string;
  readonly gatewayPath: string;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** Opens every database under its own key, derived from the vault's data key. */
export function openStores(options: StoresOptions): Result<Stores, Described> {
  const { clock, randomness } = options;
  const conversationsKey = deriveKey(options.vault, 'database:conversations');
  if (!conversationsKey.ok) return conversationsKey;
  const conversations = openSqliteConversations({
    path: options.conversationsPath,
    key: conversationsKey.value,
    clock,
    randomness,
  });
  if (!conversations.ok) return failed(describeDatabaseFailure(conversations.failure));
  const gateway = openGateway(options);
  if (!gateway.ok) {
    conversations.value.close();
    return gateway;
  }
  return ok({
    conversations: conversations.value,
    gateway: gateway.value,
    close: async () => {
      conversations.value.close();
      await gateway.value.close();
    },
  });
}

/** The gateway's keys and usage alone, for commands that need nothing else. */
export function openGateway(
  options: Omit<StoresOptions, 'conversationsPath'>,
): Result<GatewayStore, Described> {
  const key = deriveKey(options.vault, 'database:gateway');
  if (!key.ok) return key;
  const hashKey = deriveKey(options.vault, 'gateway:key-hash');
  if (!hashKey.ok) return hashKey;
  const store = openGatewayStore({
    path: options.gatewayPath,
    key: key.value,
    hashKey: hashKey.value,
    clock: options.clock,
    randomness: options.randomness,
  });
  return store.ok ? store : failed(describeDatabaseFailure(store.failure));
}

function deriveKey(
  vault: Vault,
  purpose: string,
): Result<Parameters<typeof openSqliteConversations>[0]['key'], Described> {
  const key = vault.deriveKey(purpose);
  return key.ok ? key : failed(describeVaultFailure(key.failure));
}
