import { join, relative } from 'node:path';
import ts from 'typescript';

/** The entry points of the product: the command line, from source and built, and the page. */
const ENTRIES = ['apps/cli/bin/postern.js', 'apps/cli/build/entry.js', 'apps/web/src/main.tsx'];

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2024,
  jsx: ts.JsxEmit.Preserve,
  allowJs: true,
  noLib: true,
  types: [],
};

/**
 * Returns the source files that run when the product is used, as paths from the root. An import
 * reaches the file that declares the imported name. An export of an `index.ts` that nothing imports
 * isn't reached, and neither are types.
 */
export function reachableFiles(root: string): ReadonlySet<string> {
  const program = ts.createProgram(
    ENTRIES.map((entry) => join(root, entry)),
    OPTIONS,
  );
  const checker = program.getTypeChecker();
  const reached = new Set<ts.SourceFile>();
  const waiting = ENTRIES.flatMap((entry) => program.getSourceFile(join(root, entry)) ?? []);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file) || file.fileName.includes('/node_modules/')) continue;
    reached.add(file);
    waiting.push(...importedFiles(file, checker));
  }
  return new Set([...reached].map(({ fileName }) => relative(root, fileName)));
}

function importedFiles(file: ts.SourceFile, checker: ts.TypeChecker): readonly ts.SourceFile[] {
  const found: ts.SourceFile[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      found.push(...filesOfStatement(node, checker));
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      found.push(...filesOfCall(node, checker));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function filesOfStatement(
  { importClause, moduleSpecifier }: ts.ImportDeclaration,
  checker: ts.TypeChecker,
): readonly ts.SourceFile[] {
  const imported = checker.getSymbolAtLocation(moduleSpecifier);
  if (importClause === undefined) return declaringFiles(imported, checker);
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const bindings = importClause.namedBindings;
  if (bindings !== undefined && ts.isNamespaceImport(bindings)) {
    return filesOfExports(imported, checker);
  }
  const names = bindings?.elements.filter(({ isTypeOnly }) => !isTypeOnly) ?? [];
  return [importClause, ...names].flatMap(({ name }) =>
    name === undefined ? [] : declaringFiles(checker.getSymbolAtLocation(name), checker),
  );
}

/** `const { name } = await import('…')` imports that name; any other form imports all names. */
function filesOfCall(call: ts.CallExpression, checker: ts.TypeChecker): readonly ts.SourceFile[] {
  const [specifier] = call.arguments;
  if (specifier === undefined) return [];
  const imported = checker.getSymbolAtLocation(specifier);
  const target = ts.isAwaitExpression(call.parent) ? call.parent.parent : undefined;
  if (
    target === undefined ||
    !ts.isVariableDeclaration(target) ||
    !ts.isObjectBindingPattern(target.name)
  ) {
    return [...declaringFiles(imported, checker), ...filesOfExports(imported, checker)];
  }
  const names = target.name.elements.map(({ propertyName, name }) =>
    (propertyName ?? name).getText(),
  );
  return filesOfExports(imported, checker, (name) => names.includes(name));
}

function filesOfExports(
  imported: ts.Symbol | undefined,
  checker: ts.TypeChecker,
  isWanted: (name: string) => boolean = () => true,
): readonly ts.SourceFile[] {
  if (imported === undefined) return [];
  return checker
    .getExportsOfModule(imported)
    .filter(({ name }) => isWanted(name))
    .flatMap((symbol) => declaringFiles(symbol, checker));
}

function declaringFiles(
  symbol: ts.Symbol | undefined,
  checker: ts.TypeChecker,
): readonly ts.SourceFile[] {
  if (symbol === undefined) return [];
  const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  const target = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
  return target.declarations?.map((declaration) => declaration.getSourceFile()) ?? [];
}
