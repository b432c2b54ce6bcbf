import { ATTACHMENT_PIECE_BYTES } from '@postern/conversations';
import { expectOk } from '@postern/kernel';
import { openStore } from './store.ts';

// A separate process that stores an attachment of a draft, prints its id, and then writes pieces of another one that
// it never finishes, a line for each, until it is killed: node attach.child.ts PATH.

const [, , path = ''] = process.argv;
const store = openStore(path);
const { attachments } = store;
const facts = { name: 'a.txt', mediaType: 'text/plain' } as const;
const words = Buffer.from('zqfinished '.repeat(1000));
const first = expectOk(attachments.begin({ ...facts, size: words.length }));
expectOk(attachments.append(first, words));
const finished = expectOk(attachments.finish(first));
expectOk(store.saveDraft({ conversation: null, text: '', attachments: [finished] }));
process.stdout.write(`${first}\n`);

const piece = Buffer.alloc(ATTACHMENT_PIECE_BYTES, 'zqendless ');
const endless = expectOk(attachments.begin({ ...facts, size: 1_000_000_000 }));
setInterval(() => {
  expectOk(attachments.append(endless, piece));
  process.stdout.write('piece\n');
}, 5);
