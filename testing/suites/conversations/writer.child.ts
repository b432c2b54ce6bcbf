import { expectOk } from '@postern/kernel';
import { add, openStore } from './store.ts';

// One of several processes that write to the same store: node writer.child.ts PATH NAME

const [, , path = '', name = ''] = process.argv;
const store = openStore(path);
const conversation = expectOk(store.create({ title: name }));
let parent = expectOk(add(store, conversation, `${name} begins`));
for (let index = 0; index < 60; index += 1) {
  parent = expectOk(add(store, conversation, `${name} ${index}`, parent.id));
  expectOk(
    store.updateMessage(parent.id, { parts: [{ kind: 'text', text: `${name} said ${index}` }] }),
  );
  expectOk(store.search('said', 5));
  expectOk(store.list({ limit: 10 }));
}
store.close();
