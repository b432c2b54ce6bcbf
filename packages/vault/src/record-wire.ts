import { failed, ok, revealSecret, Secret, type JsonValue, type Result } from '@postern/kernel';
import type { SecretName } from '@postern/protocol';
import * as v from 'valibot';
import type { SecretRecord } from './secret-store.ts';
import type { SecretProblem, VaultFailure } from './vault-failure.ts';

/** A secret as JSON, written only inside an encrypted file or a keyring entry. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface isn't assignable to JsonObject
export type RecordWire = {
  readonly fields: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

/** The total size of a secret's values in UTF-8: enough for a certificate chain with its key. */
const MAX_SECRET_BYTES = 65_536;
const MAX_FIELDS = 32;
const FIELD_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** The largest time that a Date can hold. */
const MAX_TIME_MS = 8_640_000_000_000_000;

const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(MAX_TIME_MS));

const RecordWireSchema = v.strictObject({
  fields: v.record(v.string(), v.string()),
  createdAtMs: time,
  updatedAtMs: time,
});

/** The wire form of a record. Fails with `secret-invalid` if the record exceeds a limit. */
export function recordToWire(record: SecretRecord): Result<RecordWire, VaultFailure> {
  const texts = [...record.fields].map(([field, value]) => [field, revealSecret(value)] as const);
  const fields = Object.fromEntries(texts);
  const { createdAtMs, updatedAtMs } = record;
  const problem = problemOf(fields) ?? (areTimes(createdAtMs, updatedAtMs) ? undefined : 'times');
  if (problem !== undefined) return failed({ reason: 'secret-invalid', problem });
  return ok({ fields, createdAtMs, updatedAtMs });
}

/** The wire forms of several records by name. Fails if any record exceeds a limit. */
export function recordsToWire(
  records: Iterable<SecretRecord>,
): Result<Map<SecretName, RecordWire>, VaultFailure> {
  const wires = new Map<SecretName, RecordWire>();
  for (const record of records) {
    const wire = recordToWire(record);
    if (!wire.ok) return wire;
    wires.set(record.name, wire.value);
  }
  return ok(wires);
}

/** Parses a wire form; undefined if it is invalid. */
export function recordFromWire(name: SecretName, wire: JsonValue): SecretRecord | undefined {
  const parsed = v.safeParse(RecordWireSchema, wire);
  if (!parsed.success) return undefined;
  const { fields, createdAtMs, updatedAtMs } = parsed.output;
  if (problemOf(fields) !== undefined) return undefined;
  const secrets = Object.entries(fields).map(([field, text]) => [field, Secret.of(text)] as const);
  return { name, fields: new Map(secrets), createdAtMs, updatedAtMs };
}

function problemOf(fields: Readonly<Record<string, string>>): SecretProblem | undefined {
  const entries = Object.entries(fields);
  if (entries.length === 0) return 'no-fields';
  if (entries.length > MAX_FIELDS) return 'too-many-fields';
  if (!entries.every(([field]) => FIELD_NAME.test(field))) return 'field-name';
  if (!entries.every(([, text]) => text.isWellFormed())) return 'not-text';
  if (entries.some(([, text]) => text === '')) return 'empty-value';
  const bytes = entries.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0);
  return bytes > MAX_SECRET_BYTES ? 'too-large' : undefined;
}

function areTimes(...times: readonly number[]): boolean {
  return times.every((at) => v.safeParse(time, at).success);
}
