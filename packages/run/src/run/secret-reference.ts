import { secretName, type SecretName } from '@postern/protocol';
import { DEFAULT_FIELD, looksLikeKey } from '@postern/vault';

/** The parsed form of `postern://name/field`. It isn't secret. */
export interface SecretReference {
  readonly name: SecretName;
  readonly field: string;
}

export const REFERENCE_SCHEME = 'postern://';

const FORM = /^postern:\/\/([^/]+)(?:\/([a-z0-9][a-z0-9._-]{0,63}))?$/;

/**
 * Parses a reference; the default field is `value`. Returns undefined if the text isn't a reference or
 * contains a key.
 */
export function parseReference(text: string): SecretReference | undefined {
  const [, nameText = '', field = DEFAULT_FIELD] = FORM.exec(text) ?? [];
  const name = secretName.parse(nameText);
  return name === undefined || looksLikeKey(text) ? undefined : { name, field };
}

export function formatReference({ name, field }: SecretReference): string {
  return `${name}/${field}`;
}
