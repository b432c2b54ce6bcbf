import { once } from 'node:events';
import { join } from 'node:path';
import type { AuditLog, Forwarding } from '@postern/audit';
import { takeLock } from '@postern/disk';
import type { Secret } from '@postern/kernel';
import { type Config, problem } from '@postern/protocol';
import { AutoLock } from '@postern/vault';
import {
  agentPlace,
  askRunning,
  auditedLocalVault,
  connect,
  describeLockFailure,
  findHolder,
  forwardInBackground,
  holderPlaces,
  type HomeVault,
  keepAnchored,
  localVault,
  lockRules,
  openAudit,
  record,
  serveAgent,
} from '@postern/app';
import {
  type CommandContext,
  fail,
  openExistingVault,
  orFail,
  report,
  unlockByPassphrase,
  unlockVault,
} from './context.ts';
import { startSelf } from './start-self.ts';

/** `postern agent --ttl 1h`: holds the vault open for the other commands, in the foreground. */
export async function agent(context: CommandContext, ttlMs: number): Promise<void> {
  await refuseSecondHolder(context);
  const found = await openExistingVault(context);
  const { vault } = found;
  const lock = takeLock(join(context.home.dataDir, 'agent.lock'));
  if (!lock.ok)
    fail(lock.failure.reason === 'lock-held' ? HELD : describeLockFailure(lock.failure));
  try {
    await unlockVault(context, vault);
    await holdOpen(context, found, ttlMs);
  } finally {
    lock.value.release();
  }
}

const HELD = problem('ALREADY_RUNNING', 'A running Postern already has the vault unlocked.');

/** Why an agent ends, in the words of the audit log and in those for people. */
const ENDINGS = {
  ASKED: 'locked',
  IDLE: 'it was not used',
  SUSPEND: 'the machine was suspended',
  EXPIRED: 'its time is up',
  EXIT: 'stopped',
} as const;

type Ending = keyof typeof ENDINGS;

/** A longer timer fires at once. */
const MAX_TIMER_MS = 2_147_483_647;

async function holdOpen(
  context: CommandContext,
  { vault, loaded }: HomeVault,
  ttlMs: number,
): Promise<void> {
  const ended = Promise.withResolvers<Ending>();
  const end = (why: Ending) => () => {
    ended.resolve(why);
  };
  // Whoever asks for an agent was asked for the passphrase, or could be.
  const rules = lockRules(loaded.config.vault, 'person');
  const autoLock = new AutoLock({
    clock: context.clock,
    idleMs: () => rules.idleMs,
    lock: (cause) => {
      if (cause === 'idle') ended.resolve('IDLE');
      else if (rules.onSuspend) ended.resolve('SUSPEND');
    },
  });
  const serving = orFail(
    await serveAgent({
      place: agentPlace(context.home),
      randomness: context.randomness,
      vault: orFail(await auditedLocalVault(context, vault)),
      version: context.version,
      onUse: () => {
        autoLock.touch();
      },
      onLock: end('ASKED'),
    }),
  );
  const opened = await openAudit(context.home.dataDir, localVault(vault), context.clock);
  const log = orFail(opened);
  const begun = await record(log, { action: 'agent.start', outcome: 'success' });
  orFail(begun);
  const anchoring = keepAnchored(log);
  const forwarding = forwardFrom(context, loaded.config, log);
  const watching = autoLock.start(context.lookEveryMs);
  const timer = setTimeout(end('EXPIRED'), Math.min(ttlMs, MAX_TIMER_MS));
  process.once('SIGINT', end('EXIT'));
  process.once('SIGTERM', end('EXIT'));
  if (context.json) report(context, { unlocked: true, ttlMs }, []);
  context.terminal.note(`The vault is unlocked for ${minutes(ttlMs)}; postern vault lock ends it.`);
  const reason = await ended.promise;
  clearTimeout(timer);
  watching[Symbol.dispose]();
  anchoring[Symbol.dispose]();
  await forwarding?.stop();
  // Only the open vault can keep it.
  await log.keepAnchor();
  vault.lock();
  await Promise.all([
    record(log, { action: 'vault.lock', outcome: 'success', reason }),
    record(log, { action: 'agent.stop', outcome: 'success', reason }),
  ]);
  await log.close();
  await serving.close(0);
  context.terminal.note(`The vault is locked: ${ENDINGS[reason]}.`);
}

function forwardFrom(
  context: CommandContext,
  config: Config,
  log: AuditLog,
): Forwarding | undefined {
  const say = (line: string): void => {
    context.terminal.note(`postern: ${line}`);
  };
  return forwardInBackground({ ...context, log, say, config: () => config });
}

/** `postern vault unlock --ttl 1h`: the same in the background. */
export async function unlock(context: CommandContext, ttl: string): Promise<void> {
  await refuseSecondHolder(context);
  const { vault } = await openExistingVault(context);
  let passphrase: Secret | undefined;
  if (vault.storage === 'file') ({ passphrase } = await unlockByPassphrase(context, vault));
  else await unlockVault(context, vault, { way: { with: 'keyring' } });
  vault.lock();
  await startInBackground(context, ttl, passphrase);
  report(context, { unlocked: true, ttl }, [`The vault is unlocked for ${ttl}.`]);
}

async function startInBackground(
  context: CommandContext,
  ttl: string,
  passphrase: Secret | undefined,
): Promise<void> {
  const parameters = ['agent', '--ttl', ttl];
  const child = startSelf(context, { parameters, passphrase, as: 'background' });
  const gone = once(child, 'exit').then(() => true);
  for (let tries = 0; tries < 100; tries += 1) {
    const held = await connect([agentPlace(context.home)]);
    if (orFail(held) !== undefined) {
      child.unref();
      return;
    }
    const ended = await Promise.race([gone, pause(100)]);
    if (ended) break;
  }
  fail(problem('VAULT_LOCKED', "The agent didn't start."));
}

async function pause(ms: number): Promise<false> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return false;
}

/** `postern vault lock`: every process that holds the vault open drops its keys. */
export async function lock(context: CommandContext): Promise<void> {
  const answers = await Promise.all(
    holderPlaces(context.home).map(async (place) => await askRunning(place, 'POST', '/lock')),
  );
  // Whoever can be asked has been, before one that cannot ends the command.
  const locked = answers
    .map((answer) => orFail(answer))
    .filter((answer) => answer?.status === 200).length;
  const line = locked === 0 ? 'The vault was already locked.' : 'Locked.';
  report(context, { locked: locked > 0 }, [line]);
}

async function refuseSecondHolder(context: CommandContext): Promise<void> {
  const holder = await findHolder(holderPlaces(context.home));
  if (orFail(holder) !== undefined) fail(HELD);
}

function minutes(ms: number): string {
  return ms < 60_000 ? `${String(ms / 1000)} s` : `${String(Math.round(ms / 60_000))} min`;
}
