import { revealSecret } from '@postern/kernel';
import {
  createGatewayKey,
  listGatewayKeys,
  parseDurationMs,
  raiseGatewayKeyBudget,
  refuseKeyAsName,
  revokeGatewayKey,
  rotateGatewayKey,
  setGatewayKeyDisabled,
  showGatewayKey,
  updateGatewayKey,
  usdText,
  type IssuedKey,
} from '@postern/app';
import { MAX_DEBUG_MS, problem, type Problem } from '@postern/protocol';
import { keyLines, keyTable, timeOf } from './key-lines.ts';
import { chosenSettings, parseEnd } from './key-settings.ts';
import type { KeySettingOptions } from './program/key-setting-options.ts';
import {
  connectOrCreate,
  connectOrUnlock,
  fail,
  orFail,
  report,
  type CommandContext,
} from './context.ts';

/** `postern key create NAME`: prints the key once and stores only its keyed hash. */
export async function createKey(
  context: CommandContext,
  name: string,
  options: KeySettingOptions,
): Promise<void> {
  orFail(refuseKeyAsName(name, 'GATEWAY_KEY_NAME_INVALID'));
  if (options.model === undefined && options.allModels !== true) fail(modelsMissing(name));
  const settings = orFail(chosenSettings(options, {}, context.clock.nowMs()));
  const vault = await connectOrCreate(context);
  const issued = orFail(await createGatewayKey(context, vault, { name, settings }));
  const { id } = issued.record;
  reportIssued(context, issued, `To revoke it: postern key revoke ${id}`);
}

function modelsMissing(name: string): Problem {
  return problem(
    'USAGE',
    `Which models may the key ${name} call? A key without models can't be used.`,
    'Name each one, such as --model gpt-5 or --model "openai/*", or allow every model: --all-models.',
  );
}

/** `postern key list`: lists the keys, never a key itself. */
export async function listKeys(context: CommandContext): Promise<void> {
  const vault = await connectOrUnlock(context);
  const records = orFail(await listGatewayKeys(context, vault));
  const lines =
    records.length === 0
      ? ['No keys yet. Create one: postern key create NAME --all-models']
      : keyTable(records, context.clock.nowMs(), context.terminal.columns);
  report(context, records, lines);
}

/** `postern key show ID|NAME`: everything about a key except its text, which isn't stored. */
export async function showKey(context: CommandContext, idOrName: string): Promise<void> {
  const vault = await connectOrUnlock(context);
  const record = orFail(await showGatewayKey(context, vault, idOrName));
  report(context, record, keyLines(record, context.clock.nowMs()));
}

/** `postern key update ID|NAME`: effective immediately, also in a running gateway. */
export async function updateKey(
  context: CommandContext,
  idOrName: string,
  options: KeySettingOptions,
): Promise<void> {
  const nowMs = context.clock.nowMs();
  if (Object.keys(orFail(chosenSettings(options, {}, nowMs))).length === 0) {
    fail(problem('USAGE', 'Nothing to change. Name a setting, such as --model or --expires.'));
  }
  const vault = await connectOrUnlock(context);
  const before = orFail(await showGatewayKey(context, vault, idOrName));
  const settings = orFail(chosenSettings(options, before.limits, nowMs));
  const record = orFail(await updateGatewayKey(context, vault, idOrName, settings));
  const lines = keyLines({ ...record, raises: before.raises }, nowMs);
  report(context, record, [`Changed ${record.name} (${record.id}).`, ...lines]);
}

/** `postern key raise ID|NAME`: adds to the key's budget for a time. */
export async function raiseBudget(
  context: CommandContext,
  idOrName: string,
  { by: amountMicroUsd, until }: { readonly by: number; readonly until: string },
): Promise<void> {
  const untilMs = orFail(parseEnd('--until', until, context.clock.nowMs()));
  if (untilMs === undefined) {
    fail(
      problem(
        'USAGE',
        'A raise needs an end. To raise the budget permanently: postern key update.',
      ),
    );
  }
  const vault = await connectOrUnlock(context);
  const raise = { amountMicroUsd, untilMs };
  const { id, name } = orFail(await raiseGatewayKeyBudget(context, vault, idOrName, raise));
  report(context, { id, name, ...raise }, [
    `Raised the budget of ${name} (${id}) by ${usdText(amountMicroUsd)} until ${timeOf(untilMs, '-')}.`,
  ]);
}

