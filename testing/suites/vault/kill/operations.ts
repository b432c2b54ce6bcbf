import { expectOk, Secret, type Result } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import {
  singleValue,
  type UnlockMethod,
  type Vault,
  type VaultFailure,
  type VaultStorage,
} from '@postern/vault';
import { NO_KILL } from './kill-point.ts';
import { backupOf, DATABASES, openScene, writeDatabaseKey, type Scene } from './scene.ts';

export const PASSPHRASE = Secret.of('the first passphrase');
const NEXT_PASSPHRASE = Secret.of('the second passphrase');
export const BACKUP_PASSPHRASE = Secret.of('the passphrase of the backup');

/** Marked values, so that a search finds them where they must not be. */
export const VALUES = {
  one: 'marked-value-one',
  two: 'marked-value-two',
  next: 'marked-value-next',
};

const record = (name: string, value: string) =>
  singleValue(secretName.from(name), Secret.of(value), 1);

/** The secrets of a scene: names and values. */
export type Secrets = Readonly<Record<string, string>>;
export const BEFORE: Secrets = { one: VALUES.one, two: VALUES.two };

export interface Operation {
  readonly name: string;
  /** The storage of the scene's vault; undefined for a scene without a vault. */
  readonly storage: VaultStorage | undefined;
  /** Whether the vault has a passphrase slot. Deriving its key takes most of a run's time. */
  readonly passphrase: boolean;
  /** Brings the vault, unlocked or absent, to the state in which the operation starts. */
  readonly prepare?: (vault: Vault, scene: Scene) => Promise<void>;
  readonly run: (
    vault: Vault,
    scene: Scene,
  ) => Promise<Result<unknown, { readonly reason: string }>>;
  /** The secrets when the operation starts. Default: `BEFORE`. */
  readonly before?: Secrets;
  /** The secrets when the operation is done. */
  readonly after: Secrets;
  /** Unlocks the vault before or after the operation. */
  readonly methods?: readonly UnlockMethod[];
  /** What unlocks the vault for the operation. Default: the recovery code of its creation. */
  readonly opener?: UnlockMethod;
  /** False if the old recovery code may stop working. */
  readonly recoveryStays?: false;
  /** Whether the storage that is no longer in use may keep its content. */
  readonly keepsSource?: true;
}

const byKeyring: UnlockMethod = { with: 'keyring' };
const byPassphrase: UnlockMethod = { with: 'passphrase', passphrase: PASSPHRASE };
const byNext: UnlockMethod = { with: 'passphrase', passphrase: NEXT_PASSPHRASE };
/** The recovery code of the creation no longer works when the operation starts. */
const CONFIRMED = { recoveryStays: false, opener: byPassphrase } as const;

const makeBackup = async (vault: Vault, scene: Scene) => {
  expectOk(await vault.backUp({ file: backupOf(scene), passphrase: BACKUP_PASSPHRASE }));
  expectOk(await vault.secrets.put(record('one', VALUES.next)));
  expectOk(await vault.secrets.put(record('three', VALUES.next)));
};
const place = (scene: Scene) => ({ file: backupOf(scene), passphrase: BACKUP_PASSPHRASE });
const slotOf = (vault: Vault, kind: string) =>
  vault.slots.find((slot) => slot.kind === kind)?.id ?? '';

const inEachStorage = (operation: Omit<Operation, 'storage'>): readonly Operation[] =>
  (['file', 'keyring'] as const).map((storage) => ({
    ...operation,
    storage,
    name: `${operation.name} (${storage})`,
    ...(storage === 'keyring' ? { methods: [...(operation.methods ?? []), byKeyring] } : {}),
  }));

