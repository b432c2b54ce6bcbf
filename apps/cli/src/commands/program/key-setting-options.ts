import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseDurationMs } from '@postern/app';
import {
  BUDGET_PERIODS,
  ENDPOINT_NAMES,
  isIdempotencyWindow,
  isScopeEntry,
  rangeMeantBy,
  type EndpointName,
  type KeyBudget,
} from '@postern/protocol';
import { attribute } from './option-values.ts';

/** The settings of a key as the command line has them. `false` is the option that begins with `--no-`. */
export interface KeySettingOptions {
  readonly model?: readonly string[];
  readonly allModels?: boolean;
  readonly endpoint?: readonly EndpointName[];
  readonly allEndpoints?: boolean;
  readonly upstream?: readonly string[];
  readonly allUpstreams?: boolean;
  readonly address?: readonly string[];
  readonly allAddresses?: boolean;
  readonly origin?: readonly string[] | false;
  readonly requestsPerMinute?: number | 'none';
  readonly tokensPerMinute?: number | 'none';
  readonly concurrent?: number | 'none';
  readonly budget?: KeyBudget | 'none';
  /** `30d`, `2027-01-31`, `now` or `never`; parsed when the time is known. */
  readonly expires?: string;
  /** `24h`. */
  readonly idempotency?: string | false;
  readonly owner?: string;
  readonly note?: Readonly<Record<string, string>> | false;
}

/** Adds the options of a key's settings. A list of an update replaces the one before. */
export function addKeySettingOptions(command: Command): Command {
  return command
    .option(
      '--model <name>',
      'a model that the key may call, as clients name it; openai/* is every model of openai (repeatable)',
      entryOf('models', 'A model looks like gpt-5, openai/gpt-5 or openai/*.'),
    )
    .addOption(new Option('--all-models', 'let the key call every model').conflicts('model'))
    .addOption(
      new Option('--endpoint <name>', 'an endpoint that the key may call (repeatable)').argParser(
        endpoint,
      ),
    )
    .addOption(
      new Option('--all-endpoints', 'let the key call every endpoint').conflicts('endpoint'),
    )
    .option(
      '--upstream <provider>',
      'a provider that the key may reach (repeatable)',
      entryOf('upstreams', 'A provider looks like openai.'),
    )
    .addOption(
      new Option('--all-upstreams', 'let the key reach every provider').conflicts('upstream'),
    )
    .option(
      '--address <range>',
      'an address or range of clients, such as 10.0.0.0/8 (repeatable)',
      address,
    )
    .addOption(
      new Option('--all-addresses', 'accept the key from every address').conflicts('address'),
    )
    .option(
      '--origin <origin>',
      'an origin whose pages may use the key in a browser, such as https://example.com (repeatable)',
      entryOf('origins', 'An origin looks like https://example.com or http://localhost:3000.'),
    )
    .option('--no-origin', 'no page of another origin may use the key')
    .option('--requests-per-minute <n>', 'the most requests per minute, or none', limit)
    .option('--tokens-per-minute <n>', 'the most tokens per minute, or none', limit)
    .option('--concurrent <n>', 'the most requests at the same time, or none', limit)
    .option('--budget <amount/period>', 'US dollars such as 5/day, 20.50/month, or none', budget)
    .option('--expires <when>', 'a time such as 30d, a date such as 2027-01-31, now or never')
    .option(
      '--idempotency <time>',
      'keep answers for repetitions with the same Idempotency-Key, such as 24h; at most 7d',
      idempotencyTime,
    )
    .option('--no-idempotency', 'keep no answers, and delete those that are kept')
    .option('--owner <name>', 'the person or program that the key is for')
    .option('--note <name=value>', 'a note of your own (repeatable)', attribute)
    .option('--no-note', 'remove the notes');
}

/** Parses one entry of a list of a key's scopes. */
function entryOf(scope: 'models' | 'upstreams' | 'addresses' | 'origins', form: string) {
  return (text: string, before: readonly string[] | false = []): readonly string[] => {
    if (!isScopeEntry(scope, text)) throw new InvalidArgumentError(form);
    return [...(before === false ? [] : before), text];
  };
}

const addressOf = entryOf(
  'addresses',
  'An address looks like 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32.',
);

/** Refuses `10.1.2.3/8`, which may be meant as one address but would allow a whole network. */
function address(text: string, before?: readonly string[]): readonly string[] {
  const added = addressOf(text, before);
  const meant = rangeMeantBy(text);
  if (meant === undefined) return added;
  throw new InvalidArgumentError(`That range is ${meant}. Write it so, or one address without /.`);
}

function endpoint(text: string, before: readonly EndpointName[] = []): readonly EndpointName[] {
  const found = ENDPOINT_NAMES.find((name) => name === text);
  if (found === undefined) {
    throw new InvalidArgumentError(`An endpoint is one of ${ENDPOINT_NAMES.join(', ')}.`);
  }
  return [...before, found];
}

function limit(text: string): number | 'none' {
  if (text === 'none') return 'none';
  if (!/^[1-9]\d{0,11}$/.test(text)) {
    throw new InvalidArgumentError('It must be a whole number from 1, or none.');
  }
  return Number(text);
}

function idempotencyTime(text: string): string {
  if (isIdempotencyWindow(parseDurationMs(text) ?? 0)) return text;
  throw new InvalidArgumentError('It must be a time from 1s to 7d, such as 24h.');
}

const MICRO = 1_000_000;

/** `5/day`, `$20.50/month` or `none`. An amount without a period is for the key's whole life. */
function budget(text: string): KeyBudget | 'none' {
  if (text === 'none') return 'none';
  const [, whole, fraction = '', word = 'total'] =
    /^\$?(\d{1,9})(?:\.(\d{1,6}))?(?:\/([a-z]+))?$/.exec(text) ?? [];
  const period = BUDGET_PERIODS.find((name) => name === word);
  const amountMicroUsd = Number(whole) * MICRO + Number(fraction.padEnd(6, '0'));
  if (whole === undefined || period === undefined || amountMicroUsd === 0) {
    throw new InvalidArgumentError('A budget looks like 5/day, 20.50/month or 100/total.');
  }
  return { amountMicroUsd, period };
}

/** `10` or `$2.50`, in millionths of a US dollar. */
export function dollarAmount(text: string): number {
  const amount = /[/]/.test(text) ? 'none' : budget(text);
  if (amount === 'none') throw new InvalidArgumentError('An amount looks like 10 or 2.50.');
  return amount.amountMicroUsd;
}
