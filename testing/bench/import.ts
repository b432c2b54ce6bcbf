// How fast chats of other programs are imported, with the search index: npm run bench:import.
// It needs 1 GB in /dev/shm. `--small` tries it with few chats.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { ChatImporter, openToRead, systemClock, systemRandomness } from '@postern/app';
import { openSqliteConversations } from '@postern/conversations';
import { expectOk, Secret } from '@postern/kernel';
import { print } from './chat/measure.ts';
import { createProse } from './chat/prose.ts';

const isSmall = process.argv.includes('--small');
const PLAN = isSmall
  ? { chats: 100, messages: 2000, longMessages: 1000 }
  : { chats: 5000, messages: 190_000, longMessages: 10_000 };
const AT = Date.UTC(2025, 0, 1) / 1000;

/** A chat as Open WebUI has it, with one message after the other. */
function chatOf(index: number, count: number, prose: ReturnType<typeof createProse>): string {
  const messages = Array.from({ length: count }, (_, at) => ({
    ...{ id: `m${at}`, parentId: at === 0 ? null : `m${at - 1}`, timestamp: AT + at },
    role: at % 2 === 0 ? 'user' : 'assistant',
    content: at % 2 === 0 ? prose.sentence() : prose.answer(),
  }));
  const history = { messages: Object.fromEntries(messages.map((each) => [each.id, each])) };
  return JSON.stringify({ title: `Chat ${index}`, models: ['m'], history });
}

function* chats(): Generator<readonly [id: string, title: string, chat: string]> {
  const prose = createProse(7);
  const each = Math.floor(PLAN.messages / PLAN.chats);
  for (let index = 0; index <= PLAN.chats; index += 1) {
    const count = index === 10 ? PLAN.longMessages : each;
    yield [`c${index}`, prose.title(), chatOf(index, count, prose)];
  }
}

/** An export as JSON and a database with the same chats. */
function writeFiles(directory: string): readonly string[] {
  const paths = [join(directory, 'export.json'), join(directory, 'webui.db')] as const;
  const database = new DatabaseSync(paths[1]);
  database.exec('CREATE TABLE chat (id TEXT, title TEXT, chat JSON); BEGIN');
  const insert = database.prepare('INSERT INTO chat VALUES (?, ?, ?)');
  const pieces: string[] = [];
  for (const [id, title, chat] of chats()) {
    insert.run(id, title, chat);
    pieces.push(`{"id":"${id}","title":"${title}","chat":${chat}}`);
  }
  database.exec('COMMIT');
  database.close();
  writeFileSync(paths[0], `[${pieces.join(',\n')}]`);
  return paths;
}

async function measure(directory: string, path: string): Promise<void> {
  const store = expectOk(
    openSqliteConversations({
      ...{ path: `${path}.imported`, key: Secret.of(randomBytes(32).toString('hex')) },
      ...{ clock: systemClock, randomness: systemRandomness },
    }),
  );
  const parts = { clock: systemClock, randomness: systemRandomness, store: () => store };
  for (const name of ['new', 'again']) {
    const importer = new ChatImporter({ ...parts, isDryRun: false });
    await using file = expectOk(await openToRead(path));
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const start = performance.now();
    const cpu = process.cpuUsage();
    const { counts, problem } = await importer.run(file, () => undefined);
    const seconds = (performance.now() - start) / 1000;
    delay.disable();
    const { user, system } = process.cpuUsage(cpu);
    const cpuSeconds = (user + system) / 1e6;
    if (problem !== null) throw new Error(problem.message);
    const messages = name === 'new' ? counts.messages : PLAN.messages + PLAN.longMessages;
    const [p99, max] = [delay.percentile(99) / 1e6, delay.max / 1e6];
    print(
      `  ${path.slice(directory.length + 1).padEnd(12)} ${name.padEnd(6)}` +
        ` ${seconds.toFixed(1)} s, ${(messages / seconds).toFixed(0)} messages/s,` +
        ` ${(messages / cpuSeconds).toFixed(0)} messages/s of processor time,` +
        ` event loop p99 ${p99.toFixed(0)} ms, max ${max.toFixed(0)} ms`,
    );
  }
  store.close();
}

const directory = mkdtempSync(
  join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'postern-bench-'),
);
try {
  const paths = writeFiles(directory);
  const size = statSync(paths[0] ?? '').size / 1e6;
  print(`${String(PLAN.messages + PLAN.longMessages)} messages, ${size.toFixed(0)} MB`);
  for (const path of paths) await measure(directory, path);
  const memory = process.resourceUsage().maxRSS / 1024;
  print(`  memory of the process, at its highest: ${memory.toFixed(0)} MB`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
