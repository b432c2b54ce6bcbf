import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { problem, type Problem, type SecretName } from '@postern/protocol';
import {
  describeImportFailure,
  detectImport,
  IMPORTERS,
  KEYRING_CONVENTIONS,
  readByAttributes,
  readForeignKeyring,
  readImport,
  type ForeignKeyring,
  type ImportFindings,
  type ImportFormat,
  type KeyringConvention,
} from '@postern/importers';

/** The location of another program's keys: a file or directory, or items of the keyring. */
export type ImportSource =
  | {
      readonly kind: 'path';
      readonly path: string;
      /** Undefined: detected from the files. */
      readonly format: ImportFormat | undefined;
      /**
       * Returns the other program's password if it was passed without a prompt. Called once the
       * format is known.
       */
      readonly givenPassword: () => Result<Secret | undefined, Problem>;
      /**
       * Asks for the password if none was passed and the files need one. Undefined without a
       * terminal.
       */
      readonly askPassword: ((whose: string) => Promise<Result<Secret, Problem>>) | undefined;
    }
  | {
      readonly kind: 'convention';
      readonly convention: KeyringConvention;
      readonly item: { readonly service: string; readonly account?: string };
    }
  | {
      readonly kind: 'attributes';
      readonly attributes: Readonly<Record<string, string>>;
      readonly name: SecretName;
    };

export interface FoundImport {
  readonly label: string;
  /** The format of the files; undefined for the keyring. */
  readonly format: ImportFormat | undefined;
  readonly findings: ImportFindings;
}

/** Reads another program's keys without changing them. `as` is the name for a single secret. */
export async function readImportSource(
  source: ImportSource,
  keyring: () => ForeignKeyring,
  as: SecretName | undefined,
): Promise<Result<FoundImport, Problem>> {
  const found = await readAny(source, keyring);
  if (!found.ok) return found;
  const findings = rename(found.value.findings, as);
  return findings.ok ? ok({ ...found.value, findings: findings.value }) : findings;
}

async function readAny(
  source: ImportSource,
  keyring: () => ForeignKeyring,
): Promise<Result<FoundImport, Problem>> {
  switch (source.kind) {
    case 'path':
      return await readPath(source);
    case 'convention': {
      const { label } = KEYRING_CONVENTIONS[source.convention];
      const read = await readForeignKeyring(keyring(), source.convention, source.item);
      return described(label, undefined, read);
    }
    case 'attributes': {
      const read = await readByAttributes(keyring(), source.attributes, source.name);
      return described('The keyring', undefined, read);
    }
  }
}

function described(
  label: string,
  format: ImportFormat | undefined,
  read: Result<ImportFindings, Parameters<typeof describeImportFailure>[0]>,
): Result<FoundImport, Problem> {
  return read.ok
    ? ok({ label, format, findings: read.value })
    : failed(describeImportFailure(read.failure));
}

type PathSource = Extract<ImportSource, { kind: 'path' }>;

/** Reads the files, with the program's own password if they need one and it is available. */
async function readPath(source: PathSource): Promise<Result<FoundImport, Problem>> {
  const detected = await detect(source);
  if (!detected.ok) return failed(describeImportFailure(detected.failure));
  const { label, format, passphrase: whose = 'its own' } = detected.value;
  const { askPassword } = source;
  const given = source.givenPassword();
  if (!given.ok) return given;
  const first = await readImport(detected.value, given.value);
  const isAsked = !first.ok && first.failure.reason === 'import-passphrase-needed';
  if (!isAsked || given.value !== undefined || askPassword === undefined) {
    return described(label, format, first);
  }
  const asked = await askPassword(whose);
  if (!asked.ok) return asked;
  return described(label, format, await readImport(detected.value, asked.value));
}

async function detect({ path, format }: PathSource): ReturnType<typeof detectImport> {
  if (format === undefined) return await detectImport(path);
  const { label, passphrase } = IMPORTERS[format];
  return ok({ path, format, label, passphrase });
}

function rename(
  findings: ImportFindings,
  name: SecretName | undefined,
): Result<ImportFindings, Problem> {
  if (name === undefined) return ok(findings);
  const [secret, ...others] = findings.secrets;
  if (others.length > 0) {
    return failed(problem('USAGE', '--as can name only one secret, and several were found.'));
  }
  return ok(secret === undefined ? findings : { ...findings, secrets: [{ ...secret, name }] });
}
