import type { Config } from '@postern/protocol';
import type { ProviderTable } from '@postern/upstreams';
import type { Vault } from '@postern/vault';
import { clearHistory } from '../chat/clear-history.ts';
import type { Home } from '../config/home.ts';
import { deletedLine, deleteProviderKeys } from '../providers/delete-provider-keys.ts';
import type { Stores } from '../stores/stores.ts';

/** What an exit needs of the product. */
interface Exiting {
  readonly vault: Pick<Vault, 'state'>;
  stores(): Stores | undefined;
  providers(): ProviderTable;
  config(): Config;
}

type Say = (line: string) => void;

/** What the configuration wants to be deleted at an exit (`vault.deleteKeysOnExit`), which waits for it. */
export async function deleteWhereWanted(exiting: Exiting, say: Say): Promise<void> {
  const stores = exiting.stores();
  if (stores === undefined || !exiting.config().vault.deleteKeysOnExit) return;
  say(deletedLine(await deleteProviderKeys(stores.vault, exiting.providers())));
}

/** Says at an exit what is not deleted, because the vault is locked. */
export function sayWhatStays(exiting: Exiting, say: Say): void {
  if (exiting.vault.state === 'absent' || !exiting.config().vault.deleteKeysOnExit) return;
  say('The provider keys are still in the vault, because it is locked.');
}

/**
 * Deletes every chat if the configuration says so (`privacy.clearHistoryOnExit`): at an exit, when nothing is open any
 * more, and at the next start, in case that the process was killed.
 */
export function clearWhereWanted(home: Home, { privacy }: Config, say: Say): void {
  const failure = privacy.clearHistoryOnExit ? clearHistory(home.dataDir) : undefined;
  if (failure !== undefined) say(failure);
}
