import { ChatImporter, openToRead } from '@postern/app';
import { expectOk } from '@postern/kernel';
import { environment, openStore } from './store.ts';

// A separate process that imports a file, and may be killed: node import.child.ts DATABASE FILE

const [, , path = '', file = ''] = process.argv;
const store = openStore(path);
const importer = new ChatImporter({ ...environment, store: () => store, isDryRun: false });
await using opened = expectOk(await openToRead(file));
const report = await importer.run(opened, () => undefined);
if (report.problem !== null) throw new Error(report.problem.message);
store.close();
