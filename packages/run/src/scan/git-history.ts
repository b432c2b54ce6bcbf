import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** One version of a file in the history of a repository. */
export interface HistoryObject {
  readonly id: string;
  /** The commit that added it; undefined if no branch or tag has such a commit. */
  readonly origin: { readonly commit: string; readonly path: string } | undefined;
}

// The repository's own configuration must not start a program.
const SAFE = [
  ...['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'core.quotePath=false', '--no-pager', '--no-optional-locks'],
];

type GitProcess = ChildProcessByStdio<Writable, Readable, null>;

function git(repository: string, ...parameters: readonly string[]): GitProcess {
  return spawn('git', ['-C', repository, ...SAFE, ...parameters], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

/** Whether the directory is the root of a git repository. */
export async function isRepository(path: string): Promise<boolean> {
  try {
    return (await linesOf(git(path, 'rev-parse', '--show-cdup'))).join('') === '';
  } catch {
    return false;
  }
}

/** All blobs in the object store, reachable or not. */
export async function historyObjects(repository: string): Promise<readonly HistoryObject[]> {
  const origins = await originsOf(repository);
  const all = await linesOf(
    git(repository, 'cat-file', '--batch-all-objects', '--batch-check=%(objecttype) %(objectname)'),
  );
  return all.flatMap((line) => {
    const [type, id = ''] = line.split(' ');
    return type === 'blob' ? [{ id, origin: origins.get(id) }] : [];
  });
}

/** The first commit and path of each blob that is reachable from a branch, tag, stash or note. */
async function originsOf(
  repository: string,
): Promise<ReadonlyMap<string, { readonly commit: string; readonly path: string }>> {
  const origins = new Map<string, { commit: string; path: string }>();
  const log = ['log', '--all', '--reverse', '-m', '--root', '--raw', '--no-abbrev', '--format=%H'];
  const plainly = ['--no-renames', '--no-ext-diff', '--no-textconv'];
  const lines = await linesOf(git(repository, ...log, ...plainly));
  let commit = '';
  for (const line of lines) {
    const [, id, path] = /^:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) \w+\t(.+)$/.exec(line) ?? [];
    if (/^[0-9a-f]{40,64}$/.test(line)) commit = line;
    else if (id !== undefined && path !== undefined && !origins.has(id)) {
      origins.set(id, { commit, path });
    }
  }
  return origins;
}

/** The contents of objects, in the given order. Read each content to its end. */
export async function* contentsOf(
  repository: string,
  ids: readonly string[],
): AsyncGenerator<{ readonly id: string; readonly content: AsyncIterable<Uint8Array> }> {
  const process = git(repository, 'cat-file', '--batch', '--buffer');
  process.stdin.on('error', () => undefined);
  process.stdin.end(ids.map((id) => `${id}\n`).join(''));
  const bytes = new ByteReader(process.stdout);
  for (const id of ids) {
    const [found, type, size] = (await bytes.line()).split(' ');
    if (found !== id || type !== 'blob') throw new Error('git cat-file returned another object');
    yield { id, content: bytes.take(Number(size)) };
    await bytes.line();
  }
}

async function linesOf(process: GitProcess): Promise<readonly string[]> {
  process.stdin.end();
  const exited = once(process, 'close');
  const output: AsyncIterable<unknown> = process.stdout;
  const parts: Buffer[] = [];
  for await (const chunk of output) parts.push(bufferOf(chunk));
  const ended: unknown[] = await exited;
  if (ended[0] !== 0) throw new Error('git failed');
  const lines = Buffer.concat(parts).toString().split('\n');
  return lines.filter((line) => line !== '');
}

function bufferOf(chunk: unknown): Buffer {
  return chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.from(String(chunk));
}

/** Reads lines and numbers of bytes from a stream. */
class ByteReader {
  readonly #chunks: AsyncIterator<unknown>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(0x0a);
      if (end !== -1) {
        const line = this.#rest.subarray(0, end).toString();
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      if (!(await this.#more())) throw new Error('git ended early');
    }
  }

  async *take(count: number): AsyncGenerator<Uint8Array> {
    for (let left = count; left > 0;) {
      if (this.#rest.length === 0 && !(await this.#more())) throw new Error('git ended early');
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#rest = Buffer.concat([this.#rest, bufferOf(next.value)]);
    return true;
  }
}
