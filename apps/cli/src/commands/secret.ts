import { revealSecret, type Secret } from '@postern/kernel';
import { problem, type SecretName } from '@postern/protocol';
import {
  parseSecretName,
  parseStoredName,
  rotateSecret as rotate,
  secretNotFound,
  storeSecret,
} from '@postern/app';
import { confirm, promptHidden, readStandardInput } from '../terminal/prompt.ts';
import { table } from '../terminal/terminal.ts';
import {
  connectOrCreate,
  connectOrUnlock,
  fail,
  openHome,
  orFail,
  report,
  type CommandContext,
} from './context.ts';

/**
 * `postern secret set NAME`: reads the value from a hidden prompt or standard input, never from an
 * argument.
 */
export async function setSecret(
  context: CommandContext,
  nameText: string,
  options: { readonly force: boolean },
): Promise<void> {
  const name = orFail(parseSecretName(nameText));
  const vault = await connectOrCreate(context);
  const value = await readValue(context, name);
  const { config } = openHome(context);
  orFail(await storeSecret(config, { ...options, vault, clock: context.clock, name, value }));
  report(context, { name, stored: true, storage: vault.storage }, [`Stored ${name}.`]);
}

/** `postern secret rotate NAME`: replaces the value of an existing secret. */
export async function rotateSecret(
  context: CommandContext,
  nameText: string,
  options: { readonly force: boolean },
): Promise<void> {
  const name = orFail(parseSecretName(nameText));
  const vault = await connectOrUnlock(context);
  // If the secret doesn't exist, this fails before it asks for the value. A piped value is rejected
  // too.
  if (context.terminal.interactive) {
    const infos = orFail(await vault.list());
    if (!infos.some((info) => info.name === name)) fail(secretNotFound(name));
  }
  const value = await readValue(context, name);
  const { config } = openHome(context);
  orFail(await rotate(config, { ...options, vault, clock: context.clock, name, value }));
  report(context, { name, rotated: true, storage: vault.storage }, [
    `Replaced ${name}. Revoke the old value at its provider.`,
  ]);
}

/** `postern secret get NAME`: prints the value, because the user asked for it by name. */
export async function getSecret(
  context: CommandContext,
  nameText: string,
  options: { readonly field: string; readonly raw: boolean },
): Promise<void> {
  const name = orFail(parseSecretName(nameText));
  const vault = await connectOrUnlock(context);
  const record = orFail(await vault.get(name));
  const value = record?.fields.get(options.field);
  if (value === undefined) fail(secretNotFound(name));
  const text = revealSecret(value);
  if (options.raw) context.terminal.write(text);
  else report(context, { name, field: options.field, value: text }, [text]);
}

/** `postern secret list`: names and ages, never values. */
export async function listSecrets(context: CommandContext): Promise<void> {
  const vault = await connectOrUnlock(context);
  const infos = orFail(await vault.list());
  const rows = infos.map(({ name, updatedAtMs }) => ({
    name,
    updatedAt: new Date(updatedAtMs).toISOString(),
    ageDays: Math.floor((context.clock.nowMs() - updatedAtMs) / 86_400_000),
  }));
  const lines =
    rows.length === 0
      ? ['No secrets yet. Add one: postern secret set NAME']
      : [
          table(
            ['NAME', 'CHANGED', 'AGE'],
            rows.map((row) => [
              row.name,
              row.updatedAt.slice(0, 10),
              `${String(row.ageDays)} days`,
            ]),
          ),
        ];
  report(context, rows, lines);
}

/** `postern secret rm NAME`: asks for confirmation at a terminal, unless `--yes` is given. */
export async function removeSecret(
  context: CommandContext,
  nameText: string,
  options: { readonly yes: boolean },
): Promise<void> {
  const name = orFail(parseStoredName(nameText));
  const vault = await connectOrUnlock(context);
  const infos = orFail(await vault.list());
  if (!infos.some((info) => info.name === name))
    fail(secretNotFound(orFail(parseSecretName(nameText))));
  if (context.terminal.interactive && !options.yes) {
    if (!(await confirm(`Remove the secret ${name}? This can't be undone.`))) {
      fail(problem('CANCELLED', 'Nothing was removed.'));
    }
  }
  const removed = orFail(await vault.remove(name));
  if (!removed) fail(secretNotFound(name));
  report(context, { name, removed }, [`Removed ${name}.`]);
}

async function readValue(context: CommandContext, name: SecretName): Promise<Secret> {
  const { interactive } = context.terminal;
  const value = interactive ? await promptHidden(`Value of ${name}: `) : await readStandardInput();
  if (value === undefined) {
    fail(
      interactive
        ? problem('CANCELLED', 'No value was given; nothing was stored.')
        : problem('SECRET_INVALID', 'Standard input is too long for a secret; nothing was stored.'),
    );
  }
  if (revealSecret(value) === '') {
    const remedy = interactive
      ? 'Type or paste the value when asked.'
      : `Pipe the value in: postern secret set ${name} < FILE.`;
    fail(problem('USAGE', 'The value is empty; nothing was stored.', remedy));
  }
  return value;
}
