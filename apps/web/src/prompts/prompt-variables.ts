/** A part of a prompt that is asked for when it is used: `{{name}}` or `{{name:default}}`. */
export interface PromptVariable {
  readonly name: string;
  readonly defaultText: string;
}

/** Further ones stay in the text as they are. */
const MAX_VARIABLES = 20;

/** Names consist of letters, digits, spaces and `_.-`; a default has one line without braces. */
const VARIABLE =
  /\{\{[ \t]{0,20}([\p{L}\p{N}_](?:[\p{L}\p{N}\p{M}_.\- ]{0,38}[\p{L}\p{N}\p{M}_.-])?)[ \t]{0,20}(?::([^{}\n]{0,500}))?\}\}/gu;

/** The variables of a prompt in the order of their first use. The first default of a name counts. */
export function variablesIn(text: string): readonly PromptVariable[] {
  const found = new Map<string, string>();
  for (const [, name = '', defaultText] of text.matchAll(VARIABLE)) {
    const known = found.get(name);
    if (known === undefined && found.size === MAX_VARIABLES) continue;
    if (known === undefined || (known === '' && defaultText !== undefined)) {
      found.set(name, defaultText?.trim() ?? '');
    }
  }
  return [...found].map(([name, defaultText]) => ({ name, defaultText }));
}

/** The prompt with its variables replaced. What a value contains isn't replaced again. */
export function fillVariables(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(VARIABLE, (whole, name: string) => values.get(name) ?? whole);
}
