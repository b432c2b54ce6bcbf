import { basename } from 'node:path';
import { failed, isJsonObject, ok, type JsonObject, type JsonValue } from '@postern/kernel';
import type { Result, Secret } from '@postern/kernel';
import { secretName, type SecretName, type VaultId } from '@postern/protocol';
import * as v from 'valibot';
import type { KdfCosts } from '../kdf-costs.ts';
import { recordFromWire, recordsToWire } from '../record-wire.ts';
import { byName, type SecretRecord } from '../secret-store.ts';
import { base64urlOf } from '../slots/slot.ts';
import type { VaultFailure } from '../vault-failure.ts';
import {
  openWithPassphrase,
  passphraseRecipient,
  type ContentKey,
  type Sealing,
} from './recipients.ts';
import { parseSealedJson, sealJson, type SealedKind } from './sealed-json.ts';

/** The whole content of a vault: enough to recreate it on another machine. */
export interface Backup {
  readonly vaultId: VaultId;
  readonly createdAtMs: number;
  readonly dataKeyId: string;
  readonly dataKey: Uint8Array;
  /** Called `lastingKey` in the file. */
  readonly stableKey: Uint8Array;
  readonly records: readonly SecretRecord[];
}

const VERSION = 1;
const MAX_BYTES = 32 * 1024 * 1024;

export function backupKind(path: string): SealedKind {
  return { typ: 'postern-backup', file: basename(path), maxBytes: MAX_BYTES, version: VERSION };
}

const ContentSchema = v.strictObject({
  version: v.literal(VERSION),
  createdAtMs: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  dataKeyId: base64urlOf(12),
  dataKey: base64urlOf(32),
  lastingKey: base64urlOf(32),
  secrets: v.record(v.string(), v.unknown()),
});

/** Encrypts a backup under its own passphrase, in a form that any JOSE tool can open. */
export async function sealBackup(
  backup: Backup,
  passphrase: Secret,
  sealing: Sealing,
): Promise<Result<Uint8Array, VaultFailure>> {
  const secrets = recordsToWire(backup.records.toSorted(byName));
  if (!secrets.ok) return secrets;
  const key = Uint8Array.from(sealing.randomness.bytes(32));
  const recipient = await passphraseRecipient(key, { slotId: 'backup', passphrase }, sealing);
  const content: JsonObject = {
    version: VERSION,
    createdAtMs: backup.createdAtMs,
    dataKeyId: backup.dataKeyId,
    dataKey: Buffer.from(backup.dataKey).toString('base64url'),
    lastingKey: Buffer.from(backup.stableKey).toString('base64url'),
    secrets: Object.fromEntries(secrets.value),
  };
  const contentKey: ContentKey = { key, recipients: [recipient] };
  return ok(await sealJson(backupKind(''), backup.vaultId, contentKey, content));
}

/** Opens a backup. `file` is its name in failures. */
export async function openBackup(
  bytes: Uint8Array,
  { file, passphrase }: { readonly file: string; readonly passphrase: Secret },
  costs: KdfCosts,
): Promise<Result<Backup, VaultFailure>> {
  const kind = backupKind(file);
  const sealed = parseSealedJson(kind, bytes, costs);
  if (!sealed.ok) return sealed;
  const key = await openWithPassphrase(sealed.value.recipients, passphrase);
  if (key === undefined) return failed({ reason: 'wrong-backup-passphrase' });
  const content = await sealed.value.open(key);
  if (!content.ok) return content;
  return parseContent(kind, sealed.value.vaultId, content.value);
}

function parseContent(
  kind: SealedKind,
  vaultId: VaultId,
  content: JsonValue,
): Result<Backup, VaultFailure> {
  const parsed = v.safeParse(ContentSchema, content);
  const secrets = isJsonObject(content) ? content['secrets'] : undefined;
  const records = isJsonObject(secrets) ? recordsOf(secrets) : undefined;
  if (!parsed.success || records === undefined) {
    return failed({ reason: 'vault-damaged', file: kind.file, damage: 'malformed' });
  }
  const { createdAtMs, dataKeyId, dataKey, lastingKey } = parsed.output;
  return ok({
    vaultId,
    createdAtMs,
    dataKeyId,
    dataKey: Uint8Array.from(Buffer.from(dataKey, 'base64url')),
    stableKey: Uint8Array.from(Buffer.from(lastingKey, 'base64url')),
    records,
  });
}

function recordsOf(secrets: JsonObject): readonly SecretRecord[] | undefined {
  const records: SecretRecord[] = [];
  for (const [text, wire] of Object.entries(secrets)) {
    const name: SecretName | undefined = secretName.parse(text);
    const record = name && recordFromWire(name, wire);
    if (record === undefined) return undefined;
    records.push(record);
  }
  return records.sort(byName);
}
