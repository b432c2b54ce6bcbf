import { Option, type Command } from 'commander';
import { LOG_LEVELS, type LogLevel } from '@postern/app';
import { open, stop } from '../running.ts';
import { status } from '../status.ts';
import { up } from '../up.ts';
import { portNumber, type GetContext } from './option-values.ts';

interface UpArguments {
  readonly port?: number;
  readonly open: boolean;
  readonly logLevel?: LogLevel;
  readonly logFormat?: 'text' | 'json';
}

/** `up`, `open`, `stop`, `status`. */
export function addProcessCommands(program: Command, context: GetContext): void {
  program
    .command('up')
    .description('start the app, the page and the gateway on one loopback port')
    .option('--port <n>', 'the port to listen on; 0 takes a free one', portNumber)
    .option('--no-open', 'do not open the browser')
    .addOption(
      new Option('--log-level <level>', 'how much to say on standard error').choices(LOG_LEVELS),
    )
    .addOption(
      new Option('--log-format <format>', 'for people or for programs').choices(['text', 'json']),
    )
    .action(async (options: UpArguments) => {
      const { port, open, logLevel, logFormat } = options;
      await up(context(), { port, open, logLevel, logFormat });
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
