import {
  connectOrCreate as connectOrCreateVault,
  connectOrUnlock as connectOrUnlockVault,
  machineId,
  systemKeyring,
  type InspectionParts,
  type OpenParts,
  type OpenVault,
} from '@postern/app';
import { givenPassphrase } from '../terminal/passphrase.ts';
import { endWith, fail, openHome, orFail, report, type CommandContext } from './command-context.ts';
import { frontEndOf } from './front-end.ts';

// What a command needs before it has a vault.
export { endWith, fail, openHome, orFail, report, type CommandContext };

/** What opens the vault of the home, with the terminal as its front end. */
export function openParts(context: CommandContext): OpenParts {
  const keyring = systemKeyring(context.environment);
  return { ...context, keyring, machineId: machineId(), frontEnd: frontEndOf(context) };
}

/** For looking at everything without asking anybody. */
export function inspectionParts(context: CommandContext): InspectionParts {
  return {
    ...openParts(context),
    places: context.environment,
    givenPassphrase: () => givenPassphrase(context),
  };
}

/** What is in the vault: through the process that has it open, else unlocked here. */
export async function connectOrUnlock(context: CommandContext): Promise<OpenVault> {
  return orFail(await connectOrUnlockVault(openParts(context)));
}

/** The same, but if there is no vault, creates it. */
export async function connectOrCreate(context: CommandContext): Promise<OpenVault> {
  return orFail(await connectOrCreateVault(openParts(context)));
}
