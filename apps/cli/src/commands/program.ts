import { Command, InvalidArgumentError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { ExportFormatName } from '@postern/audit';
import type { Environment } from '../config/environment.ts';
import { parseDurationMs } from '../config/duration.ts';
import { homeOf } from '../config/home.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { CommandContext } from './context.ts';
import { agent, lock, unlock } from './agent.ts';
import { exportAudit, tailAudit, verifyAudit } from './audit.ts';
import { createKey, listKeys, revokeKey } from './key.ts';
import { open, stop } from './running.ts';
import { getSecret, listSecrets, removeSecret, setSecret } from './secret.ts';
import { status } from './status.ts';
import { up } from './up.ts';
import { changePassphrase, recover } from './vault-slots.ts';

interface GlobalOptions {
  readonly home?: string;
  readonly storage?: 'auto' | 'keyring' | 'file';
  readonly passphraseFd?: number;
  readonly json?: true;
  readonly verbose?: true;
}

/** The command line. Options before or after the command mean the same. */
export function createProgram(
  environment: Environment,
  terminal: Terminal,
  self: readonly [string, ...string[]],
): Command {
  const program = new Command('postern')
    .description('One door between people and language models: keys, chat and a gateway.')
    .version(packageJson.version)
    .showHelpAfterError('(add --help for the options)')
    .exitOverride();
  const context = (): CommandContext => {
    const options = program.opts<GlobalOptions>();
    return {
      terminal,
      environment,
      home: homeOf(environment, options.home),
      clock: systemClock,
      randomness: systemRandomness,
      version: packageJson.version,
      storage: options.storage,
      passphraseFd: options.passphraseFd,
      chosenHome: options.home,
      self: self[0],
      selfArguments: self.slice(1),
      json: options.json === true,
      verbose: options.verbose === true,
    };
  };
  addGlobalOptions(program);
  addProcessCommands(program, context);
  addVaultCommands(program, context);
  addSecretCommands(program, context);
  addKeyCommands(program, context);
  addAuditCommands(program, context);
  return program;
}

type GetContext = () => CommandContext;

function addGlobalOptions(program: Command): void {
  program
    .option('--home <dir>', 'keep everything under this directory instead of the XDG ones')
    .addOption(
      new Option('--storage <mode>', 'where secrets live').choices(['auto', 'keyring', 'file']),
    )
    .option('--passphrase-fd <n>', 'read the passphrase from this file descriptor', wholeNumber)
    .option('--json', 'print the result as JSON')
    .option('--verbose', 'say more when something fails');
}

function addProcessCommands(program: Command, context: GetContext): void {
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

function addVaultCommands(program: Command, context: GetContext): void {
  program
    .command('agent')
    .description('hold the vault open for other commands, in the foreground')
    .option('--ttl <time>', 'for how long: 15m, 8h', duration, '1h')
    .action(async (options: { ttl: string }) => {
      await agent(context(), parseDurationMs(options.ttl) ?? 0);
    });
  const vault = program.command('vault').description('open and close the vault');
  vault
    .command('unlock')
    .description('hold the vault open in the background')
    .option('--ttl <time>', 'for how long: 15m, 8h', duration, '1h')
    .action(async (options: { ttl: string }) => {
      await unlock(context(), options.ttl);
    });
  vault
    .command('passphrase')
    .description('set or change the passphrase')
    .action(async () => {
      await changePassphrase(context());
    });
  vault
    .command('recovery')
    .description('make a new recovery code; the old one opens nothing any more')
    .option('--use', 'open with the old code and choose a new passphrase', false)
    .action(async (options: { use: boolean }) => {
      await recover(context(), options);
    });
  vault
    .command('lock')
    .description('close the vault wherever it is held open')
    .action(async () => {
      await lock(context());
    });
}

function addSecretCommands(program: Command, context: GetContext): void {
  const secret = program.command('secret').description('keep keys in the vault');
  secret
    .command('set <name>')
    .description('store a value, from a hidden prompt or standard input')
    .option('--force', "store a value that does not have the provider's form", false)
    .action(async (name: string, options: { force: boolean }) => {
      await setSecret(context(), name, options);
    });
  secret
    .command('get <name>')
    .description('print a value')
    .option('--field <field>', 'the field of the secret', 'value')
    .option('--raw', 'without a newline', false)
    .action(async (name: string, options: { field: string; raw: boolean }) => {
      await getSecret(context(), name, options);
    });
  secret
    .command('list')
    .description('list names and ages, never values')
    .action(async () => {
      await listSecrets(context());
    });
  secret
    .command('rm <name>')
    .description('remove a value')
    .option('--yes', 'do not ask', false)
    .action(async (name: string, options: { yes: boolean }) => {
      await removeSecret(context(), name, options);
    });
}

function addKeyCommands(program: Command, context: GetContext): void {
  const key = program.command('key').description("the gateway's own keys");
  key
    .command('create <name>')
    .description('make a key; it is shown once')
    .action(async (name: string) => {
      await createKey(context(), name);
    });
  key
    .command('list')
    .description('list keys, never their text')
    .action(async () => {
      await listKeys(context());
    });
  key
    .command('revoke <id-or-name>')
    .description('revoke a key at once')
    .action(async (idOrName: string) => {
      await revokeKey(context(), idOrName);
    });
}

function addAuditCommands(program: Command, context: GetContext): void {
  const audit = program
    .command('audit')
    .description('what was done, by whom, with which credential');
  audit
    .command('tail')
    .description('show the last events')
    .option('-n, --lines <n>', 'how many', wholeNumber, 20)
    .action(async (options: { lines: number }) => {
      await tailAudit(context(), options.lines);
    });
  audit
    .command('verify')
    .description('check that nothing was altered, removed or cut off')
    .action(async () => {
      await verifyAudit(context());
    });
  audit
    .command('export')
    .description('write every event in the format of another system')
    .addOption(
      new Option('--format <format>', 'of each line')
        .choices(['jsonl', 'syslog', 'cef', 'ocsf'])
        .default('jsonl'),
    )
    .option('-o, --output <file>', 'a new file instead of standard output')
    .action(async (options: { format: ExportFormatName; output?: string }) => {
      await exportAudit(context(), { format: options.format, output: options.output });
    });
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function duration(text: string): string {
  if (parseDurationMs(text) !== undefined) return text;
  throw new InvalidArgumentError('A time looks like 90s, 15m, 8h or 1d.');
}

function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('A port is 1 to 65535.');
  return port;
}
