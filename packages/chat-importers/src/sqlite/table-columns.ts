export interface Column {
  readonly name: string;
  /** `INTEGER PRIMARY KEY`: its value is the row's id, and its place in the record is empty. */
  readonly isRowId: boolean;
}

const TOKEN =
  /--[^\n]*|\/\*[^]*?(?:\*\/|$)|"(?:[^"]|"")*"|`(?:[^`]|``)*`|'(?:[^']|'')*'|\[[^\]]*\]|[\w$\u0080-\uffff]+|\S/g;
const QUOTED = /^["'`[]/;
const CONSTRAINTS: ReadonlySet<string> = new Set([
  ...['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN'],
]);

/**
 * The stored columns of a table in the order of its records, from its `CREATE TABLE`. Undefined if its records aren't
 * found by the ids of rows: a virtual table, or one `WITHOUT ROWID`. The text isn't run, only split.
 */
export function tableColumns(sql: string): readonly Column[] | undefined {
  const tokens = (sql.match(TOKEN) ?? []).filter((token) => !/^(?:--|\/\*)/.test(token));
  const open = tokens.indexOf('(');
  const words = tokens.slice(0, Math.max(open, 0)).map((token) => token.toUpperCase());
  if (open === -1 || words.includes('VIRTUAL') || words.includes('AS')) return undefined;
  const { definitions, rest } = splitDefinitions(tokens.slice(open + 1));
  if (rest.some((token) => token.toUpperCase() === 'WITHOUT')) return undefined;
  const columns = definitions.filter(([first = '']) => isColumn(first));
  const key = definitions.map(keyOfTable).find((name) => name !== undefined);
  return columns.filter(isStored).map((definition) => columnOf(definition, key));
}

interface Definitions {
  readonly definitions: readonly (readonly string[])[];
  /** After the closing bracket. */
  readonly rest: readonly string[];
}

function splitDefinitions(tokens: readonly string[]): Definitions {
  const definitions: string[][] = [[]];
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (token === ')' && depth === 0) return { definitions, rest: tokens.slice(index + 1) };
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    if (token === ',' && depth === 0) definitions.push([]);
    else definitions.at(-1)?.push(token);
  }
  return { definitions, rest: [] };
}

function isColumn(first: string): boolean {
  return first !== '' && !CONSTRAINTS.has(first.toUpperCase());
}

/** A virtual generated column has no place in the record. */
function isStored(definition: readonly string[]): boolean {
  const words = definition.slice(1).map((token) => token.toUpperCase());
  return !words.includes('AS') || words.includes('STORED');
}

/** The name in `PRIMARY KEY (name)`. */
function keyOfTable(definition: readonly string[]): string | undefined {
  const from = definition.findIndex((token) => token.toUpperCase() === 'PRIMARY');
  const [first = ''] = definition;
  if (isColumn(first) || from === -1 || definition[from + 4] !== ')') return undefined;
  return unquoted(definition[from + 3] ?? '').toLowerCase();
}

function columnOf(definition: readonly string[], key: string | undefined): Column {
  const [quoted = '', type = '', ...more] = definition;
  const name = unquoted(quoted).toLowerCase();
  const words = more.map((token) => token.toUpperCase());
  const at = words.indexOf('PRIMARY');
  // SQLite's documentation calls the exception for DESC a quirk.
  const isKey = name === key || (at !== -1 && words[at + 2] !== 'DESC');
  return { name, isRowId: isKey && type.toUpperCase() === 'INTEGER' };
}

function unquoted(token: string): string {
  if (!QUOTED.test(token)) return token;
  const [quote = ''] = token;
  return quote === '[' ? token.slice(1, -1) : token.slice(1, -1).replaceAll(quote + quote, quote);
}
