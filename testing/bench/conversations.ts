// How fast the chats of a full home are listed, opened and searched through the app API: npm run bench:conversations.
// It needs some minutes, most of them to store the chats, and 2 GB in /dev/shm. `--small` tries it with few chats.
import { SESSION_HEADER } from '@postern/protocol';
import * as v from 'valibot';
import { benchHome, PLAN, type BenchHome } from './chat/home-of-bench.ts';
import { heading, line, print, times } from './chat/measure.ts';

const ROUNDS = 200;

/** Sends requests as the page does, and returns the bodies. */
async function signIn({ postern }: BenchHome): Promise<(path: string) => Promise<string>> {
  const origin = postern.pageAddress;
  const code = new URL(postern.launchUrl).hash.replace(/^#.*=/, '');
  const response = await fetch(`${origin}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ code }),
  });
  const { secret } = v.parse(v.object({ secret: v.string() }), await response.json());
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  return async (path) => {
    const answer = await fetch(origin + path, { headers: { cookie, [SESSION_HEADER]: secret } });
    if (!answer.ok) throw new Error(`${path}: ${String(answer.status)}`);
    return await answer.text();
  };
}

async function run(home: BenchHome): Promise<void> {
  const get = await signIn(home);
  const { longest, titles } = home.seeded;
  heading('Through the app API, in milliseconds');
  line('the first page of the list', await times(ROUNDS, () => get('/api/conversations')));
  const open = (): Promise<string> => get(`/api/conversations/${longest}`);
  const opened = await open();
  line('open the longest chat', await times(ROUNDS, open), '≤ 150 in the page');
  const words = titles.flatMap((title) => title.split(' ')).filter((word) => word.length > 3);
  const wordAt = (at: number): string => words[(at * 7919) % words.length] ?? '';
  const search = (text: string): Promise<string> => get(`/api/search?q=${text}`);
  line('search one word', await times(ROUNDS, (at) => search(wordAt(at))), '≤ 8 (p99)');
  const start = (at: number): string => wordAt(at).slice(0, 3);
  line(
    'search the beginning of a word',
    await times(ROUNDS, (at) => search(start(at))),
    '≤ 8 (p99)',
  );
  const two = (at: number): string => `${wordAt(at)}%20${wordAt(at + 1)}`;
  line('search two words', await times(ROUNDS, (at) => search(two(at))), '≤ 8 (p99)');
  for (const filter of [
    'role:assistant',
    'model:a',
    'after:2026-01-31',
    'in:title',
    'is:archived',
  ]) {
    const filtered = (at: number): string => `${wordAt(at)}%20${filter}`;
    line(`search one word with ${filter}`, await times(ROUNDS, (at) => search(filtered(at))));
  }
  const { now, highest } = home.memory();
  print();
  print(`  the longest chat is opened with ${(opened.length / 1024).toFixed(0)} kB`);
  print(`  the process has ${now.toFixed(0)} MB, at most ${highest.toFixed(0)} MB (goal ≤ 150)`);
}

print(`Storing ${String(PLAN.messages)} messages in ${String(PLAN.chats)} chats…`);
await using home = await benchHome(PLAN);
await run(home);
