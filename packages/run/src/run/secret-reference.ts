import { secretName, type SecretName } from '@postern/protocol';
import { DEFAULT_FIELD, looksLikeKey } from '@postern/vault';

/** What `postern://name/field` names: safe to write down, it is no secret. */
export interface SecretReference {
  readonly name: SecretName;
  readonly field: string;
}

export const REFERENCE_SCHEME = 'postern://';

const FORM = /^postern:\/\/([^/]+)(?:\/([a-z0-9][a-z0-9._-]{0,63}))?$/;

/** The reference that a text is as a whole; undefined for any other, and where a key stands in it. Without a field: `value`. */
export function parseReference(text: string): SecretReference | undefined {
  const [, nameText = '', field = DEFAULT_FIELD] = FORM.exec(text) ?? [];
  const name = secretName.parse(nameText);
  return name === undefined || looksLikeKey(text) ? undefined : { name, field };
}

export function formatReference({ name, field }: SecretReference): string {
  return `${name}/${field}`;
}
