import { join } from 'node:path';
import { describeDatabaseFailure } from '@postern/database';
import {
  CLOSED_SETTINGS,
  describeGatewayKeyFailure,
  type GatewayKeyFailure,
  type BudgetRaise,
  type GatewayKeyRecord,
  type GatewayStore,
  type IssuedKey,
  type KeySettings,
} from '@postern/gateway';
import { failed, ok, type Randomness, type Result } from '@postern/kernel';
import {
  problem,
  type AuditAction,
  type AuditChange,
  type AuditEvent,
  type AuditSubject,
  type Problem,
  problemSaying,
} from '@postern/protocol';
import {
  recordAround,
  recordChangeOnce,
  type AuditPlace,
  type RecordedChange,
} from '../audit/audit.ts';
import { refuseKeyAsName } from '../secrets/secret-name.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { openGateway, type Stores } from '../stores/stores.ts';
import { changesOf } from './key-changes.ts';

export interface GatewayKeyParts extends AuditPlace {
  readonly randomness: Randomness;
  /** The stores that this process has open. Default: they are opened for each operation. */
  readonly open?: Pick<Stores, 'gateway' | 'audit'>;
}

/** A key with the raises of its budget that count now. */
export interface ShownKey extends GatewayKeyRecord {
  readonly raises: readonly Pick<BudgetRaise, 'amountMicroUsd' | 'untilMs'>[];
}

type Keys = GatewayStore['keys'];

/** Creates a gateway key and records it. Without models in its settings it may call none. */
export async function createGatewayKey(
  parts: GatewayKeyParts,
  vault: OpenVault,
  wish: { readonly name: string; readonly settings: Partial<KeySettings> },
): Promise<Result<IssuedKey, Problem>> {
  const checked = refuseKeysIn(wish.settings);
  if (!checked.ok) return checked;
  return await withGateway(parts, vault, async ({ keys }) => {
    return await changeKey(parts, vault, {
      action: 'gateway.key.create',
      change: () => described(keys.create(wish)),
      result: ({ record }) => ({ record, changes: changesOf(CLOSED_SETTINGS, record) }),
    });
  });
}

/** Adopts a key that another program created, and records it. */
export async function importGatewayKey(
  parts: GatewayKeyParts,
  vault: OpenVault,
  wish: Parameters<Keys['import']>[0],
): Promise<Result<GatewayKeyRecord, Problem>> {
  const checked = refuseKeysIn({ ...wish.settings, owner: wish.name });
  if (!checked.ok) return checked;
  return await withGateway(parts, vault, async ({ keys }) => {
    return await changeKey(parts, vault, {
      action: 'gateway.key.import',
      change: () => described(keys.import(wish)),
      result: (record) => ({ record, changes: changesOf(CLOSED_SETTINGS, record) }),
    });
  });
}

export async function listGatewayKeys(
  parts: GatewayKeyParts,
  vault: OpenVault,
): Promise<Result<readonly GatewayKeyRecord[], Problem>> {
  return await withGateway(parts, vault, async ({ keys }) => await Promise.resolve(listed(keys)));
}

/** The key with this id or name, with the settings that the key has now. Prefers keys that aren't revoked. */
export async function showGatewayKey(
  parts: GatewayKeyParts,
  vault: OpenVault,
  idOrName: string,
): Promise<Result<ShownKey, Problem>> {
  return await withGateway(parts, vault, async ({ keys, raisesOf }) => {
    const records = listed(keys);
    if (!records.ok) return records;
    const named = records.value.filter(({ id, name }) => id === idOrName || name === idOrName);
    const found = named.find(({ revokedAtMs }) => revokedAtMs === undefined) ?? named.at(-1);
    if (found === undefined) return await Promise.resolve(failed(problem('GATEWAY_KEY_NOT_FOUND')));
    const raises = raisesOf(found.id);
    if (!raises.ok) return failed(describeDatabaseFailure(raises.failure));
    return ok({ ...found, raises: raises.value });
  });
}

