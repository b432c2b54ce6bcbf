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
  /** What else the file has; undefined if it has only secrets. */
  readonly body?: BackupBody;
}

export interface BackupBody {
  readonly key: Uint8Array;
  /** In the order in which they follow each other. */
  readonly parts: readonly BackupPart[];
}

/** A file in a backup beside the secrets. Its user gives it a meaning. */
export interface BackupPart {
  readonly name: string;
  readonly bytes: number;
  /** How much of what it has, to be shown. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Version 2 is followed by a body. */
const VERSION = 2;
const MAX_PARTS = 16;
const MAX_BYTES = 32 * 1024 * 1024;

export function backupKind(path: string): SealedKind {
  return { typ: 'postern-backup', file: basename(path), maxBytes: MAX_BYTES, version: VERSION };
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const PartSchema = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^[a-z][a-z-]{0,31}$/)),
  // The sum of all parts stays a safe integer.
  bytes: v.pipe(count, v.maxValue(2 ** 48)),
  counts: v.record(v.pipe(v.string(), v.regex(/^[a-z][a-z-]{0,31}$/)), count),
});

const members = {
  createdAtMs: count,
  dataKeyId: base64urlOf(12),
  dataKey: base64urlOf(32),
  lastingKey: base64urlOf(32),
  secrets: v.record(v.string(), v.unknown()),
};

const ContentSchema = v.variant('version', [
  v.strictObject({ ...members, version: v.literal(1) }),
  v.strictObject({
    ...members,
    version: v.literal(VERSION),
    bodyKey: base64urlOf(32),
    parts: v.pipe(v.array(PartSchema), v.minLength(1), v.maxLength(MAX_PARTS)),
  }),
]);

/**
 * Encrypts the first line of a backup under its own passphrase, in a form that any JOSE tool can open. Without a body
 * it is the whole file.
 */
export async function sealBackup(
  backup: Backup,
  passphrase: Secret,
  sealing: Sealing,
): Promise<Result<Uint8Array, VaultFailure>> {
  const secrets = recordsToWire(backup.records.toSorted(byName));
  if (!secrets.ok) return secrets;
  const key = Uint8Array.from(sealing.randomness.bytes(32));
  const recipient = await passphraseRecipient(key, { slotId: 'backup', passphrase }, sealing);
  const { body } = backup;
  const content: JsonObject = {
    version: body === undefined ? 1 : VERSION,
    createdAtMs: backup.createdAtMs,
    dataKeyId: backup.dataKeyId,
    dataKey: Buffer.from(backup.dataKey).toString('base64url'),
    lastingKey: Buffer.from(backup.stableKey).toString('base64url'),
    secrets: Object.fromEntries(secrets.value),
    ...(body === undefined ? {} : bodyToWire(body)),
  };
  const contentKey: ContentKey = { key, recipients: [recipient] };
  const generation = body === undefined ? 0 : 1;
  return ok(await sealJson(backupKind(''), backup.vaultId, contentKey, content, generation));
}

function bodyToWire({ key, parts }: BackupBody): JsonObject {
  return {
    bodyKey: Buffer.from(key).toString('base64url'),
    parts: parts.map(({ name, bytes, counts }) => ({ name, bytes, counts })),
  };
}

/** Opens the first line of a backup. `file` is its name in failures. */
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
  const { vaultId, generation } = sealed.value;
  const backup = parseContent(kind, vaultId, content.value);
  if (!backup.ok) return backup;
  // Only the header says it to a Postern that knows version 1 alone.
  const isSame = generation > 0 === (backup.value.body !== undefined);
  return isSame ? backup : damaged(kind);
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
    return damaged(kind);
  }
  const { output } = parsed;
  const { createdAtMs, dataKeyId, dataKey, lastingKey } = output;
  return ok({
    vaultId,
    createdAtMs,
    dataKeyId,
    dataKey: bytesOf(dataKey),
    stableKey: bytesOf(lastingKey),
    records,
    ...(output.version === 1
      ? {}
      : { body: { key: bytesOf(output.bodyKey), parts: output.parts } }),
  });
}

function bytesOf(base64url: string): Uint8Array {
  return Uint8Array.from(Buffer.from(base64url, 'base64url'));
}

function damaged({ file }: SealedKind): Result<never, VaultFailure> {
  return failed({ reason: 'vault-damaged', file, damage: 'malformed' });
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
