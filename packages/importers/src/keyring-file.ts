import { basename, dirname, join } from 'node:path';
import { compactDecrypt, decodeProtectedHeader, errors } from 'jose';
import {
  decodeUtf8,
  failed,
  isJsonObject,
  ok,
  parseJson,
  type JsonObject,
  type Result,
} from '@postern/kernel';
import { claudeGateEntry, claudeGateLeftovers } from './claude-gate.ts';
import { foreignPassphraseBytes } from './foreign-passphrase.ts';
import type { ImportFailure } from './import-failure.ts';
import type { ImportFindings, Importer, ImportSource, Leftover } from './import-shapes.ts';
import { sortTaken, takeSecret, timeOf, type Taken } from './take-secret.ts';

const ALGORITHM = 'PBES2-HS256+A128KW';
const ENCRYPTION = 'A256GCM';
/** The library uses 8,192. A file with more than this maximum is refused, because it would take long. */
const MAX_ITERATIONS = 1_000_000;
const MAX_ITEM_BYTES = 1024 * 1024;
const MAX_ITEMS = 1000;

/** The file backend of github.com/99designs/keyring, which claude-gate uses: one JWE per item. */
export const KEYRING_FILE: Importer = {
  label: '99designs/keyring files (claude-gate)',
  passphrase: 'the password of the keyring files',
  fits: (candidate) =>
    candidate.kind === 'file'
      ? isItem(candidate.bytes)
      : basename(candidate.path) === 'keyring' && candidate.names.length > 0,
  read: async (source) => {
    const items = await readItems(source);
    if (!items.ok) return items;
    const { path } = source.candidate;
    if (items.value.length === 0) return failed({ reason: 'import-format-unknown', path });
    return await openItems(source, items.value);
  },
};

interface ItemFile {
  readonly path: string;
  readonly token: string;
}

async function readItems(
  source: ImportSource,
): Promise<Result<readonly ItemFile[], ImportFailure>> {
  const { candidate, files } = source;
  if (candidate.kind === 'file') {
    return ok([{ path: candidate.path, token: tokenOf(candidate.bytes) }]);
  }
  const items: ItemFile[] = [];
  for (const name of candidate.names.slice(0, MAX_ITEMS)) {
    const path = join(candidate.path, name);
    const kind = await files.kindOf(path);
    if (!kind.ok || kind.value !== 'file') continue;
    const bytes = await files.read(path, MAX_ITEM_BYTES);
    if (bytes.ok && bytes.value !== undefined && isItem(bytes.value)) {
      items.push({ path, token: tokenOf(bytes.value) });
    }
  }
  return ok(items);
}

async function openItems(
  source: ImportSource,
  items: readonly ItemFile[],
): Promise<Result<ImportFindings, ImportFailure>> {
  const taken: Taken[] = [];
  let firstFailure: ImportFailure | undefined;
  let isAnyOpen = false;
  for (const item of items) {
    const opened = await openItem(item, source);
    if (opened.ok) {
      isAnyOpen = true;
      taken.push(...takeItem(opened.value));
      continue;
    }
    firstFailure ??= opened.failure;
    const why =
      opened.failure.reason === 'import-wrong-passphrase' ? 'other-passphrase' : 'malformed';
    taken.push({ kind: 'skipped', skipped: { entry: basename(item.path), why } });
  }
  if (!isAnyOpen && firstFailure !== undefined) return failed(firstFailure);
  const home = dirname(dirname(items[0]?.path ?? ''));
  const isClaudeGate = basename(home) === '.claude-gate';
  const inPlain = isClaudeGate ? await claudeGateLeftovers(source.files, home) : ok([]);
  if (!inPlain.ok) return inPlain;
  const sealed = items.map(({ path }): Leftover => ({ path, exposure: 'weak-derivation' }));
  return ok({ ...sortTaken(taken), gatewayKeys: [], leftovers: [...sealed, ...inPlain.value] });
}

interface OpenedItem {
  readonly item: JsonObject;
  readonly createdAtMs: number | undefined;
}

async function openItem(
  { path, token }: ItemFile,
  { passphrase }: ImportSource,
): Promise<Result<OpenedItem, ImportFailure>> {
  const { alg, enc, p2c, created } = decodeProtectedHeader(token);
  if (alg !== ALGORITHM || enc !== ENCRYPTION) return failed({ reason: 'import-malformed', path });
  if (typeof p2c === 'number' && p2c > MAX_ITERATIONS) {
    return failed({ reason: 'import-too-costly', path });
  }
  if (passphrase === undefined) return failed({ reason: 'import-passphrase-needed', path });
  const opened = await decrypt(token, foreignPassphraseBytes(passphrase));
  if (!opened.ok) return failed({ reason: opened.failure, path });
  const json = parseJson(decodeUtf8(opened.value) ?? '');
  if (!json.ok || !isJsonObject(json.value)) return failed({ reason: 'import-malformed', path });
  const createdAtMs = typeof created === 'string' ? timeOf(created) : undefined;
  return ok({ item: json.value, createdAtMs });
}

async function decrypt(
  token: string,
  password: Uint8Array,
): Promise<Result<Uint8Array, 'import-wrong-passphrase' | 'import-malformed'>> {
  try {
    const { plaintext } = await compactDecrypt(token, password, {
      keyManagementAlgorithms: [ALGORITHM],
      contentEncryptionAlgorithms: [ENCRYPTION],
      maxPBES2Count: MAX_ITERATIONS,
    });
    return ok(plaintext);
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    const isKey = error instanceof errors.JWEDecryptionFailed;
    return failed(isKey ? 'import-wrong-passphrase' : 'import-malformed');
  }
}

/** `Data` is the value in base64. claude-gate stores an entry of its auth.json there. */
function takeItem({ item, createdAtMs }: OpenedItem): readonly Taken[] {
  const { Key: key, Data: data } = item;
  const entry = typeof key === 'string' ? key : '';
  const text = typeof data === 'string' ? decodeUtf8(Buffer.from(data, 'base64')) : undefined;
  if (text === undefined) return [{ kind: 'skipped', skipped: { entry, why: 'malformed' } }];
  const json = parseJson(text);
  if (json.ok && isJsonObject(json.value) && typeof json.value['type'] === 'string') {
    return [claudeGateEntry(entry.replace(/^claude-gate\./, ''), json.value, createdAtMs)];
  }
  return [takeSecret(entry, text, createdAtMs)];
}

function tokenOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1').trim();
}

function isItem(bytes: Uint8Array): boolean {
  const token = tokenOf(bytes);
  if (!/^eyJ[\w-]+\.[\w-]+\.[\w-]+\.[\w-]*\.[\w-]+$/.test(token)) return false;
  try {
    return decodeProtectedHeader(token).alg?.startsWith('PBES2-') === true;
  } catch {
    return false;
  }
}
