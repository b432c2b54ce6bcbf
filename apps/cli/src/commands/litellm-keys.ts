import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  createGatewayKey,
  listGatewayKeys,
  type OpenVault,
  type PlannedKey,
  type PlannedKeys,
} from '@postern/app';
import { revealSecret } from '@postern/kernel';
import { orFail, type CommandContext } from './context.ts';

/** What happens to one key of LiteLLM. */
export interface KeyRow {
  readonly name: string;
  readonly outcome: 'would-create' | 'created' | 'kept' | 'refused';
  /** Why it was refused. */
  readonly message?: string;
  /** The token of a created key, with `--json` only. It is shown once. */
  readonly key?: string;
}

/** What an import would do with the keys. A key whose name is in use isn't created. */
export async function previewKeys(
  context: CommandContext,
  vault: OpenVault | undefined,
  { keys }: PlannedKeys,
): Promise<readonly KeyRow[]> {
  const used = await usedNames(context, vault, keys);
  return keys.map(({ name }) => ({ name, outcome: used.has(name) ? 'kept' : 'would-create' }));
}

/** Creates the keys. Prints each token as soon as its key exists, so that none is lost. */
export async function createKeys(
  context: CommandContext,
  vault: OpenVault,
  { keys }: PlannedKeys,
): Promise<readonly KeyRow[]> {
  const used = await usedNames(context, vault, keys);
  const rows: KeyRow[] = [];
  for (const wish of keys) {
    const { name } = wish;
    if (used.has(name)) {
      rows.push({ name, outcome: 'kept' });
      continue;
    }
    const issued = await createGatewayKey(context, vault, wish);
    if (!issued.ok) {
      rows.push({ name, outcome: 'refused', message: issued.failure.message });
      continue;
    }
    used.add(name);
    const key = revealSecret(issued.value.key);
    if (!context.json) context.terminal.print(`${key}  ${name}`);
    rows.push({ name, outcome: 'created', ...(context.json && { key }) });
  }
  return rows;
}

async function usedNames(
  context: CommandContext,
  vault: OpenVault | undefined,
  keys: readonly PlannedKey[],
): Promise<Set<string>> {
  // Listing the keys would create their database.
  const isThere = existsSync(join(context.home.dataDir, 'gateway.db'));
  if (vault === undefined || keys.length === 0 || !isThere) return new Set();
  const records = orFail(await listGatewayKeys(context, vault));
  const active = records.filter(({ revokedAtMs }) => revokedAtMs === undefined);
  return new Set(active.map(({ name }) => name));
}
