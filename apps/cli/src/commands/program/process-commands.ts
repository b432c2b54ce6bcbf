import { Option, type Command } from 'commander';
import { LOG_LEVELS, type LogLevel } from '@postern/app';
import type { EraseOptions } from '../erase.ts';
import { CONFIG_FILE } from './config-commands.ts';
import { portNumber, workerCount, type GetContext } from './option-values.ts';

interface UpArguments {
  readonly port?: number;
  readonly open: boolean;
  readonly logLevel?: LogLevel;
  readonly logFormat?: 'text' | 'json';
}

interface ServeArguments extends Omit<UpArguments, 'open'> {
  readonly config?: string;
  readonly workers: number;
}

/** `up`, `serve`, `reload`, `open`, `stop`, `status`. */
export function addProcessCommands(program: Command, context: GetContext): void {
  program
    .command('up')
    .description('start the app and the gateway on a loopback port')
    .option('--port <n>', 'the port to listen on; 0 picks a free port', portNumber)
    .option('--no-open', "don't open the browser")
    .addOption(
      new Option('--log-level <level>', 'how much to log to standard error').choices(LOG_LEVELS),
    )
    .addOption(
      new Option('--log-format <format>', 'log as text or as JSON lines').choices(['text', 'json']),
    )
    .action(async (options: UpArguments) => {
      const { port, open, logLevel, logFormat } = options;
      const { up } = await import('../up.ts');
      await up(context(), { port, open, logLevel, logFormat });
    });
  addServeCommands(program, context);
  program
    .command('open')
    .description('print a new link to the running app and open it')
    .action(async () => {
      const { open } = await import('../running.ts');
      await open(context());
    });
  program
    .command('stop')
    .description('stop the running Postern')
    .action(async () => {
      const { stop } = await import('../running.ts');
      await stop(context());
    });
  program
    .command('status')
    .description('show the state of the vault, the keyring and the running process')
    .action(async () => {
      const { status } = await import('../status.ts');
      await status(context());
    });
  program
    .command('erase')
    .description('erase everything: keys, chats, settings, logs and known backups')
    .addOption(new Option('--dry-run', 'show what would be erased').default(false))
    .addOption(
      new Option('--yes-erase-everything', "erase without asking; it can't be undone").default(
        false,
      ),
    )
    .action(async (options: EraseOptions) => {
      const { erase } = await import('../erase.ts');
      await erase(context(), options);
    });
}

function addServeCommands(program: Command, context: GetContext): void {
  program
    .command('serve')
    .description('start the gateway alone, for a server: no page, no app API')
    .option('--port <n>', 'the port to listen on; 0 picks a free port', portNumber)
    .option(...CONFIG_FILE)
    .option('--workers <n>', 'how many processes answer requests', workerCount, 1)
    .addOption(
      new Option('--log-level <level>', 'how much to log to standard error').choices(LOG_LEVELS),
    )
    .addOption(
      new Option('--log-format <format>', 'log as text or as JSON lines').choices(['text', 'json']),
    )
    .action(async ({ config, ...options }: ServeArguments) => {
      const { port, logLevel, logFormat, workers } = options;
      const { serve } = await import('../serve.ts');
      const places = { configFile: config, inStateDirectory: true };
      await serve(context(places), { port, logLevel, logFormat, workers });
    });
  program
    .command('reload')
    .description('make the running Postern read its configuration again')
    .action(async () => {
      const { reload } = await import('../running.ts');
      await reload(context());
    });
}
