import { globSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { compileTexts, MACROS, type SourceText } from './compile-texts.ts';

const SOURCES = 'apps/web/src';

/** Texts by the folder of `apps/web/src` that they are in. */
export type SourceTexts = ReadonlyMap<string, readonly SourceText[]>;

/** The texts of the page, with `others`; a text that occurs twice in a folder is there once. */
export function readSourceTexts(root: string, others: SourceTexts = new Map()): SourceTexts {
  const folders = new Map<string, Map<string, SourceText>>();
  for (const path of globSync(join(root, SOURCES, '*/**/*.{ts,tsx}')).sort()) {
    const source = readFileSync(path, 'utf8');
    if (/\.test\.tsx?$/.test(path) || !MACROS.test(source)) continue;
    const folder = relative(join(root, SOURCES), path).split(sep)[0] ?? '';
    const texts = folders.get(folder) ?? new Map<string, SourceText>();
    for (const text of compileTexts(source, path).texts) {
      const id = identityOf(text);
      const known = texts.get(id);
      const remarks = new Set([...(known?.remarks ?? []), ...text.remarks]);
      texts.set(id, { ...text, remarks: [...remarks] });
    }
    folders.set(folder, texts);
  }
  const own = [...folders].map(([folder, texts]) => [folder, [...texts.values()]] as const);
  return new Map([...own, ...others]);
}

/** What makes a text the same in source and catalogue. */
export function identityOf(text: {
  readonly message: string;
  readonly context: string | undefined;
}): string {
  return `${text.message}\0${text.context ?? ''}`;
}
