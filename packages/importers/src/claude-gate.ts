import { basename, dirname, join } from 'node:path';
import {
  decodeUtf8,
  failed,
  isJsonObject,
  ok,
  parseJson,
  type JsonObject,
  type Result,
} from '@postern/kernel';
import type { ImportFiles } from './import-files.ts';
import type { ImportFailure } from './import-failure.ts';
import type { Candidate, Importer, Leftover } from './import-shapes.ts';
import { sortTaken, takeSecret, type Taken } from './take-secret.ts';

const MAX_BYTES = 1024 * 1024;
const NAMES: ReadonlySet<string> = new Set(['auth.json', 'auth.json.migrated', 'auth.json.backup']);
const BACKUPS = 'backups';

/** claude-gate's `auth.json`, and the plaintext copies that its migration leaves. */
export const CLAUDE_GATE: Importer = {
  label: 'claude-gate: auth.json',
  passphrase: undefined,
  fits: (candidate) =>
    candidate.kind === 'file' ? isAuth(candidate) : candidate.names.some((name) => NAMES.has(name)),
  read: async ({ candidate, files }) => {
    const directory = candidate.kind === 'directory' ? candidate.path : homeOf(candidate.path);
    const leftovers = await claudeGateLeftovers(files, directory);
    if (!leftovers.ok) return leftovers;
    const paths = new Set(leftovers.value.map(({ path }) => path));
    if (candidate.kind === 'file') paths.add(candidate.path);
    const taken: Taken[] = [];
    for (const path of [candidate.path, ...paths].filter((each) => paths.has(each))) {
      const entries = await readEntries(files, path);
      if (!entries.ok) return entries;
      taken.push(...entries.value.map(([provider, entry]) => claudeGateEntry(provider, entry)));
    }
    const all = [...paths].map((path): Leftover => ({ path, exposure: 'plaintext' }));
    const { secrets, skipped } = sortTaken(taken);
    const perEntry = new Map(skipped.map((each) => [`${each.entry} ${each.why}`, each]));
    return ok({ secrets, skipped: [...perEntry.values()], gatewayKeys: [], leftovers: all });
  },
};

/** claude-gate's directory. Backups are in a subdirectory. */
function homeOf(path: string): string {
  const directory = dirname(path);
  return basename(directory) === BACKUPS ? dirname(directory) : directory;
}

/** One provider's entry. An API key is imported, a login isn't. */
export function claudeGateEntry(provider: string, entry: JsonObject, createdAtMs?: number): Taken {
  const key = entry['key'];
  const isKey = typeof key === 'string' && key !== '';
  const isLogin = typeof entry['refresh'] === 'string' || typeof entry['access'] === 'string';
  if (!isKey && isLogin) {
    return { kind: 'skipped', skipped: { entry: provider, why: 'oauth-token' } };
  }
  return takeSecret(provider, key, createdAtMs);
}

/** All copies of auth.json in claude-gate's directory. */
export async function claudeGateLeftovers(
  files: ImportFiles,
  directory: string,
): Promise<Result<readonly Leftover[], ImportFailure>> {
  const names = await files.list(directory);
  const backups = await files.list(join(directory, BACKUPS));
  if (!names.ok) return names;
  const paths = [
    ...names.value.filter((name) => NAMES.has(name)),
    ...(backups.ok ? backups.value : [])
      .filter((name) => /^auth-.*\.json$/.test(name))
      .map((name) => join(BACKUPS, name)),
  ];
  return ok(
    paths.map((path): Leftover => ({ path: join(directory, path), exposure: 'plaintext' })),
  );
}

async function readEntries(
  files: ImportFiles,
  path: string,
): Promise<Result<readonly (readonly [string, JsonObject])[], ImportFailure>> {
  const bytes = await files.read(path, MAX_BYTES);
  if (!bytes.ok) return bytes;
  if (bytes.value === undefined) return failed({ reason: 'import-not-found', path });
  const json = parseJson(decodeUtf8(bytes.value) ?? '');
  if (!json.ok || !isJsonObject(json.value)) return failed({ reason: 'import-malformed', path });
  return ok(
    Object.entries(json.value).flatMap(([provider, entry]) =>
      isJsonObject(entry) ? [[provider, entry] as const] : [],
    ),
  );
}

function isAuth(candidate: Extract<Candidate, { kind: 'file' }>): boolean {
  if (!isJsonObject(candidate.json)) return false;
  const entries = Object.values(candidate.json);
  const isEntry = (entry: (typeof entries)[number]): boolean =>
    isJsonObject(entry) &&
    typeof entry['type'] === 'string' &&
    ['refresh', 'access', 'key'].some((name) => typeof entry[name] === 'string');
  return entries.length > 0 && entries.every(isEntry);
}
