import { revealSecret, type Secret } from '@postern/kernel';
import { problem, type Problem, type SecretName } from '@postern/protocol';
import { describeUpstreamFailure, providerTable } from '@postern/upstreams';
import {
  storeProviderKey,
  type OpenVault,
  type StoreKeyInput,
  type ValueOutcome,
} from '@postern/app';
import { confirm, promptHidden, readStandardInput } from '../terminal/prompt.ts';
import { table } from '../terminal/terminal.ts';
import { fail, connectOrUnlock, openHome, orFail, report, type CommandContext } from './context.ts';
import { connectOrCreate } from './create-vault.ts';
import { anyNameOf, nameOf } from './name-of.ts';

/** `postern secret set NAME`: the value from a hidden prompt or standard input, never argv. */
export async function setSecret(
  context: CommandContext,
  nameText: string,
  options: { readonly force: boolean },
): Promise<void> {
  const name = nameOf(nameText);
  const vault = await connectOrCreate(context);
  const value = await readValue(context, name);
  await store(context, vault, { name, value, force: options.force });
  report(context, { name, stored: true, storage: vault.storage }, [`Stored ${name}.`]);
}

/** `postern secret rotate NAME`: a new value in the place of one that is there. */
export async function rotateSecret(
  context: CommandContext,
  nameText: string,
  options: { readonly force: boolean },
): Promise<void> {
  const name = nameOf(nameText);
  const vault = await connectOrUnlock(context);
  // Nobody types a value for a secret that isn't there; one that is piped in is refused all the same.
  if (context.terminal.interactive) {
    const infos = orFail(await vault.list());
    if (!infos.some((info) => info.name === name)) fail(missing(name));
  }
  const value = await readValue(context, name);
  const action = 'secret.rotate';
  const outcome = await store(context, vault, { name, value, force: options.force, action });
  if (outcome === 'missing') fail(missing(name));
  if (outcome === 'same') {
    fail(problem('USAGE', 'The vault already has that value; nothing was changed.'));
  }
  report(context, { name, rotated: true, storage: vault.storage }, [
    `Replaced ${name}. Revoke the old value at its provider.`,
  ]);
}

async function store(
  context: CommandContext,
  vault: OpenVault,
  given: Pick<StoreKeyInput, 'name' | 'value' | 'force' | 'action'>,
): Promise<ValueOutcome> {
  const providers = orFail(providerTable(openHome(context).config), describeUpstreamFailure);
  const provider = providers.all.find(({ secret }) => secret === given.name);
  const { clock } = context;
  const stored = await storeProviderKey({ vault, clock, keyForm: provider?.keyForm, ...given });
  return orFail(stored);
}

function missing(name: SecretName): Problem {
  return problem('SECRET_NOT_FOUND', `No secret is named ${name}.`);
}

/** `postern secret get NAME`: prints the value because it was asked for by name. */
export async function getSecret(
  context: CommandContext,
  nameText: string,
  options: { readonly field: string; readonly raw: boolean },
): Promise<void> {
  const name = nameOf(nameText);
  const vault = await connectOrUnlock(context);
  const record = orFail(await vault.get(name));
  const value = record?.fields.get(options.field);
  if (value === undefined) fail(missing(name));
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

/** `postern secret rm NAME`: asks first at a terminal, unless `--yes`. */
export async function removeSecret(
  context: CommandContext,
  nameText: string,
  options: { readonly yes: boolean },
): Promise<void> {
  const name = anyNameOf(nameText);
  const vault = await connectOrUnlock(context);
  const infos = orFail(await vault.list());
  if (!infos.some((info) => info.name === name)) fail(missing(nameOf(nameText)));
  if (context.terminal.interactive && !options.yes) {
    if (!(await confirm(`Remove the secret ${name}? This can't be undone.`))) {
      fail(problem('CANCELLED', 'Nothing was removed.'));
    }
  }
  const removed = orFail(await vault.remove(name));
  if (!removed) fail(missing(name));
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
