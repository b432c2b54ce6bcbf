import type { Command } from 'commander';
import { open, stop } from '../running.ts';
import { status } from '../status.ts';
import { up } from '../up.ts';
import { portNumber, type GetContext } from './option-values.ts';

/** `up`, `open`, `stop`, `status`. */
export function addProcessCommands(program: Command, context: GetContext): void {
  program
    .command('up')
    .description('start the app, the page and the gateway on one loopback port')
    .option('--port <n>', 'the port to listen on', portNumber)
    .option('--no-open', 'do not open the browser')
    .action(async (options: { port?: number; open: boolean }) => {
      await up(context(), { port: options.port, open: options.open });
    });
  program
    .command('open')
    .description('print (and open) a fresh link to the running page')
    .action(async () => {
      await open(context());
    });
  program
    .command('stop')
    .description('stop the running Postern')
    .action(async () => {
      await stop(context());
    });
  program
    .command('status')
    .description('show the vault, the keyring and the running process')
    .action(async () => {
      await status(context());
    });
}
