import { decodeUtf8, encodeUtf8, isJsonObject, parseJson, type JsonObject } from '@postern/kernel';
import { errors, flattenedDecrypt, FlattenedEncrypt } from 'jose';

/** The encrypted and authenticated members of a JWE (RFC 7516), without the recipients. */
export interface JweContent {
  readonly protected: string;
  readonly aad: string;
  readonly iv: string;
  readonly ciphertext: string;
  readonly tag: string;
}

export const CONTENT_ENCRYPTION = 'A256GCM';

/** Encrypts with A256GCM under a content key and a new random IV. */
export async function sealContent(
  key: Uint8Array,
  header: { readonly enc: typeof CONTENT_ENCRYPTION } & JsonObject,
  associated: Uint8Array,
  text: string,
): Promise<JweContent> {
  // `dir`: `key` is the content key itself. We wrap it for the recipients ourselves.
  const sealed = await new FlattenedEncrypt(encodeUtf8(text))
    .setProtectedHeader({ ...header })
    .setUnprotectedHeader({ alg: 'dir' })
    .setAdditionalAuthenticatedData(associated)
    .encrypt(key);
  const { protected: protectedHeader = '', aad = '', iv = '', ciphertext, tag = '' } = sealed;
  return { protected: protectedHeader, aad, iv, ciphertext, tag };
}

/** The plaintext; undefined if the key is wrong or the content was altered. */
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

/** The members of a protected header; undefined if it isn't base64url of a JSON object. */
export function readProtected(header: string): JsonObject | undefined {
  const text = decodeUtf8(Buffer.from(header, 'base64url'));
  const json = text === undefined ? undefined : parseJson(text, { maxDepth: 3 });
  return json?.ok === true && isJsonObject(json.value) ? json.value : undefined;
}
