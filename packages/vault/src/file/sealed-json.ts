import { decodeUtf8, encodeUtf8, failed, ok, parseJson } from '@postern/kernel';
import type { JsonObject, JsonValue, Result } from '@postern/kernel';
import { vaultId, type VaultId } from '@postern/protocol';
import * as v from 'valibot';
import type { KdfCosts } from '../kdf-costs.ts';
import type { Damage, VaultFailure } from '../vault-failure.ts';
import {
  CONTENT_ENCRYPTION,
  openContent,
  readProtected,
  sealContent,
  type JweContent,
} from './jwe-content.ts';
import {
  digestOfRecipients,
  hasAcceptedCost,
  RecipientsSchema,
  type ContentKey,
  type Recipients,
} from './recipients.ts';

/**
 * One kind of encrypted JSON file: JWE General JSON Serialization (RFC 7516 §7.2.1), content
 * encryption A256GCM.
 */
export interface SealedKind {
  /** The protected header's `typ`. */
  readonly typ: string;
  /** The file's name in failures. */
  readonly file: string;
  readonly maxBytes: number;
  /** The newest supported version. Version 2 added the generation. */
  readonly version: 1 | 2;
}

/** A sealed file after parsing and bounds checks, still encrypted. */
export interface SealedJson {
  readonly vaultId: VaultId;
  readonly recipients: Recipients;
  /** How many times the file was written; 0 if its version has no count. */
  readonly generation: number;
  /** Decrypts the content. Fails as `altered` if the key is wrong or the content was changed. */
  open(key: Uint8Array): Promise<Result<JsonValue, VaultFailure>>;
}

/** Canonical base64url only: otherwise unused bits of the last character could be changed unnoticed. */
const base64url = v.pipe(
  v.string(),
  v.check((text) => Buffer.from(text, 'base64url').toString('base64url') === text),
);

const EnvelopeSchema = v.strictObject({
  protected: base64url,
  recipients: RecipientsSchema,
  aad: base64url,
  iv: v.pipe(base64url, v.length(16)),
  ciphertext: base64url,
  tag: v.pipe(base64url, v.length(22)),
});

const claims = {
  enc: v.literal(CONTENT_ENCRYPTION),
  typ: v.string(),
  vault: v.pipe(
    v.string(),
    v.check((text) => vaultId.parse(text) !== undefined),
    v.transform((text) => vaultId.from(text)),
  ),
};

const ProtectedSchema = v.variant('v', [
  v.strictObject({ ...claims, v: v.literal(1) }),
  v.strictObject({
    ...claims,
    v: v.literal(2),
    generation: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  }),
]);

/**
 * Encrypts `content` under a new random IV and returns the bytes of the file, one line.
 * @param generation From 1, or 0 for a kind without generations.
 */
export async function sealJson(
  kind: SealedKind,
  vault: VaultId,
  { key, recipients }: ContentKey,
  content: JsonValue,
  generation = 0,
): Promise<Uint8Array> {
  const form = generation === 0 ? { v: 1, vault } : { v: 2, vault, generation };
  const header = { enc: CONTENT_ENCRYPTION, typ: kind.typ, ...form } as const;
  const associated = digestOfRecipients(recipients);
  const sealed = await sealContent(key, header, associated, JSON.stringify(content));
  const { protected: protectedHeader, ...rest } = sealed;
  return encodeUtf8(`${JSON.stringify({ protected: protectedHeader, recipients, ...rest })}\n`);
}

/**
 * Parses a sealed file. Accepts only the exact bytes that `sealJson` would write, so that the content
 * key authenticates every byte.
 */
export function parseSealedJson(
  kind: SealedKind,
  bytes: Uint8Array,
  costs: KdfCosts,
): Result<SealedJson, VaultFailure> {
  const envelope = parseEnvelope(kind, bytes);
  if (!envelope.ok) return envelope;
  const { recipients, ...content } = envelope.value;
  if (!hasAcceptedCost(recipients, costs)) return damaged(kind, 'parameters');
  const header = parseProtected(kind, content.protected);
  if (!header.ok) return header;
  if (content.aad !== Buffer.from(digestOfRecipients(recipients)).toString('base64url')) {
    return damaged(kind, 'altered');
  }
  return ok({
    ...header.value,
    recipients,
    open: (key) => openJson(kind, content, key),
  });
}

type Envelope = v.InferOutput<typeof EnvelopeSchema>;

function parseEnvelope(kind: SealedKind, bytes: Uint8Array): Result<Envelope, VaultFailure> {
  const text = bytes.length > kind.maxBytes ? undefined : decodeUtf8(bytes);
  const json = text === undefined ? undefined : parseJson(text, { maxDepth: 6 });
  if (json?.ok !== true) return damaged(kind, 'malformed');
  const envelope = v.safeParse(EnvelopeSchema, json.value);
  if (!envelope.success) return damaged(kind, damageOf(envelope.issues));
  // The schema returns its members in the order in which they are written.
  return text === `${JSON.stringify(envelope.output)}\n`
    ? ok(envelope.output)
    : damaged(kind, 'malformed');
}

function parseProtected(
  kind: SealedKind,
  header: string,
): Result<Pick<SealedJson, 'vaultId' | 'generation'>, VaultFailure> {
  const found = readProtected(header);
  if (found === undefined) return damaged(kind, 'malformed');
  if (isNewer(kind, found)) return failed({ reason: 'version-unknown', file: kind.file });
  const parsed = v.safeParse(ProtectedSchema, found);
  if (!parsed.success || parsed.output.typ !== kind.typ) return damaged(kind, 'malformed');
  const { output } = parsed;
  return ok({ vaultId: output.vault, generation: output.v === 1 ? 0 : output.generation });
}

async function openJson(
  kind: SealedKind,
  content: JweContent,
  key: Uint8Array,
): Promise<Result<JsonValue, VaultFailure>> {
  const plaintext = await openContent(key, content);
  if (plaintext === undefined) return damaged(kind, 'altered');
  const text = decodeUtf8(plaintext);
  const json = text === undefined ? undefined : parseJson(text);
  return json?.ok === true ? json : damaged(kind, 'malformed');
}

function isNewer(kind: SealedKind, { v: version }: JsonObject): boolean {
  return typeof version === 'number' && Number.isInteger(version) && version > kind.version;
}

function damageOf(issues: readonly v.BaseIssue<unknown>[]): Damage {
  const inCost = ({ path }: v.BaseIssue<unknown>) =>
    path?.some(({ key }) => key === 'p2c' || key === 'p2s') ?? false;
  return issues.some(inCost) ? 'parameters' : 'malformed';
}

function damaged(kind: SealedKind, damage: Damage): Result<never, VaultFailure> {
  return failed({ reason: 'vault-damaged', file: kind.file, damage });
}
