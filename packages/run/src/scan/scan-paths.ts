import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createContentScanner,
  type ContentScanner,
  type Found,
  type StoredValue,
} from './scan-content.ts';
import { contentsOf, historyObjects, isRepository } from './git-history.ts';

/** The place of a finding. */
export type ScanPlace =
  | { readonly kind: 'file'; readonly path: string; readonly line: number }
  /** In the history. `commit` is the first commit that contains it. */
  | {
      readonly kind: 'commit';
      readonly repository: string;
      readonly commit: string;
      readonly path: string;
      readonly line: number;
    }
  /** In the object store, but not reachable from any branch or tag. */
  | {
      readonly kind: 'object';
      readonly repository: string;
      readonly id: string;
      readonly line: number;
    };

/** One finding, without the value. */
export interface ScanFinding {
  readonly place: ScanPlace;
  readonly found: Found;
}

export interface ScanReport {
  readonly findings: readonly ScanFinding[];
  readonly scannedFiles: number;
  readonly scannedObjects: number;
  /** Paths that couldn't be read, and so weren't searched. */
  readonly unreadable: readonly string[];
}

export interface ScanOptions {
  /** Whether to search the history of every repository too. */
  readonly history: boolean;
}

/**
 * Searches the files under each path for the stored values, in every masked form, and for texts that look
 * like keys. With `history`, also searches the whole history of every repository there. Doesn't follow
 * links, and doesn't search the files in `.git`.
 */
export async function scanPaths(
  paths: readonly string[],
  stored: readonly StoredValue[],
  options: ScanOptions,
): Promise<ScanReport> {
  const scan = new Scan(createContentScanner(stored), options.history);
  for (const path of paths) await scan.path(path);
  return scan;
}

class Scan implements ScanReport {
  readonly findings: ScanFinding[] = [];
  readonly unreadable: string[] = [];
  scannedFiles = 0;
  scannedObjects = 0;
  readonly #scanner: ContentScanner;
  readonly #searchesHistory: boolean;

  constructor(scanner: ContentScanner, searchesHistory: boolean) {
    this.#scanner = scanner;
    this.#searchesHistory = searchesHistory;
  }

  async path(path: string): Promise<void> {
    try {
      const stats = await lstat(path);
      if (stats.isDirectory()) await this.#directory(path);
      else if (stats.isFile()) await this.#file(path);
    } catch {
      this.unreadable.push(path);
    }
  }

  async #directory(path: string): Promise<void> {
    const names = (await readdir(path)).toSorted();
    for (const name of names.filter((each) => each !== '.git')) await this.path(join(path, name));
    if (!this.#searchesHistory) return;
    // A bare repository has no `.git` directory.
    const mayBeRepository = names.includes('.git') || names.includes('HEAD');
    if (mayBeRepository && (await isRepository(path))) await this.#history(path);
    else if (names.includes('.git')) this.unreadable.push(join(path, '.git'));
  }

  async #file(path: string): Promise<void> {
    await using file = await open(
      path,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    const found = await this.#scanner.scan(file.createReadStream({ autoClose: false }));
    this.scannedFiles += 1;
    for (const { line, found: what } of found) {
      this.findings.push({ place: { kind: 'file', path, line }, found: what });
    }
  }

  async #history(repository: string): Promise<void> {
    const objects = await historyObjects(repository);
    const origins = new Map(objects.map(({ id, origin }) => [id, origin]));
    for await (const { id, content } of contentsOf(repository, [...origins.keys()])) {
      const found = await this.#scanner.scan(content);
      this.scannedObjects += 1;
      const origin = origins.get(id);
      for (const { line, found: what } of found) {
        const place: ScanPlace =
          origin === undefined
            ? { kind: 'object', repository, id, line }
            : { kind: 'commit', repository, ...origin, line };
        this.findings.push({ place, found: what });
      }
    }
  }
}
