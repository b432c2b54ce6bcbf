import { backUp, restore } from './backup-home.ts';

// A separate process that may be killed: node backup.child.ts back-up|restore HOME FILE

const [, , what = '', home = '', file = ''] = process.argv;
await (what === 'back-up' ? backUp(home, file) : restore(home, file));
