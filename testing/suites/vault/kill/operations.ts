import { expectOk, Secret, type Result } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import {
  singleValue,
  type UnlockMethod,
  type Vault,
  type VaultFailure,
  type VaultStorage,
} from '@postern/vault';
import { backupOf, DATABASES, giveDatabaseKey, type Scene } from './scene.ts';

export const PASSPHRASE = Secret.of('the first passphrase');
const NEXT_PASSPHRASE = Secret.of('the second passphrase');
export const BACKUP_PASSPHRASE = Secret.of('the passphrase of the backup');

/** Marked, so that a search for any of them finds what should not be there. */
export const VALUES = {
  one: 'marked-value-one',
  two: 'marked-value-two',
  next: 'marked-value-next',
};

const record = (name: string, value: string) =>
  singleValue(secretName.from(name), Secret.of(value), 1);

/** What the secrets of a scene may be: names with their values. */
export type Secrets = Readonly<Record<string, string>>;
export const BEFORE: Secrets = { one: VALUES.one, two: VALUES.two };

export interface Operation {
  readonly name: string;
  /** What the scene is made with; undefined for one without a vault. */
  readonly storage: VaultStorage | undefined;
  /** Whether the vault has a passphrase slot; deriving its key takes most of a run's time. */
  readonly passphrase: boolean;
  /** Brings the unlocked vault, or the absent one, to where the operation begins. */
  readonly prepare?: (vault: Vault, scene: Scene) => Promise<void>;
  readonly run: (
    vault: Vault,
    scene: Scene,
  ) => Promise<Result<unknown, { readonly reason: string }>>;
  /** What the secrets are when it begins, where that is not `BEFORE`. */
  readonly before?: Secrets;
  /** What the secrets are once it is done. */
  readonly after: Secrets;
  /** Ways that open the vault before or after. */
  readonly ways?: readonly UnlockMethod[];
  /** False where the recovery code of before may open nothing afterwards. */
  readonly recoveryStays?: false;
  /** What may stay in the storage that is no longer in force. */
  readonly keepsSource?: true;
}

const byKeyring: UnlockMethod = { with: 'keyring' };
const byPassphrase: UnlockMethod = { with: 'passphrase', passphrase: PASSPHRASE };
const byNext: UnlockMethod = { with: 'passphrase', passphrase: NEXT_PASSPHRASE };

const makeBackup = async (vault: Vault, scene: Scene) => {
  expectOk(await vault.backUp({ file: backupOf(scene), passphrase: BACKUP_PASSPHRASE }));
  expectOk(await vault.secrets.put(record('one', VALUES.next)));
  expectOk(await vault.secrets.put(record('three', VALUES.next)));
};
const place = (scene: Scene) => ({ file: backupOf(scene), passphrase: BACKUP_PASSPHRASE });
const slotOf = (vault: Vault, kind: string) =>
  vault.slots.find((slot) => slot.kind === kind)?.id ?? '';

const inEach = (operation: Omit<Operation, 'storage'>): readonly Operation[] =>
  (['file', 'keyring'] as const).map((storage) => ({
    ...operation,
    storage,
    name: `${operation.name} (${storage})`,
    ...(storage === 'keyring' ? { ways: [...(operation.ways ?? []), byKeyring] } : {}),
  }));

