import * as v from 'valibot';

/*
 * Every field of every file of the vault, as docs/formats names them. An additional or missing
 * field is an error.
 */

const text = v.string();
const time = v.pipe(v.number(), v.integer());
const sealed = { nonce: text, wrapped: text };
const slot = { id: text, createdAtMs: time, ...sealed };

const argon2 = { memoryKiB: v.number(), passes: v.number(), lanes: v.number(), salt: text };

export const SlotShape = v.variant('kind', [
  v.strictObject({
    kind: v.literal('keyring'),
    kdf: v.strictObject({ name: v.literal('pbkdf2-hmac-sha512'), iterations: v.number() }),
    ...slot,
  }),
  v.strictObject({
    kind: v.literal('passphrase'),
    kdf: v.strictObject({ name: v.literal('argon2id'), ...argon2 }),
    ...slot,
  }),
  v.strictObject({
    kind: v.literal('keyring-passphrase'),
    kdf: v.strictObject({ name: v.literal('argon2id-hkdf-sha256'), ...argon2 }),
    ...slot,
  }),
  v.strictObject({
    kind: v.literal('recovery'),
    kdf: v.strictObject({ name: v.literal('hkdf-sha256'), salt: text }),
    ...slot,
  }),
]);

export const HeaderShape = v.strictObject({
  format: v.literal('postern-slots'),
  version: v.picklist([2, 3]),
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
  vaultId: text,
  dataKeyId: text,
  storage: v.picklist(['keyring', 'file']),
  createdAtMs: time,
  slots: v.array(SlotShape),
  lasting: v.strictObject(sealed),
  mac: text,
  digest: text,
});

const RecipientHeader = v.variant('alg', [
  v.strictObject({
    alg: v.literal('PBES2-HS512+A256KW'),
    kid: text,
    p2c: v.number(),
    p2s: text,
  }),
  v.strictObject({ alg: v.literal('A256KW'), kid: text }),
]);

export const JweShape = v.strictObject({
  protected: text,
  recipients: v.array(v.strictObject({ header: RecipientHeader, encrypted_key: text })),
  aad: text,
  iv: text,
  ciphertext: text,
  tag: text,
});

export const ProtectedShape = v.variant('typ', [
  v.strictObject({
    enc: v.literal('A256GCM'),
    typ: v.literal('postern-secrets'),
    v: v.literal(2),
    vault: text,
    generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
  }),
  v.strictObject({
    enc: v.literal('A256GCM'),
    typ: v.literal('postern-backup'),
    v: v.literal(1),
    vault: text,
  }),
]);

export const AnchorShape = v.strictObject({
  format: v.literal('postern-anchor'),
  version: v.literal(1),
  vaultId: text,
  revision: v.number(),
  slots: v.number(),
  secrets: v.number(),
  audit: v.nullable(v.strictObject({ count: v.number(), hash: text, atMs: time })),
  mac: text,
  digest: text,
});

const times = { createdAtMs: time, updatedAtMs: time };
const RecordShape = v.strictObject({ fields: v.record(text, text), ...times });
const secrets = v.record(text, RecordShape);

export const SecretsShape = v.strictObject({ version: v.literal(1), secrets });

export const BackupShape = v.strictObject({
  version: v.literal(1),
  createdAtMs: time,
  dataKeyId: text,
  dataKey: text,
  lastingKey: text,
  secrets,
});

const entry = { v: v.literal(1), account: text, digest: text };
export const EntryShapes = {
  secret: v.strictObject({ ...entry, fields: v.record(text, text), ...times }),
  '+index': v.strictObject({
    ...entry,
    secrets: v.record(text, v.nullable(v.strictObject({ fields: v.array(text), ...times }))),
  }),
  '+slot': v.strictObject({ ...entry, salt: text }),
  '+anchor': v.strictObject({ ...entry, anchor: text }),
} as const;

const begun = { version: v.literal(1), vaultId: text, digest: text };
const storage = v.picklist(['keyring', 'file']);
export const JournalShape = v.variant('operation', [
  v.strictObject({ ...begun, operation: v.literal('create'), keyringSlotId: v.nullable(text) }),
  v.strictObject({
    ...begun,
    operation: v.literal('migrate'),
    from: storage,
    to: storage,
    removeSource: v.boolean(),
    newSlotIds: v.array(text),
    oldSlotIds: v.array(text),
  }),
  v.strictObject({ ...begun, operation: v.literal('slots'), slotIds: v.array(text) }),
  v.strictObject({
    ...begun,
    operation: v.literal('rekey'),
    oldHeader: text,
    newHeader: text,
    newDataKeyId: text,
    newKey: v.strictObject(sealed),
  }),
  v.strictObject({ ...begun, operation: v.literal('restore') }),
]);

export const AuditHeadShape = v.strictObject({
  v: v.literal(1),
  segment: text,
  bytes: v.number(),
  seq: v.number(),
  last: text,
  mac: text,
});

export type Anchor = v.InferOutput<typeof AnchorShape>;
export type Header = v.InferOutput<typeof HeaderShape>;
export type Slot = v.InferOutput<typeof SlotShape>;
export type Argon2 = Pick<
  Extract<Slot, { readonly kind: 'passphrase' }>['kdf'],
  'memoryKiB' | 'passes' | 'lanes' | 'salt'
>;
export interface Sealed {
  readonly nonce: string;
  readonly wrapped: string;
}
export type Jwe = v.InferOutput<typeof JweShape>;
export type RecipientHeader = v.InferOutput<typeof RecipientHeader>;
export type AuditHead = v.InferOutput<typeof AuditHeadShape>;
