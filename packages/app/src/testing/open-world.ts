import { join } from 'node:path';
import { ok, Secret } from '@postern/kernel';
import { memoryKeyring, systemWorld, type MemoryKeyring } from '@postern/vault/testing';
import { openAudit } from '../audit/audit.ts';
import { connectOrUnlock } from '../vault/connect-or-open.ts';
import type { FrontEnd, OpenParts } from '../vault/front-end.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { valueOf } from './value-of.ts';

const PASSPHRASE = 'correct horse battery staple';

export interface OpenWorld {
  readonly parts: OpenParts;
  readonly keyring: MemoryKeyring;
  /** The calls of the front end, oldest first. */
  readonly talk: string[];
  /** Every recovery code that was shown. */
  readonly codes: Secret[];
  /** The audit log: action, outcome and reason of each record. */
  readonly log: () => Promise<readonly string[]>;
}

/** A home without a vault in a temporary directory, and a front end that knows the passphrase. */
export function openWorld(
  storage: 'file' | 'keyring' = 'file',
  answers: Partial<FrontEnd> = {},
): OpenWorld {
  const dataDir = scratchDirectory();
  const keyring = memoryKeyring();
  const talk: string[] = [];
  const codes: Secret[] = [];
  const parts: OpenParts = {
    ...systemWorld,
    home: {
      configDir: join(dataDir, 'config'),
      configFile: join(dataDir, 'config', 'config.json'),
      dataDir,
      runtimeDir: join(dataDir, 'run'),
    },
    keyring,
    machineId: 'machine-1',
    storage,
    frontEnd: { ...frontEndOf(talk, codes), ...answers },
  };
  const log = async (): Promise<readonly string[]> => {
    const vault = valueOf(await connectOrUnlock({ ...parts, frontEnd: frontEndOf([], []) }));
    const opened = valueOf(await openAudit(dataDir, vault, parts.clock));
    const lines: string[] = [];
    await opened.forEach(({ action, outcome, reason }) => {
      lines.push([action, outcome, reason].filter((each) => each !== undefined).join(' '));
    });
    await opened.close();
    return lines;
  };
  return { parts, keyring, talk, codes, log };
}

function frontEndOf(talk: string[], codes: Secret[]): FrontEnd {
  const give = (question: string) => () => {
    talk.push(question);
    // A new copy each time, because the caller may erase it.
    return Promise.resolve(ok(Secret.of(PASSPHRASE)));
  };
  return {
    isPassphraseTyped: () => true,
    askPassphrase: give('passphrase?'),
    askPresentPassphrase: give('present passphrase?'),
    askNewPassphrase: give('new passphrase?'),
    onWrongPassphrase: () => {
      talk.push('wrong');
    },
    onRecovered: ({ outcome }) => {
      talk.push(outcome);
    },
    onCreated: (storage) => {
      talk.push(`created ${storage}`);
    },
    onRecoveryCode: (code) => {
      talk.push('recovery code');
      codes.push(code);
    },
  };
}
