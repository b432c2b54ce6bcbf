import { relative } from 'node:path';
import { expectOk, isJsonObject, parseJson, type JsonValue } from '@postern/kernel';

/** A test that ran, from Vitest's JSON report. */
export interface TestRun {
  /** Path from the root. */
  readonly file: string;
  readonly name: readonly string[];
  readonly passed: boolean;
}

/** Reads a report of `vitest --reporter=json`. */
export function readReport(text: string, root: string): readonly TestRun[] {
  return listIn(expectOk(parseJson(text)), 'testResults').flatMap((result) => {
    const file = relative(root, textIn(result, 'name'));
    return listIn(result, 'assertionResults').map((run) => ({
      file,
      name: [...listIn(run, 'ancestorTitles').map(String), textIn(run, 'title')],
      passed: textIn(run, 'status') === 'passed',
    }));
  });
}

function listIn(value: JsonValue, key: string): readonly JsonValue[] {
  const list = isJsonObject(value) ? value[key] : undefined;
  if (!Array.isArray(list)) throw new TypeError(`the report has no list "${key}"`);
  return list.map((item: JsonValue) => item);
}

function textIn(value: JsonValue, key: string): string {
  const text = isJsonObject(value) ? value[key] : undefined;
  if (typeof text !== 'string') throw new TypeError(`the report has no text "${key}"`);
  return text;
}
