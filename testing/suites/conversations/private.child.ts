import { expectOk } from '@postern/kernel';
import { add, memoryStore } from './store.ts';

// Runs private mode from start to end with a marked prompt.

const store = memoryStore();
const conversation = expectOk(store.create({ title: 'zqprivatemark title' }));
for (let index = 0; index < 3000; index += 1) {
  expectOk(add(store, conversation, `zqprivatemark ${index} ${'word '.repeat(200)}`));
}
process.stdout.write(`${expectOk(store.search('zqprivatemark', 200)).length} found\n`);
expectOk(store.remove(conversation.id));
expectOk(store.purgeRemoved(Date.now() + 1));
store.close();