export const OPERATIONS: readonly Operation[] = [
  {
    name: 'create (keyring)',
    storage: undefined,
    passphrase: false,
    run: (vault) => vault.create({ storage: 'keyring' }),
    after: {},
    ways: [byKeyring],
  },
  {
    name: 'create (file)',
    storage: undefined,
    passphrase: true,
    run: (vault) => vault.create({ storage: 'file', passphrase: PASSPHRASE }),
    after: {},
    ways: [byPassphrase],
  },
  {
    name: 'create from a backup (keyring)',
    storage: undefined,
    passphrase: false,
    run: (vault, scene) => vault.createFromBackup({ storage: 'keyring' }, place(scene)),
    after: BEFORE,
    ways: [byKeyring],
  },
  ...inEach({
    name: 'set',
    passphrase: false,
    run: (vault) => vault.secrets.put(record('three', VALUES.next)),
    after: { ...BEFORE, three: VALUES.next },
  }),
  ...inEach({
    name: 'replace',
    passphrase: false,
    run: (vault) => vault.secrets.put(record('one', VALUES.next)),
    after: { ...BEFORE, one: VALUES.next },
  }),
  ...inEach({
    name: 'remove',
    passphrase: false,
    run: (vault) => vault.secrets.remove(secretName.from('two')),
    after: { one: VALUES.one },
  }),
  ...inEach({
    name: 'new recovery code',
    passphrase: true,
    run: (vault) => vault.newRecoveryCode(),
    after: BEFORE,
    ways: [byPassphrase],
    recoveryStays: false,
  }),
  ...inEach({
    name: 'add the keyring',
    passphrase: false,
    run: (vault) => vault.addKeyring(),
    after: BEFORE,
  }),
  {
    name: 'change the passphrase',
    storage: 'file',
    passphrase: true,
    run: (vault) => vault.changePassphrase({ next: NEXT_PASSPHRASE }),
    after: BEFORE,
    ways: [byNext, byPassphrase],
  },
  {
    name: 'remove the passphrase',
    storage: 'file',
    passphrase: true,
    run: (vault) => vault.removeSlot(slotOf(vault, 'passphrase')),
    after: BEFORE,
  },
  {
    name: 'migrate to the file, removing the source',
    storage: 'keyring',
    passphrase: true,
    run: (vault) => vault.migrate({ to: 'file', passphrase: PASSPHRASE, removeSource: true }),
    after: BEFORE,
    ways: [byPassphrase],
  },
  {
    name: 'migrate to the file, keeping the source',
    storage: 'keyring',
    passphrase: true,
    run: (vault) => vault.migrate({ to: 'file', passphrase: PASSPHRASE, removeSource: false }),
    after: BEFORE,
    keepsSource: true,
    ways: [byPassphrase, byKeyring],
  },
  {
    name: 'migrate to the keyring, removing the source',
    storage: 'file',
    passphrase: false,
    run: (vault) => vault.migrate({ to: 'keyring', removeSource: true }),
    after: BEFORE,
  },
  {
    name: 'migrate to the keyring, keeping the source',
    storage: 'file',
    passphrase: false,
    run: (vault) => vault.migrate({ to: 'keyring', removeSource: false }),
    after: BEFORE,
    keepsSource: true,
  },
  {
    name: 'back up',
    storage: 'file',
    passphrase: false,
    run: (vault, scene) => vault.backUp(place(scene)),
    after: BEFORE,
  },
  ...inEach({
    name: 'restore',
    passphrase: false,
    prepare: makeBackup,
    before: { ...BEFORE, one: VALUES.next, three: VALUES.next },
    run: (vault, scene) => vault.restore(place(scene)),
    after: BEFORE,
  }),
  ...inEach({
    name: 'rekey',
    passphrase: false,
    prepare: giveDatabases,
    run: (vault) => vault.rekey(),
    after: BEFORE,
  }),
  {
    name: 'rekey with a passphrase',
    storage: 'file',
    passphrase: true,
    prepare: giveDatabases,
    run: (vault) => vault.rekey({ passphrase: PASSPHRASE }),
    after: BEFORE,
    ways: [byPassphrase],
  },
  {
    name: 'rekey to a new passphrase',
    storage: 'file',
    passphrase: true,
    prepare: giveDatabases,
    run: (vault) => vault.rekey({ passphrase: PASSPHRASE, newPassphrase: NEXT_PASSPHRASE }),
    after: BEFORE,
    ways: [byPassphrase, byNext],
  },
  {
    name: 'confirm a rekey (keyring)',
    storage: 'keyring',
    passphrase: false,
    prepare: rekeyed,
    run: (vault) => vault.confirmRekey(),
    after: BEFORE,
    ways: [byKeyring],
    recoveryStays: false,
  },
  {
    name: 'confirm a rekey (file)',
    storage: 'file',
    passphrase: true,
    prepare: rekeyed,
    run: (vault) => vault.confirmRekey(),
    after: BEFORE,
    ways: [byPassphrase],
    recoveryStays: false,
  },
  {
    name: 'recover while a new data key waits',
    storage: 'file',
    passphrase: true,
    prepare: rekeyed,
    run: recoverAndConfirm,
    after: BEFORE,
    ways: [byPassphrase, byNext],
    recoveryStays: false,
  },
];

async function recoverAndConfirm(vault: Vault): Promise<Result<unknown, VaultFailure>> {
  const changed = await vault.changePassphrase({ next: NEXT_PASSPHRASE });
  if (!changed.ok) return changed;
  const renewed = await vault.newRecoveryCode();
  return renewed.ok ? await vault.confirmRekey() : renewed;
}

async function rekeyed(vault: Vault, scene: Scene): Promise<void> {
  await giveDatabases(vault, scene);
  expectOk(await vault.rekey({ passphrase: PASSPHRASE }));
}

function giveDatabases(vault: Vault, scene: Scene): Promise<void> {
  for (const purpose of DATABASES) {
    giveDatabaseKey(scene, purpose, expectOk(vault.deriveKey(purpose)));
  }
  return Promise.resolve();
}
