import { AST_NODE_TYPES as Type, type TSESLint, type TSESTree } from '@typescript-eslint/utils';

const known = new WeakMap<object, readonly TSESTree.Identifier[]>();

/**
 * Returns the names that a file uses as values without declaring or importing them. A mere
 * declaration (`declare const fetch: …`) doesn't exist at run time, so its name counts too.
 */
export function freeReferencesOf(
  sourceCode: Readonly<TSESLint.SourceCode>,
): readonly TSESTree.Identifier[] {
  const found = known.get(sourceCode) ?? findFree(sourceCode);
  known.set(sourceCode, found);
  return found;
}

function findFree(sourceCode: Readonly<TSESLint.SourceCode>): readonly TSESTree.Identifier[] {
  return (sourceCode.scopeManager?.scopes ?? [])
    .flatMap((scope) => scope.references)
    .filter(({ resolved }) => resolved?.defs.every(isAmbient) ?? true)
    .map(({ identifier }) => identifier)
    .filter((node) => node.type === Type.Identifier)
    .filter(({ parent }) => !TYPES.has(parent.type));
}

const TYPES: ReadonlySet<Type> = new Set([
  Type.TSTypeReference,
  Type.TSTypeQuery,
  Type.TSQualifiedName,
  Type.TSInterfaceHeritage,
]);

function isAmbient({ node, parent }: TSESLint.Scope.Definition): boolean {
  return [node, parent].some(
    (declaration) => declaration !== null && 'declare' in declaration && declaration.declare,
  );
}
