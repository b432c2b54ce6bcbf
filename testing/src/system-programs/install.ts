import { installPeers } from '../peers.ts';
import { installPrograms } from './install-programs.ts';
import { unpackDaemons } from './unpack-daemons.ts';

/*
 * `npm run test:setup`: installs what the tests need besides `npm ci`: programs of the operating
 * system (Debian), two syslog daemons and other projects' clients. Prints what is missing; the
 * suites that need it are skipped.
 */

const problems = [installPrograms(), unpackDaemons(), installPeers()].filter(
  (problem) => problem !== undefined,
);
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
else process.stdout.write('Everything that the tests need is installed.\n');