/** `postern key debug ID|NAME`: logs the bodies of the key's calls for a time, also in a running gateway. */
export async function debugKey(
  context: CommandContext,
  idOrName: string,
  options: { readonly for?: string; readonly off?: boolean },
): Promise<void> {
  const durationMs = options.off === true ? undefined : debugTime(options.for);
  const vault = await connectOrUnlock(context);
  const debugUntilMs = durationMs === undefined ? undefined : context.clock.nowMs() + durationMs;
  const record = orFail(await updateGatewayKey(context, vault, idOrName, { debugUntilMs }));
  const key = `${record.name} (${record.id})`;
  report(
    context,
    record,
    debugUntilMs === undefined
      ? [`The bodies of requests of ${key} are no longer logged.`]
      : [
          `The bodies of requests of ${key} are logged until ${timeOf(debugUntilMs, '-')}, at the level debug.`,
          'The log has them only if log.level is debug. They can contain personal data.',
          `To stop: postern key debug ${record.id} --off`,
        ],
  );
}

function debugTime(text: string | undefined): number {
  if (text === undefined) {
    fail(problem('USAGE', 'For how long? Use --for 15m, or --off.'));
  }
  const durationMs = parseDurationMs(text);
  if (durationMs === undefined || durationMs > MAX_DEBUG_MS) {
    fail(problem('USAGE', '--for takes a time of at most 24h, such as 15m.'));
  }
  return durationMs;
}

/** `postern key rotate ID|NAME`: prints the new text once. */
export async function rotateKey(
  context: CommandContext,
  idOrName: string,
  { grace }: { readonly grace: string },
): Promise<void> {
  const graceMs = grace === '0' ? 0 : parseDurationMs(grace);
  if (graceMs === undefined) {
    fail(problem('USAGE', '--grace takes a time such as 90s, 15m, 8h or 1d, or 0.'));
  }
  const vault = await connectOrUnlock(context);
  const issued = orFail(await rotateGatewayKey(context, vault, idOrName, graceMs));
  const { previousUntilMs } = issued.record;
  const old =
    previousUntilMs === undefined
      ? 'The old key is no longer valid.'
      : `The old key stays valid until ${timeOf(previousUntilMs, '-')}.`;
  reportIssued(context, issued, old);
}

/** `postern key disable|enable ID|NAME`: effective immediately, also in a running gateway. */
export async function setKeyDisabled(
  context: CommandContext,
  idOrName: string,
  disabled: boolean,
): Promise<void> {
  const vault = await connectOrUnlock(context);
  const record = orFail(await setGatewayKeyDisabled(context, vault, idOrName, disabled));
  const did = disabled ? 'Disabled' : 'Enabled';
  report(context, record, [`${did} ${record.name} (${record.id}).`]);
}

/** `postern key revoke ID|NAME`: effective immediately, also in a running gateway. */
export async function revokeKey(context: CommandContext, idOrName: string): Promise<void> {
  const vault = await connectOrUnlock(context);
  const revoked = orFail(await revokeGatewayKey(context, vault, idOrName));
  report(context, revoked, [`Revoked ${revoked.name} (${revoked.id}).`]);
}

function reportIssued(context: CommandContext, { key, record }: IssuedKey, next: string): void {
  if (context.json) {
    report(context, { ...record, key: revealSecret(key) }, []);
    return;
  }
  context.terminal.print(revealSecret(key));
  context.terminal.note('');
  context.terminal.note(`Key ${record.name} (${record.id}). It is shown only once. ${next}`);
}
