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

// What a command needs before it opens a vault.
export { endWith, fail, openHome, orFail, report, type CommandContext };

/** Opens the home's vault with the terminal as its front end. */
export function openParts(context: CommandContext): OpenParts {
  const keyring = systemKeyring(context.environment);
  return { ...context, keyring, machineId: machineId(), frontEnd: frontEndOf(context) };
}

/** Read-only access without prompts. */
export function inspectionParts(context: CommandContext): InspectionParts {
  return {
    ...openParts(context),
    places: context.environment,
    givenPassphrase: () => givenPassphrase(context),
  };
}

/** The content of the vault: through the process that has it unlocked, or unlocked here. */
export async function connectOrUnlock(context: CommandContext): Promise<OpenVault> {
  return orFail(await connectOrUnlockVault(openParts(context)));
}

/** The same, but creates the vault if there is none. */
export async function connectOrCreate(context: CommandContext): Promise<OpenVault> {
  return orFail(await connectOrCreateVault(openParts(context)));
}
