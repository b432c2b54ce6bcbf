import { executablePath, secretName } from '@postern/protocol';
import { Secret, revealSecret } from '@postern/kernel';
import type { TakenSecrets } from '@postern/run';
import type { SecretInfo, SecretRecord } from '@postern/vault';
import * as v from 'valibot';
import type { ValueInput } from '../secrets/set-value.ts';

/*
 * The protocol of a process with an unlocked vault on its Unix socket (mode 0600, in a directory of
 * mode 0700): only this user can connect. A value is only sent if a request names it.
 */

const name = v.pipe(
  v.string(),
  v.check((text) => secretName.parse(text) !== undefined),
  v.transform((text) => secretName.from(text)),
);

const timeMs = v.pipe(v.number(), v.integer(), v.minValue(0));

const program = v.pipe(
  v.string(),
  v.check((text) => executablePath.parse(text) !== undefined),
  v.transform((text) => executablePath.from(text)),
);

export const NameSchema = v.strictObject({ name });

/**
 * What a secret is used for. The requesting process names itself: only this user could lie, who may
 * use the secret anyway.
 */
const use = {
  action: v.picklist(['secret.read', 'secret.use', 'secret.inject']),
  program: v.exactOptional(program),
  pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  executable: v.nullable(program),
};

export const UseSchema = v.strictObject({ name, ...use });

/** Values of several secrets for one use. */
export const WishSchema = v.strictObject({
  references: v.array(v.strictObject({ name, field: v.pipe(v.string(), v.maxLength(64)) })),
  whenMissing: v.picklist(['fail', 'leave-out']),
  ...use,
});

/** By reference. */
export const TakenSchema = v.strictObject({
  values: v.record(v.string(), v.string()),
  missing: v.array(v.string()),
});

export const PurposeSchema = v.strictObject({
  purpose: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9./-]{0,99}$/)),
});

export const RecordSchema = v.strictObject({
  name,
  fields: v.record(v.pipe(v.string(), v.maxLength(64)), v.pipe(v.string(), v.maxLength(65_536))),
  createdAtMs: timeMs,
  updatedAtMs: timeMs,
});

/** A record to store, and the reason. */
export const PutSchema = v.strictObject({
  record: RecordSchema,
  action: v.exactOptional(v.literal('secret.import')),
});

export const SetSchema = v.strictObject({
  name,
  value: v.pipe(v.string(), v.maxLength(65_536)),
  nowMs: timeMs,
  action: v.picklist(['secret.write', 'secret.rotate']),
});

export const SetOutcomeSchema = v.strictObject({
  outcome: v.picklist(['stored', 'missing', 'same']),
});

/** The end of the audit log, from the vault's anchor. */
export const AnchorSchema = v.strictObject({
  count: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  atMs: timeMs,
});

export const KeepAnchorSchema = v.strictObject({ head: AnchorSchema, isNewLog: v.boolean() });

export const InfosSchema = v.array(
  v.strictObject({ name, fields: v.array(v.string()), createdAtMs: timeMs, updatedAtMs: timeMs }),
);

export const KeySchema = v.strictObject({ key: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) });

export const HolderSchema = v.object({
  unlocked: v.boolean(),
  storage: v.nullable(v.picklist(['keyring', 'file'])),
});

export type RecordWire = v.InferOutput<typeof RecordSchema>;

/** A record as it is sent over the socket: the only place where its values become text for that. */
export function recordToWire(record: SecretRecord): RecordWire {
  const fields = [...record.fields].map(([field, value]) => [field, revealSecret(value)] as const);
  return { ...record, fields: Object.fromEntries(fields) };
}

export function valueToWire({ value, ...input }: ValueInput): v.InferOutput<typeof SetSchema> {
  return { ...input, value: revealSecret(value) };
}

export function valueFromWire({ value, ...wire }: v.InferOutput<typeof SetSchema>): ValueInput {
  return { ...wire, value: Secret.of(value) };
}

export function recordFromWire(wire: RecordWire): SecretRecord {
  const fields = Object.entries(wire.fields).map(
    ([field, text]) => [field, Secret.of(text)] as const,
  );
  return { ...wire, fields: new Map(fields) };
}

/** Values as they are sent over the socket. */
export function takenToWire({ values, missing }: TakenSecrets): v.InferOutput<typeof TakenSchema> {
  const texts = [...values].map(([reference, value]) => [reference, revealSecret(value)] as const);
  return { values: Object.fromEntries(texts), missing: [...missing] };
}

export function takenFromWire(wire: v.InferOutput<typeof TakenSchema>): TakenSecrets {
  const values = Object.entries(wire.values).map(([key, text]) => [key, Secret.of(text)] as const);
  return { values: new Map(values), missing: wire.missing };
}

export function infoToWire(info: SecretInfo): v.InferOutput<typeof InfosSchema>[number] {
  return { ...info, fields: [...info.fields] };
}