/** Changes settings of a key, also for a running gateway, and records each change. */
export async function updateGatewayKey(
  parts: GatewayKeyParts,
  vault: OpenVault,
  idOrName: string,
  settings: Partial<KeySettings>,
): Promise<Result<GatewayKeyRecord, Problem>> {
  const checked = refuseKeysIn(settings);
  if (!checked.ok) return checked;
  return await withActiveKey(parts, vault, idOrName, async (keys, before) => {
    return await changeKey(parts, vault, {
      before,
      change: () => described(keys.update(before.id, settings)),
      result: (record) => ({ record, changes: changesOf(before, record) }),
    });
  });
}

/** Gives a key a new text and records it. Its earlier texts stay valid for at most the grace period. */
export async function rotateGatewayKey(
  parts: GatewayKeyParts,
  vault: OpenVault,
  idOrName: string,
  graceMs: number,
): Promise<Result<IssuedKey, Problem>> {
  return await withActiveKey(parts, vault, idOrName, async (keys, before) => {
    return await changeKey(parts, vault, {
      ...{ before, action: 'gateway.key.rotate' },
      change: () => described(keys.rotate(before.id, graceMs)),
      result: ({ record }) => ({ record }),
    });
  });
}

/** Raises a key's budget until a time, also for a running gateway, and records it. */
export async function raiseGatewayKeyBudget(
  parts: GatewayKeyParts,
  vault: OpenVault,
  idOrName: string,
  raise: { readonly amountMicroUsd: number; readonly untilMs: number },
): Promise<Result<GatewayKeyRecord, Problem>> {
  return await withActiveKey(parts, vault, idOrName, async (_keys, record, store) => {
    const { id: keyId, budget } = record;
    if (budget === undefined) return failed(problem('USAGE', 'The key has no budget to raise.'));
    const after = { ...budget, amountMicroUsd: budget.amountMicroUsd + raise.amountMicroUsd };
    const change: AuditChange = { setting: 'budget', before: budget, after };
    return await changeKey(parts, vault, {
      before: record,
      change: () => {
        const raised = store.raiseBudget({ ...raise, keyId });
        return raised.ok ? ok(record) : failed(describeDatabaseFailure(raised.failure));
      },
      result: () => ({ record, changes: [change] }),
    });
  });
}

/** Disables a key or enables it again, also for a running gateway, and records it. */
export async function setGatewayKeyDisabled(
  parts: GatewayKeyParts,
  vault: OpenVault,
  idOrName: string,
  disabled: boolean,
): Promise<Result<GatewayKeyRecord, Problem>> {
  const action = disabled ? 'gateway.key.disable' : 'gateway.key.enable';
  return await withActiveKey(parts, vault, idOrName, async (keys, before) => {
    return await changeKey(parts, vault, {
      ...{ before, action },
      change: () => described(keys.setDisabled(before.id, disabled)),
      result: (record) => ({ record }),
    });
  });
}

/** Revokes a key permanently, also for a running gateway, and records it. */
export async function revokeGatewayKey(
  parts: GatewayKeyParts,
  vault: OpenVault,
  idOrName: string,
): Promise<Result<GatewayKeyRecord, Problem>> {
  return await withActiveKey(parts, vault, idOrName, async (keys, before) => {
    return await changeKey(parts, vault, {
      ...{ before, action: 'gateway.key.revoke' },
      change: () => described(keys.revoke(before.id)),
      result: (record) => ({ record }),
    });
  });
}

/** Settings appear in lists, and scopes in the audit log, so none of them may be a key by mistake. */
function refuseKeysIn(settings: Partial<KeySettings>): Result<undefined, Problem> {
  const { models = [], origins = [], owner = '', notes = {} } = settings;
  const texts = [...(models === 'all' ? [] : models), ...origins, owner];
  const checks = [...texts, ...Object.entries(notes).flat()].map((text) =>
    refuseKeyAsName(text, 'GATEWAY_KEY_SETTINGS_INVALID'),
  );
  return checks.find((each) => !each.ok) ?? ok();
}

