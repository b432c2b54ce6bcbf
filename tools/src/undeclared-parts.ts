import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/**
 * Returns the imports of this project's own packages that the importing part's `package.json`
 * doesn't list, as `file: package`. Tests don't count, because the part doesn't ship them.
 */
export function undeclaredParts(root: string): readonly string[] {
  return globSync('{packages,apps}/*/package.json', { cwd: root })
    .toSorted()
    .flatMap((manifest) => {
      const part = manifest.replace('/package.json', '');
      const declared = readFileSync(join(root, manifest), 'utf8');
      return globSync(`${part}/src/**/*.{ts,tsx}`, { cwd: root })
        .filter((file) => !/\.test\.tsx?$|\/src\/testing\//.test(file))
        .toSorted()
        .flatMap((file) =>
          partsImportedBy(readFileSync(join(root, file), 'utf8'))
            .filter((name) => !declared.includes(`"${name}":`))
            .map((name) => `${file}: ${name}`),
        );
    });
}

function partsImportedBy(source: string): readonly string[] {
  const { importedFiles } = ts.preProcessFile(source, true, true);
  return importedFiles
    .map(({ fileName }) => /^@postern\/[^/]+/.exec(fileName)?.[0])
    .filter((name) => name !== undefined);
}
