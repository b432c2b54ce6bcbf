import { basename, dirname, join } from 'node:path';
import { failed, isJsonObject, ok, parseJson, type JsonObject, type Result } from '@postern/kernel';
import {
  deriveFernetKey,
  fernetBytes,
  openFernet,
  parseFernetKey,
  type FernetKey,
} from './fernet.ts';
import { foreignPassphraseBytes } from './foreign-passphrase.ts';
import type { ImportFailure } from './import-failure.ts';
import type {
  Candidate,
  Exposure,
  ImportFindings,
  Importer,
  ImportSource,
} from './import-shapes.ts';
import { sortTaken, takeSecret } from './take-secret.ts';

const KEYS_FILE = 'api_keys.enc';
const SALT_FILE = '.key_salt';
const CONFIG_FILE = 'app_config.enc';
const KEY_FILE = '.key';
const KNOWN_PASSWORD = Buffer.from('chat-linux-client-default-password');
const FALLBACK_SALT = Buffer.from('chat_linux_client_fallback_salt');
const CONFIG_SALT = Buffer.from('chat_linux_client_salt');
// The number that the program uses, and the number in its documentation.
const ITERATIONS = [100_000, 480_000] as const;
const MAX_TOKEN_BYTES = 4 * 1024 * 1024;

/** `api_keys.enc`, a Fernet token under a password. The salt is in `.key_salt` in the same directory. */
export const CHAT_LINUX_CLIENT: Importer = {
  label: 'Chat Linux Client: api_keys.enc',
  passphrase: 'the value of CHAT_CLIENT_PASSWORD, if it was set',
  fits: (candidate) => isNamed(candidate, KEYS_FILE) || holds(candidate, KEYS_FILE),
  read: async (source) => {
    const path = pathOf(source.candidate, KEYS_FILE);
    const salt = await source.files.read(join(dirname(path), SALT_FILE), 1024);
    if (!salt.ok) return salt;
    const salts = [...(salt.value === undefined ? [] : [salt.value]), FALLBACK_SALT];
    const opened = await openToken(source, path, keysToTry(source, salts));
    if (!opened.ok) return opened;
    const paths = salt.value === undefined ? [path] : [path, join(dirname(path), SALT_FILE)];
    return findingsOf(opened.value.object, opened.value, paths);
  },
};

/** `app_config.enc`. Its key is in `.key` in the same directory. */
export const CHAT_LINUX_CLIENT_CONFIG: Importer = {
  label: 'Chat Linux Client: app_config.enc',
  passphrase: "the program's password, if the file .key is missing",
  fits: (candidate) => isNamed(candidate, CONFIG_FILE) || holds(candidate, CONFIG_FILE),
  read: async (source) => {
    const path = pathOf(source.candidate, CONFIG_FILE);
    const keyPath = join(dirname(path), KEY_FILE);
    const stored = await source.files.read(keyPath, 1024);
    if (!stored.ok) return stored;
    const key = stored.value === undefined ? undefined : parseFernetKey(stored.value);
    const fromKeyFile: KeyToTry[] =
      key === undefined ? [] : [{ exposure: 'key-beside', key: () => Promise.resolve(key) }];
    const opened = await openToken(source, path, [
      ...fromKeyFile,
      ...keysToTry(source, [CONFIG_SALT]),
    ]);
    if (!opened.ok) return opened;
    const { object } = opened.value;
    const keys = isJsonObject(object['api_keys']) ? object['api_keys'] : credentialsAmong(object);
    const paths = stored.value === undefined ? [path] : [path, keyPath];
    return findingsOf(keys, opened.value, paths);
  },
};

/** A file written by the program's export function. */
export const CHAT_LINUX_CLIENT_EXPORT: Importer = {
  label: 'Chat Linux Client: key export',
  passphrase: undefined,
  fits: (candidate) => exportedKeys(candidate) !== undefined,
  read: ({ candidate }) => {
    const keys = exportedKeys(candidate);
    const findings =
      keys === undefined
        ? failed({ reason: 'import-malformed', path: candidate.path } as const)
        : findingsOf(keys, { createdAtMs: undefined, exposure: 'plaintext' }, [candidate.path]);
    return Promise.resolve(findings);
  },
};

function exportedKeys(candidate: Candidate): JsonObject | undefined {
  if (candidate.kind !== 'file' || !isJsonObject(candidate.json)) return undefined;
  const { version, exported_at: exportedAt, keys } = candidate.json;
  const isExport = version === '1.0' && typeof exportedAt === 'string';
  return isExport && isJsonObject(keys) ? keys : undefined;
}

interface KeyToTry {
  /** The exposure of the file if this key opens it. */
  readonly exposure: Exposure;
  readonly key: () => Promise<FernetKey>;
}

function keysToTry({ passphrase }: ImportSource, salts: readonly Uint8Array[]): KeyToTry[] {
  const own = passphrase === undefined ? [] : [foreignPassphraseBytes(passphrase)];
  return [...own, KNOWN_PASSWORD].flatMap((password) =>
    ITERATIONS.flatMap((iterations) =>
      salts.map((salt) => ({
        exposure: password.equals(KNOWN_PASSWORD) ? 'known-password' : 'weak-derivation',
        key: () => deriveFernetKey(password, salt, iterations),
      })),
    ),
  );
}

interface OpenedToken {
  readonly object: JsonObject;
  readonly createdAtMs: number;
  readonly exposure: Exposure;
}

async function openToken(
  source: ImportSource,
  path: string,
  keys: readonly KeyToTry[],
): Promise<Result<OpenedToken, ImportFailure>> {
  const file = await source.files.read(path, MAX_TOKEN_BYTES);
  if (!file.ok) return file;
  if (file.value === undefined) return failed({ reason: 'import-not-found', path });
  const token = fernetBytes(file.value);
  if (token === undefined) return failed({ reason: 'import-malformed', path });
  for (const { key, exposure } of keys) {
    const opened = openFernet(token, await key());
    if (opened === undefined) continue;
    const json = parseJson(opened.text);
    return json.ok && isJsonObject(json.value)
      ? ok({ object: json.value, createdAtMs: opened.createdAtMs, exposure })
      : failed({ reason: 'import-malformed', path });
  }
  const isGiven = source.passphrase !== undefined;
  return failed({ reason: isGiven ? 'import-wrong-passphrase' : 'import-passphrase-needed', path });
}

function findingsOf(
  keys: JsonObject,
  {
    createdAtMs,
    exposure,
  }: { readonly createdAtMs: number | undefined; readonly exposure: Exposure },
  paths: readonly string[],
): Result<ImportFindings, never> {
  const taken = Object.entries(keys).map(([provider, key]) =>
    takeSecret(provider, key, createdAtMs),
  );
  return ok({
    ...sortTaken(taken),
    gatewayKeys: [],
    leftovers: paths.map((path) => ({ path, exposure })),
  });
}

/** The entries of a configuration whose name says that they are credentials. */
function credentialsAmong(config: JsonObject): JsonObject {
  const isCredential = ([name, value]: readonly [string, unknown]): boolean =>
    typeof value === 'string' && /key|token|secret|password/i.test(name);
  return Object.fromEntries(Object.entries(config).filter(isCredential));
}

function isNamed(candidate: Candidate, name: string): boolean {
  return candidate.kind === 'file' && basename(candidate.path) === name;
}

function holds(candidate: Candidate, name: string): boolean {
  return candidate.kind === 'directory' && candidate.names.includes(name);
}

function pathOf(candidate: Candidate, name: string): string {
  return candidate.kind === 'directory' ? join(candidate.path, name) : candidate.path;
}
