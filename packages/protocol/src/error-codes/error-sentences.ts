/**
 * What a problem can say besides the sentences of the error table, with placeholders. The page has a translation of
 * each. A sentence that isn't here is shown in English, after the table's translated one.
 */
export const ERROR_SENTENCES = [
  // Providers
  "The provider's host name can't be resolved.",
  'The provider refused the connection.',
  'There is no route to the provider from this network.',
  'The provider closed the connection without responding.',
  "The provider doesn't support TLS 1.2 or newer at that address.",
  'The provider speaks only HTTP/2 at that address.',
  "Can't reach the provider.",
  "The provider's certificate has expired.",
  "The provider's certificate isn't valid yet.",
  "The provider's certificate is for another host.",
  "The provider's certificate isn't signed by an authority that this machine trusts.",
  "The provider's certificate has none of the pinned keys.",
  "The provider's certificate isn't valid.",
  'Timed out connecting to the provider.',
  "The provider didn't start to respond in time.",
  'The provider stopped sending in the middle of its response.',
  "The configured proxy isn't a plain http:// or https:// address.",
  "The proxy's password isn't in the vault, or the vault is locked.",
  "Can't reach the proxy, or it closed the connection.",
  'The proxy rejected the user name and password.',
  'The proxy refused to connect with status {status}.',
  "The provider sent a compressed response, which Postern didn't ask for.",
  "The address of {provider} is on a private network, and {host} isn't listed as local.",
  'The address of {provider} is {host}, which Postern never connects to.',
  "The address of {provider} isn't a plain http:// or https:// URL.",
  'The address of {provider} uses plain HTTP, and {host} is neither loopback nor listed as local.',
  'Only local models are allowed, and {provider} is neither on this machine nor trusted.',
  "Can't use the authority of {provider}: {why}.",
  'The provider {provider} needs at least two different pins.',
  'The endpoint {provider} needs "{field}".',
  '"{field}" of the built-in provider {provider} can\'t be changed.',
  'The vault has no key for {provider}.',
  'The key stored for {provider} contains invalid characters.',
  "A built-in provider can't be changed or removed.",
  // Chats
  "The conversation doesn't exist, or it was deleted.",
  'The conversation has no such message.',
  'Reload the conversation.',
  'A chat can have up to {maxTags} tags.',
  "Can't read this message, because its stored data is damaged; other messages aren't affected.",
  'Restore the database from your last backup, or continue without the message.',
  "Can't read the settings of this chat, because their stored data is damaged.",
  'Open the chat settings and save them again.',
  'The message is larger than the {maxLength} characters that can be stored.',
  'Send less, or smaller images and files.',
  'A message needs a text or files.',
  'Only one answer can be continued at once.',
  'Only a user message can be answered.',
  'The conversation has no such answer.',
  "This answer doesn't end with text, so it can't be continued.",
  'Cancelled. The chats before that were imported.',
  'Write a date such as 2026-01-31.',
  'Write role:user or role:assistant.',
  'Write in:title.',
  'Write is:archived or is:pinned.',
  // Files
  'The file is empty.',
  'The image is damaged or incomplete.',
  "The image has {width} × {height} pixels; more than 50 million can't be attached.",
  'The attachment has fewer or more bytes than announced.',
  'All attachments together would be larger than the limit of {maxMegabytes} MB.',
  // The vault
  "The passphrase can't be used: none was given.",
  "The passphrase can't be used: it needs at least {min} characters.",
  "The passphrase can't be used: it is longer than {max} bytes.",
  'Encrypted file storage needs a passphrase.',
  'Use the newest recovery code of this vault, or its passphrase.',
  "Can't reach a keyring service: there is no session bus.",
  "Can't reach a keyring service: no Secret Service provider on the session bus.",
  "Can't reach a keyring service: the service has no keyring to store secrets in.",
  "Can't reach a keyring service: it stopped answering.",
  "Can't reach a keyring service: it doesn't return what was stored.",
  "Can't reach a keyring service: the keyring library gave no known reason.",
  "Nothing was stored, because the value doesn't look like that provider's key: expected the form {example}.",
  'The vault already opens that way.',
  'The setting "storage" is "file", so a vault in the keyring wouldn\'t open.',
  'No active key has this id or name.',
  // Backups
  'Another backup is being made or checked.',
  'Another backup of this home is being made.',
  'The backup was made by a newer Postern. Nothing was changed.',
  'The path must begin at the root.',
  'Enter the whole path of the file, such as /home/me/postern.postern-backup.',
  'Another process has the vault unlocked: its agent.',
  'Lock it first: postern vault lock.',
  'Gateway keys and their usage',
  'Those of the backup belong to another vault. An empty home can get them.',
  "Those of the backup can't be used here.",
  'The replaced databases, as NAME.db.before-restore',
  // Requests
  '{field} is invalid.',
] as const;

export type ErrorSentence = (typeof ERROR_SENTENCES)[number];

export type SentenceValues = Readonly<Record<string, string | number>>;

/** A sentence with its values. */
export function fillSentence(sentence: ErrorSentence, values: SentenceValues): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (placeholder, name: string) =>
    String(Object.hasOwn(values, name) ? values[name] : placeholder),
  );
}