export const OPERATIONS: readonly Operation[] = [
  {
    name: 'create (keyring)',
    storage: undefined,
    passphrase: false,
    run: (vault) => vault.create({ storage: 'keyring' }),
    after: {},
    methods: [byKeyring],
  },
  {
    name: 'create (file)',
    storage: undefined,
    passphrase: true,
    run: (vault) => vault.create({ storage: 'file', passphrase: PASSPHRASE }),
    after: {},
    methods: [byPassphrase],
  },
  {
    name: 'create from a backup (keyring)',
    storage: undefined,
    passphrase: false,
    run: (vault, scene) => vault.createFromBackup({ storage: 'keyring' }, place(scene)),
    after: BEFORE,
    methods: [byKeyring],
  },
  ...inEachStorage({
    name: 'set',
    passphrase: false,
    run: (vault) => vault.secrets.put(record('three', VALUES.next)),
    after: { ...BEFORE, three: VALUES.next },
  }),
  ...inEachStorage({
    name: 'replace',
    passphrase: false,
    run: (vault) => vault.secrets.put(record('one', VALUES.next)),
    after: { ...BEFORE, one: VALUES.next },
  }),
  ...inEachStorage({
    name: 'remove',
    passphrase: false,
    run: (vault) => vault.secrets.remove(secretName.from('two')),
    after: { one: VALUES.one },
  }),
  ...inEachStorage({
    name: 'new recovery code',
    passphrase: true,
    run: (vault) => vault.newRecoveryCode(),
    after: BEFORE,
    methods: [byPassphrase],
    recoveryStays: false,
  }),
  ...inEachStorage({
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
    methods: [byNext, byPassphrase],
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
    methods: [byPassphrase],
  },
  {
    name: 'migrate to the file, keeping the source',
    storage: 'keyring',
    passphrase: true,
    run: (vault) => vault.migrate({ to: 'file', passphrase: PASSPHRASE, removeSource: false }),
    after: BEFORE,
    keepsSource: true,
    methods: [byPassphrase, byKeyring],
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
  ...inEachStorage({
    name: 'restore',
    passphrase: false,
    prepare: makeBackup,
    before: { ...BEFORE, one: VALUES.next, three: VALUES.next },
    run: (vault, scene) => vault.restore(place(scene)),
    after: BEFORE,
  }),
  ...inEachStorage({
    name: 'rekey',
    passphrase: false,
    prepare: createDatabases,
    run: (vault) => vault.rekey(),
    after: BEFORE,
  }),
  {
    name: 'rekey with a passphrase',
    storage: 'file',
    passphrase: true,
    prepare: createDatabases,
    run: (vault) => vault.rekey({ passphrase: PASSPHRASE }),
    after: BEFORE,
    methods: [byPassphrase],
  },
  {
    name: 'rekey to a new passphrase',
    storage: 'file',
    passphrase: true,
    prepare: createDatabases,
    run: (vault) => vault.rekey({ passphrase: PASSPHRASE, newPassphrase: NEXT_PASSPHRASE }),
    after: BEFORE,
    methods: [byPassphrase, byNext],
  },
  {
    name: 'confirm a rekey (keyring)',
    storage: 'keyring',
    passphrase: false,
    prepare: rekeyed,
    run: (vault) => vault.confirmRekey(),
    after: BEFORE,
    methods: [byKeyring],
    recoveryStays: false,
  },
  {
    name: 'confirm a rekey (file)',
    storage: 'file',
    passphrase: true,
    prepare: rekeyed,
    run: (vault) => vault.confirmRekey(),
    after: BEFORE,
    methods: [byPassphrase],
    recoveryStays: false,
  },
  {
    name: 'recover while a new data key waits',
    storage: 'file',
    passphrase: true,
    prepare: rekeyed,
    run: recoverAndConfirm,
    after: BEFORE,
    methods: [byPassphrase, byNext],
    recoveryStays: false,
  },
  {
    name: 'require both',
    storage: 'file',
    passphrase: true,
    prepare: createDatabases,
    run: (vault) => vault.rekey({ passphrase: PASSPHRASE, requireBoth: true }),
    after: BEFORE,
    methods: [byPassphrase],
  },
  {
    name: 'confirm that both are required',
    storage: 'file',
    passphrase: true,
    prepare: bothUnconfirmed,
    run: (vault) => vault.confirmRekey(),
    after: BEFORE,
    methods: [byPassphrase],
    ...CONFIRMED,
  },
  {
    name: 'rekey while both are required',
    storage: 'file',
    passphrase: true,
    prepare: bothRequired,
    run: (vault) => vault.rekey({ passphrase: PASSPHRASE, newPassphrase: NEXT_PASSPHRASE }),
    after: BEFORE,
    methods: [byPassphrase, byNext],
    ...CONFIRMED,
  },
  {
    name: 'change the passphrase while both are required',
    storage: 'file',
    passphrase: true,
    prepare: bothRequired,
    run: (vault) => vault.changePassphrase({ next: NEXT_PASSPHRASE }),
    after: BEFORE,
    methods: [byPassphrase, byNext],
    ...CONFIRMED,
  },
  {
    name: 'no longer require the keyring',
    storage: 'file',
    passphrase: true,
    prepare: bothRequired,
    run: (vault) => vault.rekey({ passphrase: PASSPHRASE, requireBoth: false }),
    after: BEFORE,
    methods: [byPassphrase],
    ...CONFIRMED,
  },
  {
    name: 'no longer require the passphrase',
    storage: 'file',
    passphrase: true,
    prepare: bothRequired,
    run: (vault) => vault.migrate({ to: 'keyring', removeSource: true }),
    after: BEFORE,
    methods: [byPassphrase, byKeyring],
    ...CONFIRMED,
  },
];

async function bothUnconfirmed(vault: Vault, scene: Scene): Promise<void> {
  await createDatabases(vault, scene);
  expectOk(await vault.rekey({ passphrase: PASSPHRASE, requireBoth: true }));
}

/** The vault requires both, and nothing else opens it but a recovery code that isn't known here. */
async function bothRequired(vault: Vault, scene: Scene): Promise<void> {
  await bothUnconfirmed(vault, scene);
  const { vault: another } = await openScene(scene, NO_KILL);
  expectOk(await another.unlock(byPassphrase));
  expectOk(await another.confirmRekey());
}

async function recoverAndConfirm(vault: Vault): Promise<Result<unknown, VaultFailure>> {
  const changed = await vault.changePassphrase({ next: NEXT_PASSPHRASE });
  if (!changed.ok) return changed;
  const renewed = await vault.newRecoveryCode();
  return renewed.ok ? await vault.confirmRekey() : renewed;
}

async function rekeyed(vault: Vault, scene: Scene): Promise<void> {
  await createDatabases(vault, scene);
  expectOk(await vault.rekey({ passphrase: PASSPHRASE }));
}

function createDatabases(vault: Vault, scene: Scene): Promise<void> {
  for (const purpose of DATABASES) {
    writeDatabaseKey(scene, purpose, expectOk(vault.deriveKey(purpose)));
  }
  return Promise.resolve();
}
