import ts from 'typescript';

/** The names of a test, starting with its outermost describe, as the source writes them. */
export type TestName = readonly string[];

/** Placeholder for a computed part of a name. */
const COMPUTED = '%s';

const BLOCKS: ReadonlySet<string> = new Set(['describe', 'suite', 'test', 'it']);

/**
 * Returns every describe and every test in a source file. It parses the file, so comments and
 * strings don't count.
 */
export function testNamesIn(source: string, path: string): readonly TestName[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const names: TestName[] = [];
  const visit = (node: ts.Node, within: TestName): void => {
    const title = ts.isCallExpression(node) ? titleOf(node) : undefined;
    const name = title === undefined ? within : [...within, title];
    if (title !== undefined) names.push(name);
    ts.forEachChild(node, (child) => {
      visit(child, name);
    });
  };
  visit(file, []);
  return names;
}

/** The title of `test(…)`, `describe.skipIf(…)(…)`, `it.each(…)(…)` and the like. */
function titleOf(call: ts.CallExpression): string | undefined {
  const [first, ...rest] = call.arguments;
  if (first === undefined || !rest.some(isFunction)) return undefined;
  return BLOCKS.has(rootOf(call.expression)) ? textOf(first) : undefined;
}

function isFunction(node: ts.Node): boolean {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isIdentifier(node);
}

function rootOf(callee: ts.Expression): string {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isPropertyAccessExpression(callee)) return rootOf(callee.expression);
  if (ts.isCallExpression(callee)) return rootOf(callee.expression);
  return ts.isTaggedTemplateExpression(callee) ? rootOf(callee.tag) : '';
}

function textOf(title: ts.Expression): string {
  if (ts.isStringLiteralLike(title)) return title.text;
  if (!ts.isTemplateExpression(title)) return COMPUTED;
  return (
    title.head.text + title.templateSpans.map(({ literal }) => COMPUTED + literal.text).join('')
  );
}

/** Whether a name in the source can have become `title` when the test ran. */
export function canBecome(written: string, title: string): boolean {
  return patternOf(written, '.*').test(title);
}

/** What a title has in the places of the placeholders of a name in the source. */
export function computedParts(written: string, title: string): readonly string[] {
  return patternOf(written, '(.*)').exec(title)?.slice(1) ?? [];
}

function patternOf(written: string, computed: string): RegExp {
  const pattern = written
    .split(/%[sdifjoO#%]|\$[\w.]+/)
    .map((literal) => literal.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join(computed);
  return new RegExp(`^${pattern}$`, 's');
}
