import { decodeUtf8, encodeUtf8, isJsonObject, parseJson, type JsonObject } from '@postern/kernel';
import { errors, flattenedDecrypt, FlattenedEncrypt } from 'jose';

/** What RFC 7516 encrypts and authenticates, without the recipients. */
export interface JweContent {
  readonly protected: string;
  readonly aad: string;
  readonly iv: string;
  readonly ciphertext: string;
  readonly tag: string;
}

export const CONTENT_ENCRYPTION = 'A256GCM';

/** Encrypts under a content key (A256GCM) and a fresh random IV. */
export async function sealContent(
  key: Uint8Array,
  header: { readonly enc: typeof CONTENT_ENCRYPTION } & JsonObject,
  associated: Uint8Array,
  text: string,
): Promise<JweContent> {
  // `dir` says to jose that `key` is the content key itself; the recipients' keys are wrapped beside.
  const sealed = await new FlattenedEncrypt(encodeUtf8(text))
    .setProtectedHeader({ ...header })
    .setUnprotectedHeader({ alg: 'dir' })
    .setAdditionalAuthenticatedData(associated)
    .encrypt(key);
  const { protected: protectedHeader = '', aad = '', iv = '', ciphertext, tag = '' } = sealed;
  return { protected: protectedHeader, aad, iv, ciphertext, tag };
}

/** The plaintext; undefined where it is not what was sealed under this key. */
export async function openContent(
  key: Uint8Array,
  content: JweContent,
): Promise<Uint8Array | undefined> {
  try {
    const { plaintext } = await flattenedDecrypt({ ...content, header: { alg: 'dir' } }, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: [CONTENT_ENCRYPTION],
    });
    return plaintext;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/** The members of a protected header; undefined where it is not base64url of a JSON object. */
export function readProtected(header: string): JsonObject | undefined {
  const text = decodeUtf8(Buffer.from(header, 'base64url'));
  const json = text === undefined ? undefined : parseJson(text, { maxDepth: 3 });
  return json?.ok === true && isJsonObject(json.value) ? json.value : undefined;
}
