import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expectOk, revealSecret, Secret, type Result } from '@postern/kernel';
import { expect } from 'vitest';
import type { ImportFailure } from '../import-failure.ts';
import type { ImportFindings } from '../import-shapes.ts';
import { detectImport, readImport } from '../importers.ts';

/** A directory with files of other programs, which tests create from the descriptions of the formats. */
export interface ImportWorld extends AsyncDisposable {
  readonly home: string;
  /** Creates a file and returns its full path. */
  put(path: string, content: string | Uint8Array): Promise<string>;
  /** Detects and reads a source, and checks that this changed nothing. */
  read(path: string, passphrase?: string): Promise<Result<ImportFindings, ImportFailure>>;
  /** Each leftover as `path: exposure`. */
  left(findings: ImportFindings): readonly string[];
}

export async function importWorld(): Promise<ImportWorld> {
  const home = await mkdtemp(join(tmpdir(), 'postern-import-'));
  return {
    home,
    put: async (path, content) => {
      const full = join(home, path);
      await mkdir(dirname(full), { recursive: true });
      await writeFile(full, content);
      return full;
    },
    read: async (path, passphrase) => {
      const before = await filesIn(home);
      const source = expectOk(await detectImport(path));
      const findings = await readImport(
        source,
        passphrase === undefined ? undefined : Secret.of(passphrase),
      );
      expect(await filesIn(home)).toEqual(before);
      return findings;
    },
    left: ({ leftovers }) =>
      leftovers.map(({ path, exposure }) => `${path.slice(home.length + 1)}: ${exposure}`),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

/** The values of the secrets by name. */
export function valuesOf({ secrets }: ImportFindings): Record<string, string> {
  return Object.fromEntries(secrets.map(({ name, value }) => [name, revealSecret(value)]));
}

async function filesIn(home: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(path, (await readFile(path)).toString('hex'));
  }
  return files;
}
