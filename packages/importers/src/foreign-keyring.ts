import {
  failed,
  isJsonObject,
  ok,
  parseJson,
  revealSecret,
  type Result,
  type Secret,
} from '@postern/kernel';
import type { KeyringFailure } from '@postern/vault';
import type { ImportFindings, Leftover } from './import-shapes.ts';
import type { KeyringConvention } from './source-names.ts';
import { sortTaken, takeSecret, type Taken } from './take-secret.ts';

/** What other programs keep in the person's keyring. Reads only what is named. */
export interface ForeignKeyring {
  /** The value of the one item with all these attributes; undefined where there is none. */
  value(
    attributes: Readonly<Record<string, string>>,
  ): Promise<Result<Secret | undefined, KeyringFailure>>;
  /** Every item with the attributes `service` and `username`, or their like on other systems. */
  accounts(
    service: string,
  ): Promise<
    Result<readonly { readonly account: string; readonly value: Secret }[], KeyringFailure>
  >;
  /** Removes the item where exactly one has all these attributes; whether it did. */
  remove(attributes: Readonly<Record<string, string>>): Promise<Result<boolean, KeyringFailure>>;
}

/** Whose item is asked for, as the other program names it. */
export interface ForeignItem {
  readonly service: string;
  /** Left out: every account of the service, where the convention can list them. */
  readonly account?: string;
}

export type ForeignKeyringFailure =
  | KeyringFailure
  /** The item belongs to a program whose login is not to be touched. */
  | { readonly reason: 'import-forbidden'; readonly service: string }
  | { readonly reason: 'import-account-needed'; readonly convention: KeyringConvention };

interface Convention {
  readonly label: string;
  /** The attributes of an item. */
  readonly attributes: (service: string, account: string) => Readonly<Record<string, string>>;
  /** Whether the accounts of a service can be listed. */
  readonly isListed: boolean;
  /** The value in what the item holds. */
  readonly take: (account: string, value: Secret) => Taken;
}

const asItIs = (account: string, value: Secret): Taken => takeSecret(account, revealSecret(value));

/** How programs mark their items, one row each (Secret Service attributes). */
export const KEYRING_CONVENTIONS = {
  'python-keyring': {
    label: 'python-keyring',
    attributes: (service, username) => ({ service, username }),
    isListed: true,
    take: asItIs,
  },
  'python-keyring-keepassxc': {
    label: 'python-keyring in the KeePassXC scheme',
    attributes: (service, account) => ({ Title: service, UserName: account }),
    isListed: false,
    take: asItIs,
  },
  'keyring-rs': {
    label: 'keyring-rs and @napi-rs/keyring',
    attributes: (service, username) => ({ service, username }),
    isListed: true,
    take: asItIs,
  },
  '99designs': {
    label: '99designs/keyring in the Secret Service',
    attributes: (_service, account) => ({ profile: account }),
    isListed: false,
    take: takeItem,
  },
  'claude-for-linux': {
    label: 'Claude for Linux',
    attributes: () => ({ service: 'claude-for-linux', username: 'anthropic-api-key' }),
    isListed: false,
    take: (_account, value) => asItIs('anthropic', value),
  },
} as const satisfies Readonly<Record<KeyringConvention, Convention>>;

/** Claude Code's own login: not a key, and not ours to read. */
const FORBIDDEN: ReadonlySet<string> = new Set(['Claude Code-credentials']);

/** Reads what another program keeps in the keyring. Changes nothing there. */
export async function readForeignKeyring(
  keyring: ForeignKeyring,
  convention: KeyringConvention,
  { service, account }: ForeignItem,
): Promise<Result<ImportFindings, ForeignKeyringFailure>> {
  if (FORBIDDEN.has(service)) return failed({ reason: 'import-forbidden', service });
  const { attributes, isListed, take }: Convention = KEYRING_CONVENTIONS[convention];
  if (account === undefined && isListed) {
    const all = await keyring.accounts(service);
    if (!all.ok) return all;
    return ok(
      findingsOf(
        all.value.map(({ account: of, value }) => ({
          taken: take(of, value),
          item: attributes(service, of),
        })),
      ),
    );
  }
  const isFixed = convention === 'claude-for-linux';
  if (account === undefined && !isFixed) {
    return failed({ reason: 'import-account-needed', convention });
  }
  const name = account ?? '';
  return await readItem(keyring, attributes(service, name), (value) => take(name, value));
}

/** Reads the one item with the attributes that a person wrote into the configuration. */
export async function readByAttributes(
  keyring: ForeignKeyring,
  attributes: Readonly<Record<string, string>>,
  name: string,
): Promise<Result<ImportFindings, ForeignKeyringFailure>> {
  const forbidden = Object.values(attributes).find((value) => FORBIDDEN.has(value));
  if (forbidden !== undefined) return failed({ reason: 'import-forbidden', service: forbidden });
  return await readItem(keyring, attributes, (value) => asItIs(name, value));
}

async function readItem(
  keyring: ForeignKeyring,
  attributes: Readonly<Record<string, string>>,
  take: (value: Secret) => Taken,
): Promise<Result<ImportFindings, ForeignKeyringFailure>> {
  const value = await keyring.value(attributes);
  if (!value.ok) return value;
  const found = value.value === undefined ? [] : [{ taken: take(value.value), item: attributes }];
  return ok(findingsOf(found));
}

interface TakenItem {
  readonly taken: Taken;
  readonly item: Readonly<Record<string, string>>;
}

function findingsOf(found: readonly TakenItem[]): ImportFindings {
  const leftovers = found
    .filter(({ taken }) => taken.kind === 'secret')
    .map(({ item }): Leftover => ({ path: wordsOf(item), item, exposure: 'keyring-item' }));
  return { ...sortTaken(found.map(({ taken }) => taken)), gatewayKeys: [], leftovers };
}

function wordsOf(item: Readonly<Record<string, string>>): string {
  const attributes = Object.entries(item).map(([name, value]) => `${name}=${value}`);
  return `keyring item ${attributes.join(' ')}`;
}

/** 99designs stores its Item as JSON, the value in `Data` as base64. */
function takeItem(account: string, value: Secret): Taken {
  const json = parseJson(revealSecret(value));
  const data = json.ok && isJsonObject(json.value) ? json.value['Data'] : undefined;
  const text = typeof data === 'string' ? Buffer.from(data, 'base64').toString() : undefined;
  return takeSecret(account, text);
}
