import { expectOk } from '@postern/kernel';
import { openStore } from './store.ts';

// Changes every conversation of a store again and again, and prints a line for each time, until it is killed:
// node organise.child.ts PATH

const [, , path = ''] = process.argv;
const store = openStore(path);
const ids = expectOk(store.ids());
for (let round = 0; ; round += 1) {
  const name = `round ${String(round)}`;
  const removeTags = [`round ${String(round - 1)}`];
  const change = { folder: name, addTags: [name], removeTags, removed: round % 2 === 1 };
  expectOk(store.organise(ids, { removed: false }));
  expectOk(store.organise(ids, change));
  process.stdout.write('changed\n');
}
