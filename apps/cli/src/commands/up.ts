import { fileURLToPath } from 'node:url';
import {
  composePostern,
  createProcessLog,
  eraseEverything,
  open,
  serve,
  takeInstanceLock,
  unlockAtStart,
  type AppProgram,
  type LogLevel,
  type Postern,
  type ProcessLog,
  type Serving,
} from '@postern/app';
import { backUpInChild } from './back-up-in-child.ts';
import { rekeyParts } from './rekey.ts';
import { placeOf } from '../failure/place-of.ts';
import { openInBrowser } from './open-in-browser.ts';
import { givenPassphrase } from '../terminal/passphrase.ts';
import { styled } from '../terminal/terminal.ts';
import { type CommandContext, fail, openHome, openParts, orFail } from './context.ts';

export interface UpOptions {
  readonly port: number | undefined;
  readonly open: boolean;
  readonly logLevel: LogLevel | undefined;
  readonly logFormat: 'text' | 'json' | undefined;
}

/** The built page. In a checkout it is next to the sources. */
const PAGE_DIRECTORY = fileURLToPath(new URL('../../../web/dist/', import.meta.url));

/** `postern up`: the app, the page and the gateway, until SIGINT or SIGTERM. */
export async function up(context: CommandContext, options: UpOptions): Promise<void> {
  const loaded = openHome(context);
  const lock = orFail(takeInstanceLock(context.home));
  try {
    await run(context, options, options.port ?? loaded.config.port);
  } finally {
    lock.release();
  }
}

async function run(context: CommandContext, options: UpOptions, port: number): Promise<void> {
  const found = orFail(await open(openParts(context)));
  if (found.erased !== undefined) {
    context.terminal.note('postern: finished erasing this home, which was interrupted.');
  }
  const { config } = found.loaded;
  const log = createProcessLog({
    clock: context.clock,
    config: {
      level: options.logLevel ?? config.log.level,
      format: options.logFormat ?? config.log.format,
    },
    out: (line) => {
      context.terminal.note(line);
    },
  });
  const say = (line: string): void => {
    log.write('warn', 'notice', line);
  };
  const postern = orFail(await composePostern({ ...context, log, say }, found));
  const notice = orFail(await unlockAtStart(postern, () => givenPassphrase(context)));
  if (notice !== undefined) context.terminal.note(`postern: ${notice.message} ${notice.remedy}`);
  const stopped = Promise.withResolvers<undefined>();
  const stop = (): void => {
    stopped.resolve(undefined);
  };
  const serving = await serve({
    postern,
    port,
    randomness: context.randomness,
    version: context.version,
    program: programOf(context, stop),
    pageDirectory: PAGE_DIRECTORY,
    onFault: (fault) => {
      const kind = fault instanceof Error ? fault.name : typeof fault;
      log.write('error', 'fault', `internal error (${kind}); run with --verbose to see where.`);
      if (context.verbose) context.terminal.note(placeOf(fault));
    },
    onStop: stop,
  });
  if (!serving.ok) {
    await postern.close();
    fail(serving.failure);
  }
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  greet(context, serving.value, postern);
  if (options.open && context.environment.hasDisplay && context.terminal.interactive) {
    openInBrowser(context.home.runtimeDir, serving.value.launchUrl());
  }
  await stopped.promise;
  // A second signal doesn't wait for running answers.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  announceEnd(context, log, 'process.stopping', 'Stopping: saving answers in progress.');
  await serving.value.close();
  announceEnd(context, log, 'process.stopped', 'Stopped.');
}

function programOf(context: CommandContext, stop: () => void): AppProgram {
  return {
    backUp: async (request) => await backUpInChild(context, request),
    confirmRekey: rekeyParts(context).confirmInNewProcess,
    erase: async () => await eraseEverything(openParts(context), { isRunningHere: true }),
    stop,
  };
}

/** A user at the terminal wants to see this at any log level; a program only at its own level. */
function announceEnd(
  context: CommandContext,
  log: ProcessLog,
  event: 'process.stopping' | 'process.stopped',
  message: string,
): void {
  if (log.format === 'json') log.write('info', event, message);
  else context.terminal.note(message);
}

function greet(context: CommandContext, serving: Serving, postern: Postern): void {
  const { terminal } = context;
  const state = { absent: 'first run', locked: 'locked', unlocked: 'unlocked' }[
    postern.vault.state
  ];
  terminal.announce(`${styled(terminal, 'bold', 'Postern')} ${context.version} is up (${state}).`);
  terminal.announce('');
  terminal.announce(`  Open      ${serving.launchUrl()}`);
  terminal.announce(`  Gateway   ${serving.gatewayUrl}/v1`);
  terminal.announce(`  Data      ${context.home.dataDir}`);
  terminal.announce('');
  terminal.announce(
    'The link works once and expires in ten minutes; get another with postern open. Press Ctrl+C to stop.',
  );
}
