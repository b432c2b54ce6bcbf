import { revealSecret } from '@postern/kernel';
import { createGatewayKey, listGatewayKeys, refuseKeyAsName, revokeGatewayKey } from '@postern/app';
import { problem, type Problem } from '@postern/protocol';
import { table } from '../terminal/terminal.ts';
import {
  connectOrCreate,
  connectOrUnlock,
  fail,
  orFail,
  report,
  type CommandContext,
} from './context.ts';

export interface CreateKeyOptions {
  readonly model?: readonly string[];
  readonly allModels: boolean;
}

function modelsMissing(name: string): Problem {
  return problem(
    'USAGE',
    `Which models may the key ${name} call? A key without models can't be used.`,
    'Name each one, such as --model gpt-5 or --model "openai/*", or allow every model: --all-models.',
  );
}

/** `postern key create NAME`: prints the key once and stores only its keyed hash. */
export async function createKey(
  context: CommandContext,
  name: string,
  { model, allModels }: CreateKeyOptions,
): Promise<void> {
  orFail(refuseKeyAsName(name, 'GATEWAY_KEY_NAME_INVALID'));
  if (model === undefined && !allModels) fail(modelsMissing(name));
  const vault = await connectOrCreate(context);
  const { key, record } = orFail(
    await createGatewayKey(context, vault, { name, settings: { models: model ?? 'all' } }),
  );
  if (context.json) {
    report(context, { ...record, key: revealSecret(key) }, []);
    return;
  }
  context.terminal.print(revealSecret(key));
  context.terminal.note('');
  context.terminal.note(
    `Key ${record.name} (${record.id}). It is shown only once. To revoke it: postern key revoke ${record.id}`,
  );
}

/** `postern key list`: lists the keys' names, never a key itself. */
export async function listKeys(context: CommandContext): Promise<void> {
  const vault = await connectOrUnlock(context);
  const records = orFail(await listGatewayKeys(context, vault));
  const rows = records.map((record) => [
    record.id,
    record.name,
    record.hint,
    record.models === 'all' ? 'all' : record.models.join(', '),
    dayOf(record.createdAtMs),
    dayOf(record.lastUsedAtMs),
    record.revokedAtMs === undefined ? 'active' : `revoked ${dayOf(record.revokedAtMs)}`,
  ]);
  const lines =
    rows.length === 0
      ? ['No keys yet. Create one: postern key create NAME --all-models']
      : [table(['ID', 'NAME', 'KEY', 'MODELS', 'CREATED', 'LAST USED', 'STATE'], rows)];
  report(context, records, lines);
}

function dayOf(ms: number | undefined): string {
  return ms === undefined ? '-' : new Date(ms).toISOString().slice(0, 10);
}

/** `postern key revoke ID|NAME`: effective immediately, also in a running gateway. */
export async function revokeKey(context: CommandContext, idOrName: string): Promise<void> {
  const vault = await connectOrUnlock(context);
  const revoked = orFail(await revokeGatewayKey(context, vault, idOrName));
  report(context, revoked, [`Revoked ${revoked.name} (${revoked.id}).`]);
}
