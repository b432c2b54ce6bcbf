/** Runs one operation on a scene and is killed by SIGKILL at the given effect. */
import { text } from 'node:stream/consumers';
import { OPERATIONS } from './operations.ts';
import { runOperation } from './stage.ts';

const [root = '', name = '', at = '0', torn = ''] = process.argv.slice(2);
const operation = OPERATIONS.find((one) => one.name === name);
if (operation === undefined) throw new Error(`no such operation: ${name}`);
const recoveryCode = await text(process.stdin);

const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('not reached');
};

const names = await runOperation(
  { root },
  { operation, recoveryCode },
  { at: Number(at), torn: torn === 'torn', die },
);
process.stdout.write(String(names.length));
