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
  /** How the file is called in failures. */
  readonly file: string;
  readonly maxBytes: number;
}

/** A sealed file, parsed and within bounds, not yet opened. */
export interface SealedJson {
  readonly vaultId: VaultId;
  readonly recipients: Recipients;
  /** The content; `altered` where it is not what was sealed under this key. */
  open(key: Uint8Array): Promise<Result<JsonValue, VaultFailure>>;
}

const VERSION = 1;
/** Canonical: unused bits in a last character would be bytes of the file that nothing authenticates. */
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

const ProtectedSchema = v.strictObject({
  enc: v.literal(CONTENT_ENCRYPTION),
  typ: v.string(),
  v: v.literal(VERSION),
  vault: v.pipe(
    v.string(),
    v.check((text) => vaultId.parse(text) !== undefined),
    v.transform((text) => vaultId.from(text)),
  ),
});

/** Encrypts `content` under a fresh random IV and gives the file's bytes, one line. */
export async function sealJson(
  kind: SealedKind,
  vault: VaultId,
  { key, recipients }: ContentKey,
  content: JsonValue,
): Promise<Uint8Array> {
  const header = { enc: CONTENT_ENCRYPTION, typ: kind.typ, v: VERSION, vault } as const;
  const associated = digestOfRecipients(recipients);
  const sealed = await sealContent(key, header, associated, JSON.stringify(content));
  const { protected: protectedHeader, ...rest } = sealed;
  return encodeUtf8(`${JSON.stringify({ protected: protectedHeader, recipients, ...rest })}\n`);
}

/**
 * Reads a sealed file strictly: exactly the bytes that `sealJson` writes for these members, so that
 * no byte is outside what the content key authenticates.
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
  const vault = parseProtected(kind, content.protected);
  if (!vault.ok) return vault;
  if (content.aad !== Buffer.from(digestOfRecipients(recipients)).toString('base64url')) {
    return damaged(kind, 'altered');
  }
  return ok({
    vaultId: vault.value,
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
  // The schema's members come out in its own order, which is the order that is written.
  return text === `${JSON.stringify(envelope.output)}\n`
    ? ok(envelope.output)
    : damaged(kind, 'malformed');
}

function parseProtected(kind: SealedKind, header: string): Result<VaultId, VaultFailure> {
  const claims = readProtected(header);
  if (claims === undefined) return damaged(kind, 'malformed');
  if (isNewer(claims)) return failed({ reason: 'version-unknown', file: kind.file });
  const parsed = v.safeParse(ProtectedSchema, claims);
  if (!parsed.success || parsed.output.typ !== kind.typ) return damaged(kind, 'malformed');
  return ok(parsed.output.vault);
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

function isNewer({ v: version }: JsonObject): boolean {
  return typeof version === 'number' && Number.isInteger(version) && version > VERSION;
}

function damageOf(issues: readonly v.BaseIssue<unknown>[]): Damage {
  const inCost = ({ path }: v.BaseIssue<unknown>) =>
    path?.some(({ key }) => key === 'p2c' || key === 'p2s') ?? false;
  return issues.some(inCost) ? 'parameters' : 'malformed';
}

function damaged(kind: SealedKind, damage: Damage): Result<never, VaultFailure> {
  return failed({ reason: 'vault-damaged', file: kind.file, damage });
}
