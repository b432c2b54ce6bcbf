import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { plainText } from '@postern/protocol';
import { expect, test } from 'vitest';
import { openStore, scratchPath } from './store.ts';

test('several processes write to one store without losing writes', async () => {
  const path = scratchPath();
  const script = join(import.meta.dirname, 'writer.child.ts');
  const names = ['alpha', 'bravo', 'charlie'];
  const codes = await Promise.all(
    names.map(async (name) => {
      const child = spawn(process.execPath, [script, path, name], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      await once(child, 'exit');
      return child.exitCode;
    }),
  );
  expect(codes).toEqual([0, 0, 0]);
  const store = openStore(path);
  const { conversations } = expectOk(store.list({ limit: 10 }));
  expect(conversations.map(({ title }) => title).toSorted()).toEqual(names);
  for (const { id, title } of conversations) {
    const { messages } = expectOk(store.open(id));
    expect(messages.slice(1).map(({ parts }) => plainText(parts))).toEqual(
      Array.from({ length: 60 }, (_, index) => `${title} said ${index}`),
    );
    expect(messages.slice(1).map(({ parentId }) => parentId)).toEqual(
      messages.slice(0, -1).map((message) => message.id),
    );
    expect(expectOk(store.search(`${title} said`, 200)).length).toBe(60);
  }
  store.close();
});
