import { recordAnswer, SAVE_ANSWER_EVERY_MS, type Schedule } from '@postern/conversations';
import { expectOk } from '@postern/kernel';
import { environment, openStore } from './store.ts';

// A separate process that records an endless answer, a word every few milliseconds, until it is
// killed: node answer.child.ts PATH. It prints each word and its time on a line.

const [, , path = ''] = process.argv;
const store = openStore(path);
const conversation = expectOk(store.create({ title: 'an endless answer' }));
const message = expectOk(
  store.addMessage({
    conversationId: conversation.id,
    parentId: null,
    role: 'assistant',
    parts: [],
    status: 'streaming',
  }),
);
const schedule: Schedule = (work, delayMs) => {
  const timer = setTimeout(work, delayMs);
  return () => {
    clearTimeout(timer);
  };
};
const { clock } = environment;
const recorder = recordAnswer(store, message, {
  saveEveryMs: SAVE_ANSWER_EVERY_MS,
  clock,
  schedule,
});

recorder.add({ kind: 'start', id: 'a', model: 'endless' });
recorder.add({ kind: 'part-start', index: 0, part: { kind: 'text', text: '' } });
let word = 0;
setInterval(() => {
  word += 1;
  recorder.add({ kind: 'part-delta', index: 0, delta: { kind: 'text', text: `${word} ` } });
  process.stdout.write(`${word} ${clock.monotonicMs()}\n`);
}, 5);
