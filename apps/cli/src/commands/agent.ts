import { once } from 'node:events';
import { holdOpen, lockHolders, startHolder, type HoldEnd } from '@postern/app';
import { type CommandContext, openParts, orFail, report } from './context.ts';
import { startSelf } from './start-self.ts';

/** Why an agent ends. */
const ENDINGS: Readonly<Record<HoldEnd, string>> = {
  ASKED: 'locked',
  IDLE: 'it was not used',
  SUSPEND: 'the machine was suspended',
  EXPIRED: 'its time is up',
  EXIT: 'stopped',
};

/** `postern agent --ttl 1h`: keeps the vault unlocked for other commands, in the foreground. */
export async function agent(context: CommandContext, ttlMs: number): Promise<void> {
  const { terminal } = context;
  const ended = await holdOpen({
    ...context,
    ...openParts(context),
    ttlMs,
    say: (line) => {
      terminal.note(`postern: ${line}`);
    },
    onOpen: (stop) => {
      process.once('SIGINT', stop);
      process.once('SIGTERM', stop);
      if (context.json) report(context, { unlocked: true, ttlMs }, []);
      terminal.note(`The vault is unlocked for ${minutes(ttlMs)}; postern vault lock ends it.`);
    },
  });
  terminal.note(`The vault is locked: ${ENDINGS[orFail(ended)]}.`);
}

/** `postern vault unlock --ttl 1h`: the same in the background. */
export async function unlock(context: CommandContext, ttl: string): Promise<void> {
  const started = await startHolder({
    ...openParts(context),
    start: async (passphrase) => {
      const parameters = ['agent', '--ttl', ttl];
      const child = startSelf(context, { parameters, passphrase, as: 'background' });
      child.unref();
      await once(child, 'exit');
    },
  });
  orFail(started);
  report(context, { unlocked: true, ttl }, [`The vault is unlocked for ${ttl}.`]);
}

/** `postern vault lock`: every process that has the vault unlocked drops its keys. */
export async function lock(context: CommandContext): Promise<void> {
  const locked = orFail(await lockHolders(context));
  const line = locked === 0 ? 'The vault was already locked.' : 'Locked.';
  report(context, { locked: locked > 0 }, [line]);
}

function minutes(ms: number): string {
  return ms < 60_000 ? `${String(ms / 1000)} s` : `${String(Math.round(ms / 60_000))} min`;
}
