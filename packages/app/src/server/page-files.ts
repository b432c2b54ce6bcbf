import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

/** A file of the built page, held in memory: no request path ever reaches the disk. */
export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same in the coding `br` (RFC 7932), if the build has it. */
  readonly brotli: Uint8Array<ArrayBuffer> | undefined;
  readonly type: string;
  /** True for files with a hash of their content in the name. */
  readonly immutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** The built page by path (`/index.html`, `/assets/…`); undefined if it wasn't built. */
export function loadPageFiles(dist: string): ReadonlyMap<string, PageFile> | undefined {
  const files = new Map<string, PageFile>();
  try {
    for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
      const type = TYPES[extname(entry.name)];
      if (!entry.isFile() || type === undefined) continue;
      const path = join(entry.parentPath, entry.name);
      const url = `/${relative(dist, path).split(sep).join('/')}`;
      const bytes = new Uint8Array(readFileSync(path));
      const brotli = brotliOf(path);
      files.set(url, { bytes, brotli, type, immutable: url.startsWith('/assets/') });
    }
  } catch {
    return undefined;
  }
  return files.has('/index.html') ? files : undefined;
}

function brotliOf(path: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(readFileSync(`${path}.br`));
  } catch {
    return undefined;
  }
}
