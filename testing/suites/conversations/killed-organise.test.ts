import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { expect, test } from 'vitest';
import { openStore, scratchPath } from './store.ts';

const CHATS = 500;
const SCRIPT = join(import.meta.dirname, 'organise.child.ts');

test('a kill while several chats are changed leaves all of them changed, or none', async () => {
  const path = scratchPath();
  const filled = openStore(path);
  for (let at = 0; at < CHATS; at += 1) expectOk(filled.create({ title: String(at) }));
  const all = expectOk(filled.ids());
  filled.close();
  for (const lines of [1, 2, 3, 5]) {
    const child = spawn(process.execPath, [SCRIPT, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    let seen = 0;
    for await (const chunk of child.stdout) {
      seen += String(chunk).split('\n').length - 1;
      if (seen >= lines) break;
    }
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    const store = openStore(path);
    const [kept, removed] = [expectOk(store.ids()), expectOk(store.listRemoved(CHATS))];
    expect([0, CHATS]).toContain(kept.length);
    expect(kept.length + removed.length).toBe(CHATS);
    const restored = expectOk(store.organise(all, { removed: false }));
    const states = new Set(restored.map(({ folder, tags }) => JSON.stringify([folder, tags])));
    expect(states.size).toBe(1);
    expectOk(store.organise(all, { folder: null, removeTags: [...(restored[0]?.tags ?? [])] }));
    store.close();
  }
});
