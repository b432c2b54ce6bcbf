import { readFileSync } from 'node:fs';
import { ChatReader } from '@postern/chat-importers';
import { expectOk } from '@postern/kernel';
import { environment, openStore } from './store.ts';

// A separate process that imports a file, and may be killed: node import.child.ts DATABASE FILE RUN

const [, , path = '', file = '', run = ''] = process.argv;
const store = openStore(path);
const beganAtMs = environment.clock.nowMs();
const reader = new ChatReader(beganAtMs, ({ chat }) => {
  if (!chat.ok) throw new Error(chat.failure);
  expectOk(store.imports.add({ id: run, source: 'postern', beganAtMs }, chat.value));
});
reader.push(readFileSync(file));
if (reader.end() !== 'complete') throw new Error('not read to its end');
expectOk(store.imports.finish());
store.close();
