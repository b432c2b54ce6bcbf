import { AST_NODE_TYPES as Type, type TSESLint, type TSESTree } from '@typescript-eslint/utils';
import { moduleNameOf } from './module-name.ts';
import { staticTextOf } from './static-text.ts';

/** An import or re-export of a module in a file. */
export interface ModuleImport {
  /** As written; undefined if it is computed. */
  readonly specifier: string | undefined;
  readonly module: string;
  /** The exports imported by name. */
  readonly names: readonly string[];
  /** Every place that uses the module's namespace (or default export) as an object. */
  readonly namespaces: readonly TSESTree.Node[];
  /** Whether other code can reach all exports of the module through this file. */
  readonly passedOn: boolean;
}

export type ImportNode =
  | TSESTree.ImportDeclaration
  | TSESTree.ExportNamedDeclaration
  | TSESTree.ExportAllDeclaration
  | TSESTree.ImportExpression;

type Taken = Pick<ModuleImport, 'names' | 'namespaces' | 'passedOn'>;

const NOTHING: Taken = { names: [], namespaces: [], passedOn: false };

/** The import of a node; undefined if there is none at run time. */
export function moduleImportOf(
  node: ImportNode,
  sourceCode: Readonly<TSESLint.SourceCode>,
  importer: string,
): ModuleImport | undefined {
  if (node.source === null || isTypeOnly(node)) return undefined;
  const specifier = staticTextOf(node.source);
  const module = specifier === undefined ? '' : moduleNameOf(specifier, importer);
  return { specifier, module, ...takenBy(node, sourceCode) };
}

function isTypeOnly(node: ImportNode): boolean {
  if (node.type === Type.ImportExpression) return false;
  return (node.type === Type.ImportDeclaration ? node.importKind : node.exportKind) === 'type';
}

function takenBy(node: ImportNode, sourceCode: Readonly<TSESLint.SourceCode>): Taken {
  switch (node.type) {
    case Type.ImportDeclaration:
      return takenByImport(node, sourceCode);
    case Type.ExportNamedDeclaration: {
      const values = node.specifiers.filter(({ exportKind }) => exportKind !== 'type');
      const names = values.map(({ local }) => nameOf(local));
      return { ...NOTHING, names, passedOn: names.includes('default') };
    }
    case Type.ExportAllDeclaration:
      return { ...NOTHING, passedOn: true };
    case Type.ImportExpression: {
      const isAwaited = node.parent.type === Type.AwaitExpression;
      return { ...NOTHING, namespaces: isAwaited ? [node] : [], passedOn: !isAwaited };
    }
  }
}

function takenByImport(
  node: TSESTree.ImportDeclaration,
  sourceCode: Readonly<TSESLint.SourceCode>,
): Taken {
  const names: string[] = [];
  const namespaces: TSESTree.Node[] = [];
  for (const specifier of node.specifiers) {
    const isNamed = specifier.type === Type.ImportSpecifier;
    if (isNamed && specifier.importKind === 'type') continue;
    const name = isNamed ? nameOf(specifier.imported) : 'default';
    if (name === 'default') namespaces.push(...placesOf(specifier, sourceCode));
    else names.push(name);
  }
  return { names, namespaces, passedOn: false };
}

function placesOf(
  specifier: TSESTree.ImportClause,
  sourceCode: Readonly<TSESLint.SourceCode>,
): readonly TSESTree.Node[] {
  return sourceCode
    .getDeclaredVariables(specifier)
    .flatMap(({ references }) => references.map(({ identifier }) => identifier));
}

function nameOf(name: TSESTree.Identifier | TSESTree.StringLiteral): string {
  return name.type === Type.Identifier ? name.name : name.value;
}
