/** Can't occur in a tool's name, so that a name with it can be split again. */
const SEPARATOR = '::';

/** The name in the conversation model of a tool that belongs to a namespace. */
export function namespacedName(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === '' ? name : namespace + SEPARATOR + name;
}

/** The inverse of `namespacedName`. */
export function splitName(full: string): { readonly namespace?: string; readonly name: string } {
  const at = full.indexOf(SEPARATOR);
  if (at <= 0) return { name: full };
  return { namespace: full.slice(0, at), name: full.slice(at + SEPARATOR.length) };
}
