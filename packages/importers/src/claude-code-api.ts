import { createDecipheriv, createHash, pbkdf2 } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  decodeUtf8,
  failed,
  isJsonObject,
  ok,
  parseJson,
  Secret,
  type JsonObject,
  type JsonValue,
  type Result,
} from '@postern/kernel';
import { foreignPassphraseBytes } from './foreign-passphrase.ts';
import type { ImportFailure } from './import-failure.ts';
import type {
  Candidate,
  FoundGatewayKey,
  ImportFindings,
  Importer,
  ImportSource,
  Skipped,
} from './import-shapes.ts';
import { timeOf } from './take-secret.ts';

const pbkdf2Async = promisify(pbkdf2);
const FILE = 'keys.json';
const MAX_BYTES = 16 * 1024 * 1024;
const SALT_BYTES = 32;
const TAG_BYTES = 16;
const IV_BYTES = 16;
const ITERATIONS = 100_000;

/**
 * claude-code-api's `data/keys.json`, in both versions: the names and keys of its clients. The logins
 * (`oauthToken`) are never read.
 */
export const CLAUDE_CODE_API: Importer = {
  label: 'claude-code-api: data/keys.json',
  passphrase:
    'ADMIN_PASSWORD, to check the encrypted entries; without it, they are imported unchecked',
  fits: (candidate) =>
    candidate.kind === 'file'
      ? entriesOf(candidate.json) !== undefined
      : fileIn(candidate) !== undefined,
  read: async (source) => {
    const path = fileIn(source.candidate) ?? source.candidate.path;
    const entries = await readEntries(source, path);
    if (!entries.ok) return entries;
    const gatewayKeys: FoundGatewayKey[] = [];
    const skipped: Skipped[] = [];
    let checks = 0;
    for (const [key, entry] of entries.value) {
      const found = foundKey(key, entry);
      const check = await checkKey(key, entry, source.passphrase);
      if (check === 'same') checks += 1;
      if (found === undefined) skipped.push({ entry: nameOf(entry), why: 'malformed' });
      else if (check === 'differs') skipped.push({ entry: found.name, why: 'other-passphrase' });
      else gatewayKeys.push(found);
    }
    const isWrong = checks === 0 && skipped.some(({ why }) => why === 'other-passphrase');
    if (isWrong) return failed({ reason: 'import-wrong-passphrase', path });
    const leftovers = [{ path, exposure: 'plaintext' } as const];
    return ok<ImportFindings>({ secrets: [], gatewayKeys, skipped, leftovers });
  },
};

type Entries = readonly (readonly [key: string, entry: JsonObject])[];

function fileIn(candidate: Candidate): string | undefined {
  if (candidate.kind !== 'directory' || !candidate.names.includes(FILE)) return undefined;
  return join(candidate.path, FILE);
}

async function readEntries(
  { candidate, files }: ImportSource,
  path: string,
): Promise<Result<Entries, ImportFailure>> {
  const read = candidate.kind === 'file' ? ok(candidate.bytes) : await files.read(path, MAX_BYTES);
  if (!read.ok) return read;
  const json = parseJson(decodeUtf8(read.value ?? new Uint8Array(0)) ?? '');
  const entries = json.ok ? entriesOf(json.value) : undefined;
  return entries === undefined ? failed({ reason: 'import-malformed', path }) : ok(entries);
}

/** The entries by key; undefined if any of them is malformed. */
function entriesOf(json: JsonValue | undefined): Entries | undefined {
  if (!isJsonObject(json)) return undefined;
  const entries = Object.entries(json).flatMap(([key, entry]) =>
    isJsonObject(entry) && typeof entry['keyName'] === 'string' && 'oauthToken' in entry
      ? [[key, entry] as const]
      : [],
  );
  const isComplete = entries.length > 0 && entries.length === Object.keys(json).length;
  return isComplete ? entries : undefined;
}

function nameOf(entry: JsonObject): string {
  const name = entry['keyName'];
  return typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 200) : 'unnamed';
}

/** The older version has neither `apiKey` nor `isActive`. All of its keys are active. */
function foundKey(key: string, entry: JsonObject): FoundGatewayKey | undefined {
  if (!/^[\x21-\x7e]{16,512}$/.test(key)) return undefined;
  return {
    name: nameOf(entry),
    key: Secret.of(key),
    isActive: entry['isActive'] !== false,
    createdAtMs: timeOf(entry['createdAt']),
    lastUsedAtMs: timeOf(entry['lastUsed']),
  };
}

/** Compares the key with its encrypted copy. */
async function checkKey(
  key: string,
  entry: JsonObject,
  passphrase: Secret | undefined,
): Promise<'same' | 'differs' | 'unchecked'> {
  const copy = entry['apiKey'];
  if (typeof copy === 'string') return copy === key ? 'same' : 'differs';
  if (!isJsonObject(copy) || passphrase === undefined) return 'unchecked';
  return (await openCopy(copy, passphrase))?.equals(Buffer.from(key)) === true ? 'same' : 'differs';
}

/** AES-256-GCM. `data` is salt, tag and ciphertext. The key is derived from the password's SHA-256 in hex. */
async function openCopy(copy: JsonObject, passphrase: Secret): Promise<Buffer | undefined> {
  const [iv, data] = [bytesOf(copy['iv']), bytesOf(copy['data'])];
  if (iv?.length !== IV_BYTES || data === undefined || data.length < SALT_BYTES + TAG_BYTES) {
    return undefined;
  }
  const digest = createHash('sha256').update(foreignPassphraseBytes(passphrase)).digest('hex');
  const salt = data.subarray(0, SALT_BYTES);
  const key = await pbkdf2Async(Buffer.from(digest), salt, ITERATIONS, 32, 'sha256');
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(data.subarray(SALT_BYTES, SALT_BYTES + TAG_BYTES));
  try {
    const cipherText = data.subarray(SALT_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(cipherText), decipher.final()]);
  } catch {
    return undefined;
  }
}

function bytesOf(value: JsonValue | undefined): Buffer | undefined {
  return typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
}
