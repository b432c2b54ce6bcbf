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

/** The items of other programs in the user's keyring. Reads only the requested items. */
export interface ForeignKeyring {
  /** The value of the item with all these attributes; undefined if there is none. */
  value(
    attributes: Readonly<Record<string, string>>,
  ): Promise<Result<Secret | undefined, KeyringFailure>>;
  /** All items of a service that have an account (on Linux: the attributes `service` and `username`). */
  accounts(
    service: string,
  ): Promise<
    Result<readonly { readonly account: string; readonly value: Secret }[], KeyringFailure>
  >;
  /** Removes an item if it is the only one with all these attributes. False if it didn't. */
  remove(attributes: Readonly<Record<string, string>>): Promise<Result<boolean, KeyringFailure>>;
}

/** The service and account of an item, as the other program calls them. */
export interface ForeignItem {
  readonly service: string;
  /** Without it, all accounts of the service, if the convention can list them. */
  readonly account?: string;
}

export type ForeignKeyringFailure =
  | KeyringFailure
  /** The item is a login of a program that Postern must not read. */
  | { readonly reason: 'import-forbidden'; readonly service: string }
  | { readonly reason: 'import-account-needed'; readonly convention: KeyringConvention };

interface Convention {
  readonly label: string;
  /** The attributes of an item. */
  readonly attributes: (service: string, account: string) => Readonly<Record<string, string>>;
  /** Whether the accounts of a service can be listed. */
  readonly isListed: boolean;
  /** Extracts the value from an item. */
  readonly take: (account: string, value: Secret) => Taken;
}

const takeWhole = (account: string, value: Secret): Taken =>
  takeSecret(account, revealSecret(value));

/** The Secret Service attributes with which programs mark their items. */
export const KEYRING_CONVENTIONS = {
  'python-keyring': {
    label: 'python-keyring',
    attributes: (service, username) => ({ service, username }),
    isListed: true,
    take: takeWhole,
  },
  'python-keyring-keepassxc': {
    label: 'python-keyring in the KeePassXC scheme',
    attributes: (service, account) => ({ Title: service, UserName: account }),
    isListed: false,
    take: takeWhole,
  },
  'keyring-rs': {
    label: 'keyring-rs and @napi-rs/keyring',
    attributes: (service, username) => ({ service, username }),
    isListed: true,
    take: takeWhole,
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
    take: (_account, value) => takeWhole('anthropic', value),
  },
} as const satisfies Readonly<Record<KeyringConvention, Convention>>;

/** Claude Code's login. It isn't a key, and Postern must not read it. */
const FORBIDDEN: ReadonlySet<string> = new Set(['Claude Code-credentials']);

/** Reads the items of another program from the keyring. Changes nothing. */
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

/** Reads the item with attributes from the configuration. */
export async function readByAttributes(
  keyring: ForeignKeyring,
  attributes: Readonly<Record<string, string>>,
  name: string,
): Promise<Result<ImportFindings, ForeignKeyringFailure>> {
  const forbidden = Object.values(attributes).find((value) => FORBIDDEN.has(value));
  if (forbidden !== undefined) return failed({ reason: 'import-forbidden', service: forbidden });
  return await readItem(keyring, attributes, (value) => takeWhole(name, value));
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
    .map(({ item }): Leftover => ({ path: describeItem(item), item, exposure: 'keyring-item' }));
  return { ...sortTaken(found.map(({ taken }) => taken)), gatewayKeys: [], leftovers };
}

function describeItem(item: Readonly<Record<string, string>>): string {
  const attributes = Object.entries(item).map(([name, value]) => `${name}=${value}`);
  return `keyring item ${attributes.join(' ')}`;
}

/** 99designs/keyring stores JSON, with the value as base64 in `Data`. */
function takeItem(account: string, value: Secret): Taken {
  const json = parseJson(revealSecret(value));
  const data = json.ok && isJsonObject(json.value) ? json.value['Data'] : undefined;
  const text = typeof data === 'string' ? Buffer.from(data, 'base64').toString() : undefined;
  return takeSecret(account, text);
}
