import { once } from 'node:events';
import { revealSecret } from '@postern/kernel';
import type { RekeyStep } from '@postern/vault';
import { confirmRekey, rekeyVault as rekey, type RekeyParts } from '@postern/app';
import { type CommandContext, openParts, orFail, report } from './context.ts';
import { startSelf } from './start-self.ts';

/**
 * `postern auth storage rekey`: creates a new data key for the secrets, the databases and every key
 * slot. A new process must then open everything with it before the old key is destroyed.
 */
export async function rekeyVault(context: CommandContext): Promise<void> {
  const { recovered, recoveryCode } = orFail(await rekey(rekeyParts(context)));
  const resumed = recovered !== undefined && recovered.outcome !== 'undone';
  const code = context.json ? { recoveryCode: revealSecret(recoveryCode) } : {};
  report(context, { rekeyed: true, resumed, ...code }, [
    'The vault and its databases use a new data key; the old one was destroyed.',
  ]);
}

/** `postern auth storage rekey --confirm`: completes another process's change. */
export async function confirmRekeyed(context: CommandContext): Promise<void> {
  const confirmed = orFail(await confirmRekey(openParts(context)));
  report(context, { confirmed }, [
    confirmed
      ? 'Confirmed: everything opens with the new data key. The old one was destroyed.'
      : 'There is no data key change to confirm.',
  ]);
}

/** A new data key brings a new recovery code, which `--json` includes in the result. */
export function rekeyParts(context: CommandContext): RekeyParts {
  const { terminal } = context;
  const parts = openParts(context);
  const hidden = context.json ? { onRecoveryCode: () => undefined } : {};
  return {
    ...parts,
    frontEnd: { ...parts.frontEnd, ...hidden },
    onProgress: (step) => {
      terminal.note(`postern: ${wordsOf(step)}`);
    },
    confirmInNewProcess: async (passphrase) => {
      terminal.note('postern: verifying that a new process can open everything with it…');
      const parameters = ['auth', 'storage', 'rekey', '--confirm'];
      await once(startSelf(context, { parameters, passphrase, as: 'child' }), 'close');
    },
  };
}

function wordsOf(step: RekeyStep): string {
  switch (step.step) {
    case 'slots':
      return 'creating a new data key and wrapping it for each key slot…';
    case 'secrets':
      return 're-encrypting the secrets…';
    case 'database':
      return `re-encrypting ${step.purpose.replace('database/', '')}…`;
    case 'switch':
      return 'switching to the new key…';
  }
}