function listed(keys: Keys): Result<readonly GatewayKeyRecord[], Problem> {
  const records = keys.list();
  return records.ok ? records : failed(describeDatabaseFailure(records.failure));
}

function described<T>(result: Result<T, GatewayKeyFailure>): Result<T, Problem> {
  return result.ok ? result : failed(describeGatewayKeyFailure(result.failure));
}

/** A change of a key, and what the audit log says about it. */
interface KeyChange<T> {
  /** Undefined for a new key. */
  readonly before?: GatewayKeyRecord;
  /** Undefined if only settings change. */
  readonly action?: AuditAction;
  readonly change: () => Result<T, Problem>;
  readonly result: (value: T) => KeyChangeResult;
}

interface KeyChangeResult {
  readonly record: Pick<GatewayKeyRecord, 'id'>;
  readonly changes?: readonly AuditChange[];
}

/** Changes a key: after a record that this begins, and before one for the action and each setting that changed. */
async function changeKey<T>(
  { open, ...place }: GatewayKeyParts,
  vault: OpenVault,
  { before, action, change, result }: KeyChange<T>,
): Promise<Result<T, Problem>> {
  const begun = before === undefined ? {} : { subject: subjectOf(before) };
  const recorded: RecordedChange<T> = {
    begin: { action: 'gateway.key.begin', outcome: 'success', ...begun },
    change,
    outcome: (changed) => {
      if (changed.ok) return eventsOf(action, result(changed.value));
      const { code: reason } = changed.failure;
      return [{ action: action ?? 'gateway.key.update', outcome: 'failure', reason, ...begun }];
    },
  };
  return open === undefined
    ? await recordChangeOnce(place, vault, recorded)
    : await recordAround(open.audit, recorded);
}

function subjectOf({ id }: Pick<GatewayKeyRecord, 'id'>): AuditSubject {
  return { kind: 'gateway-key', id };
}

function eventsOf(
  action: AuditAction | undefined,
  { record, changes = [] }: KeyChangeResult,
): readonly AuditEvent[] {
  const about = { outcome: 'success', subject: subjectOf(record) } as const;
  const updates = changes.map(
    (change) => ({ ...about, action: 'gateway.key.update', change }) as const,
  );
  // Settings that are as they were: the outcome of what has begun is recorded too.
  if (action === undefined) {
    return updates.length > 0 ? updates : [{ ...about, action: 'gateway.key.update' }];
  }
  return [{ ...about, action }, ...updates];
}

/** Runs the work with the key that has this id or name and isn't revoked. */
async function withActiveKey<T>(
  parts: GatewayKeyParts,
  vault: OpenVault,
  idOrName: string,
  use: (keys: Keys, record: GatewayKeyRecord, store: GatewayStore) => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> {
  return await withGateway(parts, vault, async (store) => {
    const { keys } = store;
    const records = listed(keys);
    if (!records.ok) return records;
    const [found, ...others] = records.value.filter(
      ({ id, name, revokedAtMs }) =>
        revokedAtMs === undefined && (id === idOrName || name === idOrName),
    );
    if (found === undefined) {
      return failed(problemSaying('GATEWAY_KEY_NOT_FOUND', 'No active key has this id or name.'));
    }
    return others.length > 0
      ? failed(problem('USAGE', 'Several keys have this name; name the key by its id.'))
      : await use(keys, found, store);
  });
}

async function withGateway<T>(
  { home, clock, randomness, open }: GatewayKeyParts,
  vault: OpenVault,
  use: (store: GatewayStore) => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> {
  if (open !== undefined) return await use(open.gateway);
  const gatewayPath = join(home.dataDir, 'gateway.db');
  const store = await openGateway({ gatewayPath, vault, clock, randomness });
  if (!store.ok) return store;
  try {
    return await use(store.value);
  } finally {
    store.value.close();
  }
}
