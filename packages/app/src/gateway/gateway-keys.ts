import { join } from 'node:path';
import { describeDatabaseFailure } from '@postern/database';
import {
  describeGatewayKeyFailure,
  type GatewayKeyRecord,
  type GatewayStore,
  type KeySettings,
} from '@postern/gateway';
import { failed, ok, type Randomness, type Result, type Secret } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { recordEvents, type AuditPlace } from '../audit/audit.ts';
import { refuseKeyAsName } from '../secrets/secret-name.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { openGateway } from '../stores/stores.ts';

export interface GatewayKeyParts extends AuditPlace {
  readonly randomness: Randomness;
}

export interface CreatedGatewayKey {
  /** Returned once: only its keyed hash is stored. */
  readonly key: Secret;
  readonly record: GatewayKeyRecord;
}

/** Creates a gateway key and records it. Without models in its settings it may call none. */
export async function createGatewayKey(
  parts: GatewayKeyParts,
  vault: OpenVault,
  wish: { readonly name: string; readonly settings: Partial<KeySettings> },
): Promise<Result<CreatedGatewayKey, Problem>> {
  const checked = refuseKeysIn(wish.settings);
  if (!checked.ok) return checked;
  return await withGateway(parts, vault, async ({ keys }) => {
    const created = keys.create(wish);
    if (!created.ok) return failed(describeGatewayKeyFailure(created.failure));
    const recorded = await recordKey(parts, vault, 'gateway.key.create', created.value.record);
    return recorded.ok ? created : recorded;
  });
}

export async function listGatewayKeys(
  parts: GatewayKeyParts,
  vault: OpenVault,
): Promise<Result<readonly GatewayKeyRecord[], Problem>> {
  return await withGateway(parts, vault, async ({ keys }) => await Promise.resolve(listed(keys)));
}

/** Revokes the active key with this id or name, also for a running gateway, and records it. */
export async function revokeGatewayKey(
  parts: GatewayKeyParts,
  vault: OpenVault,
  idOrName: string,
): Promise<Result<GatewayKeyRecord, Problem>> {
  return await withGateway(parts, vault, async ({ keys }) => {
    const records = listed(keys);
    if (!records.ok) return records;
    const [found, ...others] = records.value.filter(
      ({ id, name, revokedAtMs }) =>
        revokedAtMs === undefined && (id === idOrName || name === idOrName),
    );
    if (found === undefined) {
      return failed(problem('GATEWAY_KEY_NOT_FOUND', 'No active key has this id or name.'));
    }
    if (others.length > 0) {
      return failed(problem('USAGE', 'Several keys have this name; revoke the key by its id.'));
    }
    const revoked = keys.revoke(found.id);
    if (!revoked.ok) return failed(describeGatewayKeyFailure(revoked.failure));
    const recorded = await recordKey(parts, vault, 'gateway.key.revoke', found);
    return recorded.ok ? revoked : recorded;
  });
}

/** Settings appear in lists, and scopes in the audit log, so none of them may be a key by mistake. */
function refuseKeysIn(settings: Partial<KeySettings>): Result<undefined, Problem> {
  const { models = [], owner = '', notes = {} } = settings;
  const texts = [...(models === 'all' ? [] : models), owner, ...Object.values(notes)];
  const checks = texts.map((text) => refuseKeyAsName(text, 'GATEWAY_KEY_SETTINGS_INVALID'));
  return checks.find((each) => !each.ok) ?? ok();
}

function listed(keys: GatewayStore['keys']): Result<readonly GatewayKeyRecord[], Problem> {
  const records = keys.list();
  return records.ok ? records : failed(describeDatabaseFailure(records.failure));
}

async function recordKey(
  place: AuditPlace,
  vault: OpenVault,
  action: 'gateway.key.create' | 'gateway.key.revoke',
  { id }: GatewayKeyRecord,
): Promise<Result<undefined, Problem>> {
  const subject = { kind: 'gateway-key', id } as const;
  return await recordEvents(place, vault, [{ action, outcome: 'success', subject }]);
}

async function withGateway<T>(
  { home, clock, randomness }: GatewayKeyParts,
  vault: OpenVault,
  use: (store: GatewayStore) => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> {
  const gatewayPath = join(home.dataDir, 'gateway.db');
  const store = await openGateway({ gatewayPath, vault, clock, randomness });
  if (!store.ok) return store;
  try {
    return await use(store.value);
  } finally {
    store.value.close();
  }
}
