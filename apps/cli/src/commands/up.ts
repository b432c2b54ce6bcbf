import { takeLock, type LockFailure } from '@postern/disk';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eraseSecret, isJsonObject } from '@postern/kernel';
import type { KeyringProbe } from '@postern/vault';
import {
  askRunning,
  connectionsOf,
  controlPlace,
  createProcessLog,
  describeLockFailure,
  type HomeVault,
  type LogLevel,
  parseReceiver,
  Postern,
  type ProcessLog,
  serve,
  type Serving,
} from '@postern/app';
import { placeOf } from '../failure/place-of.ts';
import { openInBrowser } from './open-in-browser.ts';
import { givenPassphrase } from '../terminal/passphrase.ts';
import { styled } from '../terminal/terminal.ts';
import { type CommandContext, fail, openHome, openVault, orFail } from './context.ts';

export interface UpOptions {
  readonly port: number | undefined;
  readonly open: boolean;
  readonly logLevel: LogLevel | undefined;
  readonly logFormat: 'text' | 'json' | undefined;
}

/** The built page: beside the sources in a checkout. */
const PAGE_DIRECTORY = fileURLToPath(new URL('../../../web/dist/', import.meta.url));

/** `postern up`: the app, the page and the gateway, until SIGINT or SIGTERM. */
export async function up(context: CommandContext, options: UpOptions): Promise<void> {
  const loaded = openHome(context);
  const lockPath = join(context.home.dataDir, 'instance.lock');
  const lock = takeLock(lockPath);
  if (!lock.ok) return refuseSecondStart(lock.failure);
  try {
    await run(context, options, options.port ?? loaded.config.port);
  } finally {
    lock.value.release();
  }
}

async function run(context: CommandContext, options: UpOptions, port: number): Promise<void> {
  const found = await openVault(context);
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
  const postern = orFail(compose(context, found, await found.probe(), log));
  await unlockAtStart(context, postern);
  const stopped = Promise.withResolvers<undefined>();
  const stop = (): void => {
    stopped.resolve(undefined);
  };
  const serving = await serve({
    postern,
    port,
    randomness: context.randomness,
    version: context.version,
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
  // A second signal does not wait for running answers.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  sayEnding(context, log, 'process.stopping', 'Stopping: saving answers in progress.');
  await serving.value.close();
  sayEnding(context, log, 'process.stopped', 'Stopped.');
}

/** The person at the terminal wants to see it at any level; a program reads it at its own. */
function sayEnding(
  context: CommandContext,
  log: ProcessLog,
  event: 'process.stopping' | 'process.stopped',
  message: string,
): void {
  if (log.format === 'json') log.write('info', event, message);
  else context.terminal.note(message);
}

function compose(
  context: CommandContext,
  found: HomeVault,
  keyring: KeyringProbe,
  log: ProcessLog,
): ReturnType<typeof Postern.create> {
  const { home, clock, lookEveryMs, randomness, version } = context;
  const { vault, loaded } = found;
  const receiver = parseReceiver(loaded.config);
  if (!receiver.ok) return receiver;
  const connections = connectionsOf(loaded.config);
  const say = (line: string): void => {
    log.write('warn', 'notice', line);
  };
  return Postern.create({
    home,
    loaded,
    clock,
    lookEveryMs,
    randomness,
    vault,
    keyring,
    connections,
    version,
    log,
    say,
  });
}

/** Opens what opens without asking; a file vault waits for its passphrase in the page. */
async function unlockAtStart(context: CommandContext, postern: Postern): Promise<void> {
  const { vault } = postern;
  if (vault.state === 'absent') return;
  if (vault.storage === 'keyring') {
    const unlocked = await postern.unlock({ keyring: true });
    if (unlocked.ok) return;
    if (unlocked.failure.code.startsWith('DATABASE')) fail(unlocked.failure);
    context.terminal.note(`postern: ${unlocked.failure.message} ${unlocked.failure.remedy}`);
    return;
  }
  const given = givenPassphrase(context);
  if (given === undefined) return;
  const passphrase = orFail(given);
  const unlocked = await postern.unlockWith({ with: 'passphrase', passphrase });
  eraseSecret(passphrase);
  orFail(unlocked);
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

function refuseSecondStart(failure: LockFailure): never {
  return fail(describeLockFailure(failure));
}

/** It goes into a page, so it is taken for nothing else than what it must be. */
const LAUNCH_URL = /^http:\/\/(?:127\.0\.0\.1|localhost):\d{1,5}\/#launch=[\w-]+$/;

/** The running process's page with a fresh code; undefined where none answers. */
export async function launchUrlOfRunning(context: CommandContext): Promise<string | undefined> {
  const asked = await askRunning(controlPlace(context.home), 'POST', '/launch');
  const answer = orFail(asked);
  const url = isJsonObject(answer?.body) ? answer.body['url'] : undefined;
  return typeof url === 'string' && LAUNCH_URL.test(url) ? url : undefined;
}
